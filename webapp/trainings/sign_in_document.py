"""Sign-in sheets: for each day the names by their sound, a place to sign for each half-day, and empty lines for walk-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from webapp.accounts.models import Organisation, Person
from webapp.core.documents import blocks as b
from webapp.core.i18n import _, speaking
from webapp.trainings import agenda, agenda_words
from webapp.trainings.labels import times_text
from webapp.trainings.models import Training, TrainingSession
from webapp.trainings.records import title_of

WALK_INS = 5
# Two half-days beside one another leave room to sign; a third gets a sheet of its own.
BESIDE = 2
# A line and an empty one: high enough to sign by hand.
ROOM_TO_SIGN = "\u00a0\n\u00a0"


def document(training: Training, language: str, *, author: str, now: datetime) -> b.Document:
    """One sheet for every two half-days of a day; the training's place must be loaded. Two queries."""
    sessions = agenda.sessions(training.id)
    people = [(person, organisation) for _participant, person, organisation in agenda.participants(training.id)]
    with speaking(language):
        content: list[b.Block] = []
        for _day, of_day in groupby(sessions, key=lambda session: session.day):
            halves = list(of_day)
            for at in range(0, len(halves), BESIDE):
                if content:
                    content.append(b.PageBreak())
                content.extend(_sheet(training, halves[at : at + BESIDE], people))
        if not content:
            content.append(b.Paragraph(_("The training has no sessions yet.")))
        return b.Document(_("Sign-in sheet"), language, tuple(content), subtitle=title_of(training), author=author, created=now.date())


def _sheet(
    training: Training, sessions: Sequence[TrainingSession], people: Sequence[tuple[Person, Organisation | None]],
) -> list[b.Block]:
    where = agenda_words.place_of(sessions[0], training)
    heading = agenda_words.day_text(sessions[0].day)
    columns = [b.Column(_("No."), 7, b.Align.RIGHT), b.Column(_("Name"), 19), b.Column(_("Organisation"), 24)]
    for session in sessions:
        half = f"{agenda_words.half_day(session)} {times_text(session.starts, session.ends)}"
        columns += [b.Column(_("%(half_day)s: signature", half_day=half), 15), b.Column(_("Arrived / left"), 10)]
    signs = [ROOM_TO_SIGN, ""] * len(sessions)
    rows: list[list[b.Words]] = [
        [str(number), person.name, organisation.name if organisation else "", *signs]
        for number, (person, organisation) in enumerate(people, 1)
    ]
    rows += [[str(len(people) + number), "", "", *signs] for number in range(1, WALK_INS + 1)]
    return [
        b.Heading(heading, 1), *([b.Paragraph(where, small=True)] if where else []), b.Table(columns, rows, small=True),
        b.Paragraph(_(
            "Who has checked in by the code on the screen is recorded already and may sign as well. "
            "Please write the time if you come late or leave early. The empty lines are for those who are not on the list."
        ), small=True),
        b.Paragraph(_("Checked by: ____________________")),
    ]
