"""Files of a page of statistics, made from the same tables as the screen: CSV, XLSX and JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import takewhile
from typing import Any

from webapp.core.config import settings
from webapp.core.documents.blocks import clean
from webapp.core.exports import LONGEST_CELL, neutral
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.statistics.definitions import FIGURES, Figure
from webapp.statistics.outcomes import Outcome
from webapp.statistics.tables import Head, Shown, Table, Value

TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json", "pdf": "application/pdf",
}
FORMS = tuple(TYPES)
_LONGEST_NAME = 31


@dataclass(frozen=True)
class Printed:
    """A page to write: its tables, the address it was asked by, who asks and when, and the reader's language."""

    shown: Shown
    address: str
    by: str
    now: datetime
    language: str


def made(printed: Printed, form: str) -> bytes:
    """The file; `form` is one of `FORMS`."""
    if form == "pdf":
        from webapp.statistics.exports_pdf import pdf  # noqa: PLC0415  what prints takes long to load, which few requests need

        return pdf(printed)
    return {"csv": to_csv, "xlsx": to_xlsx, "json": to_json}[form](printed)


def plain(head: Head, value: Value) -> Value:
    """A value as files have it: the number that the screen shows, to the last digit, and no separators."""
    if isinstance(value, float):
        return round(value, head.digits) if head.digits else round(value)
    return value


def label_of(head: Head) -> str:
    """A column's words, with the unit of its numbers."""
    return f"{head.label} ({head.unit})" if head.unit else head.label


def about(printed: Printed) -> list[tuple[str, str]]:
    """What the figures cover, until when they were counted, in which zone, and who saved them."""
    shown, zone = printed.shown, settings().programme_zone
    return [
        (_("Page"), shown.title), *shown.about, (_("Cut-off"), moment(shown.cut_off)), (_("Time zone"), str(zone)),
        (_("Saved by"), printed.by), (_("Saved at"), moment(printed.now)), (_("Address of the page"), printed.address),
    ]


def moment(value: datetime) -> str:
    """A moment in the programme's zone, as ISO 8601 has it."""
    return value.astimezone(settings().programme_zone).replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")


def definitions(shown: Shown) -> list[Figure | Outcome]:
    """The figures whose definitions belong to the page, those of its columns included, in their order."""
    used = {each.key for each in shown.figures} | {head.key for table in shown.tables for head in table.heads}
    return [*(each for each in FIGURES if each.key in used), *(each for each in shown.figures if isinstance(each, Outcome))]


