"""What the columns of a list are: by their headings, or, where a pasted table has none, by what stands in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from webapp.accounts import labels, rules
from webapp.accounts.import_rows import guess, key_of

GROUP_HEADINGS = frozenset({"group", "team", "小组", "组别", "分组", "组"})
_NAME = re.compile(r"[一-鿿·]{2,5}")
_OFFICE = re.compile(r".*(局|委|厅|办|政府|学校|中心|公司|院|部|会|站|所|处|社区|乡|镇|街道)$")
_SEX = frozenset({"男", "女", "female", "male", "f", "m"})


def understood(cells: Sequence[Sequence[str]], remembered: Mapping[str, str]) -> tuple[list[str], list[str], list[list[object]]]:
    """Heading, field of each column ("" for none) and rows as [number of the row, cells] of a table.

    A first row that names no field, and looks like those below it, is a person like the others: then the heading is empty.
    """
    if not cells:
        return [], [], []
    width = max(len(row) for row in cells)
    head = [*cells[0], *[""] * (width - len(cells[0]))]
    columns = _named(head, remembered)
    if any(columns):
        return head, columns, _kept(cells[1:], 2)
    seen = _seen(cells[1:] or cells, width)
    alike = any(field and text and _LOOKS[field](text) for field, text in zip(seen, head, strict=True))
    if alike or not any(seen):
        return [""] * width, seen, _kept(cells, 1)
    return head, seen, _kept(cells[1:], 2)


def _kept(rows: Sequence[Sequence[str]], first: int) -> list[list[object]]:
    return [[number, list(row)] for number, row in enumerate(rows, first) if any(row)]


def _named(head: Sequence[str], remembered: Mapping[str, str]) -> list[str]:
    found = guess(head, remembered)
    for number, title in enumerate(head):
        if not found[number] and key_of(title) in GROUP_HEADINGS and "group" not in found:
            found[number] = "group"
    return found


def _seen(cells: Sequence[Sequence[str]], width: int) -> list[str]:
    """Each field once, for the first column in which most cells look like it."""
    found: list[str] = []
    for number in range(width):
        column = [row[number] for row in cells[:50] if len(row) > number and row[number]]
        fits = (field for field, looks in _LOOKS.items() if field not in found and column and _most(column, looks))
        found.append(next(fits, ""))
    return found


def _most(column: Sequence[str], looks: Callable[[str], bool]) -> bool:
    return 2 * sum(1 for each in column if looks(each)) > len(column)


def _telephone(text: str) -> bool:
    try:
        number = rules.phone_of(text)
    except rules.Refused:
        return False
    return number is not None and len(number) >= 8


def _level(text: str) -> bool:
    return key_of(text) in {key_of(str(word)) for word in labels.POSITION_LEVELS.values()}


_LOOKS: Mapping[str, Callable[[str], bool]] = {
    "email": lambda text: "@" in text, "phone": _telephone, "sex": lambda text: text.strip().casefold() in _SEX,
    "position_level": _level, "organisation": lambda text: len(text) > 2 and bool(_OFFICE.fullmatch(text)),
    "name": lambda text: bool(_NAME.fullmatch(text)),
}
