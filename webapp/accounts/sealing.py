"""Secrets that must be read again, encrypted in the database: a copy of the database alone is worth nothing."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unreadable(ValueError):
    """Sealed under another key, for another row, or changed."""


def seal(plain: bytes, *, key: str, purpose: str, row: bytes) -> str:
    """Encrypted with a key derived from `key` for this purpose (HKDF-SHA256, AES-256-GCM), and only readable for the same row."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + _cipher(key, purpose).encrypt(nonce, plain, row)).decode()


def unseal(sealed: str, *, keys: Sequence[str], purpose: str, row: bytes) -> bytes:
    """What was sealed under one of the keys; they are tried in turn. Raises `Unreadable`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415  as below

    try:
        content = base64.urlsafe_b64decode(sealed)
    except ValueError as error:
        raise Unreadable from error
    for key in keys:
        with suppress(InvalidTag, ValueError):
            return _cipher(key, purpose).decrypt(content[:_NONCE], content[_NONCE:], row)
    raise Unreadable


def _cipher(key: str, purpose: str) -> AESGCM:
    # Few people have a second factor, and every start would wait for the library.
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"localgoals {purpose}".encode()).derive(key.encode())
    return AESGCM(derived)
