"""Loading the program without looking for garbage, and without what it does not use. Only the standard library: this comes first."""

from __future__ import annotations

import gc
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Structlog loads it for coloured tracebacks wherever a developer's tool has brought it along: 45 ms and 4 MB. Ours are lines of JSON.
UNWANTED = "rich"
# Babel asks for the machine's own zone, which plays no part here: it would look for the files of six hundred zones, 10 ms.
ZONE = "TZ"


@contextmanager
def loading() -> Iterator[None]:
    """While modules load, what is made stays: looking for garbage in it, again and again, would be a third of the start."""
    was_on, hidden, said = gc.isenabled(), UNWANTED not in sys.modules, ZONE in os.environ
    gc.disable()
    if not said:
        os.environ[ZONE] = "UTC"
    if hidden:
        # An import of it raises ImportError meanwhile, as if it were not installed.
        sys.modules[UNWANTED] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        if not said:
            del os.environ[ZONE]
        if hidden:
            del sys.modules[UNWANTED]
        if was_on:
            gc.enable()
