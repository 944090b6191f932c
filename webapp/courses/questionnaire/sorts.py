"""What kind of value a part of an expression is, so that an author's slip is named before anybody fills anything in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.questionnaire.fields import OTHER, Cell, Field, FieldType, MatrixField, MultipleField, SingleField, TableField
from webapp.goals.reference import reference


class Sort(StrEnum):
    """The kinds of values. A choice is one option, a set some of them; `ROWS` is a table by itself, `ANY` not known."""

    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"
    SET = "set"
    LIST = "list"
    ROWS = "rows"
    EMPTY = "empty"
    ANY = "any"


@dataclass(frozen=True)
class Type:
    """A kind of value. `column` is the table (or matrix) that has one such value a row, empty for a single value.

    `options` are what a choice or set may hold, `source` the field's id, `literal` the text as written.
    """

    sort: Sort
    column: str = ""
    options: tuple[str, ...] = ()
    source: str = ""
    literal: str | None = None
    members: tuple[Type, ...] = ()

    def words(self) -> str:
        """The kind in words, for a sentence."""
        if self.column and self.sort is not Sort.ROWS:
            return _("a value for each row")
        return {
            Sort.NUMBER: _("a number"), Sort.TEXT: _("a text"), Sort.DATE: _("a date"), Sort.FLAG: _("true or false"),
            Sort.CHOICE: _("a choice"), Sort.SET: _("several choices"), Sort.LIST: _("a list"), Sort.ROWS: _("a table"),
            Sort.EMPTY: _("nothing"), Sort.ANY: _("a value"),
        }[self.sort]


NUMBER, TEXT, FLAG, EMPTY, ANY = (Type(sort) for sort in (Sort.NUMBER, Sort.TEXT, Sort.FLAG, Sort.EMPTY, Sort.ANY))
GOAL_OPTIONS = tuple(str(number) for number in range(1, 18))


class Mismatch(ValueError):
    """Two parts do not go together; the message is a sentence for the author."""


def together(sort: Sort, *types: Type) -> Type:
    """The kind of what is made of these: one value a row if any of them is, of the same table. Raises `Mismatch`."""
    columns = sorted({type_.column for type_ in types if type_.column})
    if len(columns) > 1:
        raise Mismatch(_("`%(first)s` and `%(second)s` have different rows. Expected columns of one table.",
                         first=columns[0], second=columns[1]))
    return Type(sort, columns[0] if columns else "")


def type_of(field: Field) -> Type:
    """The kind of a field's value."""
    kinds = {
        FieldType.NUMBER: Sort.NUMBER, FieldType.SCALE: Sort.NUMBER, FieldType.DATE: Sort.DATE, FieldType.CALCULATED: Sort.ANY,
        FieldType.RANKING: Sort.SET, FieldType.FILE: Sort.SET,
    }
    if isinstance(field, (SingleField, MultipleField)):
        options = tuple(option.id for option in field.options) + ((OTHER,) if field.other else ())
        return Type(Sort.CHOICE if isinstance(field, SingleField) else Sort.SET, options=options, source=field.id)
    if field.type is FieldType.GOALS:
        return Type(Sort.SET, options=GOAL_OPTIONS, source=field.id)
    if field.type is FieldType.TARGETS:
        return Type(Sort.SET, options=tuple(reference().targets), source=field.id)
    if field.type is FieldType.RANKING:
        return Type(Sort.SET, options=tuple(item.id for item in getattr(field, "items", ())), source=field.id)
    return Type(kinds.get(field.type, Sort.TEXT), source=field.id)


class Names:
    """What names mean in a questionnaire, and inside a table the columns of the same row.

    `broken` are ids of fields that could not be read: they are taken as they come, and `met_broken` says that one was.
    """

    def __init__(self, fields: Mapping[str, Field], own: TableField | None = None, broken: Iterable[str] = ()) -> None:
        self.fields, self.own, self.broken = fields, own, frozenset(broken)
        self.met_broken = False

    def knows(self, field_id: str) -> bool:
        """Whether something has this id."""
        return field_id in self.fields or field_id in self.broken or bool(self.own and self.own.column(field_id))

    def name(self, name: str) -> tuple[tuple[Any, ...], Type]:
        """Tree and kind of a plain name. Raises `Mismatch`."""
        field_id = name.replace("_", "-")
        column = self.own.column(field_id) if self.own else None
        if column is not None:
            return ("own", field_id), type_of(column)
        if field_id in self.broken:
            self.met_broken = True
            return ("empty",), ANY
        field = self.fields.get(field_id)
        if field is None:
            raise Mismatch(self._unknown(name, field_id))
        if isinstance(field, TableField):
            return ("rows", field_id), Type(Sort.ROWS, column=field_id)
        if isinstance(field, MatrixField):
            return ("cells", field_id), replace(type_of(field.cell_field), column=field_id)
        if not field.answerable and field.type is not FieldType.CALCULATED:
            raise Mismatch(_("The field `%(id)s` has no value (%(type)s).", id=field_id, type=field.type.value))
        return ("field", field_id), type_of(field)

    def part(self, name: str, part: str) -> tuple[tuple[Any, ...], Type]:
        """Tree and kind of `table.column`, or of a row or column of a matrix. Raises `Mismatch`."""
        field_id, part_id = name.replace("_", "-"), part.replace("_", "-")
        if field_id in self.broken:
            self.met_broken = True
            return ("empty",), ANY
        field = self.fields.get(field_id)
        if field is None:
            raise Mismatch(self._unknown(name, field_id))
        if isinstance(field, TableField):
            column = field.column(part_id)
            if column is None:
                known = ", ".join(each.id.replace("-", "_") for each in field.columns)
                raise Mismatch(_("`%(table)s` has no column `%(column)s`. Expected one of: %(known)s.",
                                 table=field_id, column=part_id, known=known))
            return ("column", field_id, part_id), replace(type_of(column), column=field_id)
        if isinstance(field, MatrixField):
            return self._matrix(field, part_id)
        raise Mismatch(_("`%(id)s` is no table and has no columns.", id=field_id))

    @staticmethod
    def _matrix(field: MatrixField, part: str) -> tuple[tuple[Any, ...], Type]:
        by_row = field.cell is Cell.CHOICE
        known = field.rows if by_row else field.columns
        if all(each.id != part for each in known):
            raise Mismatch(_("`%(matrix)s` has no `%(part)s`. Expected one of: %(known)s.",
                             matrix=field.id, part=part, known=", ".join(each.id.replace("-", "_") for each in known) or _("nothing")))
        type_ = type_of(field.cell_field)
        return ("cells", field.id, part), type_ if by_row else replace(type_, column=field.id)

    def _unknown(self, name: str, field_id: str) -> str:
        own = [column.id for column in self.own.columns] if self.own else []
        near = get_close_matches(field_id, [*own, *self.fields], 1)
        if near:
            return _("There is no field `%(name)s`. Did you mean `%(near)s`?", name=name, near=near[0].replace("-", "_"))
        longer = sorted(each for each in self.fields if each.startswith(f"{field_id}-"))
        if longer:
            return _("There is no field `%(name)s`. Did you mean `%(near)s`?", name=name, near=longer[0].replace("-", "_"))
        return _("There is no field `%(name)s`.", name=name)


