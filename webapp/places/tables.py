"""Reading a file of places: bytes to typed rows, and every problem at once. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.tables import Bounds, Unreadable, read_csv
from webapp.places.rules import CODE, LANGUAGE

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 100_000
LONGEST_NAME = 200
LONGEST_READING = 300
PLAIN_COLUMNS = ("code", "parent", "kind", "reading", "opened_on", "closed_on", "successor")
NAME_COLUMN = re.compile(rf"(name|short)_({LANGUAGE.pattern})")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in a sentence in the reader's language; `row` counts from 1 with the heading, None for the file."""

    row: int | None
    sentence: str

    def __str__(self) -> str:
        """The sentence with its row."""
        return self.sentence if self.row is None else _("Row %(row)d: %(sentence)s", row=self.row, sentence=self.sentence)


@dataclass(frozen=True, slots=True)
class Row:
    """One place of a file. Parent and successor are codes; an empty one means none."""

    number: int
    code: str
    parent: str
    kind: str
    names: Mapping[str, str]
    short_names: Mapping[str, str]
    reading: str = ""
    opened_on: date | None = None
    closed_on: date | None = None
    successor: str = ""


def read_table(data: bytes) -> tuple[list[Row], list[Problem]]:
    """The rows that are right in themselves, and what is wrong with the others.

    Accepts UTF-8 (with or without a mark at the start) and GB18030, with comma, semicolon or tab between the cells.
    """
    try:
        lines = read_csv(data, Bounds(LARGEST_FILE, MOST_ROWS))
        columns = _columns(lines[0] if lines else [])
    except Unreadable as error:
        return [], [Problem(None, str(error))]
    rows: list[Row] = []
    problems: list[Problem] = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row, found = _row(number, columns, cells)
        problems += found
        if row is not None:
            rows.append(row)
    if not rows and not problems:
        problems.append(Problem(None, _("The file has no places in it.")))
    return rows, problems + _repeated(rows)


def _columns(heading: list[str]) -> list[str]:
    columns = [cell.strip() for cell in heading]
    while columns and not columns[-1]:
        columns.pop()
    unknown = [name for name in columns if name not in PLAIN_COLUMNS and not NAME_COLUMN.fullmatch(name)]
    if unknown:
        raise Unreadable(_("Unknown columns in the first row: %(names)s.", names=", ".join(name or "?" for name in unknown)))
    if len(set(columns)) < len(columns):
        raise Unreadable(_("A column stands twice in the first row."))
    missing = [name for name in ("code", "kind") if name not in columns]
    if not any(name.startswith("name_") for name in columns):
        missing.append("name_en")
    if missing:
        raise Unreadable(_("The first row must name the columns; missing: %(names)s.", names=", ".join(missing)))
    return columns


def _row(number: int, columns: list[str], cells: list[str]) -> tuple[Row | None, list[Problem]]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return None, [Problem(number, _("There are more cells than columns."))]
    values = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
    found = [Problem(number, sentence) for sentence in _wrong(values)]
    days: dict[str, date | None] = {}
    for column in ("opened_on", "closed_on"):
        try:
            days[column] = date.fromisoformat(values[column]) if values.get(column) else None
        except ValueError:
            found.append(Problem(number, _("“%(value)s” is no date; write it as 2026-01-31.", value=values[column][:40])))
    opened, closed = days.get("opened_on"), days.get("closed_on")
    if opened and closed and closed <= opened:
        found.append(Problem(number, _("The place closes before it opens.")))
    if found:
        return None, found
    return Row(
        number, values["code"], values.get("parent", ""), values["kind"], _names("name", values), _names("short", values),
        values.get("reading", ""), opened, closed, values.get("successor", ""),
    ), []


def _names(form: str, values: Mapping[str, str]) -> dict[str, str]:
    return {column.removeprefix(f"{form}_"): value for column, value in values.items() if value and column.startswith(f"{form}_")}


def _wrong(values: Mapping[str, str]) -> list[str]:
    """Sentences about the single cells of a row."""
    sentences = []
    for column in ("code", "parent", "successor"):
        value = values.get(column, "")
        if (value or column == "code") and not CODE.fullmatch(value):
            sentences.append(_("“%(value)s” is no code: 1 to 20 letters, digits, dots, dashes or underscores.", value=value[:40]))
    if not values.get("kind"):
        sentences.append(_("The kind is missing."))
    if not _names("name", values):
        sentences.append(_("The place's name is missing."))
    for column, value in values.items():
        limit = LONGEST_READING if column == "reading" else LONGEST_NAME
        if len(value) > limit:
            sentences.append(_("“%(column)s” is longer than %(limit)d characters.", column=column, limit=limit))
        elif not value.isprintable():
            sentences.append(_("“%(column)s” has a line break or another character that cannot be printed.", column=column))
    if values.get("successor") and not values.get("closed_on"):
        sentences.append(_("A successor needs the day on which the place closed."))
    if values.get("code") and values.get("code") in (values.get("parent"), values.get("successor")):
        sentences.append(_("A place cannot be its own parent or successor."))
    return sentences


def _repeated(rows: list[Row]) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for row in rows:
        if row.code in first:
            found.append(Problem(row.number, _("The code %(code)s already stands in row %(row)d.", code=row.code, row=first[row.code])))
        first.setdefault(row.code, row.number)
    return found
