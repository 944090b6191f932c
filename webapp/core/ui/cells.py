"""Rows of a list and options of a select as HTML. In Python: a page has hundreds, and a macro for each would cost as much as the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from flask_babel import get_timezone
from markupsafe import Markup, escape

from webapp.core.i18n import _, current_language
from webapp.core.ui import dates

if TYPE_CHECKING:
    from webapp.core.listing import Column, Page

NOTHING = '<span class="muted">–</span>'
# Stands where each row's own words go in a sentence that is looked up once.
_HERE = "\x02"


def list_rows(page: Page[Any], id_of: str | None) -> Markup:
    """The `tr` of every row. `id_of`: the name of the row's key, with which every row has a box to tick."""
    columns, print_value = page.columns, _printer()
    starts = ['<th scope="row">', *(f'<td data-label="{escape(str(column.label))}">' for column in columns[1:])]
    ends = ["</th>", *["</td>"] * len(columns)]
    cells = list(zip(columns, starts, ends, strict=False))
    before, after = (escape(part) for part in _("Choose %(what)s", what=_HERE).split(_HERE)) if id_of else ("", "")
    lines = []
    for row in page.rows:
        parts = []
        if id_of:
            what = escape(columns[0].value(row))
            parts.append(
                f'<td><label class="tick"><input type="checkbox" name="id" value="{escape(getattr(row, id_of))}">'
                f'<span class="vh">{before}{what}{after}</span></label></td>'
            )
        parts += [start + _cell(column, row, print_value) + end for column, start, end in cells]
        lines.append("<tr>" + "".join(parts) + "</tr>\n")
    return Markup("".join(lines))  # noqa: S704  every value is escaped above


def select_options(options: Iterable[tuple[Any, Any]], value: Any) -> Markup:
    """The `option` of each (value, text); the one whose value is the given one is selected."""
    chosen = str(value)
    parts = [
        f'<option value="{escape(key)}"{" selected" if str(key) == chosen else ""}>{escape(text)}</option>' for key, text in options
    ]
    return Markup("".join(parts))  # noqa: S704  escaped above


def _cell(column: Column[Any], row: Any, print_value: Callable[[Any], str]) -> str:
    """What a column shows of a row: a link, a badge, a time, a number, a text or an en rule."""
    text = print_value(column.value(row))
    url = column.link(row) if column.link is not None else None
    if url:
        return f'<a href="{escape(url)}">{text}</a>'
    state = column.state(row) if column.state is not None else None
    return f'<span class="badge mark" data-state="{escape(state)}"><span>{text}</span></span>' if state else text


def _printer() -> Callable[[Any], str]:
    """How typed values read in the reader's language and zone, which are looked up once."""
    language, zone = current_language(), get_timezone()

    def print_value(value: Any) -> str:
        if value is None or value == "":
            return NOTHING
        if isinstance(value, str):
            # A plain string: what is added to escaped text would be escaped once more.
            return str(escape(value))
        if isinstance(value, datetime):
            return f'<time datetime="{dates.machine_text(value)}">{dates.moment_text(value, language, zone)}</time>'
        if isinstance(value, date):
            return f'<time datetime="{dates.machine_text(value)}">{dates.day_text(value, language, zone)}</time>'
        return f"{value:,}"

    return print_value
