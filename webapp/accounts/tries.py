"""How often one may try: per address on the network and per account, whether or not the account exists.

Each count is committed on its own, so that it stays when the guarded act fails.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from webapp.core import limits
from webapp.core.unit_of_work import unit_of_work

WINDOW = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def count_sign_in(*, email_key: str, address: str | None, now: datetime) -> None:
    """100 tries per network address and 10 per account in a quarter of an hour. Raises `TooManyRequests`. Two statements."""
    _count(f"sign-in from {network(address)}", 100, WINDOW, now)
    _count(f"sign-in as {email_key}", 10, WINDOW, now)


def count_password_check(*, sign_in: object, now: datetime) -> None:
    """10 tries at the old password in a quarter of an hour. Raises `TooManyRequests`."""
    _count(f"password of {sign_in}", 10, WINDOW, now)


def count_second_factor(*, sign_in: object, now: datetime) -> None:
    """5 codes in a quarter of an hour and 30 a day. Raises `TooManyRequests`. Two statements.

    No right password starts this anew: of a million codes a thief with the password finds one in years, not in days.
    """
    _count(f"second factor of {sign_in}", 5, WINDOW, now)
    _count(f"second factor of {sign_in} today", 30, timedelta(days=1), now)


def forget_second_factor(sign_in: object) -> None:
    """A right code starts both counts anew. Two statements, in the caller's unit of work."""
    limits.forget(f"second factor of {sign_in}")
    limits.forget(f"second factor of {sign_in} today")


def count_invitation(*, address: str | None, now: datetime) -> None:
    """60 codes an hour per network address. Raises `TooManyRequests`."""
    _count(f"invitation from {network(address)}", 60, HOUR, now)


def count_numbers(*, invitation_id: object, now: datetime) -> None:
    """5 telephone numbers a day for one code: whoever holds it learns of few only whether they are taken. Raises `TooManyRequests`."""
    _count(f"numbers for {invitation_id}", 5, timedelta(days=1), now)


def count_email_change(*, sign_in: object, email_key: str, now: datetime) -> None:
    """5 an hour per account, and 5 mails an hour to one address. Raises `TooManyRequests`. Two statements."""
    _count(f"change of address of {sign_in}", 5, HOUR, now)
    _count(f"change of address to {email_key}", 5, HOUR, now)


def count_download(*, person_id: object, now: datetime) -> None:
    """10 files with one's own data an hour. Raises `TooManyRequests`."""
    _count(f"own data of {person_id}", 10, HOUR, now)


def count_reading(*, address: str | None, now: datetime) -> None:
    """3,000 reports of reading in a quarter of an hour per network address, which a whole training may share.

    One statement, in the caller's unit of work: nothing else is counted where it refuses. Raises `TooManyRequests`.
    """
    limits.hit(key=f"reading from {network(address)}", limit=3_000, per=WINDOW, now=now)


def forget_sign_in(email_key: str) -> None:
    """A right password starts the account's count anew. One statement, in the caller's unit of work."""
    limits.forget(f"sign-in as {email_key}")


def count_sign_up(*, email_key: str, address: str | None, now: datetime) -> None:
    """20 sign-ups an hour per network address, 5 mails an hour to one address. Raises `TooManyRequests`. Two statements."""
    _count(f"sign-up from {network(address)}", 20, HOUR, now)
    _count(f"sign-up of {email_key}", 5, HOUR, now)


def count_reset(*, email_key: str, address: str | None, now: datetime) -> None:
    """100 requests an hour per network address, 5 per account. Raises `TooManyRequests`. Two statements."""
    _count(f"reset from {network(address)}", 100, HOUR, now)
    _count(f"reset of {email_key}", 5, HOUR, now)


def network(address: str | None) -> str:
    """What one household or office has in common: an IPv4 address, or the first half of an IPv6 address."""
    try:
        found = ip_address((address or "").partition("%")[0])
    except ValueError:
        return "nowhere"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else f"{int(found) >> 64:x}"
    return str(found)


def _count(key: str, limit: int, per: timedelta, now: datetime) -> None:
    with unit_of_work():
        limits.hit(key=key, limit=limit, per=per, now=now)
