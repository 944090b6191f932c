"""What lists and devices send about attendance, read: shape only, the rules decide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from webapp.core.i18n import _
from webapp.trainings.attendance_rules import OLDEST, Said
from webapp.trainings.models_onsite import Presence
from webapp.trainings.queries_attendance import Row
from webapp.trainings.services_attendance import AT_ONCE, Sent

PRESENT, LATE, ABSENT = "present", "late", "absent"
_CLOCK = re.compile(r"(\d{1,2})[:：.．时h]?(\d{2})分?")


class BadTime(ValueError):
    """A text that is no time of day."""


class BadMarks(ValueError):
    """A message of a device that has not the agreed shape."""


def uuid_or_none(text: object) -> UUID | None:
    """An id, if it is one."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """A time of day as people type it: 9:05, 0905, ９：05, 9时05分. None for nothing. Raises `BadTime`."""
    plain = "".join(str(int(each)) if each.isdecimal() else each for each in text.strip())
    if not plain:
        return None
    found = _CLOCK.fullmatch(plain)
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        pass
    raise BadTime(text)


def answer_of(said: Said) -> str:
    """Which of the three answers stands for what was said; empty for none."""
    if said.presence is Presence.PRESENT:
        return LATE if said.arrived else PRESENT
    return ABSENT if said.presence is Presence.ABSENT else ""


def said_of(answer: str, arrived: str, left: str) -> Said | None:
    """What a row of the form says; None for nothing. Raises `BadTime` for what is no time, or a late one without."""
    if answer == ABSENT:
        return Said(Presence.ABSENT)
    if answer not in (PRESENT, LATE):
        return None
    came = read_time(arrived) if answer == LATE else None
    if answer == LATE and came is None:
        raise BadTime("")
    return Said(Presence.PRESENT, came, read_time(left))


def marks_of_form(rows: Iterable[Row], form: Mapping[str, str], key: UUID) -> tuple[list[Sent], dict[UUID, str]]:
    """Marks of the rows that were changed in the form, and sentences for those that cannot be read.

    Ids follow from the form's key, so that a form that is sent twice is found.
    """
    marks, problems = list[Sent](), dict[UUID, str]()
    for row in rows:
        name = str(row.participant_id)
        try:
            said = said_of(form.get(f"p-{name}", ""), form.get(f"arrived-{name}", ""), form.get(f"left-{name}", ""))
        except BadTime as bad:
            problems[row.participant_id] = (
                _("%(name)s: “%(text)s” is no time of day, such as 9:40.", name=row.name, text=str(bad)) if str(bad)
                else _("%(name)s: late, but since when? Please enter the time of arrival.", name=row.name)
            )
            continue
        seen = uuid_or_none(form.get(f"after-{name}", ""))
        shown = form.get(f"was-{name}", "")
        if said is not None and shown != was(said):
            marks.append(Sent(uuid5(key, name), row.participant_id, said, after=(seen,) if seen else ()))
    return marks, problems


def was(said: Said) -> str:
    """What a form shows, in one hidden text, so that only what was changed is marked."""
    return "/".join((answer_of(said), clock_text(said.arrived), clock_text(said.left)))


def clock_text(moment: time | None) -> str:
    """`09:40`, or nothing."""
    return moment.strftime("%H:%M") if moment else ""


def marks_of_device(body: Any) -> list[Sent]:
    """Marks of a device's message. Raises `BadMarks` for another shape than the page's script sends."""
    listed = body.get("marks") if isinstance(body, dict) else None
    if not isinstance(listed, list) or len(listed) > AT_ONCE:
        raise BadMarks
    return [_mark(each) for each in listed]


def _mark(each: Any) -> Sent:
    try:
        age = timedelta(milliseconds=min(max(float(each["age_ms"]), 0.0), OLDEST.total_seconds() * 1000))
        return Sent(
            UUID(each["id"]), UUID(each["participant"]),
            Said(Presence(each["presence"]), read_time(each.get("arrived") or ""), read_time(each.get("left") or "")),
            after=tuple(UUID(seen) for seen in each.get("after", ())[:50]), age=age, device=str(each.get("device", ""))[:40],
            device_at=device_moment(str(each.get("device_at", ""))),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadMarks from error


def device_moment(text: str) -> datetime | None:
    """What a device's clock said, kept as it is, however wrong; None if it says nothing that can be kept."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)) if 1970 <= found.year < 9000 else None
