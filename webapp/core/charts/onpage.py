"""Charts as HTML: a table with a drawing in it, that needs `css/charts.css` and wraps on a phone. Everything is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch

from markupsafe import Markup, escape

from webapp.core.charts.measure import width
from webapp.core.charts.numbers import mark_words, share, table
from webapp.core.charts.shapes import (
    DARK,
    Bar,
    Bars,
    Chart,
    Columns,
    Compared,
    Cross,
    GapCell,
    GapLine,
    Gaps,
    Heat,
    Mark,
    Pair,
    Scale,
    Stack,
    Stacked,
    Tile,
    Tiles,
    every_of,
    figures,
    named,
    shade_of,
)
from webapp.core.i18n import _

NOTHING = Markup()
CLASS_N = ' class="n"'
SWATCH = 14
# Narrower segments (per cent of the width) and columns hold no number; the table has it.
ROOM = 9.0
PLOT_PIXELS = 328.0
TILE = 60


def markup(chart: Chart) -> Markup:
    """The chart as HTML: drawing, legend where one is needed, and the numbers."""
    return _drawn(chart)


def per_cent(part: float) -> str:
    """`33.33%`."""
    return f"{part * 100:.2f}".rstrip("0").rstrip(".") + "%"


def _join(parts: Iterable[Markup]) -> Markup:
    return NOTHING.join(parts)


def _safe(html: str) -> Markup:
    """What was put together from escaped texts: where there are hundreds of them, templates of `Markup` take many times as long."""
    return Markup(html)  # noqa: S704  see above


def _scroll(title: str, inner: Markup) -> Markup:
    return Markup('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(title, inner)


def _name(label: str, goal: int) -> Markup:
    inner = Markup('<span class="goal" data-goal="{}">{}</span>').format(goal, label) if goal else Markup("{}").format(label)
    return Markup('<th role="rowheader" scope="row">{}</th>').format(inner)


def _chart(chart: Chart, heads: Sequence[tuple[str, str]], rows: Iterable[Markup]) -> Markup:
    """A table of class chart; `heads` are class and text of the columns."""
    head = _join(
        Markup('<th role="columnheader" scope="col"{}>{}</th>').format(
            Markup(' class="{}"').format(kind) if kind else "",
            Markup('<span class="vh">{}</span>').format(text) if kind == "draw" else text,
        )
        for kind, text in heads
    )
    said = f"{chart.title}. {chart.summary}" if chart.summary else chart.title
    return _scroll(chart.title, Markup(
        '<table class="chart" role="table"><caption class="vh">{}</caption><thead role="rowgroup"><tr role="row">{}</tr></thead>'
        '<tbody role="rowgroup">{}</tbody></table>'
    ).format(said, head, _join(rows)))


def _row(label: Markup, drawing: Markup, *cells: Markup) -> Markup:
    return Markup('<tr role="row">{}<td role="cell" class="draw">{}</td>{}</tr>').format(label, drawing, _join(cells))


def _cell(text: str, kind: str = "n") -> Markup:
    return Markup('<td role="cell" class="{}">{}</td>').format(kind, text)


def _numbers(chart: Chart) -> Markup:
    """The same numbers as a plain table, folded away."""
    head, rows = table(chart)
    heads = "".join(f'<th scope="col"{CLASS_N if at else ""}>{escape(text)}</th>' for at, text in enumerate(head))
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>{"".join(f"<td{CLASS_N}>{escape(each)}</td>" for each in row[1:])}</tr>' for row in rows
    )
    inner = _scroll(chart.title, _safe(f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"))
    return Markup('<details class="numbers"><summary>{}</summary>{}</details>').format(_("Numbers as a table"), inner)


def _legend(items: Iterable[tuple[Markup, str]]) -> Markup:
    listed = _join(
        Markup('<li><svg width="{0}" height="{0}" viewBox="0 0 {0} {0}" aria-hidden="true">{1}</svg>{2}</li>').format(SWATCH, sign, text)
        for sign, text in items
    )
    return Markup('<ul class="legend">{}</ul>').format(listed)


@singledispatch
def _drawn(chart: Chart) -> Markup:
    raise TypeError(chart)


@_drawn.register
def _bars(chart: Bars) -> Markup:
    scale = Scale.over([bar.value for bar in chart.bars], chart.end)
    notes = any(bar.note for bar in chart.bars)
    heads = [("", chart.rows), ("draw", _("Drawing")), ("n", chart.numbers), *([("said", chart.notes)] if notes else [])]
    return _chart(chart, heads, (
        _row(_name(bar.label, bar.goal), _bar(bar, scale), _cell(bar.words), *([_cell(bar.note, "said")] if notes else []))
        for bar in chart.bars
    ))


def _bar(bar: Bar, scale: Scale) -> Markup:
    if bar.value is None:
        return NOTHING
    zero, end = scale.at(0), scale.at(bar.value)
    filled = Markup('<rect class="{}" x="{}" width="{}" height="24"/>').format(
        "k2" if end < zero else "k", per_cent(min(zero, end)), per_cent(abs(end - zero)),
    ) if end != zero else NOTHING
    line = Markup('<line class="line thin" x1="{0}" x2="{0}" y1="0" y2="24"/>').format(per_cent(zero)) if scale.low < 0 else NOTHING
    return Markup('<svg aria-hidden="true"><rect class="track" width="100%" height="24"/>{}{}</svg>').format(filled, line)


@_drawn.register
def _columns(chart: Columns) -> Markup:
    scale = Scale.over([max(0.0, float(bar.value or 0)) for bar in chart.bars])
    step = 1 / max(1, len(chart.bars))
    room = PLOT_PIXELS * step
    drawn = _safe("".join(_column(bar, at * step, step, scale, narrow=width(bar.words, 13) > room) for at, bar in enumerate(chart.bars)))
    every = every_of([bar.label for bar in chart.bars], room)
    shown = [bar.label if named(at, every, len(chart.bars)) else "" for at, bar in enumerate(chart.bars)]
    labels = _safe("".join(f"<li>{escape(label)}</li>" for label in shown))
    return Markup(
        '<svg class="plot" role="img"><title>{}</title><desc>{}</desc>{}'
        '<line class="line thin" x1="0" x2="100%" y1="100%" y2="100%"/></svg>'
        '<ul class="months{}" aria-hidden="true">{}</ul>{}'
    ).format(chart.title, chart.summary, drawn, " some" if every > 1 else "", labels, _numbers(chart))


def _column(bar: Bar, left: float, step: float, scale: Scale, *, narrow: bool) -> str:
    if bar.value is None or bar.value < 0:
        return ""
    # The number needs the uppermost tenth.
    high = scale.at(bar.value) * 0.88
    x, y, wide = per_cent(left + step * 0.15), per_cent(1 - high), per_cent(step * 0.7)
    column = f'<rect class="k" x="{x}" y="{y}" width="{wide}" height="{per_cent(high)}"/>'
    if narrow:
        return column
    x, y = per_cent(left + step / 2), per_cent(1 - high - 0.02)
    return f'{column}<text class="t s" x="{x}" y="{y}" text-anchor="middle">{escape(bar.words)}</text>'


@_drawn.register
def _stacked(chart: Stacked) -> Markup:
    steps = len(chart.series)
    square = Markup('<rect class="{}" width="14" height="14"/><rect class="line hair" width="14" height="14"/>')
    legend = _legend((square.format(shade_of(at, steps)), text) for at, text in enumerate(chart.series))
    heads = [("", chart.rows), ("draw", _("Drawing")), ("n", _("Total"))]
    rows = (_row(_name(stack.label, 0), _parts(stack, steps), _cell(stack.note or figures(stack.total))) for stack in chart.stacks)
    return legend + _chart(chart, heads, rows) + _numbers(chart)


def _parts(stack: Stack, steps: int) -> Markup:
    if not stack.total:
        return Markup('<svg aria-hidden="true"><rect class="track" width="100%" height="24"/></svg>')
    drawn, before = [], 0
    for at, count in enumerate(stack.counts):
        if not count:
            continue
        left, wide, shade = before / stack.total, count / stack.total, shade_of(at, steps)
        before += count
        drawn.append(Markup('<rect class="{}" x="{}" width="{}" height="24"/>').format(shade, per_cent(left), per_cent(wide)))
        if before < stack.total:
            drawn.append(Markup('<line class="edge" x1="{0}" x2="{0}" y1="0" y2="24"/>').format(per_cent(left + wide)))
        if wide * 100 >= ROOM:
            drawn.append(Markup('<text class="t s{}" x="{}" y="17" text-anchor="middle">{}</text>').format(
                " on" if shade in DARK else "", per_cent(left + wide / 2), figures(count),
            ))
    return Markup('<svg aria-hidden="true">{}</svg>').format(_join(drawn))


@_drawn.register
def _compared(chart: Compared) -> Markup:
    legend = _legend([
        (Markup('<circle class="hollow" cx="7" cy="7" r="5"/>'), chart.before),
        (Markup('<circle class="k" cx="7" cy="7" r="6"/>'), chart.after),
    ])
    scale = Scale(float(chart.start), float(chart.end) if chart.end > chart.start else float(chart.start) + 1)
    notes = any(pair.note for pair in chart.pairs)
    heads = [("", chart.rows), ("draw", _("Drawing")), ("n", chart.before), ("n", chart.after), *([("said", "")] if notes else [])]
    return legend + _chart(chart, heads, (
        _row(
            _name(pair.label, 0), _track(pair, scale), _cell(figures(pair.before)), _cell(figures(pair.after)),
            *([_cell(pair.note, "said")] if notes else []),
        )
        for pair in chart.pairs
    ))


def _track(pair: Pair, scale: Scale) -> Markup:
    drawn = [Markup('<line class="line hair" x1="0" x2="100%" y1="12" y2="12"/>')]
    first = None if pair.before is None else per_cent(scale.at(pair.before))
    second = None if pair.after is None else per_cent(scale.at(pair.after))
    if first and second:
        drawn.append(Markup('<line class="line" x1="{}" x2="{}" y1="12" y2="12"/>').format(first, second))
    if first:
        drawn.append(Markup('<circle class="hollow" cx="{}" cy="12" r="5"/>').format(first))
    if second:
        # A hollow dot in the same place stays visible around it.
        drawn.append(Markup('<circle class="k" cx="{}" cy="12" r="{}"/>').format(second, 3 if first == second else 6))
    return Markup('<svg aria-hidden="true">{}</svg>').format(_join(drawn))


MARK_SIGNS = {
    Mark.DIRECT: Markup('<rect class="q4" x=".5" y=".5" width="{0}" height="{1}"/>'),
    Mark.NAMED: Markup('<rect class="q4" x=".5" y=".5" width="{0}" height="{1}"/>'),
    Mark.INDIRECT: Markup(
        '<rect class="q1" x=".5" y=".5" width="{0}" height="{1}"/><rect class="q3" x=".5" y="{2}" width="{0}" height="3"/>',
    ),
    Mark.NONE: Markup('<rect class="line hair" x=".5" y=".5" width="{0}" height="{1}"/>'),
}


def _sign(mark: Mark, wide: float, high: float) -> Markup:
    return MARK_SIGNS[mark].format(wide - 1, high - 1, high - 3.5)


@_drawn.register
def _gaps(chart: Gaps) -> Markup:
    words = mark_words()
    legend = _legend((_sign(mark, 14, 14), words[mark]) for mark in chart.marks)
    heads = [("", chart.rows), ("cells", _("Targets")), ("n", _("Share named"))]
    rows = (
        Markup('<tr role="row">{}<td role="cell" class="cells">{}<span class="vh">{}</span></td>{}</tr>').format(
            _name(line.label, line.goal), _join(_target(cell) for cell in line.cells), _spoken(line, chart.marks, words),
            _cell(share(line.named, len(line.cells))),
        )
        for line in chart.lines
    )
    return legend + _chart(chart, heads, rows)


def _spoken(line: GapLine, marks: Sequence[Mark], words: dict[Mark, str]) -> str:
    return "; ".join(f"{words[mark]}: {', '.join(line.of(mark))}" for mark in marks if line.of(mark))


def _target(cell: GapCell) -> Markup:
    wide = max(38.0, round(width(cell.name, 13) + 8))
    kind = {Mark.NONE: " dim", Mark.INDIRECT: ""}.get(cell.mark, " on")
    return Markup(
        '<svg width="{0}" height="24" viewBox="0 0 {0} 24" aria-hidden="true">{1}'
        '<text class="t s{2}" x="{3}" y="17" text-anchor="middle">{4}</text></svg>'
    ).format(f"{wide:.0f}", _sign(cell.mark, wide, 24), kind, f"{wide / 2:g}", cell.name)


@_drawn.register
def _tiles(chart: Tiles) -> Markup:
    columns, rows = chart.size
    return Markup(
        '<svg class="map" viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(columns * TILE - 4, rows * TILE - 4, chart.title, chart.summary, _safe("".join(_tile(chart, tile) for tile in chart.tiles)))


def _tile(chart: Tiles, tile: Tile) -> str:
    x, y, shade, said = tile.column * TILE, tile.row * TILE, chart.shade(tile), tile.words
    # A long number leaves no room for large letters.
    size = " small" if len(said) > 3 else ""
    number = f'<text class="v{size}" x="{x + TILE - 12}" y="{y + TILE - 13}" text-anchor="end">{escape(said)}</text>' if said else ""
    title = f"<title>{escape(tile.name)}: {escape(tile.said or figures(tile.value))}</title>" if tile.name else ""
    place = f'<rect x="{x}.5" y="{y}.5" width="55" height="55" rx="2"/><text x="{x + 8}" y="{y + 25}">{escape(tile.short)}</text>'
    kind = f' class="{shade}"' if shade else ""
    return f"<g{kind}>{title}{place}{number}</g>"


@_drawn.register
def _cross(chart: Cross) -> Markup:
    total = Markup('<th scope="col" class="n">{}</th>').format(_("Total")) if chart.totals else NOTHING
    heads = _join(Markup('<th scope="col">{}</th>').format(text) for text in chart.across)
    rows = _join(
        Markup('<tr><th scope="row">{}</th>{}{}</tr>').format(
            name, _join(_heat(chart, cell) for cell in row),
            Markup('<td class="n">{}</td>').format(figures(chart.row_total(at))) if chart.totals else "",
        )
        for at, (name, row) in enumerate(zip(chart.down, chart.cells, strict=True))
    )
    foot = NOTHING
    if chart.totals:
        sums = [chart.column_total(at) for at in range(len(chart.across))]
        foot = Markup('<tfoot><tr><th scope="row">{}</th>{}<td class="n">{}</td></tr></tfoot>').format(
            _("Total"), _join(Markup("<td>{}</td>").format(figures(each)) for each in sums), figures(sum(sums)),
        )
    return _scroll(chart.title, Markup(
        '<table class="heat"><caption class="vh">{}</caption><thead><tr><td><span class="down">{}</span><span class="over">{}</span></td>'
        "{}{}</tr></thead><tbody>{}</tbody>{}</table>"
    ).format(f"{chart.title}. {chart.summary}" if chart.summary else chart.title, chart.rows, chart.columns, heads, total, rows, foot))


def _heat(chart: Cross, cell: Heat) -> Markup:
    note = Markup('<span class="inside">{}</span>').format(cell.note) if cell.note else NOTHING
    shade = chart.shade(cell)
    return Markup("<td{}><b>{}</b>{}</td>").format(Markup(' class="{}"').format(shade) if shade else "", cell.words, note)
