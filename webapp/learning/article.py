"""The part of a lesson's page that is the same for every reader, rendered once a process and language."""

from __future__ import annotations

from flask import current_app, render_template, request
from markupsafe import Markup

from webapp.core.i18n import current_language
from webapp.courses.content import LessonText

# Far more lessons than any programme has; an author's edits must not fill the memory of a long-lived worker.
MOST_KEPT = 2000


def article(text: LessonText) -> Markup:
    """Objectives, text, key points, Goals and sources, with headings in the reader's language."""
    kept: dict[tuple[str, str, str, str], Markup] = current_app.extensions.setdefault("articles", {})
    key = (text.revision, text.language, current_language(), request.script_root)
    found = kept.get(key)
    if found is None:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[key] = Markup(render_template("learning/article.html", text=text))  # noqa: S704  our own template, escaped
    return found
