"""Tables of figures as HTML. In Python, since a page has hundreds of cells, and a call from a template for each would cost more."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from markupsafe import Markup, escape

from webapp.core.charts.drawn import markup
from webapp.core.charts.shapes import Bars, Tiles
from webapp.core.i18n import _
from webapp.core.ui.paging import Paging
from webapp.statistics.tables import Head, Line, Table, Value

# Stands where each number goes in a sentence that is looked up once.
_HERE = "\x02"


def figures_table(table: Table, paging: Paging | None = None) -> Markup:
    """The table with its caption and its heads; of a long one the rows of the page of rows that is shown."""
    lines = shown_lines(table, paging)
    root, kinds = request.script_root, [' class="n"' if head.number else "" for head in table.heads]
    heads = "".join(f'<th scope="col"{kind}>{escape(head.label)}</th>' for kind, head in zip(kinds, table.heads, strict=True))
    body = "".join(
        ("<tfoot>" if line.total else "") + f'<tr><th scope="row">{_label(line, root)}</th>'
        + "".join(f"<td{kind}>{_said(head, value)}</td>" for kind, head, value in zip(kinds, table.heads, line.values, strict=False))
        + ("</tr></tfoot>\n" if line.total else "</tr>\n")
        for line in lines
    )
    return Markup(  # noqa: S704  every text is escaped
        f'<table class="figures"><caption class="vh">{escape(table.title)}</caption>\n'
        f'<thead><tr><th scope="col">{escape(table.rows)}</th>{heads}</tr></thead>\n{body}</table>'
    )


def shown_lines(table: Table, paging: Paging | None) -> Sequence[Line]:
    """The rows of a table that stand on the page of rows that is shown."""
    return table.lines[paging.offset : paging.offset + paging.size] if is_cut(table, paging) and paging else table.lines


def is_cut(table: Table, paging: Paging | None) -> bool:
    """Whether only some rows of a table are shown at once."""
    return paging is not None and len(table.lines) > paging.size


def drawing(table: Table) -> str:
    """How a table is drawn: a drawing that says all of it takes its place, a map stands beside it, any other above it."""
    if isinstance(table.chart, Tiles):
        return "beside"
    if isinstance(table.chart, Bars) and not any(head.signed for head in table.heads):
        return "instead"
    return "above" if table.chart is not None else ""


def drawn(table: Table) -> Markup:
    """The drawing of a table that has one."""
    assert table.chart is not None
    return markup(table.chart)


def key_figures(table: Table) -> Markup:
    """Number, what it counts, definition; with the other period below where the page compares. Columns: see `pages_overview`."""
    root, value, *others = request.script_root, *table.heads
    before, after = (escape(part) for part in _("before: %(number)s", number=_HERE).split(_HERE)) if others else ("", "")
    parts = []
    for line in table.lines:
        compared = ""
        if others and line.values[1] is not None:
            then, change, share = others
            grown = f" ({_said(share, line.values[3])})" if line.values[3] is not None else ""
            compared = (
                f'<dd class="than"><b>{_said(change, line.values[2])}</b>{grown} '
                f"<span>{before}{_said(then, line.values[1])}{after}</span></dd>"
            )
        parts.append(
            f"<div><dt>{_label(line, root)}</dt><dd>{_said(value, line.values[0])}</dd>{compared}<dd>{escape(line.note)}</dd></div>\n"
        )
    return Markup(f'<dl class="facts key">\n{"".join(parts)}</dl>')  # noqa: S704  every text is escaped


def _label(line: Line, root: str) -> str:
    label = str(escape(line.label))
    return f'<a href="{escape(root + line.url)}">{label}</a>' if line.url else label


def _said(head: Head, value: Value) -> str:
    said = head.words(value)
    # Numbers and days hold nothing that must be escaped.
    return str(escape(said)) if isinstance(value, str) else said
