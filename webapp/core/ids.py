"""Ids of rows, and codes that a person types."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from itertools import count
from typing import TYPE_CHECKING

import uuid6

if TYPE_CHECKING:
    from uuid import UUID

# Crockford's base 32: no I, L, O or U, so that handwriting and a phone's keyboard do not mislead.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_DIGITS = 13
_GROUP = 4
# A prime above 32, so that every single wrong character and every swap of neighbours changes the check value;
# its values 32 to 36 have the letters of Crockford's proposal for check symbols, here without punctuation:
# a code whose check would need one of them is not made.
_CHECK_PRIME = 37


class MistypedCode(ValueError):
    """A code that cannot have been issued: wrong length, letter or check character."""


def new_id() -> UUID:
    """A time-ordered UUID, version 7: rows made offline merge without collision."""
    return uuid6.uuid7()


def new_code() -> str:
    """A code of 13 random characters (65 bits, of which the check leaves at least 64) and a check character: `7KQ4-M2XD-9RTW-5B`."""
    while True:
        bits = secrets.randbits(5 * _DIGITS)
        check = bits % _CHECK_PRIME
        if check < len(ALPHABET):
            return _grouped(_letters(bits) + ALPHABET[check])


def derived_code(key: bytes, words: str) -> str:
    """A code of the same kind that is always the same for a key and these words, and can be told by nobody without the key."""
    for number in count():
        digest = hmac.new(key, f"{words} {number}".encode(), hashlib.sha256).digest()
        bits = int.from_bytes(digest) >> (8 * len(digest) - 5 * _DIGITS)
        if bits % _CHECK_PRIME < len(ALPHABET):
            return _grouped(_letters(bits) + ALPHABET[bits % _CHECK_PRIME])
    raise AssertionError


def read_code(text: str) -> str:
    """The canonical form of a typed code: case, spaces, dashes and look-alike letters do not matter.

    Raises `MistypedCode`.
    """
    letters = [c for c in text.upper() if not c.isspace() and c not in "-‐‑–—－"]
    if len(letters) != _DIGITS + 1 or any(letter not in _READ for letter in letters):
        raise MistypedCode(text)
    *digits, check = [_READ[letter] for letter in letters]
    bits = 0
    for digit in digits:
        bits = bits * len(ALPHABET) + digit
    if bits % _CHECK_PRIME != check:
        raise MistypedCode(text)
    return _grouped(_letters(bits) + ALPHABET[check])


def _letters(bits: int) -> str:
    return "".join(ALPHABET[(bits >> (5 * place)) & 31] for place in reversed(range(_DIGITS)))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))
