"""How an operation is answered: who asks, how often, what was sent, what comes back."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, g, request
from pydantic import BaseModel, ValidationError

from webapp.accounts import services_tokens
from webapp.accounts.services_tokens import Holder
from webapp.core import clock, idempotency, limits
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import TooManyRequests
from webapp.core.i18n import _
from webapp.core.unit_of_work import unit_of_work
from webapp.interface.nouns import Noun
from webapp.interface.operations import Operation
from webapp.interface.problems import REALM, Fault, Problem, fault_words, sent_headers

PER_WINDOW = 600
WINDOW = timedelta(minutes=1)
LARGEST_BODY = 64 * 1024
_KEY = re.compile(r"^[!-~]{8,128}$")


def serve(operation: Operation, item_id: UUID | None) -> Response:
    """Answer one request. Every refusal is a `Problem` or another error of ours."""
    holder = _holder()
    _count(holder)
    if operation.scope.value not in holder.scopes:
        raise Problem(
            HTTPStatus.FORBIDDEN, "scope", _("This needs an access token made for %(scope)s.", scope=operation.scope.value),
            headers={"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{operation.scope.value}"'},
        )
    holder.check(operation.scope)
    if operation.kind == "list":
        return _list(operation, holder)
    if operation.kind == "answer":
        assert operation.deed is not None
        return _answer(operation.deed(holder, _read_query(operation.noun.query)).model_dump(mode="json"))
    _no_query()
    if operation.kind == "create":
        return _create(operation, holder)
    assert item_id is not None
    if operation.kind == "change":
        return _change(operation, holder, item_id)
    return _answer(_shown(operation, holder, item_id))


def _holder() -> Holder:
    """Whoever sent the token, by the header and nothing else: a cookie never counts here."""
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise Problem(
            HTTPStatus.UNAUTHORIZED, "no-token", _("Send an access token in the header: Authorization: Bearer …"),
            headers={"WWW-Authenticate": REALM},
        )
    found = services_tokens.holder(text.strip(), clock.now())
    # What was read must not keep the snapshot in which the count below would be written.
    db.session.rollback()
    return found


def _count(holder: Holder) -> None:
    """Count the request, note the day, and keep the headers that say what is left. Raises `TooManyRequests`."""
    now = clock.now()
    with unit_of_work():
        counted = limits.count(key=f"interface:{holder.token_id}", per=WINDOW, now=now)
        if holder.last_used_on != clock.today(settings().programme_zone):
            services_tokens.note_use(token_id=holder.token_id, today=clock.today(settings().programme_zone))
    left, seconds = max(0, PER_WINDOW - counted.hits), max(1, counted.seconds)
    g.interface_limits = {
        "RateLimit-Policy": f'"token";q={PER_WINDOW};w={int(WINDOW.total_seconds())}', "RateLimit": f'"token";r={left};t={seconds}',
    }
    if counted.hits > PER_WINDOW:
        raise TooManyRequests(seconds)


def _list(operation: Operation, holder: Holder) -> Response:
    assert isinstance(operation.noun, Noun)
    query = _read_query(operation.noun.query)
    items, following = operation.noun.page(holder.trees(operation.scope), query)
    response = _answer({"items": [item.model_dump(mode="json") for item in items], "next": following})
    if following:
        kept = {name: value for name, value in request.args.items() if name != "cursor"} | {"cursor": following}
        response.headers["Link"] = f'<{settings().public_url}{operation.rule}?{urlencode(kept)}>; rel="next"'
    return response


def _shown(operation: Operation, holder: Holder, item_id: UUID) -> dict[str, Any]:
    """The item as it is answered. Raises `Problem` for what lies outside, as for what is not there."""
    assert isinstance(operation.noun, Noun)
    found = operation.noun.one(holder.trees(operation.scope), item_id)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "not-found", _("There is nothing here that this token may see."))
    shown: dict[str, Any] = found.model_dump(mode="json")
    return shown


def _create(operation: Operation, holder: Holder) -> Response:
    """Make something, once for each key; the second time what the first one made is answered, as it is now."""
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.match(key):
        detail = _("Send a header Idempotency-Key of 8 to 128 visible characters, new for each thing that you create.")
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed", detail, faults=[Fault(at="Idempotency-Key", code="missing", detail=detail)])
    body, raw = _read_body(operation)
    own_key = hashlib.sha256(f"{operation.rule} {holder.token_id} {key}".encode()).hexdigest()
    digest = hashlib.sha256(raw).hexdigest()[:32]
    with unit_of_work():
        before = idempotency.claim(person_id=holder.person_id, key=own_key, now=clock.now())
        assert operation.deed is not None
        if before is None:
            made = operation.deed(holder, body)
            idempotency.settle(person_id=holder.person_id, key=own_key, result=f"{operation.noun.name} {made} {digest}")
        else:
            _noun, told, known = before.split(" ")
            made = UUID(told)
            if known != digest:
                raise Problem(
                    HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", _("This Idempotency-Key was used for something else."),
                    faults=[Fault(at="Idempotency-Key", code="reused", detail=_("Use a new key for each thing that you create."))],
                )
        shown = _shown(operation, holder, made)
    response = _answer(shown, HTTPStatus.CREATED)
    response.headers["Location"] = f"{settings().public_url}{operation.rule}/{made}"
    return response


def _change(operation: Operation, holder: Holder, item_id: UUID) -> Response:
    """Change what the program has seen as it is now. Raises `Problem`."""
    wanted = request.headers.get("If-Match", "")
    body, _raw = _read_body(operation)
    with unit_of_work():
        operation.lock(item_id)
        before = _shown(operation, holder, item_id)
        if not wanted:
            raise Problem(HTTPStatus.PRECONDITION_REQUIRED, "no-condition", _("Send the ETag that you have read in the header If-Match."))
        if not _names(wanted, _tag(_bytes(before))):
            raise Problem(HTTPStatus.PRECONDITION_FAILED, "changed", _("Somebody has changed it since you read it. Read it again."))
        assert operation.deed is not None
        operation.deed(holder, item_id, body)
        db.session.flush()
        shown = _shown(operation, holder, item_id)
    return _answer(shown)


def _read_query(model: type[BaseModel]) -> Any:
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        detail = _("Give each parameter once.")
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", detail, faults=[Fault(at=name, code="repeated", detail=detail) for name in repeated]
        )
    try:
        return model.model_validate(request.args.to_dict())
    except ValidationError as error:
        raise _invalid(error, "") from error


def _no_query() -> None:
    if request.args:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", _("This address takes no parameters."),
            faults=[Fault(at=name, code="extra_forbidden", detail=_("There is no such field.")) for name in request.args],
        )


def _read_body(operation: Operation) -> tuple[Any, bytes]:
    if request.mimetype != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not-json", _("Send the body as application/json."), headers={"Accept": "application/json"},
        )
    request.max_content_length = LARGEST_BODY
    raw = request.get_data()
    assert operation.body is not None
    try:
        return operation.body.model_validate_json(raw), raw
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors(include_url=False)):
            raise Problem(HTTPStatus.BAD_REQUEST, "malformed", _("The body is no JSON that can be read.")) from error
        raise _invalid(error, "/") from error


def _invalid(error: ValidationError, before: str) -> Problem:
    found = {
        (before + "/".join(str(part).replace("~", "~0").replace("/", "~1") for part in each["loc"]), each["type"])
        for each in error.errors(include_url=False, include_input=False)
    }
    faults = [Fault(at=at, code=code, detail=fault_words(code)) for at, code in sorted(found)]
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", _("Some values cannot be taken."), faults=faults)


def _bytes(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:32]


def _names(header: str, tag: str) -> bool:
    """Whether a list of entity tags names this one; compression on the way adds a suffix of its own, which does not count."""
    if header.strip() == "*":
        return True
    return any(each.partition(":")[0] == tag for each in re.findall(r'"([^"]*)"', header))


def _answer(content: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """JSON with its entity tag; 304 without a body where the program has it already."""
    body = _bytes(content)
    tag, known = _tag(body), request.headers.get("If-None-Match", "")
    if request.method in ("GET", "HEAD") and known and _names(known, tag):
        response = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        response = Response(body, status=status, content_type="application/json")
    response.set_etag(tag)
    response.headers.update(sent_headers())
    return response
