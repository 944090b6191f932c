"""What items, their values and numbers are called on pages and in files of results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Organisation
from webapp.core.charts.shapes import figures
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.courses.questionnaire.fields import (
    OTHER,
    Choice,
    Field,
    GoalsField,
    MultipleField,
    RankingField,
    SingleField,
    TargetsField,
)
from webapp.goals.reference import reference
from webapp.places import queries as places
from webapp.questionnaires import surveys_dimensions, wording
from webapp.questionnaires.labels import plain_label, plain_text
from webapp.questionnaires.queries_page import Names
from webapp.questionnaires.results import Item
from webapp.questionnaires.results_split import NONE, OTHERS, Group
from webapp.questionnaires.wording import NO_NAMES

MOST_NAMES = 25
PLACE = "place"
HUNDREDTH = Decimal("0.01")


def shown(number: Fraction | None) -> str:
    """An exact number with at most two decimals, halves away from zero; an en dash for none."""
    return figures(None if number is None else rounded(number))


def rounded(number: Fraction) -> Decimal:
    """An exact number with at most two decimals, halves away from zero."""
    hundredths = (abs(number.numerator) * 200 + number.denominator) // (2 * number.denominator)
    return Decimal(-hundredths if number < 0 else hundredths) * HUNDREDTH


def percent(part: int, whole: int) -> Decimal:
    """Share in per cent without decimals, halves up; 0 of nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal(1), ROUND_HALF_UP) if whole else Decimal(0)


def counted(part: int, whole: int) -> str:
    """`12 (40%)`."""
    return _("%(count)s (%(share)s%%)", count=figures(part), share=percent(part, whole))


def label_of(item: Item) -> str:
    """What an item is called within its field: row and column; empty for the field itself."""
    parts = [plain_text(item.row.text)] if item.row else []
    if isinstance(item.column, Field):
        parts.append(plain_label(item.column))
    elif item.column is not None:
        parts.append(plain_text(item.column.text))
    return " · ".join(parts)


def full_label(item: Item) -> str:
    """What an item is called by itself."""
    own = label_of(item)
    return f"{plain_label(item.field)} · {own}" if own else plain_label(item.field)


def value_words(item: Item, value: str, names: Names = NO_NAMES) -> str:
    """A value in words; what is not offered any more is said so."""
    asks = item.asks
    if value == NONE:
        return _("No answer")
    if isinstance(asks, (SingleField, MultipleField, RankingField)):
        return _option(asks.items if isinstance(asks, RankingField) else asks.options, value)
    if isinstance(asks, TargetsField):
        target = reference().target(value)
        return f"{value} {localised(target.label)}" if target else value
    return wording.parts(asks, [value] if isinstance(asks, GoalsField) else value, names)[0]


def _option(options: Iterable[Choice], value: str) -> str:
    found = next((each for each in options if each.id == value), None)
    if found is not None:
        return plain_text(found.text)
    return _("Other") if value == OTHER else _("%(value)s (no longer offered)", value=value)


def names_of(found: Iterable[tuple[Item, Iterable[str]]], places_too: Iterable[str] = ()) -> Names:
    """What the places and organisations among these values, and these places, are called. Two queries at most."""
    at = {UUID(each) for each in places_too if _is_id(each)}
    offices: set[UUID] = set()
    for item, values in found:
        ids = {UUID(each) for each in values if _is_id(each)}
        if item.asks.type.value == PLACE:
            at |= ids
        else:
            offices |= ids
    called = places.full_names(at) if at else {}
    rows = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(offices))).all() if offices else []
    return Names({str(row.id): row.name for row in rows}, {}, {str(place_id): name for place_id, name in called.items()})


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Words:
    """The words of one page: of values that are ids, and of groups."""

    names: Names = NO_NAMES
    groups: Mapping[str, str] = field(default_factory=dict)

    def group(self, group: Group) -> str:
        """The name of a group."""
        if group.key == OTHERS:
            return _("Smaller groups together")
        return self.groups.get(group.key) or group.key if group.key != NONE else _("Not known")

    def value(self, item: Item, value: str) -> str:
        """A value in words."""
        return value_words(item, value, self.names)


def groups_words(by: str, values: Iterable[str], names: Names) -> dict[str, str]:
    """What the values of a dimension are called, places by these names."""
    known = [each for each in values if each not in (NONE, OTHERS)]
    if by == PLACE:
        return {each: names.places.get(str(UUID(each)), "") for each in known if _is_id(each)}
    return {value: surveys_dimensions.words(by, value) for value in known}


def in_order(by: str, words: Mapping[str, str]) -> Callable[[str], tuple[int, str]]:
    """The order of groups: levels by rank, everything else by name; those not stated last, never by their numbers."""

    def key(value: str) -> tuple[int, str]:
        if value == NONE:
            return 2, ""
        if by == "position_level" and value.isdigit():
            return 0, value.zfill(6)
        return 1, words.get(value, value)

    return key


def dimension_label(name: str) -> str:
    """What a dimension is called."""
    label = surveys_dimensions.LABELS.get(name)
    return str(label) if label is not None else name

