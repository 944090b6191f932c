"""Codes of the projector and tickets of the check-in page. Pure: nothing is stored until somebody checks in.

The code of a half minute follows from the session's secret and the time, so no row is written to show one. Opened in time, it gives a
ticket: a signed random number, good for a quarter of an hour, for one person.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.core.frozen import dataclass
from webapp.core.ids import ALPHABET

STEP = 30
# The code before is taken, too: photographs and slow networks take their time.
STEPS_TAKEN = 2
TICKET_LIVES = timedelta(minutes=15)
OPENS_BEFORE = timedelta(minutes=60)
LINK_LETTERS, DIGITS = 16, 6


@dataclass(frozen=True)
class Ticket:
    """What a check-in page carries."""

    session_id: UUID
    number: str

    @property
    def hash(self) -> str:
        """What is kept of it once it was used."""
        return hashlib.sha256(f"{self.session_id}:{self.number}".encode()).hexdigest()


def step_of(now: datetime) -> int:
    """Number of the half minute."""
    return int(now.timestamp()) // STEP


def seconds_left(now: datetime) -> int:
    """Until the next code, 1 to 30."""
    return STEP - int(now.timestamp()) % STEP


def link_code(secret: str, step: int) -> str:
    """The code in the address that the QR code holds: 80 bits."""
    number = int.from_bytes(_mac(secret, f"link:{step}")[:10])
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(LINK_LETTERS))


def typed_code(secret: str, step: int) -> str:
    """Six digits for phones without a camera."""
    return f"{int.from_bytes(_mac(secret, f'typed:{step}')[:8]) % 10**DIGITS:0{DIGITS}d}"


def _mac(secret: str, text: str) -> bytes:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()


def accepts_link(secret: str, code: str, now: datetime) -> bool:
    """Whether an address holds the code of this half minute or the one before."""
    current = step_of(now)
    return any(hmac.compare_digest(link_code(secret, current - back), code.upper()) for back in range(STEPS_TAKEN))


def accepts_typed(secret: str, digits: str, now: datetime) -> bool:
    """The same for the six digits."""
    current = step_of(now)
    return any(hmac.compare_digest(typed_code(secret, current - back), digits) for back in range(STEPS_TAKEN))


def read_digits(text: str) -> str:
    """What somebody typed, as six digits; empty if it is none. Wide digits and spaces do not matter."""
    digits = "".join(str(int(each)) for each in text if each.isdecimal())
    return digits if len(digits) == DIGITS else ""


def on_now(day: date, starts: time, ends: time, zone: ZoneInfo, now: datetime) -> bool:
    """Whether one can check in to a session: from an hour before its start to its end."""
    begins, over = (datetime.combine(day, at, tzinfo=zone) for at in (starts, ends))
    return begins - OPENS_BEFORE <= now <= over


def issue(keys: Sequence[str], session_id: UUID) -> str:
    """A new ticket, signed."""
    return str(_signer(keys).dumps([str(session_id), secrets.token_urlsafe(12)]))


def read_ticket(keys: Sequence[str], text: str, session_id: UUID) -> Ticket | None:
    """The ticket, if it is ours, young enough and of this session."""
    try:
        made_for, number = _signer(keys).loads(text, max_age=int(TICKET_LIVES.total_seconds()))
    except (BadData, ValueError, TypeError):
        return None
    return Ticket(session_id, str(number)) if made_for == str(session_id) else None


def _signer(keys: Sequence[str]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(keys), salt="check-in")
