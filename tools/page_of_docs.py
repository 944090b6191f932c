"""What the tools share that make a page of `docs/` from the program: write it, or say that it is not current."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def run(name: str, page: Callable[[], str], about: str | None) -> int:
    """Write `docs/<name>`, or with `--check` compare it; the exit code. `about` is printed for any other argument."""
    place, arguments = DOCS / name, sys.argv[1:]
    if arguments == ["--check"]:
        if not place.exists() or place.read_text(encoding="utf-8") != page():
            print(f"{name} is not current: run python {sys.argv[0]}")
            return 1
        return 0
    if arguments:
        print(about)
        return 2
    place.write_text(page(), encoding="utf-8")
    return 0
