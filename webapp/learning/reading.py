"""The ticket that a shown page carries, so that only pages we served are counted as views."""

from __future__ import annotations

import math
from uuid import UUID

from flask import current_app
from itsdangerous import BadSignature, TimestampSigner

from webapp.core.config import settings
from webapp.core.frozen import dataclass
from webapp.core.ids import new_id
from webapp.courses.content import Course, Step
from webapp.learning.rules import TICKET_SECONDS


@dataclass(frozen=True)
class Shown:
    """One showing of a step's page."""

    view_id: UUID
    course_id: str
    step_id: str


def ticket(course: Course, step: Step) -> str:
    """A signed ticket for one showing."""
    return _signer().sign(f"{new_id().hex}/{course.id}/{step.id}").decode()


def read_ticket(text: str) -> Shown | None:
    """What the ticket says, or None if it is forged or a day old."""
    try:
        view_id, course_id, step_id = _signer().unsign(text, max_age=TICKET_SECONDS).decode().split("/")
        return Shown(UUID(view_id), course_id, step_id)
    except (BadSignature, ValueError):
        return None


def seconds_of(text: str) -> float:
    """Seconds as the browser says them; nonsense is no time."""
    try:
        seconds = float(text)
    except ValueError:
        return 0
    return seconds if math.isfinite(seconds) else 0


def _signer() -> TimestampSigner:
    signer = current_app.extensions.get("reading_signer")
    if signer is None:
        signer = current_app.extensions["reading_signer"] = TimestampSigner(settings().signing_keys, salt="reading")
    assert isinstance(signer, TimestampSigner)
    return signer
