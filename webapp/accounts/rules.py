"""Decisions about people, names, addresses and sessions: pure, with time as an argument."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

NAME_LONGEST = 120
EMAIL_LONGEST = 254
ORGANISATION_LONGEST = 200
YOUNGEST, OLDEST = 14, 100

# What people write between the parts of a name, beside letters and marks of any script.
_HIDDEN = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_DIRECTIONS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF, 0x200B, 0x2060, 0x00AD])
_LABEL = re.compile(r"^[^\W_](?:[\w-]{0,61}[^\W_])?$")
_LOCAL = re.compile(r"^[^\s@<>()\[\],;:\\\"]+$")
_LINK = re.compile(r"://|www\.|https?:", re.IGNORECASE)


class Refused(ValueError):
    """A value that cannot be taken; `reason` is a word that the form turns into a sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def one_line(text: str) -> str:
    """Text as it is kept: NFC, no control or direction characters, single spaces."""
    text = unicodedata.normalize("NFC", text).translate(_DIRECTIONS)
    visible = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _HIDDEN)
    return " ".join(visible.split())


def name_of(text: str) -> str:
    """A person's name in any script. Raises `Refused`: `empty`, `long`, `link`, `name` (no letter in it)."""
    name = one_line(text)
    if not name:
        raise Refused("empty")
    if len(name) > NAME_LONGEST:
        raise Refused("long")
    if _LINK.search(name):
        # A name is greeted in mails: it must not carry an advertisement to strangers.
        raise Refused("link")
    if not any(unicodedata.category(c)[0] == "L" for c in name):
        raise Refused("name")
    return name


def email_of(text: str) -> str:
    """An address as it is written to, at most 254 characters; the domain may be international.

    Raises `Refused`: `empty`, `long`, `email`.
    """
    email = unicodedata.normalize("NFC", text.strip())
    if not email:
        raise Refused("empty")
    if len(email) > EMAIL_LONGEST:
        raise Refused("long")
    local, at, domain = email.rpartition("@")
    if not at or not 1 <= len(local) <= 64 or not _LOCAL.match(local) or not email.isprintable():
        raise Refused("email")
    if local.startswith(".") or local.endswith(".") or ".." in local or any(unicodedata.category(c) in _HIDDEN | {"Cf"} for c in email):
        raise Refused("email")
    _check_domain(domain)
    return email


def _check_domain(domain: str) -> None:
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(_LABEL.match(label) for label in labels):
        raise Refused("email")
    try:
        ascii_form = domain.encode("idna")
    except UnicodeError as error:
        raise Refused("email") from error
    if len(ascii_form) > 253:
        raise Refused("email")


def email_key(email: str) -> str:
    """What two spellings of one address have in common: NFKC and case folded, at most 254 characters."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", email.strip()).casefold())
    return folded[:EMAIL_LONGEST]


def organisation_key(name: str) -> str:
    """What two spellings of one organisation have in common: letters and digits of any script, case folded."""
    folded = unicodedata.normalize("NFKC", one_line(name)).casefold()
    key = "".join(c for c in folded if unicodedata.category(c)[0] in "LNM")
    return (key or folded)[:ORGANISATION_LONGEST]


def organisation_of(text: str) -> str:
    """Name of an organisation. Raises `Refused`: `long`, `name`. Empty stays empty."""
    name = one_line(text)
    if len(name) > ORGANISATION_LONGEST:
        raise Refused("long")
    if name and not any(unicodedata.category(c)[0] == "L" for c in name):
        raise Refused("name")
    return name


def birth_year_of(text: str, this_year: int) -> int | None:
    """A year of birth of somebody between 14 and 100 years old; empty is not stated. Raises `Refused`: `year`."""
    digits = unicodedata.normalize("NFKC", text).strip()
    if not digits:
        return None
    if not re.fullmatch(r"[0-9]{4}", digits) or not this_year - OLDEST <= int(digits) <= this_year - YOUNGEST:
        raise Refused("year")
    return int(digits)


def phone_of(text: str) -> str | None:
    """A telephone number as it is compared: `+8613800138000`, or digits only where no country is named; None for nothing.

    Raises `Refused`: `phone`.
    """
    plain = re.sub(r"[\s().\-/–—]", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return None
    digits = plain.removeprefix("+") if plain.startswith("+") else plain.removeprefix("00")
    if not re.fullmatch(r"[0-9]{5,15}", digits):
        raise Refused("phone")
    if plain.startswith(("+", "00")):
        return f"+{digits}"
    # A mobile number of China's plan, which nobody writes with its country at home.
    return f"+86{digits}" if re.fullmatch(r"1[3-9][0-9]{9}", digits) else digits


def sign_in_key(text: str) -> str:
    """What somebody types to sign in, as it is compared: an address folded, or a telephone number. Never refuses."""
    if "@" not in text:
        try:
            return phone_of(text) or ""
        except Refused:
            pass
    return email_key(text)


def moment_of(seconds: object) -> datetime | None:
    """The moment that the cookie names in seconds since 1970, or None for anything else."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < 2**35:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def session_lives(
    *, now: datetime, seen: datetime | None, idle: timedelta, expires_at: datetime, ended_at: datetime | None, disabled_at: datetime | None,
) -> bool:
    """Whether a session still counts: not ended, not past its absolute end, seen within `idle`, its sign-in not disabled."""
    if ended_at is not None or disabled_at is not None or now >= expires_at:
        return False
    return seen is not None and now - seen < idle
