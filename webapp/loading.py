"""Loading the program without looking for garbage, and without what it does not use. Only the standard library: this comes first."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Structlog loads it for coloured tracebacks wherever a developer's tool has brought it along: 45 ms and 4 MB. Ours are lines of JSON.
UNWANTED = "rich"


@contextmanager
def loading() -> Iterator[None]:
    """While modules load, what is made stays: looking for garbage in it, again and again, would be a third of the start."""
    was_on, hidden = gc.isenabled(), UNWANTED not in sys.modules
    gc.disable()
    if hidden:
        # An import of it raises ImportError meanwhile, as if it were not installed.
        sys.modules[UNWANTED] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if hidden:
            del sys.modules[UNWANTED]
        if was_on:
            gc.enable()
