"""Tables as files: CSV and XLSX with typed cells, what they cover on a sheet of its own, and no cell that is run as a formula."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any

from flask import Response

from webapp.core.frozen import dataclass

Cell = str | int | float | Decimal | date | datetime | None

# A spreadsheet takes a text that begins so for a formula; the wide forms are what a Chinese keyboard types.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST_CELL = 32_767
ROWS_A_SHEET = 1_000_000
_SPOOLED = 2_000_000


class Format(StrEnum):
    """What a table can be saved as."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True)
class Sheet:
    """A table to save: `head` and the cells of `rows` have the same length. `about`: (what, value) of what the table covers.

    Moments are written in `zone`.
    """

    name: str
    title: str
    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    about: Sequence[tuple[str, str]]
    about_title: str
    zone: tzinfo


def neutral(text: str) -> str:
    """Text that no spreadsheet runs as a formula: an apostrophe stands before what would begin one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def write_csv(sheet: Sheet, file: IO[bytes]) -> None:
    """UTF-8 with a byte order mark (Excel in Chinese Windows takes it for GB 18030 without one), lines end as RFC 4180 says."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([neutral(title) for title in sheet.head])
    for row in sheet.rows:
        writer.writerow([_plain(cell, sheet.zone) for cell in row])
    text.flush()
    text.detach()


def _plain(cell: Cell, zone: tzinfo) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, str):
        return neutral(cell.replace("\0", ""))
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def write_xlsx(sheet: Sheet, file: IO[bytes]) -> None:
    """A workbook of constant memory: the table (on further sheets after a million rows), then what it covers.

    Text is written as text, never as a formula, a number or a link.
    """
    import xlsxwriter  # noqa: PLC0415  a start must not wait for it

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        _Pages(book, sheet).fill()
        about = book.add_worksheet(_sheet_name(sheet.about_title))
        about.set_column(0, 0, 28)
        about.set_column(1, 1, 60)
        for number, (what, value) in enumerate(sheet.about):
            about.write_string(number, 0, _fit(what))
            about.write_string(number, 1, _fit(value))


class _Pages:
    """The sheets of the table itself, one after the other."""

    def __init__(self, book: Any, sheet: Sheet) -> None:
        self.book, self.sheet, self.count = book, sheet, 0
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def fill(self) -> None:
        """Write every row."""
        page, number = self._begin(), 0
        for row in self.sheet.rows:
            number += 1
            if number > ROWS_A_SHEET:
                page, number = self._begin(), 1
            for column, cell in enumerate(row):
                self._write(page, number, column, cell)

    def _begin(self) -> Any:
        self.count += 1
        page = self.book.add_worksheet(_sheet_name(self.sheet.title, self.count))
        page.freeze_panes(1, 0)
        for column, title in enumerate(self.sheet.head):
            page.set_column(column, column, max(12, min(40, 2 * len(title) + 4)))
            page.write_string(0, column, _fit(title), self.bold)
        return page

    def _write(self, page: Any, number: int, column: int, cell: Cell) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, datetime):
            page.write_datetime(number, column, cell.astimezone(self.sheet.zone).replace(tzinfo=None), self.moment)
        elif isinstance(cell, date):
            page.write_datetime(number, column, cell, self.day)
        elif isinstance(cell, str):
            page.write_string(number, column, _fit(cell))
        else:
            page.write_number(number, column, cell)


def _fit(text: str) -> str:
    text = _NOT_IN_XML.sub("", text)
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _sheet_name(title: str, number: int = 1) -> str:
    plain = re.sub(r"[\[\]:*?/\\]", " ", title).strip(" '")[:27] or "1"
    return plain if number == 1 else f"{plain} {number}"


_WRITERS: dict[Format, tuple[Callable[[Sheet, IO[bytes]], None], str]] = {
    Format.CSV: (write_csv, "text/csv"),
    Format.XLSX: (write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def download(sheet: Sheet, form: Format, day: date) -> Response:
    """The file to keep. It is made whole before the first byte goes out: what fails is an error page, never half a table."""
    write, media_type = _WRITERS[form]
    file = tempfile.SpooledTemporaryFile(max_size=_SPOOLED)  # noqa: SIM115  closed when it has been sent
    write(sheet, file)
    length = file.seek(0, io.SEEK_END)
    file.seek(0)
    response = Response(_sent(file), mimetype=media_type, headers={"Content-Length": str(length), "Cache-Control": "no-store"})
    response.headers.set("Content-Disposition", "attachment", filename=f"{sheet.name}-{day.isoformat()}.{form.value}")
    return response


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while part := file.read(65_536):
            yield part
