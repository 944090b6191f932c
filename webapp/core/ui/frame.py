"""What frames every page: head, header and foot, rendered once for each kind of reader, then filled in per request.

The frame of a page differs from that of another by little: the language, which link is current, whether somebody is
signed in. Name, form token and the way back are holes in it.
"""

from __future__ import annotations

from urllib.parse import quote

from flask import current_app, request
from markupsafe import Markup, escape

from webapp.core import access
from webapp.core.config import Mode, settings
from webapp.core.forms import form_token
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, current_language, here
from webapp.core.ui import navigation

# Characters that no page of ours holds: control characters are refused in every text that people type.
NAME, TOKEN, HERE, BACK = (Markup(f"\x02{hole}\x03") for hole in ("name", "token", "here", "back"))  # noqa: S704  constants
# Languages times links times signed in or not, with room to spare.
MOST_KEPT = 500

Key = tuple[str, str, bool, bool, tuple[tuple[str, bool], ...]]


@dataclass(frozen=True)
class Frame:
    """The constant parts of a page as HTML."""

    head: Markup
    header: Markup
    foot: Markup


def frame(*, bare: bool = False) -> Frame:
    """The frame of this request's page. A bare one asks for neither reader nor links: it shows while the database is away."""
    viewer = None if bare else access.current()
    entries = [] if bare else navigation.shown()
    key = (current_language(), request.script_root, viewer is not None, bare, tuple((entry.path, now) for entry, now in entries))
    kept: dict[Key, Frame] = current_app.extensions.setdefault("frames", {})
    found = kept.get(key)
    if found is None:
        found = _rendered(key, entries)
        # In development a style changes its address when it is saved.
        if len(kept) < MOST_KEPT and settings().mode is not Mode.DEVELOPMENT:
            kept[key] = found
    # What is put in is escaped here, once: as plain texts, which Markup would look through again at each replacement.
    header = str(found.header)
    if viewer is not None:
        header = header.replace(NAME, escape(viewer.name)).replace(TOKEN, escape(form_token()))
    elif not bare:
        header = header.replace(BACK, escape(quote(_back(), safe="")))
    way = escape(quote(here(), safe=""))
    return Frame(found.head, Markup(header.replace(HERE, way)), Markup(str(found.foot).replace(HERE, way)))  # noqa: S704  escaped


def _rendered(key: Key, entries: list[tuple[navigation.Entry, bool]]) -> Frame:
    language, _root, signed_in, bare, _links = key
    switch = [navigation.Language(tag, NATIVE_NAMES[tag], f"/language/{tag}?next=", tag == language) for tag in LANGUAGES]
    values = {
        "switch": switch, "links": [navigation.Link(str(entry.label), request.script_root + entry.path, now) for entry, now in entries],
        "signed_in": signed_in, "bare": bare, "name": NAME, "token": TOKEN, "here": HERE, "back": BACK,
    }
    # Not by `render_template`: context processors ask who is signed in, which a bare frame must not.
    templates = (current_app.jinja_env.get_template(f"ui/frame_{part}.html") for part in ("head", "header", "foot"))
    return Frame(*(Markup(template.render(**values)) for template in templates))  # noqa: S704  templates escape


def _back() -> str:
    """Where signing in leads back to; the pages about signing in lead on to the reader's own page."""
    if request.method != "GET" or request.path.startswith("/sign"):
        return "/me/"
    return request.full_path.rstrip("?") if request.query_string else request.path