def _option(type_: Type, literal: Type, text: str) -> None:
    """Refuse a text that the choice can never be."""
    value = literal.literal if literal.literal is not None else text
    numbers = type_.options is GOAL_OPTIONS
    if numbers and literal.literal is not None:
        raise Mismatch(_("`%(field)s` holds numbers. Expected the goal without quotation marks.", field=type_.source))
    if not numbers and literal.sort is Sort.NUMBER:
        raise Mismatch(_("`%(field)s` holds ids. Expected `%(option)s` in quotation marks.", field=type_.source, option=text))
    if type_.options and (literal.literal is not None or literal.sort is Sort.NUMBER) and value not in type_.options:
        known = ", ".join(type_.options[:20]) + ("…" if len(type_.options) > 20 else "")
        raise Mismatch(_("`%(field)s` has no option `%(option)s`. Expected one of: %(known)s.",
                         field=type_.source, option=value, known=known))


FREE = (Sort.ANY, Sort.EMPTY)
TEXTS = (Sort.TEXT, Sort.CHOICE, Sort.DATE)


def compare(sign: str, left: Type, right: Type, texts: tuple[str, str]) -> Type:
    """The kind of `left sign right`. Raises `Mismatch` where it could never be meant."""
    for type_, text in ((left, texts[0]), (right, texts[1])):
        if type_.sort in (Sort.ROWS, Sort.LIST) or (type_.sort is Sort.SET and sign not in ("==", "!=")):
            raise Mismatch(_("`%(part)s` is %(found)s and cannot be compared with `%(sign)s`.", part=text, found=type_.words(), sign=sign))
    for one, other, text in ((left, right, texts[1]), (right, left, texts[0])):
        if one.sort is Sort.SET and other.sort not in (Sort.SET, *FREE):
            raise Mismatch(_("`%(field)s` holds several values. Expected `%(part)s in %(name)s`.",
                             field=one.source, part=text, name=one.source.replace("-", "_")))
        if one.sort is Sort.CHOICE:
            _option(one, other, text)
    if sign not in ("==", "!="):
        for type_, text in ((left, texts[0]), (right, texts[1])):
            if type_.sort not in (Sort.NUMBER, Sort.DATE, *FREE) and type_.literal is None:
                raise Mismatch(_("`%(part)s` is %(found)s. Expected %(expected)s.",
                                 part=text, found=replace(type_, column="").words(), expected=_("a number or a date")))
    if left.sort not in FREE and right.sort not in FREE and left.sort is not right.sort and not (
        left.sort in TEXTS and right.sort in TEXTS
    ):
        raise Mismatch(_("`%(left)s` is %(left_words)s and `%(right)s` is %(right_words)s: they are never equal.",
                         left=texts[0], left_words=replace(left, column="").words(),
                         right=texts[1], right_words=replace(right, column="").words()))
    return together(Sort.FLAG, left, right)


def contain(_sign: str, left: Type, right: Type, texts: tuple[str, str]) -> Type:
    """The kind of `left in right`. Raises `Mismatch` where it could never be meant."""
    if right.sort is Sort.LIST:
        for member in right.members:
            if left.sort is Sort.CHOICE:
                _option(left, member, texts[1])
        return together(Sort.FLAG, left, *right.members)
    if right.sort is Sort.SET:
        _option(right, left, texts[0])
        return together(Sort.FLAG, left, right)
    if right.column and right.sort is not Sort.ROWS:
        if right.sort is Sort.CHOICE:
            _option(right, left, texts[0])
        return Type(Sort.FLAG, left.column)
    if right.sort in FREE:
        return together(Sort.FLAG, left, right)
    raise Mismatch(_("`%(part)s` is %(found)s. Expected %(expected)s.",
                     part=texts[1], found=right.words(), expected=_("several values, or a list such as ['a', 'b']")))
