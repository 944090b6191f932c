"""A questionnaire as an empty form: to look at before it is used, beside itself in another language, and to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from markupsafe import Markup

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised, speaking
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import (
    Cell,
    ChartField,
    Choice,
    Field,
    FieldType,
    GuidanceField,
    LongField,
    MatrixField,
    MultipleField,
    NumberField,
    RankingField,
    ScaleField,
    SingleField,
    TableField,
)
from webapp.courses.texts import blocks_html, inline_html

NOTHING = Markup()
EMPTY_ROWS = 3
LONGEST_SCALE = 11


@dataclass(frozen=True)
class Asked:
    """One field in one language. Of the lists only those of its kind are filled.

    `marks` are choices with a box before each; `lines` is how many empty lines to write on; `head` and `rows` make a table.
    """

    id: str
    type: FieldType
    label: Markup
    help: Markup
    needed: bool
    depends: bool
    text: Markup = NOTHING
    unit: str = ""
    lines: int = 0
    marks: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    note: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A section in one language."""

    id: str
    title: str
    guidance: Markup
    depends: bool
    asked: tuple[Asked, ...]


@dataclass(frozen=True)
class Form:
    """The whole in one language."""

    language: str
    title: str
    summary: Markup
    parts: tuple[Part, ...] = field(default=())


def preview(questionnaire: Questionnaire, language: str) -> Form:
    """The empty form in a language."""
    with speaking(language):
        return Form(language, localised(questionnaire.title, language), _inline(questionnaire.summary, language), tuple(
            Part(
                each.id, localised(each.title, language), _blocks(each.guidance, language), bool(each.when),
                tuple(_asked(one, language) for one in each.fields),
            )
            for each in questionnaire.sections
        ))


def _inline(text: Mapping[str, str], language: str) -> Markup:
    return Markup(inline_html(localised(text, language))) if text else Markup()  # noqa: S704  sanitised where it is rendered


def _blocks(text: Mapping[str, str], language: str) -> Markup:
    return Markup(blocks_html(localised(text, language), language)) if text else Markup()  # noqa: S704  as above


def _asked(one: Field, language: str) -> Asked:
    parts = _parts(one, language)
    return Asked(
        one.id, one.type, _inline(one.label, language), _inline(one.help, language), bool(one.required), bool(one.when), **parts,
    )


def _parts(one: Field, language: str) -> dict[str, Any]:  # noqa: PLR0911  one line a type
    match one:
        case SingleField() | MultipleField():
            return {"marks": _choices(one.options, language) + ((_("Other: …"),) if one.other else ())}
        case RankingField():
            return {"marks": _choices(one.items, language), "note": _("Number them; 1 is the best.")}
        case ScaleField():
            return {"marks": _points(one, language), "note": _ends(one, language)}
        case MatrixField():
            return _matrix(one, language)
        case TableField():
            head = tuple(_inline(column.label, language).striptags() for column in one.columns)
            return {"head": head, "rows": ("",) * max(1, min(EMPTY_ROWS, one.rows.max)), "notes": _of_columns(one, head, language)}
        case NumberField():
            return {"unit": localised(one.unit, language) if one.unit else "", "lines": 1}
        case LongField():
            return {"lines": 4}
        case GuidanceField():
            return {"text": _blocks(one.text, language)}
        case ChartField():
            return {"note": _("A chart is drawn here from the answers.")}
    others: dict[FieldType, dict[str, Any]] = {
        FieldType.HEADING: {}, FieldType.CALCULATED: {"note": _("Calculated from the answers.")},
        FieldType.GOALS: {"lines": 1, "note": _("Goals from 1 to 17")}, FieldType.TARGETS: {"lines": 1, "note": _("Targets such as 11.7")},
        FieldType.FILE: {"note": _("Attach files, or write where they are kept.")},
    }
    return others.get(one.type, {"lines": 1})


def _of_columns(table: TableField, head: tuple[str, ...], language: str) -> tuple[str, ...]:
    """For each column with choices or points, what they are."""
    found = []
    for column, name in zip(table.columns, head, strict=True):
        words: tuple[str, ...] = ()
        if isinstance(column, SingleField | MultipleField):
            words = _choices(column.options, language)
        elif isinstance(column, ScaleField):
            words = _points(column, language) if column.points else (f"{column.first}–{column.last}",)
        if words:
            found.append(_("%(name)s: %(words)s", name=name, words=" / ".join(words)))
    return tuple(found)


def _choices(options: tuple[Choice, ...], language: str) -> tuple[str, ...]:
    return tuple(str(_inline(each.text, language).striptags()) for each in options)


def _points(one: ScaleField, language: str) -> tuple[str, ...]:
    if one.points:
        return tuple(f"{one.first + at} {localised(each, language)}" for at, each in enumerate(one.points))
    if one.last - one.first >= LONGEST_SCALE:
        return ()
    return tuple(str(each) for each in range(one.first, one.last + 1))


def _ends(one: ScaleField, language: str) -> str:
    low, high = (localised(each, language) if each else "" for each in (one.low, one.high))
    return _("%(first)s: %(low)s; %(last)s: %(high)s", first=one.first, low=low, last=one.last, high=high) if low or high else ""


def _matrix(one: MatrixField, language: str) -> dict[str, Any]:
    head = ("", *_choices(one.columns, language)) if one.columns else ("", "")
    rows = _choices(one.rows, language) if one.rows else ("",) * EMPTY_ROWS
    note = _("Choose one in each row.") if one.cell is Cell.CHOICE else ""
    if one.cell is Cell.SINGLE:
        note = _("In each cell: %(choices)s", choices=" / ".join(_choices(one.options, language)))
    if one.cell is Cell.SCALE:
        note = _("In each cell: %(choices)s", choices=f"{one.first}–{one.last}")
    return {"head": head, "rows": rows, "note": note}
