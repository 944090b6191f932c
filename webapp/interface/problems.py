"""Problem details (RFC 9457): every error below `/api/` as JSON, in the language that the program asks for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, g, request
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.exceptions import HTTPException

from webapp.accounts.errors_tokens import TokenInvalid
from webapp.core.config import settings
from webapp.core.errors import DomainError
from webapp.core.i18n import _

CONTENT_TYPE = "application/problem+json"
REALM = 'Bearer realm="LocalGoals"'


class Fault(BaseModel):
    """One part of a request that cannot be taken: `at` names a field of the body (a JSON pointer) or a parameter."""

    model_config = ConfigDict(extra="forbid")

    at: str
    code: str = Field(description="A word for programs.")
    detail: str = Field(description="A sentence for people.")


class ProblemDetails(BaseModel):
    """What went wrong. `type` is an address that explains it and never changes."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str
    errors: list[Fault] = Field(default_factory=list)


class Problem(DomainError):
    """A request that is refused; `kind` is the last part of the problem's type."""

    def __init__(
        self, status: HTTPStatus, kind: str, detail: str, *, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None,
    ) -> None:
        self.status = status
        self.kind = kind
        self.faults = list(faults)
        self.headers = dict(headers or {})
        super().__init__(detail)


def titles() -> dict[str, str]:
    """Short names of the problems by the last part of their type, in the reader's language."""
    return {
        "malformed": _("The request cannot be read"), "no-token": _("An access token is needed"),
        "invalid-token": _("The access token does not work"), "scope": _("The access token was not made for this"),
        "role": _("The owner of the token may not do this"), "not-found": _("There is nothing here"),
        "method": _("This address does not take this method"), "conflict": _("This contradicts what is there"),
        "changed": _("It was changed meanwhile"), "too-large": _("The request is too large"), "not-json": _("The body must be JSON"),
        "invalid": _("A value cannot be taken"), "no-condition": _("If-Match is needed"), "too-many": _("Too many requests"),
        "not-ready": _("Not ready yet"),
        "refused": _("The request was refused"), "failed": _("The server failed"),
    }


_KINDS = {
    400: "malformed", 401: "invalid-token", 403: "role", 404: "not-found", 405: "method", 409: "conflict", 412: "changed", 413: "too-large",
    415: "not-json", 422: "invalid", 428: "no-condition", 429: "too-many", 503: "not-ready",
}


def kind_of(status: int) -> str:
    """The usual problem of a status."""
    return _KINDS.get(status, "failed" if status >= 500 else "refused")


def answer(error: Exception) -> Response:
    """Any error below `/api/` as a problem."""
    if isinstance(error, Problem):
        return _response(error.status, error.kind, str(error), error.faults, error.headers)
    if isinstance(error, TokenInvalid):
        return _response(401, "invalid-token", str(error), (), {"WWW-Authenticate": f'{REALM}, error="invalid_token"'})
    if isinstance(error, DomainError):
        again = {"Retry-After": str(error.seconds)} if error.seconds else {}
        return _response(int(error.status), kind_of(int(error.status)), str(error), (), again)
    if isinstance(error, HTTPException):
        kept = {name: value for name, value in error.get_headers(request.environ) if name in ("Allow", "Retry-After")}
        return _response(error.code or 500, kind_of(error.code or 500), "", (), kept)
    return _response(500, "failed", "")


def _response(status: int, kind: str, detail: str, faults: Sequence[Fault] = (), headers: Mapping[str, str] | None = None) -> Response:
    title = titles()[kind]
    problem = ProblemDetails(
        type=f"{settings().public_url}/api/#{kind}", title=title, status=int(status), detail=detail or f"{title}.", errors=list(faults),
    )
    body = json.dumps(problem.model_dump(mode="json"), ensure_ascii=False)
    response = Response(body, status=int(status), content_type=CONTENT_TYPE)
    response.headers.update(sent_headers() | dict(headers or {}))
    return response


def sent_headers() -> dict[str, str]:
    """Headers of every answer: no shared cache may keep it; how much of the limit is left, once the token is known."""
    headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Language"}
    limits: dict[str, str] = g.get("interface_limits", {})
    return headers | limits


def fault_words(code: str) -> str:
    """A sentence for what pydantic found, by its code."""
    known: dict[str, Any] = {
        "missing": _("This is missing."), "extra_forbidden": _("There is no such field."), "string_too_long": _("This is too long."),
        "string_too_short": _("This is too short."), "string_type": _("This must be text."), "int_type": _("This must be a whole number."),
        "bool_type": _("This must be true or false."), "enum": _("This is not one of the values allowed."),
        "literal_error": _("This is not one of the values allowed."), "uuid_parsing": _("This is no identifier."),
    }
    return str(known.get(code) or _("This value cannot be taken."))
