"""Trainings one by one, with the people of the slice in each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import joinedload, load_only

from webapp.core.database import db
from webapp.core.i18n import _
from webapp.places.models import Place
from webapp.places.queries import within
from webapp.statistics import access, described, past_trainings, words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.grids import ONSITE, cells_of, figures, heads, unequal, values, whole_of
from webapp.statistics.slices import Dimension
from webapp.statistics.tables import Head, Line, Shown, Table
from webapp.trainings.labels import STATES
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.records import title_of


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """Every training of the places and the period, and those elsewhere in which people of these places took part."""
    wanted = figures(ONSITE)
    counted = cells_of(found, asked.part, Dimension.TRAINING, wanted)
    then = None if asked.against is None else cells_of(found, asked.against, Dimension.TRAINING, wanted)
    present = {key for key in {*counted, *(then or {})} if key is not None}
    lines = []
    for key, place, day, state, title in _listed(asked, present):
        row = values(wanted, counted.get(key, {}), None if then is None else then.get(key, {}))
        if not access.covers(asked.allowed, place):
            # What others do is theirs to show: the people of these places are counted, the training has no name.
            lines.append(Line(words.elsewhere(), ["", _day(day), "", *row]))
            continue
        said = _("of a former year") if state is None else str(STATES[state])
        lines.append(Line(title, [place.name(), _day(day), said, *row], f"/trainings/{key}/" if state else ""))
    whole = whole_of(found, asked.part)
    before = None if asked.against is None else whole_of(found, asked.against)
    lines.append(Line(_("Total"), ["", "", "", *values(wanted, whole, before)], total=True))
    columns = [Head(_("Place"), number=False), Head(_("First day of the training"), number=False), Head(_("State"), number=False)]
    table = Table(
        "trainings", _("Trainings"), _("Training"), [*columns, *heads(asked, wanted)], lines,
        unequal(wanted, list(counted.values()), whole),
    )
    says = [_("People are counted at the place that they had at that moment, which may lie elsewhere than the training.")]
    return Shown(_("Trainings"), described.about(asked), asked.part.cut_off, [table], wanted, says)


def _day(value: date | None) -> str:
    return described.day(value) if value else _("no day yet")


def _listed(asked: Asked, present: set[UUID]) -> list[tuple[UUID, Place, date | None, TrainingState | None, str]]:
    """Id, place, first day, state and title of what stands in the table, by day; no state: of a former year. Three queries at most."""
    rows = _found(asked, present)
    of_before = past_trainings.former(present - {each.id for each in rows} if asked.part.past else ())
    found = [(each.id, each.place, each.first_day, each.state, title_of(each)) for each in rows]
    both = [*found, *((each.id, each.place, each.day, None, each.title) for each in of_before.values())]
    return sorted(both, key=lambda each: (each[2] or date.max, each[1].path, each[0]))


def _found(asked: Asked, present: set[UUID]) -> Sequence[Training]:
    """Trainings with people, and those of the places and days without any where nothing narrows the people. One query."""
    wanted: list[ColumnElement[bool]] = [Training.id.in_(present)] if present else [false()]
    part = asked.part
    narrowed = any((
        part.course_id, part.level_from, part.organisations, part.sexes, part.ages, part.languages, part.devices, part.channels,
    ))
    if not narrowed and part.training_id is None:
        held = [or_(false(), *(within(path) for path in part.paths))] if part.paths is not None else []
        if part.first is not None:
            held.append(Training.last_day >= part.first)
        if part.last is not None:
            held.append(Training.first_day <= part.last)
        wanted.append(Training.id.in_(select(Training.id).join(Place, Place.id == Training.place_id).where(*held)))
    query = select(Training).where(or_(*wanted)).options(
        load_only(Training.id, Training.title, Training.state, Training.first_day, Training.place_id), joinedload(Training.place),
    )
    return list(db.session.scalars(query))
