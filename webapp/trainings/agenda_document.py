"""The agenda as a document, planned or as held, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from webapp.accounts.models import Person
from webapp.core.documents import blocks as b
from webapp.core.i18n import _, enumerated, localised, speaking
from webapp.trainings import agenda, agenda_words
from webapp.trainings.labels import days_text, times_text
from webapp.trainings.models import AgendaItem, TrainerPart, Training, TrainingSession
from webapp.trainings.records import title_of

ALL_PARTS = tuple(TrainerPart)


def blocks(training: Training, language: str, *, held: bool = False, level: int = 1) -> list[b.Block]:
    """A heading (of this level) and a table for each session that took or takes place. Three queries.

    `held` gives times and minutes as they were, leaves out what was left out and adds what was noted.
    """
    sessions, items = agenda.sessions(training.id), agenda.items(training.id)
    names = {person.id: person.name for person in agenda.trainers(training.id, ALL_PARTS)}
    with speaking(language):
        return [block for session in sessions for block in _session(training, session, items.get(session.id, []), names, (held, level))]


def document(training: Training, language: str, *, author: str, now: datetime, held: bool = False) -> b.Document:
    """The agenda with what participants need to know of the training; its place and host must be loaded. Four queries."""
    content = blocks(training, language, held=held)
    trainers = agenda.trainers(training.id)
    with speaking(language):
        return b.Document(
            title_of(training), language, tuple(content), subtitle=_("Agenda as held") if held else _("Agenda"), author=author,
            facts=facts(training, trainers), created=now.date(),
        )


def facts(training: Training, trainers: Sequence[Person]) -> list[tuple[str, b.Words]]:
    """Days, place and people of the training, in the language in force."""
    found = [
        (_("Days"), days_text(training)),
        (_("Host organisation"), training.host.name if training.host else ""),
        (_("Venue"), enumerated(part for part in (training.venue, training.room) if part)),
        (_("Address"), training.address),
        (_("Trainers"), enumerated(person.name for person in trainers)),
    ]
    return [(term, text) for term, text in found if text]


def _session(
    training: Training, session: TrainingSession, items: list[AgendaItem], names: dict[UUID, str], how: tuple[bool, int],
) -> Iterator[b.Block]:
    held, level = how
    yield b.Heading(agenda_words.session_title(session, training), level)
    when = " · ".join(part for part in (agenda_words.when_text(session), session.room) if part)
    rows = agenda.as_held(session, items) if held else agenda.timed(session, items)
    if rows:
        yield b.Table(
            (
                b.Column(_("Time"), 17), b.Column(_("Minutes"), 13, b.Align.RIGHT), b.Column(_("What happens"), 41),
                b.Column(_("Led by"), 14), b.Column(_("Materials"), 25),
            ),
            [
                (
                    times_text(starts, ends), str(agenda.held_minutes(item) if held else item.minutes), _what(item, held=held),
                    agenda_words.leader_name(names, item), localised(item.materials),
                )
                for item, starts, ends in rows
            ],
            caption=when,
        )
    else:
        yield b.Paragraph(when, small=True)
    left_out = [agenda_words.item_title(item) for item in items if held and item.held_minutes == 0]
    if left_out:
        yield b.Paragraph(_("Left out: %(titles)s", titles="; ".join(left_out)), small=True)


def _what(item: AgendaItem, *, held: bool) -> b.Words | Sequence[b.Block]:
    title = agenda_words.item_title(item)
    return [b.Paragraph(title), b.Paragraph(item.note, small=True)] if held and item.note else title
