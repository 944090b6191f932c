"""The cursor of connections to PostgreSQL: it describes a result's columns when somebody looks at one.

SQLAlchemy asks each result for its description and, for a statement that it has met before, only sees that there is one. Psycopg
would make an object for every column of it: a twentieth of the work of a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, overload

from psycopg import Column, Cursor

if TYPE_CHECKING:
    from psycopg.pq.abc import PGresult


class Described(Sequence[Column]):
    """The columns of a cursor's result, each made when it is asked for."""

    def __init__(self, cursor: LateCursor, result: PGresult) -> None:
        self._cursor, self._result = cursor, result

    def __len__(self) -> int:
        return self._result.nfields

    @overload
    def __getitem__(self, index: int) -> Column: ...
    @overload
    def __getitem__(self, index: slice) -> list[Column]: ...
    def __getitem__(self, index: int | slice) -> Column | list[Column]:
        assert self._cursor.pgresult is self._result, "the cursor has gone on to another result"
        found = range(len(self))[index]
        return Column(self._cursor, found) if isinstance(found, int) else [Column(self._cursor, each) for each in found]


class LateCursor(Cursor[Any]):
    """A cursor as ever, but for its description."""

    @property
    def description(self) -> Any:
        """The columns of the result, None where there are none."""
        result = self.pgresult
        return Described(self, result) if result is not None and result.nfields else super().description
