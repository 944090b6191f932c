"""Words of dimensions and of their values, and the order in which values stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts.labels import ORGANISATION_TYPES, POSITION_LEVELS, SEXES
from webapp.accounts.models import OrganisationType, PositionLevel, Sex
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES, _, current_language, lazy, localised
from webapp.core.ui import dates
from webapp.courses.catalogue import catalogue
from webapp.participation.models import Channel, Device
from webapp.places.models import PlaceSpell
from webapp.statistics import access, past_trainings
from webapp.statistics.slices import PLACES, TIMES, Dimension
from webapp.trainings.models import Training
from webapp.trainings.records import title_of

DIMENSIONS = {
    Dimension.PROVINCE: lazy("Province"), Dimension.CITY: lazy("City"), Dimension.COUNTY: lazy("County"), Dimension.YEAR: lazy("Year"),
    Dimension.QUARTER: lazy("Quarter"), Dimension.MONTH: lazy("Month"), Dimension.WEEK: lazy("Week"), Dimension.DAY: lazy("Day"),
    Dimension.COURSE: lazy("Course"), Dimension.STEP: lazy("Step of a course"), Dimension.TRAINING: lazy("Training"),
    Dimension.ORGANISATION: lazy("Type of organisation"), Dimension.LEVEL: lazy("Position level"), Dimension.SEX: lazy("Sex"),
    Dimension.AGE: lazy("Age"), Dimension.LANGUAGE: lazy("Language"), Dimension.DEVICE: lazy("Device"), Dimension.CHANNEL: lazy("Channel"),
}
DEVICES = {
    Device.PHONE: lazy("Phone"), Device.TABLET: lazy("Tablet"), Device.COMPUTER: lazy("Computer"), Device.UNKNOWN: lazy("Unknown device"),
}
CHANNELS = {
    Channel.ONLINE: lazy("Online"), Channel.ONSITE: lazy("Onsite"), Channel.PAPER: lazy("Paper forms"), Channel.IMPORT: lazy("From a list"),
}
LANGUAGE_NAMES = {"zh-Hans": "中文", "en": "English"}
AGES = ("-17", "18-25", "26-35", "36-45", "46-55", "56-65", "66+")
_FIXED: Mapping[Dimension, Mapping[Any, Any]] = {
    Dimension.ORGANISATION: {each.value: ORGANISATION_TYPES[each] for each in OrganisationType},
    Dimension.LEVEL: {each.value: POSITION_LEVELS[each] for each in PositionLevel},
    Dimension.SEX: {each.value: SEXES[each] for each in Sex},
    Dimension.DEVICE: {each.value: DEVICES[each] for each in Device}, Dimension.CHANNEL: {each.value: CHANNELS[each] for each in Channel},
    Dimension.LANGUAGE: {each: LANGUAGE_NAMES[each] for each in LANGUAGES},
}


def not_stated() -> str:
    """What stands where a value is missing."""
    return _("not stated")


def age_word(band: str) -> str:
    """An age band in words."""
    if band == AGES[0]:
        return _("under 18")
    return _("66 and older") if band == AGES[-1] else band.replace("-", "–")


def unit_word(dimension: Dimension, unit: str) -> str:
    """A unit of time (see `slices.unit_of`) in words."""
    year, _hyphen, rest = unit.partition("-")
    match dimension:
        case Dimension.QUARTER:
            return _("Q%(quarter)s %(year)s", quarter=rest[1:], year=year)
        case Dimension.WEEK:
            return _("Week %(week)s, %(year)s", week=rest[1:], year=year)
        case Dimension.MONTH:
            return dates.month_text(date(int(year), int(rest), 1), current_language(), UTC)
        case Dimension.DAY:
            return dates.day_text(date.fromisoformat(unit), current_language(), UTC)
        case _:
            return year


def choices(dimension: Dimension) -> list[tuple[str, str]]:
    """Every value that a filter may ask for, with its words. Only of dimensions with fixed values and of courses."""
    if dimension is Dimension.AGE:
        return [(each, age_word(each)) for each in AGES]
    if dimension is Dimension.COURSE:
        return [(each.id, localised(each.title)) for each in catalogue().courses]
    return [(str(value), str(word)) for value, word in _FIXED[dimension].items()]


def named(
    dimension: Dimension, values: Iterable[Any], tree_on: date | None = None, *, allowed: tuple[str, ...] | None = None,
) -> list[tuple[Any, str]]:
    """Values with their words, in the order in which they stand: places by code, time as it went, never by size.

    `allowed` are the reader's trees: a training outside them has no name. One query at most, two more for trainings of former years.
    """
    present = set(values)
    stated = present - {None}
    if dimension in PLACES:
        found = _places(stated, tree_on)
    elif dimension is Dimension.TRAINING:
        found = _trainings(stated, allowed)
    elif dimension in TIMES:
        found = [(each, unit_word(dimension, each)) for each in sorted(stated)]
    elif dimension is Dimension.STEP:
        found = [(each, str(each)) for each in sorted(stated)]
    else:
        known = choices(dimension)
        plain = {str(each): each for each in stated}
        found = [(plain.pop(value), word) for value, word in known if value in plain]
        found += [(value, text) for text, value in sorted(plain.items())]
    return [*found, (None, not_stated())] if None in present else found


def _places(paths: set[str], tree_on: date | None) -> list[tuple[Any, str]]:
    """By path, which is by code; a path that several places had is called as the last of them was by the day."""
    named_by: dict[str, str] = {}
    query = select(PlaceSpell.path, PlaceSpell.names, PlaceSpell.valid_from).where(PlaceSpell.path.in_(paths))
    for path, names, begins in db.session.execute(query.order_by(PlaceSpell.valid_from)) if paths else ():
        if tree_on is None or begins <= tree_on or path not in named_by:
            named_by[path] = localised(names)
    return [(path, named_by.get(path, path)) for path in sorted(paths)]


def _trainings(ids: set[UUID], allowed: tuple[str, ...] | None) -> list[tuple[Any, str]]:
    query = select(Training).where(Training.id.in_(ids)).options(joinedload(Training.place))
    rows = list(db.session.scalars(query)) if ids else []
    of_before = past_trainings.former(ids - {each.id for each in rows})
    found = [(each.first_day, each.id, each.place, title_of(each)) for each in rows]
    found += [(each.day, each.id, each.place, each.title) for each in of_before.values()]
    found.sort(key=lambda each: (each[0] or date.min, each[1]))
    return [
        (key, " ".join(filter(None, (title, day.isoformat() if day else ""))) if access.covers(allowed, place) else elsewhere())
        for day, key, place, title in found
    ]


def elsewhere() -> str:
    """What stands for a training outside the reader's places in which people of these took part."""
    return _("a training elsewhere")
