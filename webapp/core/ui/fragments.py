"""Parts of pages that are the same for every reader: rendered once a process and language, then kept."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, request
from markupsafe import Markup

from webapp.core.forms import form_token
from webapp.core.i18n import current_language

# Stands in a kept part where each reader's own piece goes: `kept(...).replace(HOLE, piece)`.
HOLE = Markup("\x02here\x03")
# Forms in kept parts carry it instead of the token of whoever came first.
_TOKEN = Markup("\x02token\x03")
# Far more than any programme's courses have; an author's edits must not fill the memory of a long-lived worker.
MOST_KEPT = 5000


def kept(template: str, of: str, **values: Any) -> Markup:
    """The rendered template. `of` names what it shows, with its revision: the same name must mean the same values.

    A form in it gets the token of this request's reader.
    """
    parts: dict[tuple[str, str, str, str], tuple[Markup, bool]] = current_app.extensions.setdefault("fragments", {})
    key = (template, of, current_language(), request.script_root)
    found = parts.get(key)
    if found is None:
        if len(parts) >= MOST_KEPT:
            parts.clear()
        rendered = _rendered(template, values)
        found = parts[key] = rendered, _TOKEN in rendered
    part, has_form = found
    return part.replace(_TOKEN, form_token()) if has_form else part


def _rendered(template: str, values: dict[str, Any]) -> Markup:
    own = g.get("csrf_token")
    g.csrf_token = _TOKEN
    try:
        return Markup(current_app.jinja_env.get_template(template).render(**values))  # noqa: S704  our own template, escaped
    finally:
        if own is None:
            del g.csrf_token
        else:
            g.csrf_token = own
