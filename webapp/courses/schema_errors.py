"""What pydantic found, said in sentences for authors: the line, what was found and what was expected."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from webapp.core.i18n import _
from webapp.courses.problems import Findings, shown
from webapp.courses.yaml_text import Document, Path

M = TypeVar("M", bound=BaseModel)


def check(
    model: type[M], document: Document, findings: Findings, *,
    at: Path = (), value: Any = None, languages: tuple[str, ...] = (),
) -> M | None:
    """The part of a document at a path, as a model; None after noting every problem in it."""
    try:
        return model.model_validate(document.value if not at else value, context={"languages": languages})
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            where = _real_path(document.value, (*at, *detail["loc"]))
            findings.add(document.file, document.line(where), _sentence(model, detail))
    return None


def _real_path(value: Any, loc: tuple[int | str, ...]) -> Path:
    """The path without the names of types that pydantic adds for unions; a missing key stays as the last part."""
    path: list[int | str] = []
    for part in loc:
        in_list = isinstance(value, list) and isinstance(part, int) and part < len(value)
        if in_list or (isinstance(value, dict) and part in value):
            value = value[part]
        elif part != loc[-1]:
            continue
        path.append(part)
    return tuple(path)


def found(value: Any) -> str:  # noqa: PLR0911  one line a type
    """A value in words."""
    if value is None:
        return _("nothing")
    if isinstance(value, bool):
        return _("the word %(value)s", value="true" if value else "false")
    if isinstance(value, (int, float)):
        return _("the number %(value)s", value=value)
    if isinstance(value, date):
        return _("the date %(value)s", value=value.isoformat())
    if isinstance(value, dict):
        return _("a mapping (`key: value`)")
    if isinstance(value, list):
        return _("a list")
    return _("“%(value)s”", value=shown(str(value)))


def _expected(kind: str, context: Mapping[str, Any]) -> str | None:
    fixed: dict[str, Callable[[], str]] = {
        "string_type": lambda: _("a text; put numbers and dates in quotes"),
        "int_type": lambda: _("a whole number"),
        "int_from_float": lambda: _("a whole number"),
        "float_type": lambda: _("a number"),
        "bool_type": lambda: _("true or false"),
        "date_type": lambda: _("a date such as 2026-11-20"),
        "list_type": lambda: _("a list (lines that begin with `-`)"),
        "dict_type": lambda: _("a mapping (`key: value`)"),
        "model_type": lambda: _("a mapping (`key: value`)"),
        "string_pattern_mismatch": lambda: _("a text in the right form (not blank; an address begins with https://)"),
        "bad_id": lambda: _("lower-case letters, digits and single hyphens, at most 60"),
        "unknown_goal": lambda: _("a goal from 1 to 17"),
        "literal_error": lambda: _("one of: %(values)s", values=str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")),
        "greater_than": lambda: _("more than %(limit)s", limit=_limit(context.get("gt"))),
        "greater_than_equal": lambda: _("%(limit)s or more", limit=_limit(context.get("ge"))),
        "less_than_equal": lambda: _("%(limit)s or less", limit=_limit(context.get("le"))),
        "string_too_short": lambda: _("a text that is not empty"),
        "string_too_long": lambda: _("at most %(limit)s characters", limit=context.get("max_length")),
        "text_too_hard": lambda: _("at most %(limit)s characters and no long runs of brackets or signs", limit=context.get("limit")),
    }
    return fixed[kind]() if kind in fixed else None


def _limit(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    kind, context, loc = detail["type"], detail.get("ctx", {}), detail["loc"]
    name = next((str(part) for part in reversed(loc) if isinstance(part, str)), "")
    if kind == "missing":
        return _("The key “%(key)s” is missing.", key=name)
    if kind == "extra_forbidden":
        return _unknown_key(name, known_keys(model, loc[:-1]))
    if kind == "language_missing":
        return _("“%(key)s” has no text for %(missing)s. Expected: %(languages)s.",
                 key=name, missing=context["missing"], languages=context["languages"])
    if kind == "language_unknown":
        return _("“%(key)s” has a text for %(unknown)s, which the course does not declare. Expected: %(languages)s.",
                 key=name, unknown=context["unknown"], languages=context["languages"])
    if kind in ("too_short", "too_long"):
        return _length(name, context)
    expected = _expected(kind, context) or detail["msg"]
    return _("“%(key)s”: found %(found)s, expected %(expected)s.", key=name, found=found(detail["input"]), expected=expected)


def _length(name: str, context: Mapping[str, Any]) -> str:
    count = context.get("actual_length")
    if "min_length" in context:
        return _("“%(key)s” holds %(count)s entries. Expected at least %(limit)s.", key=name, count=count, limit=context["min_length"])
    return _("“%(key)s” holds %(count)s entries. Expected at most %(limit)s.", key=name, count=count, limit=context.get("max_length"))


def _unknown_key(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, 1)
    if near:
        return _("The key “%(key)s” is not known. Did you mean “%(near)s”?", key=shown(name), near=near[0])
    return _("The key “%(key)s” is not known. Expected: %(known)s.", key=shown(name), known=", ".join(known))


def known_keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Keys of the model found at a place inside another."""
    current: Any = model
    for part in loc:
        current = _inner(current, part)
    models = [c for c in _alternatives(current) if isinstance(c, type) and issubclass(c, BaseModel)]
    return sorted(field.alias or name for name, field in models[0].model_fields.items()) if models else []


def _alternatives(annotation: Any) -> list[Any]:
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return [inner for part in get_args(annotation) for inner in _alternatives(part)]
    return [annotation]


def _inner(annotation: Any, part: int | str) -> Any:
    for choice in _alternatives(annotation):
        if isinstance(part, int) and get_origin(choice) is list:
            return get_args(choice)[0]
        if isinstance(part, str) and isinstance(choice, type) and issubclass(choice, BaseModel) and part in choice.model_fields:
            return choice.model_fields[part].annotation
    return annotation