def to_csv(printed: Printed) -> bytes:
    """One line a value: table, row, figure, value. UTF-8 with a byte order mark, for spreadsheets.

    Columns of words before the first number belong to the name of the row.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_("Table"), _("Row"), _("Figure"), _("Value")])
    for table in printed.shown.tables:
        named = list(takewhile(lambda head: not head.number, table.heads))
        for line in table.lines:
            row = " · ".join([line.label, *(str(value) for value in line.values[:len(named)] if value not in (None, ""))])
            for head, value in list(zip(table.heads, line.values, strict=False))[len(named):]:
                writer.writerow([_cell(table.title), _cell(row), _cell(label_of(head)), _cell(plain(head, value))])
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8", "replace")


def _cell(value: Value) -> str:
    if value is None:
        return ""
    return neutral(clean(value)) if isinstance(value, str) else value.isoformat() if isinstance(value, date) else str(value)


def to_json(printed: Printed) -> bytes:
    """The tables with the keys of figures, what they cover, and what is counted."""
    shown = printed.shown
    content: dict[str, Any] = {
        "title": shown.title, "address": printed.address, "language": printed.language,
        "cut_off": shown.cut_off.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "zone": str(settings().programme_zone), "filters": [{"name": what, "value": value} for what, value in shown.about],
        "tables": [_table(table) for table in shown.tables], "says": [str(each) for each in shown.says],
        "definitions": [
            {"key": each.key, "label": str(each.label), "definition": str(each.definition), **_counted(each), "version": each.version,
             "since": each.since.isoformat()} for each in definitions(shown)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _counted(each: Figure | Outcome) -> dict[str, str]:
    """From which events, and what of them is counted; outcomes are counted from records of their own."""
    return {"event": each.kind.value, "measure": each.measure.value} if isinstance(each, Figure) else {}


def _table(table: Table) -> dict[str, Any]:
    return {
        "id": table.id, "title": table.title, "rows_are": table.rows, "notes": [str(each) for each in table.notes],
        "columns": [
            {"key": head.key or None, "label": head.label, "unit": head.unit, "digits": head.digits, "definition": head.definition}
            for head in table.heads
        ],
        "rows": [
            {"label": line.label, "total": line.total, **({"definition": line.note} if line.note else {}),
             "values": [_json(plain(head, value)) for head, value in zip(table.heads, line.values, strict=False)]}
            for line in table.lines
        ],
    }


def _json(value: Value) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def to_xlsx(printed: Printed) -> bytes:
    """A workbook: a sheet a table, what it covers, and the definitions. Numbers are numbers; text is never run as a formula."""
    import xlsxwriter  # noqa: PLC0415  a start must not wait for it

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": _fit(printed.shown.title), "author": "LocalGoals"})
        sheets = _Sheets(book)
        for table in printed.shown.tables:
            sheets.table(table)
        covered = [*about(printed), *(("", str(each)) for each in printed.shown.says)]
        sheets.text(_("About these figures"), (_("What"), _("Value")), covered, (28, 80))
        sheets.text(
            _("Definitions"),
            (_("Figure"), _("What it counts"), _("From which events"), _("How it is counted"), _("Version"), _("In force since")),
            [
                (str(each.label), str(each.definition), *((each.events, each.counted) if isinstance(each, Figure) else (None, None)),
                 each.version, each.since) for each in definitions(printed.shown)
            ], (26, 90, 24, 20, 10, 16),
        )
    return file.getvalue()


class _Sheets:
    """The sheets of a workbook, each with a name of its own."""

    def __init__(self, book: Any) -> None:
        self.book, self.names = book, set[str]()
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self.formats: dict[tuple[int, str, bool, bool], Any] = {}

    def table(self, table: Table) -> None:
        """A table of figures with its notes below."""
        page = self._page(table.title)
        noted = any(line.note for line in table.lines)
        titles = [table.rows, *(label_of(head) for head in table.heads), *([_("What it counts")] if noted else [])]
        page.freeze_panes(1, 1)
        page.set_column(0, 0, 34)
        page.set_column(1, len(titles) - 1, 15)
        if noted:
            page.set_column(len(titles) - 1, len(titles) - 1, 80)
        for column, title in enumerate(titles):
            page.write_string(0, column, _fit(title), self.bold)
        for row, line in enumerate(table.lines, 1):
            page.write_string(row, 0, _fit(line.label), self._format(0, "", signed=False, total=line.total))
            for column, (head, value) in enumerate(zip(table.heads, line.values, strict=False), 1):
                form = self._format(head.digits, head.unit, signed=head.signed, total=line.total) if head.number else self.wrapped
                self._write(page, row, column, plain(head, value), form)
            if line.note:
                page.write_string(row, len(titles) - 1, _fit(line.note), self.wrapped)
        for number, note in enumerate(table.notes, len(table.lines) + 2):
            page.write_string(number, 0, _fit(str(note)))

    def text(self, name: str, titles: Sequence[str], rows: Sequence[Sequence[Value]], widths: Sequence[int]) -> None:
        """A sheet of texts."""
        page = self._page(name)
        for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
            page.set_column(column, column, width)
            page.write_string(0, column, _fit(title), self.bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                self._write(page, number, column, value, self.wrapped)

    def _write(self, page: Any, row: int, column: int, value: Value, form: Any) -> None:
        if value is None:
            return
        if isinstance(value, str):
            page.write_string(row, column, _fit(value), form)
        elif isinstance(value, date):
            page.write_datetime(row, column, value, self.day)
        else:
            page.write_number(row, column, value, form)

    def _format(self, digits: int, unit: str, *, signed: bool, total: bool) -> Any:
        key = (digits, unit, signed, total)
        if key not in self.formats:
            number = "#,##0" + ("." + "0" * digits if digits else "") + (f'"{unit}"' if unit else "")
            self.formats[key] = self.book.add_format({
                "num_format": f"+{number};-{number};{number}" if signed else number, **({"bold": True, "top": 1} if total else {}),
            })
        return self.formats[key]

    def _page(self, title: str) -> Any:
        """A sheet whose name a spreadsheet takes: no letter it forbids, at most 31, none twice."""
        wanted = re.sub(r"[\[\]:*?/\\]", " ", clean(title)).replace("\n", " ").strip(" '") or "1"
        name, number = wanted[:_LONGEST_NAME].strip(" '"), 1
        while name.casefold() in self.names or name.casefold() == "history":
            number += 1
            ending = f" {number}"
            name = wanted[: _LONGEST_NAME - len(ending)] + ending
        self.names.add(name.casefold())
        return self.book.add_worksheet(name)


def _fit(text: str) -> str:
    text = clean(text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def file_name(page: str, now: datetime, form: str) -> str:
    """What the file is called: the page and the day."""
    return f"statistics-{page}-{now.astimezone(settings().programme_zone).date().isoformat()}.{form}"
