"""Pages of a list: which rows, which numbers to show. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.frozen import dataclass

SIZE = 50


@dataclass(frozen=True)
class Paging:
    """One page of a list of `total` rows, `size` a page; `number` counts from 1 and is kept within the list."""

    number: int
    size: int
    total: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "number", min(max(self.number, 1), self.last))

    @classmethod
    def from_query(cls, query: Mapping[str, str], total: int, size: int = SIZE) -> Paging:
        """The page that `?page=` asks for; anything that is no number is the first page."""
        text = query.get("page", "")
        return cls(number=int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1, size=size, total=total)

    @property
    def last(self) -> int:
        """Number of the last page; an empty list has one page."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.size

    @property
    def first_row(self) -> int:
        """Number of the first row shown, 0 in an empty list."""
        return self.offset + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """Number of the last row shown."""
        return min(self.offset + self.size, self.total)

    @property
    def shown(self) -> list[int | None]:
        """Page numbers to offer: the first, the last and those around this one; None where some are left out."""
        near = {1, self.last, *range(max(1, self.number - 1), min(self.last, self.number + 1) + 1)}
        numbers: list[int | None] = []
        before = 0
        for number in sorted(near):
            if number - before == 2:
                numbers.append(number - 1)
            elif number - before > 2:
                numbers.append(None)
            numbers.append(number)
            before = number
        return numbers
