"""Codes of an authenticator app, RFC 6238 with what every app can: SHA-1, six digits, thirty seconds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from datetime import datetime
from urllib.parse import quote, urlencode

PERIOD = 30
DIGITS = 6
SECRET_BYTES = 20
# A phone's clock may be wrong by one step, and typing takes time (RFC 6238, section 5.2).
SLACK = 1


def new_secret() -> bytes:
    """160 random bits (RFC 4226, section 4, R6)."""
    return secrets.token_bytes(SECRET_BYTES)


def step_of(moment: datetime) -> int:
    """Number of the thirty seconds since 1970."""
    return int(moment.timestamp()) // PERIOD


def code_at(secret: bytes, step: int) -> str:
    """The code of a step: dynamic truncation of an HMAC (RFC 4226, section 5.3)."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def read(text: str) -> str | None:
    """The digits of a typed code: spaces and full-width digits do not matter. None for what is no code."""
    digits = "".join(unicodedata.normalize("NFKC", text).replace("-", " ").split())
    return digits if re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits) else None


def matching_step(secret: bytes, code: str, now: datetime, after: int = 0) -> int | None:
    """The step whose code this is, among the present one and its neighbours and later than `after`; None for a wrong code."""
    here = step_of(now)
    found = [step for step in range(here - SLACK, here + SLACK + 1) if hmac.compare_digest(code_at(secret, step), code) and step > after]
    return found[-1] if found else None


def typed(secret: bytes) -> str:
    """The secret as people type it into an app: base 32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def address(secret: bytes, *, issuer: str, account: str) -> str:
    """The `otpauth:` address that the QR code holds."""
    query = {"secret": typed(secret).replace(" ", ""), "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": PERIOD}
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(query, quote_via=quote)}"
