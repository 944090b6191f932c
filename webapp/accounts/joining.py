"""What else a code typed at `/join` may open: rooms above say where a code of theirs leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import current_app

from webapp.core.ids import MistypedCode, read_code

if TYPE_CHECKING:
    from flask import Flask

_FINDERS = "joining"


def register(app: Flask, finder: Callable[[str], str | None]) -> None:
    """`finder(code)` gives the path of the page that a code opens, None where it is not the room's. One query at most."""
    app.extensions.setdefault(_FINDERS, []).append(finder)


def elsewhere(text: str) -> str | None:
    """The path of a code that is no invitation to the programme as such."""
    try:
        code = read_code(text)
    except MistypedCode:
        return None
    found = (finder(code) for finder in current_app.extensions.get(_FINDERS, ()))
    return next((path for path in found if path is not None), None)
