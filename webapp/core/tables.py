"""Tables that people send: CSV in the encodings of this world and XLSX, read as text cells. Pure: no database, no clock.

A workbook is a compressed file that a stranger made. Before anything reads it, its parts are counted and measured against
limits, and searched for document types, by which XML grows without end. Formulas are never computed: a cell is the value that
was stored with it, or nothing.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _

MB = 1024 * 1024
# A workbook of 20,000 people has a dozen parts and unpacks to some 20 MB, tenfold.
MOST_PARTS = 500
LARGEST_PART = 64 * MB
LARGEST_TEXTS = 24 * MB
LARGEST_STYLES = 4 * MB
LARGEST_UNPACKED = 96 * MB
HIGHEST_RATIO = 200
SMALL_PART = MB
LONGEST_CELL = 2_000
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Unreadable(ValueError):
    """The file as a whole cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest table that is taken: bytes of the file, rows without the heading, columns."""

    size: int
    rows: int
    columns: int = 60


def read_cells(data: bytes, bounds: Bounds) -> list[list[str]]:
    """The rows of a CSV or XLSX file, the heading first, each cell as trimmed text. Raises `Unreadable`."""
    if len(data) > bounds.size:
        raise _too_large(bounds.size)
    if data.startswith(_OLD_EXCEL):
        raise Unreadable(_("This workbook is of the old kind or has a password. Save it as .xlsx without one and try again."))
    rows = read_workbook(data, bounds) if data.startswith(_ZIP) else read_csv(data, bounds)
    if any(len(row) > bounds.columns for row in rows):
        raise _too_wide(bounds.columns)
    return [[_plain(cell) for cell in row] for row in rows]


def read_csv(data: bytes, bounds: Bounds) -> list[list[str]]:
    """The rows of a text file: UTF-8 (with or without a mark at the start) or GB18030, comma, semicolon or tab between the cells.

    Raises `Unreadable`.
    """
    text = _text(data, bounds.size)
    delimiter = max(",;\t", key=text[:2000].split("\n", 1)[0].count)
    lines: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            lines.append(cells)
            if len(lines) > bounds.rows + 1:
                raise _too_long(bounds.rows)
    except csv.Error as error:
        raise Unreadable(_("Row %(row)d cannot be read: a quotation mark is missing or stands alone.", row=len(lines) + 1)) from error
    return lines


def _text(data: bytes, size: int) -> str:
    if len(data) > size:
        raise _too_large(size)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise Unreadable(_("The file is not text in UTF-8 or GB18030. Save it as “CSV UTF-8” and try again."))


def read_workbook(data: bytes, bounds: Bounds) -> list[list[str]]:
    """The rows of the first sheet of an XLSX file, values only. Raises `Unreadable`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _measure(archive)
        return list(_sheet_rows(data, bounds))
    except Unreadable:
        raise
    except Exception as error:
        # Whatever a broken workbook makes the reader raise, it is the file's fault and the person's to mend.
        raise _broken() from error


def _measure(archive: zipfile.ZipFile) -> None:
    """Refuse what would unpack to more than a table of people needs. A part never unpacks to more than it declares."""
    parts = archive.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise _bomb()
    for part in parts:
        name = part.filename.lower()
        largest = LARGEST_TEXTS if name.endswith("sharedstrings.xml") else LARGEST_STYLES if name.endswith("styles.xml") else LARGEST_PART
        if part.file_size > largest:
            raise _bomb()
        if part.file_size > SMALL_PART and part.file_size > HIGHEST_RATIO * max(part.compress_size, 1):
            raise _bomb()
        if part.flag_bits & 1:
            raise Unreadable(_("The workbook is protected with a password. Save it without one and try again."))
        if name.endswith((".xml", ".rels", ".vml")):
            with archive.open(part) as file:
                _refuse_declarations(file)


def _refuse_declarations(file: IO[bytes]) -> None:
    """A workbook needs no document type; one that has it wants to grow, or to read other files."""
    before = b""
    try:
        while chunk := file.read(65_536):
            # Other encodings than UTF-8 would hide the word from this search.
            if not before and (b"\0" in chunk[:8] or chunk.startswith((b"\xfe\xff", b"\xff\xfe"))):
                raise _broken()
            if b"<!DOCTYPE" in before + chunk or b"<!ENTITY" in before + chunk:
                raise _bomb()
            before = chunk[-16:]
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise _broken() from error


def _sheet_rows(data: bytes, bounds: Bounds) -> Iterator[list[str]]:
    from openpyxl import load_workbook  # noqa: PLC0415  10 MB that a process without imports need not hold

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if not book.worksheets:
                raise _broken()
            sheet: Any = book.worksheets[0]
            # What the sheet says of its own size is a claim: rows would be filled up to it.
            sheet.reset_dimensions()
            empty = 0
            for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=bounds.columns + 1, max_row=2 * bounds.rows + 2)):
                row = _trimmed([_cell(each) for each in cells])
                if not row:
                    empty += 1
                    continue
                if number - empty > bounds.rows or number > 2 * bounds.rows:
                    raise _too_long(bounds.rows)
                # Rows keep their numbers, so that a problem names the row that people see.
                yield from ([] for _gap in range(empty))
                empty = 0
                yield row
        finally:
            book.close()


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        # A telephone number that a spreadsheet took for a quantity.
        return str(int(value)) if value.is_integer() and abs(value) < 1e18 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(cell: str) -> str:
    """Without the apostrophe that our own files put before what a spreadsheet would run."""
    text = cell.replace("_x000D_", "").strip()[:LONGEST_CELL]
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text


def _too_large(size: int) -> Unreadable:
    return Unreadable(_("The file is larger than %(size)d MB.", size=size // MB))


def _too_long(rows: int) -> Unreadable:
    return Unreadable(_("The file has more than %(rows)d rows.", rows=rows))


def _too_wide(columns: int) -> Unreadable:
    return Unreadable(_("The file has more than %(columns)d columns.", columns=columns))


def _broken() -> Unreadable:
    return Unreadable(_("The workbook cannot be read. Open it, save it again as .xlsx and try again."))


def _bomb() -> Unreadable:
    return Unreadable(_("The workbook unpacks to far more than a table needs, or holds other things. Save only the table as .xlsx."))
