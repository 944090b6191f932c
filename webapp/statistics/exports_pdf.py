"""A page of statistics on paper: what it covers, its tables with their drawings, and what every figure counts."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.core.charts.numbers import alternative
from webapp.core.charts.printed import svg
from webapp.core.charts.shapes import Tiles
from webapp.core.config import settings
from webapp.core.documents import blocks as b
from webapp.core.documents.pdf import to_pdf
from webapp.core.i18n import _
from webapp.statistics.exports import Printed, definitions, moment
from webapp.statistics.tables import Line, Table

# More rows than this are a file to work with, not one to print.
MOST_ROWS = 1_000
# Columns of numbers that fit a standing page, and those that fit a lying one.
STANDING, LYING = 7, 14
LONGEST = 400


def pdf(printed: Printed) -> bytes:
    """The PDF file."""
    return to_pdf(document(printed))


def document(printed: Printed) -> b.Document:
    """The page as a document in the reader's language."""
    shown = printed.shown
    found: list[b.Block] = []
    wide = [len(table.heads) > STANDING and not table.key for table in shown.tables]
    for table, lying in zip(shown.tables, wide, strict=True):
        made = [b.Heading(_short(table.title), 1), *_table(table)]
        found += [b.Section(made, landscape=True)] if lying and not all(wide) else made
    if shown.says:
        found += [b.Heading(_("How to read this page"), 1), *(b.Paragraph(str(each)) for each in shown.says)]
    counted = definitions(shown)
    if counted:
        found.append(b.Heading(_("Definitions"), 1))
        found.append(b.Definitions([
            (str(each.label), [b.Span(str(each.definition)), b.Span(" " + _("Version %(number)d, in force since %(day)s.",
             number=each.version, day=each.since.isoformat()))]) for each in counted
        ]))
    zone = settings().programme_zone
    facts = [*shown.about, (_("Cut-off"), moment(shown.cut_off)), (_("Time zone"), str(zone)), (_("Saved by"), printed.by)]
    return b.Document(
        _short(shown.title), printed.language, found, subtitle=_("Statistics of participation"), author="LocalGoals", facts=facts,
        note=_("As of %(time)s", time=moment(shown.cut_off)), created=printed.now.astimezone(zone).date(),
        landscape=bool(wide) and all(wide),
    )


def _table(table: Table) -> Iterator[b.Block]:
    if table.chart is not None:
        # A map as wide as the page would push itself away from its heading.
        width = 0.7 if isinstance(table.chart, Tiles) else 1.0
        yield b.Figure(svg(table.chart), alternative(table.chart), caption=table.chart.title, width=width)
    if table.key:
        yield _key_figures(table)
    else:
        heads = table.heads
        for first in range(0, max(len(heads), 1), LYING):
            yield _part(table, first)
    if len(table.lines) > MOST_ROWS:
        yield b.Paragraph(_("%(rows)s rows are too many to print: the first %(most)s stand here, all of them in the XLSX file.",
                            rows=f"{len(table.lines):,}", most=f"{MOST_ROWS:,}"))
    if table.notes:
        yield b.Bullets([str(each) for each in table.notes])


def _part(table: Table, first: int) -> b.Table:
    """As many columns as fit, the rows named anew for each part."""
    heads = list(table.heads)[first:first + LYING]
    columns = [b.Column(table.rows, 3.0), *(
        b.Column(head.label, 1.2, b.Align.RIGHT if head.number else b.Align.LEFT) for head in heads
    )]
    lines = list(table.lines[:MOST_ROWS])
    if len(table.lines) > MOST_ROWS and table.lines[-1].total:
        lines.append(table.lines[-1])
    rows = [
        [_short(line.label), *(
            _short(head.words(value)) for head, value in zip(heads, list(line.values)[first:first + LYING], strict=False)
        )]
        for line in lines
    ]
    totals = 1 if lines and lines[-1].total else 0
    return b.Table(columns, rows, caption=_short(table.title), named_rows=True, totals=totals, small=len(heads) > STANDING)


def _key_figures(table: Table) -> b.Table:
    # Beside a comparison the definitions are narrower, so that no number breaks.
    number, words = (1.0, 4.5) if len(table.heads) == 1 else (1.6, 3.4)
    columns = [
        b.Column(table.rows, 2.2), *(b.Column(head.label, number, b.Align.RIGHT) for head in table.heads),
        b.Column(_("What it counts"), words),
    ]
    return b.Table(columns, [_key_row(table, line) for line in table.lines], caption=_short(table.title), named_rows=True)


def _key_row(table: Table, line: Line) -> list[str]:
    said = [_short(head.words(value)) for head, value in zip(table.heads, line.values, strict=False)]
    return [_short(line.label), *said, _short(line.note)]


def _short(text: str) -> str:
    """What stands on paper: a name without end would fill pages."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
