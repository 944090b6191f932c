"""The numbers of a chart as a table, and as one text for those who do not see it."""

from __future__ import annotations

from functools import singledispatch

from webapp.core.charts.shapes import Bars, Chart, Columns, Compared, Cross, Gaps, Mark, Stacked, Tiles, figures
from webapp.core.i18n import _

Rows = list[list[str]]
LONGEST = 2000


def mark_words() -> dict[Mark, str]:
    """The marks in words."""
    return {Mark.DIRECT: _("named directly"), Mark.INDIRECT: _("named indirectly"), Mark.NAMED: _("named"), Mark.NONE: _("not named")}


@singledispatch
def table(chart: Chart) -> tuple[list[str], Rows]:
    """Heads of columns, and rows of texts."""
    raise TypeError(chart)


@table.register
def _bars(chart: Bars) -> tuple[list[str], Rows]:
    notes = any(bar.note for bar in chart.bars)
    rows = [[bar.label, bar.words, *([bar.note] if notes else [])] for bar in chart.bars]
    return [chart.rows, chart.numbers, *([chart.notes] if notes else [])], rows


@table.register
def _columns(chart: Columns) -> tuple[list[str], Rows]:
    return [chart.rows, chart.numbers], [[bar.label, bar.words] for bar in chart.bars]


@table.register
def _stacked(chart: Stacked) -> tuple[list[str], Rows]:
    rows = [[stack.label, *(figures(count) for count in stack.counts), figures(stack.total)] for stack in chart.stacks]
    return [chart.rows, *chart.series, _("Total")], rows


@table.register
def _compared(chart: Compared) -> tuple[list[str], Rows]:
    notes = any(pair.note for pair in chart.pairs)
    rows = [[pair.label, figures(pair.before), figures(pair.after), *([pair.note] if notes else [])] for pair in chart.pairs]
    return [chart.rows, chart.before, chart.after, *([""] if notes else [])], rows


@table.register
def _gaps(chart: Gaps) -> tuple[list[str], Rows]:
    words = mark_words()
    rows = [
        [line.label, *(", ".join(line.of(mark)) for mark in chart.marks), share(line.named, len(line.cells))] for line in chart.lines
    ]
    return [chart.rows, *(words[mark] for mark in chart.marks), _("Share named")], rows


def share(part: int, whole: int) -> str:
    """`3 of 12`."""
    return _("%(part)d of %(whole)d", part=part, whole=whole)


@table.register
def _cross(chart: Cross) -> tuple[list[str], Rows]:
    head = [f"{chart.rows} \\ {chart.columns}", *chart.across, *([_("Total")] if chart.totals else [])]
    rows = [
        [name, *(cell.words for cell in row), *([figures(chart.row_total(at))] if chart.totals else [])]
        for at, (name, row) in enumerate(zip(chart.down, chart.cells, strict=True))
    ]
    if chart.totals:
        sums = [chart.column_total(at) for at in range(len(chart.across))]
        rows.append([_("Total"), *(figures(each) for each in sums), figures(sum(sums))])
    return head, rows


@table.register
def _tiles(chart: Tiles) -> tuple[list[str], Rows]:
    shown = [tile for tile in chart.tiles if tile.value is not None]
    return [chart.rows, chart.numbers], [[tile.name, tile.said or figures(tile.value)] for tile in shown]


def alternative(chart: Chart) -> str:
    """Title, summary and numbers in one text; shortened after 2,000 characters, where the table beside it goes on."""
    head, rows = table(chart)
    said = [f"{row[0]}: " + "; ".join(_told(head[at], cell, len(row)) for at, cell in enumerate(row) if at and cell) for row in rows]
    text = ". ".join(part for part in (chart.title, chart.summary, *said) if part)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _told(head: str, cell: str, width: int) -> str:
    return cell if width == 2 or not head else f"{head} {cell}"
