"""Passwords: Argon2id hashes and what may not be one."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.accounts.rules import Refused

LONGEST = 256
COMMON = Path(__file__).parent / "data" / "common-passwords.txt"

_LEET = str.maketrans("0134$@5!7", "oleasasit")
_EDGES = "0123456789 .,;:!?*#@$%^&+-_=~()"
_ROWS = ("1234567890" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm" * 2, "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{0,4}")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_IDENTITY = re.compile(r"[1-8]\d{5}(?:19|20)\d{9}[\dx]")

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


def check(password: str, *, minimum: int, email: str = "", name: str = "") -> None:
    """Raise `Refused` for what may not be a password: `short`, `long`, `nul`, `own` (it is the e-mail or the name), `common`.

    Any characters of any script count; nothing must be mixed.
    """
    text = normalised(password)
    if len(text) < minimum:
        raise Refused("short")
    if len(text) > LONGEST:
        raise Refused("long")
    if "\0" in text:
        raise Refused("nul")
    folded = text.casefold()
    own = {normalised(each).casefold() for each in (email, email.partition("@")[0], name, name.replace(" ", "")) if each}
    if folded in own or folded.replace(" ", "") in own:
        raise Refused("own")
    if is_common(folded):
        raise Refused("common")


def is_common(folded: str) -> bool:
    """Whether a list of a few thousand guesses, or a simple pattern, would find it."""
    plain = folded.translate(_LEET)
    return (
        folded in common()
        or plain in common()
        or any(len(folded) - len(core) <= 6 and f"{core}123456" in common() for core in (folded.strip(_EDGES), plain.strip(_EDGES)) if core)
        or _repeats(folded)
        or _is_run(folded)
        or _number_of_a_life(folded)
    )


def _repeats(text: str) -> bool:
    """`abcabcabc`: a short part again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(6, len(text) // 2) + 1))


def _is_run(text: str) -> bool:
    """`abcdefgh`, `98765432`, `poiuytrewq`: along the alphabet or a row of keys, either way."""
    return any(text in row or text in row[::-1] for row in _ROWS)


def _number_of_a_life(text: str) -> bool:
    """A birthday, a mobile number of China, a number of an identity card: known to many."""
    return bool(_DATE.fullmatch(text) or _MOBILE.fullmatch(text) or _IDENTITY.fullmatch(text))
