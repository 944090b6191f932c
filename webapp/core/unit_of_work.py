"""The one visible commit."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from webapp.core.database import db

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def unit_of_work() -> Iterator[None]:
    """All or nothing: commit at the end, roll back on any exception and let it pass."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
