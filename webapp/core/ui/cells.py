"""A cell of a list as HTML. In Python, since a page of a list has hundreds and a macro for each would cost as much as the rest."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import get_timezone
from markupsafe import Markup, escape

from webapp.core.i18n import current_language
from webapp.core.ui import dates

if TYPE_CHECKING:
    from webapp.core.listing import Column

NOTHING = Markup('<span class="muted">–</span>')
_LINK = Markup('<a href="{}">{}</a>')
_BADGE = Markup('<span class="badge mark" data-state="{}"><span>{}</span></span>')
_TIME = Markup('<time datetime="{}">{}</time>')


def list_cell(column: Column[Any], row: Any) -> Markup:
    """What a column shows of a row: a link, a badge, a time, a number, a text or an en rule."""
    value = column.value(row)
    text = cell_text(value)
    url = column.link(row) if column.link is not None else None
    if url:
        return _LINK.format(url, text)
    state = column.state(row) if column.state is not None else None
    return _BADGE.format(state, text) if state else text


def cell_text(value: Any) -> Markup:
    """A typed value in the reader's language and zone."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, datetime):
        return _TIME.format(dates.machine_text(value), dates.moment_text(value, current_language(), get_timezone()))
    if isinstance(value, date):
        return _TIME.format(dates.machine_text(value), dates.day_text(value, current_language(), get_timezone()))
    return escape(f"{value:,}")
