"""What every template can call: addresses, attributes, dates, numbers. No template needs a context for these."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import request
from flask_babel import get_timezone
from markupsafe import Markup, escape
from werkzeug.local import LocalProxy

from webapp.core import access
from webapp.core.config import settings
from webapp.core.i18n import LANGUAGES, current_language, enumerated, sentences
from webapp.core.ui import dates
from webapp.core.ui.assets import PREFIX, Assets
from webapp.core.ui.cells import list_rows, select_options
from webapp.core.ui.fragments import HOLE, kept
from webapp.core.ui.frame import frame

if TYPE_CHECKING:
    from flask import Flask


TERM = "可持续发展目标"


def address(path: str, **query: Any) -> str:
    """A path of this site below its mount point, with a query; None and empty values are left out."""
    if not query:
        return request.script_root + path
    kept = {name: value for name, value in query.items() if value not in (None, "")}
    return request.script_root + path + (f"?{urlencode(kept, doseq=True)}" if kept else "")


def with_query(**changes: Any) -> str:
    """The page with its query changed: None removes a name."""
    query: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    return address(request.path, **query)


def address_links() -> Markup:
    """Links to the public address of this page, in each language and without one: for whoever lists pages."""
    query = []
    if request.query_string:
        query = [(name, value) for name, value in request.args.items(multi=True) if name not in {"lang", "next"}]
    page = settings().public_url + request.script_root + quote(request.path)
    base = f"{page}?{urlencode(query)}" if query else page
    base, asked = escape(base), escape(f"{base}{'&' if query else '?'}lang=")
    links = [f'<link rel="canonical" href="{asked}{current_language()}">']
    links += [f'<link rel="alternate" hreflang="{tag}" href="{asked}{tag}">' for tag in LANGUAGES]
    links.append(f'<link rel="alternate" hreflang="x-default" href="{base}">')
    return Markup("\n".join(links))  # noqa: S704  escaped above


def attributes(given: dict[str, Any]) -> Markup:
    """HTML attributes: underscores become hyphens, True stands alone, None and False are left out."""
    parts = []
    for name, value in given.items():
        if value is None or value is False:
            continue
        key = escape(name.rstrip("_").replace("_", "-"))
        parts.append(Markup(" {}").format(key) if value is True else Markup(' {}="{}"').format(key, value))
    return Markup().join(parts)


def whole_terms(text: object) -> Markup:
    """A heading whose long Chinese term is not broken in two where a line has room for it: between characters a line may end anywhere."""
    shown = escape(text)
    return shown.replace(TERM, Markup('<span class="whole">{}</span>').format(TERM))


def thousands(value: float | None) -> str:
    """`1,137`: separators as both languages print them; an en rule where there is no number."""
    return "–" if value is None else f"{value:,}"


def _day(value: date) -> str:
    return dates.day_text(value, current_language(), get_timezone())


def _month(value: date) -> str:
    return dates.month_text(value, current_language(), get_timezone())


def _clock(value: datetime) -> str:
    return dates.clock_text(value, get_timezone())


def _moment(value: datetime) -> str:
    return dates.moment_text(value, current_language(), get_timezone())


def moment_text(value: datetime) -> str:
    """Day and time in the reader's language and zone, for texts that are no template's."""
    return _moment(value)


def _days(first: date, last: date) -> str:
    return dates.days_text(first, last, current_language(), get_timezone())


def init_templates(app: Flask, assets: Assets) -> None:
    """Register globals and filters.

    Reader and links are looked up only when a template asks for them, so that the page for a broken
    database can leave them out.
    """

    def asset(name: str) -> str:
        return f"{request.script_root}/{PREFIX}/{assets.published(name)}"

    app.jinja_env.globals.update(
        asset=asset,
        address=address,
        with_query=with_query,
        address_links=address_links,
        kept=kept,
        HOLE=HOLE,
        attributes=attributes,
        days_text=_days,
        machine_time=dates.machine_text,
        list_rows=list_rows,
        select_options=select_options,
        viewer=LocalProxy(access.current, unbound_message="outside a request"),
        page_frame=frame,
        language=LocalProxy(current_language),
    )
    app.jinja_env.filters.update(
        day=_day, month=_month, clock=_clock, moment=_moment, thousands=thousands, whole_terms=whole_terms, enumerated=enumerated,
        sentences=sentences,
    )
