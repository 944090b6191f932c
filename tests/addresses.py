"""Every page of an application, with values that lead to something where nothing else is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

VALUES = {
    "course_id": "tot-1-introduction", "step_id": "from-mdgs-to-sdgs", "code": "0000-0000-0000-00", "token": "x", "tag": "en", "number": 1,
    "name": "x", "file": "x.svg", "path": "x",
}
NO_ROW = "00000000-0000-7000-8000-000000000000"


def values_of(rule: Any) -> dict[str, object]:
    """A value for each part of an address, of the kind that it must be."""
    kinds = {"UUIDConverter": lambda _kind: NO_ROW, "IntegerConverter": lambda _kind: 1, "AnyConverter": lambda kind: min(kind.items)}
    found = {name: kinds.get(type(kind).__name__) for name, kind in rule._converters.items()}
    fitting = {name: value(rule._converters[name]) for name, value in found.items() if value}
    return {**{name: VALUES.get(name, "x") for name in rule.arguments}, **fitting}


def addresses(app: Flask) -> list[tuple[str, str]]:
    """Endpoint and address of every page that is asked for by GET."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()):
            continue
        with app.test_request_context():
            adapter = app.create_url_adapter(None) or app.url_map.bind("localhost")
            found.append((rule.endpoint, adapter.build(rule.endpoint, values_of(rule), method="GET")))
    return sorted(found)
