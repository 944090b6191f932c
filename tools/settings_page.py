"""The page of the settings, `docs/settings.md`, from the object that reads them.

Run as `python tools/settings_page.py` it writes the page; with `--check` it exits with 1 if the page is not current.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, fields
from enum import Enum
from typing import Any

from page_of_docs import run

from webapp.core.config import PREFIX, Settings

# Defaults that depend on the machine, in words.
IN_WORDS = {
    "data_dir": "`var` in a checkout, else `~/.local/share/localgoals`",
    "courses_dir": "the courses that ship",
}
HEAD = """\
# Settings

All settings are environment variables. An unknown one, or a value that is not allowed, stops the start with a sentence that
names the variable and what is allowed; an empty value means the default. None of them need be set to try LocalGoals.

This page is made from the program by `python tools/settings_page.py`; `make check` fails when it is not current.

| variable | what it sets | allowed | default |
| --- | --- | --- | --- |
"""


def default_of(field: Field[Any]) -> str:
    """The default as a reader would write it."""
    if field.default is MISSING:
        return IN_WORDS[field.name]
    value = field.default
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        value = "yes" if value else "no"
    return f"`{value}`" if str(value) else "empty"


def row_of(field: Field[Any]) -> str:
    """One line of the table."""
    allowed = getattr(field.metadata["parse"], "allowed", "text")
    cells = (f"`{PREFIX}{field.name.upper()}`", field.metadata["about"], allowed, default_of(field))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def page() -> str:
    """The whole page."""
    return HEAD + "".join(row_of(field) for field in fields(Settings))


if __name__ == "__main__":
    sys.exit(run("settings.md", page, __doc__))
