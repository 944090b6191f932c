"""Tables that staff send: which column is what, and what a cell says. Every problem names its row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from webapp.accounts.import_rows import WrongRow, key_of
from webapp.core.errors import DomainError
from webapp.core.i18n import LANGUAGES, _, speaking
from webapp.core.tables import Bounds, Unreadable, read_cells
from webapp.statistics.asking import named_period
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.described import listed
from webapp.statistics.rules import BadPeriod

LARGEST = Bounds(size=4 * 1024 * 1024, rows=5_000)
# What the database's whole numbers and common sense hold.
HIGHEST = 10**12
Rows = Sequence[tuple[int, Mapping[str, str]]]
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class BadTable(DomainError):
    """A file cannot be read as a table of what was asked for."""

    status = 422


@dataclass
class Problems:
    """What is wrong with a file, by row. Nothing of a file with problems goes in."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, row: int, sentence: str) -> None:
        """Note a problem of a row, counted as in the file."""
        self.found.append((row, sentence))

    def take(self, row: int, read: Callable[[], Any]) -> Any:
        """What a reader gives; a `WrongRow` becomes a problem and None."""
        try:
            return read()
        except WrongRow as wrong:
            self.add(row, str(wrong))
            return None

    @property
    def ordered(self) -> list[tuple[int, str]]:
        """By row."""
        return sorted(self.found)


def rows_of(data: bytes, headings: Mapping[str, str], needed: Sequence[str], words: Mapping[str, Any]) -> Rows:
    """The rows of a file as (row, text by column), empty ones left out. `headings`: words by column. Raises `BadTable`."""
    if not data:
        raise BadTable(_("Please choose a file."))
    try:
        head, *rows = read_cells(data, LARGEST) or [[]]
    except Unreadable as error:
        raise BadTable(str(error)) from error
    known = {word: column for column, listed in headings.items() for word in listed.split()}
    columns = [known.get(key_of(title), known.get(key_of(re.split(r"[(（]", title)[0]), "")) for title in head]
    missing = [str(words[each]) for each in needed if each not in columns]
    if missing:
        raise BadTable(_("The first row must name the columns. Missing: %(columns)s.", columns=listed(missing)))
    twice = next((each for each in columns if each and each != "place" and columns.count(each) > 1), None)
    if twice:
        raise BadTable(_("Two columns are called “%(column)s”.", column=str(words[twice])))
    found = [(number, _cells(columns, cells)) for number, cells in enumerate(rows, 2) if any(cells)]
    if not found:
        raise BadTable(_("The file has no rows below the headings."))
    return found


def _cells(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            # Province, city and county may stand in a column each.
            said[column] = f"{said[column]} {cell}" if column == "place" and column in said else cell
    return said


def whole(text: str) -> int:
    """A whole number from nought, separators of thousands allowed. Raises `WrongRow`."""
    plain = re.sub(r"[,，\s_]", "", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"\.0+$", "", plain)
    if not re.fullmatch(r"[0-9]{1,13}", plain) or int(plain) > HIGHEST:
        raise WrongRow(_("“%(value)s” is no whole number from 0 on.", value=text[:40]))
    return int(plain)


def year(text: str) -> int:
    """A year. Raises `WrongRow`."""
    plain = unicodedata.normalize("NFKC", text).removesuffix("年")
    if not re.fullmatch(r"20[0-9]{2}", plain):
        raise WrongRow(_("“%(value)s” is no year such as 2026.", value=text[:40]))
    return int(plain)


def day(text: str) -> date:
    """A day: `2024-05-12`, `2024/5/12`, `2024年5月12日`. Raises `WrongRow`."""
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).split(" ")[0].split("T")[0])
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else date.fromisoformat(text)
    except ValueError as error:
        raise WrongRow(_("“%(value)s” is no day such as 2024-05-12.", value=text[:40])) from error


def period(text: str, today: date) -> tuple[date, date]:
    """Days of a period such as `2024`, `2024-Q3`, `2024-05`. Raises `WrongRow`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    plain = re.sub(r"^(\d{4})年$", r"\1", plain)
    plain = re.sub(r"^(\d{4})年(\d{1,2})月$", lambda found: f"{found[1]}-{int(found[2]):02d}", plain)
    plain = re.sub(r"^(\d{4})年第?([1-4一二三四])季度$", lambda found: f"{found[1]}-Q{'一二三四'.find(found[2]) + 1 or found[2]}", plain)
    if not plain[:1].isdigit():
        raise WrongRow(_("“%(value)s” is no period such as 2024, 2024-Q3 or 2024-05.", value=text[:40]))
    try:
        found = named_period(plain, today)
    except BadPeriod as error:
        raise WrongRow(_("“%(value)s” is no period such as 2024, 2024-Q3 or 2024-05.", value=text[:40])) from error
    assert found.first is not None
    assert found.last is not None
    return found.first, found.last


def figure(text: str) -> str:
    """The key of a figure that is written as its key or its name in any language. Raises `WrongRow`."""
    found = _figures().get(key_of(text))
    if found is None:
        raise WrongRow(_("There is no figure “%(name)s”. Write one of: %(figures)s.", name=text[:40],
                         figures=listed(str(each.label) for each in FIGURES)))
    return found


@cache
def _figures() -> dict[str, str]:
    known = {key_of(key): key for key in BY_KEY}
    for language in LANGUAGES:
        with speaking(language):
            known |= {key_of(str(each.label)): each.key for each in FIGURES}
    return known
