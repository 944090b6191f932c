"""Languages: which one the reader gets, and texts that come in several."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale
from flask import current_app, g, has_app_context, has_request_context, request
from flask_babel import Babel, force_locale, get_translations
from flask_babel.speaklater import LazyString

from webapp.core.config import settings
from webapp.core.database import SAFE_METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.support import Translations
    from flask import Flask

T = TypeVar("T")

LANGUAGES = ("zh-Hans", "en")
NATIVE_NAMES = {"zh-Hans": "中文", "en": "English"}
COOKIE = "language"
_FAMILIES = {"zh": "zh-Hans", "en": "en"}


def cookie_name(app: Flask | None = None) -> str:
    """Name of the language cookie; the prefix binds it to this host where TLS is on."""
    return f"__Host-{COOKIE}" if settings(app).tls else COOKIE


def current_language() -> str:
    """Tag of the reader's language. `?lang=` wins over the cookie, the cookie over the browser."""
    found: str | None = g.get("language") if has_app_context() else "en"
    if found is None:
        found = g.language = _choose() if has_request_context() else "en"
    return found


def _choose() -> str:
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    kept = request.cookies.get(cookie_name())
    if kept in LANGUAGES:
        return kept
    for tag, wish in request.accept_languages:
        family = re.split(r"[-_]", tag.lower())[0]
        if wish > 0 and family in _FAMILIES:
            return _FAMILIES[family]
    return settings().default_language


def babel_locale(tag: str) -> str:
    """Babel's name of a language tag: `zh-Hans` is `zh_Hans`."""
    return tag.replace("-", "_")


@lru_cache(maxsize=8)
def _locale(tag: str) -> Locale:
    # Babel would look for the file of the locale at every request.
    return Locale.parse(babel_locale(tag))


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Speak a given language inside a `with`, whatever the reader's: for mails and files."""
    before = (g.get("language"), g.get("messages"))
    g.language, g.messages = tag, None
    try:
        with force_locale(babel_locale(tag)):
            yield
    finally:
        g.language, g.messages = before


def _messages() -> Translations:
    """The catalogue in force, looked up once a request: a page asks it a hundred times."""
    found: Translations | None = g.get("messages")
    if found is None:
        # Flask-Babel keeps the catalogues by the name of the locale, which takes longer to spell than all the rest.
        known: dict[str, Translations] = current_app.extensions.setdefault("messages", {})
        tag = current_language()
        found = known.get(tag)
        if found is None:
            found = known[tag] = get_translations()
        g.messages = found
    return found


def translated(text: str) -> str:
    """A message without variables in the language in force."""
    return str(_messages().ugettext(text))


def _(text: str, /, **variables: Any) -> str:
    """A message in the language in force; in English outside an application."""
    found = translated(text) if has_app_context() else text
    return found % variables if variables else found


def _n(one: str, many: str, num: int, /, **variables: Any) -> str:
    """A message that counts: `num` chooses the form and may be named in it."""
    found = _messages().ungettext(one, many, num) if has_app_context() else (one if num == 1 else many)
    return str(found) % {"num": num, **variables}


def per_language(make: Callable[[], T]) -> Callable[[], T]:
    """What is made of messages alone, made once a process and language."""
    known: dict[str, T] = {}

    @wraps(make)
    def found() -> T:
        tag = current_language()
        if tag not in known:
            known[tag] = make()
        return known[tag]

    return found


def plural_form(text: str) -> str:
    """A message that counts, of which `text` is the English singular, for more than one; its variables are left in it."""
    return str(_messages().ungettext(text, text, 2))


def lazy(text: str, /, **variables: Any) -> LazyString:
    """A message that is translated when it is shown: for labels and definitions made at import."""
    return LazyString(_, text, **variables)


def localised(texts: Mapping[str, str], language: str | None = None) -> str:
    """The text in the wanted or the reader's language, else in the first one there is; empty if none."""
    wanted = language or current_language()
    return texts.get(wanted) or next((text for text in texts.values() if text), "")


def sentences(parts: Iterable[str]) -> str:
    """Sentences one after the other: a Chinese full stop brings its own blank."""
    return ("" if current_language().startswith("zh") else " ").join(parts)


def enumerated(items: Iterable[str]) -> str:
    """Names one after the other, with the mark that the language in force puts between them."""
    return ("、" if current_language().startswith("zh") else ", ").join(items)


def here() -> str:
    """The page's path with its query but without the language asked for: where a switch of language comes back to."""
    path = request.path
    if not request.query_string or request.method not in SAFE_METHODS:
        return path
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{path}?{urlencode(kept)}" if kept else path


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
        locale_selector=lambda: _locale(current_language()),
        # Zones by the standard library: a name would be looked for among all of those that pytz ships.
        timezone_selector=lambda: ZoneInfo(g.time_zone) if g.get("time_zone") else settings(app).programme_zone,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        translated, lambda one, many, n: _messages().ungettext(one, many, n), newstyle=True,
        pgettext=lambda context, text: _messages().upgettext(context, text),
        npgettext=lambda context, one, many, n: _messages().unpgettext(context, one, many, n),
    )
    # Jinja's own `_` looks up what it stands for at each message.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]
