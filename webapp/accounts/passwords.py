"""Passwords: Argon2id hashes and what may not be one."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST = 256
COMMON = Path(__file__).parent / "data" / "common-passwords.txt"

# OWASP's least setting for Argon2id with 19 MiB; about 26 ms on the machines it was tried on.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16)
# The hash of a random password that nobody kept: checked where there is none, so that both take the same work.
NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$qnIG/aESqofGjm3gMiKqnA$sdyC/YcMTFieqx0cUsk3Qhlxs87vcC+zcjGYv3d6tiM"


def normalised(password: str) -> str:
    """The same password from every keyboard: NFKC, so that full-width letters are letters."""
    return unicodedata.normalize("NFKC", password)


def hashed(password: str) -> str:
    """Argon2id hash (19 MiB, 2 passes, 1 lane) with its parameters and salt."""
    return _hasher.hash(normalised(password))


def matches(password: str, known: str | None) -> bool:
    """Whether the password has this hash. Always one computation, also when there is no hash to compare with."""
    try:
        return _hasher.verify(known or NOBODY, normalised(password)) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def outdated(known: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(known)


@cache
def common() -> frozenset[str]:
    """Shipped passwords that everybody tries first, case folded."""
    return frozenset(COMMON.read_text(encoding="utf-8").split("\n"))
