"""What a page covers, in words: the question of a reader as they would put it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from babel.dates import get_timezone_name
from babel.lists import format_list

from webapp.core.config import settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, babel_locale, current_language, localised
from webapp.core.ui import dates
from webapp.courses.catalogue import catalogue
from webapp.statistics import words
from webapp.statistics.asking import RELATIVE, Asked
from webapp.statistics.slices import Dimension, unit_of
from webapp.trainings.records import title_of


@dataclass(frozen=True)
class Chosen:
    """A filter that is set: the names in the address that set it, what it is, and its value in words."""

    names: Sequence[str]
    label: str
    value: str


def day(value: date) -> str:
    """A day in the reader's language."""
    return dates.day_text(value, current_language(), settings().programme_zone)


def zone_name() -> str:
    """The programme's zone as people call it: 中国标准时间, China Standard Time."""
    return str(get_timezone_name(settings().programme_zone, zone_variant="standard", locale=babel_locale(current_language())))


def place_of(asked: Asked) -> str:
    """The places covered."""
    if asked.place is not None:
        return asked.place.name
    return _("all places") if asked.allowed is None else _("your places")


def period_of(first: date | None, last: date | None) -> str:
    """The days covered, both included."""
    if first is None and last is None:
        return _("from the beginning to today")
    if first is None:
        return _("until %(last)s", last=day(last)) if last else ""
    return _("from %(first)s to %(last)s", first=day(first), last=day(last) if last else _("today"))


def listed(parts: Iterable[str]) -> str:
    """Words one after the other as the language does it: a、b和c; a, b, and c."""
    return str(format_list(list(parts), locale=babel_locale(current_language())))


def name_of_period(first: date, last: date) -> str:
    """A quarter or a month by its name, else its days."""
    following = last + timedelta(days=1)
    for dimension, months in ((Dimension.QUARTER, 3), (Dimension.MONTH, 1)):
        unit, length = unit_of(dimension, first), (following.year - first.year) * 12 + following.month - first.month
        if (first.day, following.day, length) == (1, 1, months) and unit_of(dimension, last) == unit:
            return words.unit_word(dimension, unit)
    return period_of(first, last)


def relative_words() -> list[tuple[str, str]]:
    """Periods that move with today, as they are offered."""
    said = {
        "this-month": _("this month"), "last-month": _("last month"), "this-quarter": _("this quarter"),
        "last-quarter": _("last quarter"), "this-year": _("this year"), "last-year": _("last year"),
    }
    return [(each, said[each]) for each in RELATIVE]


def chosen(asked: Asked) -> list[Chosen]:
    """The filters that are set beside place and period, in the order of the form."""
    part, found = asked.part, list[Chosen]()
    if part.tree_on:
        found.append(Chosen(("tree",), _("Places as they stood on"), day(part.tree_on)))
    if part.course_id:
        course = catalogue().course(part.course_id)
        found.append(Chosen(("course",), _("Course"), localised(course.title) if course else part.course_id))
    if asked.training is not None:
        found.append(Chosen(("training",), _("Training"), title_of(asked.training)))
    if part.level_from is not None:
        level = dict(words.choices(Dimension.LEVEL)).get(str(part.level_from), "")
        found.append(Chosen(("level",), _("Position level"), _("%(level)s and above", level=level)))
    for dimension, name, values in (
        (Dimension.ORGANISATION, "organisation", part.organisations), (Dimension.SEX, "sex", part.sexes), (Dimension.AGE, "age", part.ages),
        (Dimension.LANGUAGE, "language", part.languages), (Dimension.DEVICE, "device", part.devices),
        (Dimension.CHANNEL, "channel", part.channels),
    ):
        if values:
            said = dict(words.choices(dimension))
            found.append(Chosen((name,), str(words.DIMENSIONS[dimension]), listed(said[each] for each in values)))
    if part.past:
        found.append(Chosen(("past",), _("Former years"), _("what was brought in is included")))
    if asked.against is not None:
        what = _("the period before") if asked.against_kind == "before" else _("a year ago")
        found.append(Chosen(
            ("against",), _("Compared with"),
            _("%(what)s, %(days)s", what=what, days=period_of(asked.against.first, asked.against.last)),
        ))
    return found


def about(asked: Asked) -> list[tuple[str, str]]:
    """Everything that the figures cover, as (what, value): for the page, for files and for print."""
    part = asked.part
    return [
        (_("Place"), place_of(asked)), (_("Period"), period_of(part.first, part.last)),
        *((each.label, each.value) for each in chosen(asked)),
        (_("Days are those of"), zone_name()),
    ]
