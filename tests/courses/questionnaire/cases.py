"""The definition and the cases that hold the server and the page's script to the same rules."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.reading import read_text
from webapp.courses.questionnaire.values import BadValue
from webapp.courses.revisions import plain

FOLDER = Path(__file__).parent
PLAN = (FOLDER / "plan.yaml").read_text(encoding="utf-8")


@cache
def plan() -> Questionnaire:
    """Every kind of field once."""
    return read_text(PLAN, "plan", "plan.yaml")


def cases(name: str) -> Any:
    """A file of cases; a text may hold half a surrogate pair, as hostile JSON does."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def shown(value: Any) -> Any:
    """A value as the cases write it: numbers as plain digits."""
    return plain(value) if isinstance(value, Decimal) else value


def code_of(error: BadValue) -> dict[str, str]:
    """A refusal as the cases write it."""
    return {"code": error.code}
