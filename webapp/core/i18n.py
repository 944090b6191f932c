"""Languages: which one the reader gets, and texts that come in several."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from babel import Locale
from flask import g, has_request_context, request
from flask_babel import Babel, force_locale, gettext, lazy_gettext, ngettext

from webapp.core.config import settings

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from flask import Flask

LANGUAGES = ("zh-Hans", "en")
NATIVE_NAMES = {"zh-Hans": "中文", "en": "English"}
COOKIE = "language"

_: Callable[..., str] = gettext
_n: Callable[..., str] = ngettext
lazy = lazy_gettext


def cookie_name(app: Flask | None = None) -> str:
    """Name of the language cookie; the prefix binds it to this host where TLS is on."""
    return f"__Host-{COOKIE}" if settings(app).tls else COOKIE


def current_language() -> str:
    """Tag of the reader's language. `?lang=` wins over the cookie, the cookie over the browser."""
    if not has_request_context():
        return "en"
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _choose()
    return found


def _choose() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    kept = request.cookies.get(cookie_name())
    if kept in LANGUAGES:
        return kept
    for tag in re.findall(r"[A-Za-z-]+(?=[;,\s]|$)", request.headers.get("Accept-Language", "")[:200]):
        if tag.lower().startswith("zh"):
            return "zh-Hans"
        if tag.lower().startswith("en"):
            return "en"
    return settings().default_language


def babel_locale(tag: str) -> str:
    """Babel's name of a language tag: `zh-Hans` is `zh_Hans`."""
    return tag.replace("-", "_")


def speaking(tag: str) -> AbstractContextManager[None]:
    """Translate into a given language inside a `with`: for mails and files."""
    return force_locale(babel_locale(tag))


def localised(texts: Mapping[str, str], language: str | None = None) -> str:
    """The text in the wanted or the reader's language, else in the first one there is; empty if none."""
    wanted = language or current_language()
    return texts.get(wanted) or next(iter(texts.values()), "")


def switch_url(tag: str) -> str:
    """Address that sets the language and comes back to this page with its query."""
    here = request.full_path if request.query_string else request.path
    if request.method not in ("GET", "HEAD"):
        here = request.path
    here = re.sub(r"([?&])lang=[^&]*&?", r"\1", here).rstrip("?&")
    return f"/language/{tag}?{urlencode({'next': here})}"


def plain(number: str | float | Decimal) -> str:
    """A number as digits without superfluous zeros: `3`, `36.5`."""
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def catalogues() -> list[Path]:
    """Folders of the rooms' translation catalogues."""
    return sorted(Path(__file__).resolve().parents[1].glob("**/translations"))


def init_languages(app: Flask) -> None:
    """Install Babel with every room's catalogue."""
    app.jinja_env.filters.update(localised=localised, plain=plain)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in catalogues())
    Babel(
        app, default_locale="en", default_timezone="UTC",
        locale_selector=lambda: Locale.parse(babel_locale(current_language())),
        timezone_selector=lambda: g.get("time_zone") or settings(app).programme_zone.key,
    )
