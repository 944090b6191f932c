"""Values in words: as a person reads them on the page, beside a conflict and in a removed field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import get_timezone

from webapp.core.i18n import _, current_language, localised
from webapp.core.ui.dates import day_text
from webapp.courses.questionnaire.fields import (
    CalculatedField,
    Choice,
    DateField,
    Field,
    FileField,
    GoalsField,
    MultipleField,
    NumberField,
    OrganisationField,
    PlaceField,
    RankingField,
    ScaleField,
    SingleField,
    TargetsField,
)
from webapp.courses.questionnaire.values import is_other, other_text
from webapp.courses.revisions import plain
from webapp.goals.reference import reference
from webapp.questionnaires.queries_page import Names

NO_NAMES = Names({}, {}, {})
YEAR_DIGITS = 4
_THOUSANDS = re.compile(r"(?<=[0-9])(?=(?:[0-9]{3})+$)")


def words(field: Field, value: Any, names: Names = NO_NAMES) -> str:
    """A stored value as one text in the reader's language; several things are joined by commas, an empty value is empty."""
    if value is None:
        return ""
    return _(", ").join(parts(field, value, names))


def parts(field: Field, value: Any, names: Names = NO_NAMES) -> list[str]:  # noqa: C901, PLR0911  one line a type
    """The same, each choice, goal or file by itself. What was stored under an earlier definition is shown as it is."""
    try:
        match field:
            case SingleField(options=options):
                return [_choice(value, options)]
            case MultipleField(options=options) | RankingField(items=options):
                return [_choice(each, options) for each in value]
            case NumberField(unit=unit):
                return [number(value, unit)]
            case ScaleField():
                return [_point(field, value)]
            case DateField():
                return [day_text(date.fromisoformat(value), current_language(), get_timezone())]
            case GoalsField():
                return [goal(int(each)) for each in value]
            case TargetsField():
                return [str(each) for each in value]
            case PlaceField():
                return [names.places.get(value, _("a place that is no longer known"))]
            case OrganisationField():
                return [_organisation(value, names)]
            case FileField():
                return [names.files[each].name if each in names.files else _("a file that is no longer there") for each in value]
            case CalculatedField():
                return [calculated(field, value)]
    except (TypeError, ValueError, AttributeError):
        pass
    return [str(value)]


def _choice(value: Any, options: tuple[Choice, ...]) -> str:
    if is_other(value):
        return _("Other: %(words)s", words=other_text(value))
    return next((localised(option.text) for option in options if option.id == value), str(value))


def _organisation(value: Any, names: Names) -> str:
    return other_text(value) if is_other(value) else names.organisations.get(value, _("an organisation that is no longer known"))


def _point(field: ScaleField, value: Any) -> str:
    place = int(value) - field.first
    if 0 <= place < len(field.points):
        return f"{value} · {localised(field.points[place])}"
    return str(value)


def grouped(number_text: str) -> str:
    """`11370.5` as `11,370.5`; four digits stay together, for they are often a year."""
    whole, point, fraction = number_text.partition(".")
    return (_THOUSANDS.sub(",", whole) if len(whole.lstrip("-")) > YEAR_DIGITS else whole) + point + fraction


def number(value: Any, unit: Mapping[str, str]) -> str:
    """A number with separators and its unit."""
    return f"{grouped(str(value))} {localised(unit)}".strip()


def goal(number_of: int) -> str:
    """`3 Good health`: number and short title."""
    found = reference().goal(number_of)
    return f"{number_of} {localised(found.title)}" if found else str(number_of)


def calculated(field: CalculatedField, value: Any) -> str:
    """What a calculation came to: a number with separators and unit, a text, yes or no; empty if nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return number(plain(value), field.unit)
    return str(value)
