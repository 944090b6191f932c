"""Values that have the right type and are refused by a rule: said at their field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from webapp.accounts.rules import Refused
from webapp.core.i18n import _
from webapp.interface.problems import Fault, Problem


def refusal(at: str, code: str, detail: str) -> Problem:
    """A 422 for one field."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, faults=[Fault(at=at, code=code, detail=detail)])


@contextmanager
def refused_value(at: str, sentences: Mapping[str, Any]) -> Iterator[None]:
    """Turn a rule's refusal inside into a 422 for the field. `sentences` by the rule's reason."""
    try:
        yield
    except Refused as error:
        raise refusal(at, error.reason, str(sentences.get(error.reason) or _("This value cannot be taken."))) from error
