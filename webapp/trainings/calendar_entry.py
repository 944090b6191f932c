"""Sessions of a training as entries of a calendar (RFC 5545), sent by mail (RFC 5546, RFC 6047) or taken from the participant's page.

Each session is one event. Its UID is made of participant and session and never changes, so that an update moves the same event and
a cancellation takes it away. SEQUENCE only ever grows: with the plan, and with every time somebody registers and withdraws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from webapp.core.frozen import dataclass
from webapp.core.late import Late
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.models_people import Participant, ParticipantState

if TYPE_CHECKING:
    import icalendar
    from icalendar import Event, Timezone, vCalAddress
else:
    # Needed by mails and files only: a start does not wait for it.
    icalendar = Late("icalendar")

PRODUCT = "-//LocalGoals//LocalGoals//EN"


class Method(StrEnum):
    """What a calendar does with an object: take it in or change it, take it away, or only show it."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


@dataclass(frozen=True)
class Entry:
    """What stands in the events: texts in the reader's language, the sender's address, and the domain of the UIDs."""

    title: str
    about: str
    url: str
    organizer: str
    organizer_name: str
    domain: str
    attendee: str = ""
    attendee_name: str = ""


def uid(participant_id: UUID, session_id: UUID, domain: str) -> str:
    """The one UID of a session in the calendar of a participant."""
    return f"{participant_id}-{session_id}@{domain}"


def sequence(training: Training, participant: Participant, method: Method) -> int:
    """Grows with each change of the plan and each round of registering; a cancellation stands above what it takes away."""
    return training.calendar_sequence + 2 * participant.rounds + (method is Method.CANCEL)


def mailed(
    training: Training, participant: Participant, entry: Entry, now: datetime, *, held: Iterable[TrainingSession] = (),
    gone: Iterable[TrainingSession] = (),
) -> str:
    """A stream of objects for a mail: a REQUEST for each session that is `held`, a CANCEL for each that is `gone`; may be empty."""
    requests = [_calendar(Method.REQUEST, training, participant, entry, [each], now) for each in held]
    return "".join([*requests, *(_calendar(Method.CANCEL, training, participant, entry, [each], now) for each in gone)])


def published(training: Training, participant: Participant, entry: Entry, sessions: Sequence[TrainingSession], now: datetime) -> str:
    """One file with every session, for those who take it from the page: the same events as in the mails."""
    return _calendar(Method.PUBLISH, training, participant, entry, sessions, now)


def _calendar(
    method: Method, training: Training, participant: Participant, entry: Entry, sessions: Sequence[TrainingSession], now: datetime,
) -> str:
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    if sessions and training.zone != "UTC":
        calendar.add_component(_zone(training.zone, min(each.day for each in sessions).year, max(each.day for each in sessions).year))
    for each in sessions:
        calendar.add_component(_event(method, training, participant, entry, each, now))
    return str(calendar.to_ical().decode())


@lru_cache(maxsize=64)
def _zone(name: str, first: int, last: int) -> Timezone:
    """The clock of a zone from the year before to the year after. Kept: making it takes longer than the rest of a calendar."""
    made: Timezone = icalendar.Timezone.from_tzid(name, first_date=date(first - 1, 1, 1), last_date=date(last + 2, 1, 1))
    return made


def _event(
    method: Method, training: Training, participant: Participant, entry: Entry, session: TrainingSession, now: datetime,
) -> Event:
    zone = ZoneInfo(training.zone)
    event = icalendar.Event()
    event.add("uid", uid(participant.id, session.id, entry.domain))
    event.add("dtstamp", now)
    event.add("sequence", sequence(training, participant, method))
    event.add("dtstart", datetime.combine(session.day, session.starts, zone))
    event.add("dtend", datetime.combine(session.day, session.ends, zone))
    event.add("summary", f"{entry.title}: {session.title}" if session.title else entry.title)
    event.add("location", ", ".join(each for each in (training.venue, session.room or training.room, training.address) if each))
    event.add("description", f"{entry.about}\n\n{entry.url}" if entry.about else entry.url)
    event.add("url", entry.url)
    registered = participant.state is ParticipantState.REGISTERED
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED" if registered else "TENTATIVE")
    organizer = icalendar.vCalAddress(f"mailto:{entry.organizer}")
    organizer.params["CN"] = icalendar.vText(entry.organizer_name)
    event.add("organizer", organizer)
    if entry.attendee and method is not Method.PUBLISH:
        event.add("attendee", _attendee(entry, registered=registered))
    return event


def _attendee(entry: Entry, *, registered: bool) -> vCalAddress:
    """Answers are given on the participant's page: none is asked for by mail."""
    attendee = icalendar.vCalAddress(f"mailto:{entry.attendee}")
    attendee.params["CN"] = icalendar.vText(entry.attendee_name)
    attendee.params["ROLE"] = icalendar.vText("REQ-PARTICIPANT")
    attendee.params["PARTSTAT"] = icalendar.vText("ACCEPTED" if registered else "NEEDS-ACTION")
    attendee.params["RSVP"] = icalendar.vText("FALSE")
    return attendee
