"""Parts of pages that are the same for every reader: rendered once a process and language, then kept."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from markupsafe import Markup

from webapp.core.i18n import current_language

# Stands in a kept part where each reader's own piece goes: `kept(...).replace(HOLE, piece)`.
HOLE = Markup("\x02here\x03")
# Far more than any programme's courses have; an author's edits must not fill the memory of a long-lived worker.
MOST_KEPT = 5000


def kept(template: str, of: str, **values: Any) -> Markup:
    """The rendered template. `of` names what it shows, with its revision: the same name must mean the same values."""
    parts: dict[tuple[str, str, str, str], Markup] = current_app.extensions.setdefault("fragments", {})
    key = (template, of, current_language(), request.script_root)
    found = parts.get(key)
    if found is None:
        if len(parts) >= MOST_KEPT:
            parts.clear()
        rendered = current_app.jinja_env.get_template(template).render(**values)
        found = parts[key] = Markup(rendered)  # noqa: S704  our own template, escaped
    return found
