"""The OpenAPI 3.1 document, made from the table of operations and the models that they read and write."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webapp.core.config import settings
from webapp.interface.fields import MOST, Shown
from webapp.interface.operations import OPERATIONS, Operation
from webapp.interface.problems import CONTENT_TYPE, ProblemDetails
from webapp.interface.serving import LARGEST_BODY, PER_WINDOW

VERSION = "1.0.0"
REFERENCE = "#/components/schemas/"
ABOUT = (
    "People, organisations, places, enrolments, results, certificates and figures for programs. Everything is kept to the places of the "
    f"access token and to what its owner may do at that moment. Lists come in pages of at most {MOST} items, oldest first: follow the Link "
    f"header or send `next` as `cursor`. A token may send {PER_WINDOW} requests a minute; the headers RateLimit and RateLimit-Policy "
    "say what is left. "
    "Errors are problem details (RFC 9457)."
)
SAID = {
    304: "You have this already: what If-None-Match names is current.", 400: "The request cannot be read.",
    401: "There is no access token, or it does not work.", 403: "The token was not made for this, or its owner may not do it any more.",
    404: "There is nothing here that the token may see.", 409: "It contradicts what is there.", 412: "It was changed since you read it.",
    413: f"The body has more than {LARGEST_BODY} bytes.", 415: "The body is not application/json.", 422: "A value cannot be taken.",
    428: "If-Match is missing.", 429: "Too many requests; Retry-After says when to go on.", 500: "The server failed.",
}
ALWAYS = (401, 403, 422, 429, 500)
REFUSALS = {
    "list": ALWAYS, "answer": ALWAYS, "item": (*ALWAYS, 404), "create": (*ALWAYS, 400, 404, 409, 413, 415),
    "change": (*ALWAYS, 400, 404, 409, 412, 413, 415, 428),
}


def document() -> dict[str, Any]:
    """The whole document, in English, as a program reads it."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "LocalGoals", "version": VERSION, "description": ABOUT},
        "servers": [{"url": settings().public_url}],
        "security": [{"token": []}],
        "tags": [{"name": name} for name in dict.fromkeys(each.noun.name for each in OPERATIONS)],
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A personal access token, made on /me/tokens."},
            },
        },
    }


def _paths() -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name, "tags": [operation.noun.name], "summary": str(operation.summary),
        "description": f"Scope `{operation.scope.value}`.", "parameters": _parameters(operation), "responses": _responses(operation),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": {"$ref": REFERENCE + operation.body.__name__}}},
        }
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if operation.one:
        found.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}})
    if operation.kind in ("list", "answer"):
        properties = _plain(operation.noun.query.model_json_schema(mode="validation"))
        found += [_query_parameter(name, schema) for name, schema in properties.items()]
    if operation.kind in ("list", "item", "answer"):
        found.append(_header("If-None-Match", "ETags that you have.", required=False))
    if operation.kind == "create":
        key = _header("Idempotency-Key", "New for each thing that you create; the same request may then be sent again.", required=True)
        key["schema"] = {"type": "string", "pattern": "^[!-~]{8,128}$"}
        found.append(key)
    if operation.kind == "change":
        found.append(_header("If-Match", "The ETag that you have read.", required=True))
    return found


def _header(name: str, description: str, *, required: bool) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": description, "schema": {"type": "string"}}


def _query_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter is left out and never null."""
    kept = {key: value for key, value in schema.items() if key not in ("anyOf", "description") and value is not None}
    for choice in schema.get("anyOf", ()):
        if choice != {"type": "null"}:
            kept |= choice
    described = {"description": schema["description"]} if "description" in schema else {}
    return {"name": name, "in": "query", "required": False, "schema": kept, **described}


def _plain(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The properties of a schema with its definitions put where they are named, and without pydantic's titles."""
    definitions = schema.get("$defs", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return resolved(definitions[value["$ref"].rpartition("/")[2]])
        return {key: resolved(each) for key, each in value.items() if not (key == "title" and isinstance(each, str))}

    return {name: resolved(each) for name, each in schema["properties"].items()}


def _responses(operation: Operation) -> dict[str, Any]:
    shown: dict[str, Any] = {"$ref": REFERENCE + operation.noun.shown.__name__}
    if operation.kind == "list":
        shown = {"$ref": f"{REFERENCE}{page_name(operation.noun.shown)}"}
    good = "201" if operation.kind == "create" else "200"
    headers = {
        "ETag": _sent("Names this state."), "RateLimit": _sent("What is left of the limit."), "RateLimit-Policy": _sent("The limit."),
    }
    if operation.kind == "list":
        headers["Link"] = _sent('The next page, `rel="next"`, if there is one.')
    if operation.kind == "create":
        headers["Location"] = _sent("The address of what was created.")
    content = {"application/json": {"schema": shown}}
    responses: dict[str, Any] = {good: {"description": "Done.", "headers": headers, "content": content}}
    if operation.method == "GET":
        responses["304"] = {"description": SAID[304]}
    for status in sorted(REFUSALS[operation.kind]):
        responses[str(status)] = {
            "description": SAID[status], "content": {CONTENT_TYPE: {"schema": {"$ref": f"{REFERENCE}{ProblemDetails.__name__}"}}},
        }
    return responses


def _sent(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def page_name(shown: type[Shown]) -> str:
    """What a page of a noun is called in the document."""
    return shown.__name__.replace("Shown", "Page")


def _schemas() -> dict[str, Any]:
    shown: set[type[Shown]] = {operation.noun.shown for operation in OPERATIONS}
    answered: list[type[BaseModel]] = [*shown, ProblemDetails]
    models: list[tuple[type[BaseModel], Any]] = [(model, "serialization") for model in answered]
    models += [(operation.body, "validation") for operation in OPERATIONS if operation.body is not None]
    _map, schema = models_json_schema(models, ref_template=f"{REFERENCE}{{model}}")
    found: dict[str, Any] = {name: _without_absent(each) for name, each in schema["$defs"].items()}
    for model in {operation.noun.shown for operation in OPERATIONS if operation.kind == "list"}:
        found[page_name(model)] = {
            "type": "object", "additionalProperties": False, "required": ["items", "next"],
            "properties": {
                "items": {"type": "array", "items": {"$ref": REFERENCE + model.__name__}},
                "next": {"type": ["string", "null"], "description": "The cursor of the next page, null on the last."},
            },
        }
    return dict(sorted(found.items()))


def _without_absent(schema: dict[str, Any]) -> dict[str, Any]:
    """A field that may be left out but not be null has no default that a program could send."""
    for each in schema.get("properties", {}).values():
        nullable = each.get("type") == "null" or {"type": "null"} in each.get("anyOf", ())
        if "default" in each and each["default"] is None and not nullable:
            del each["default"]
    return schema
