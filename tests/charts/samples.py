"""One chart of every kind from drawn numbers and labels."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from webapp.core.charts.shapes import (
    Bar,
    Bars,
    Columns,
    Compared,
    Cross,
    GapCell,
    GapLine,
    Gaps,
    Heat,
    Mark,
    Pair,
    Stack,
    Stacked,
    Tile,
    Tiles,
)

LABELS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    st.sampled_from(['<script>alert("x")</script>', "'\"><img src=x onerror=1>&amp;{0}{x}", "可持续城市和社区" * 8, "W" * 90, "%s %(x)s"]),
)
NUMBERS = st.one_of(
    st.none(), st.integers(-10_000, 10**9), st.floats(-1e6, 1e6), st.decimals(-10**24, 10**24, places=3).map(Decimal),
)
COUNTS = st.integers(0, 100_000)
MAYBE = st.one_of(st.just(""), LABELS)
BARS = st.lists(st.builds(Bar, LABELS, NUMBERS, MAYBE, MAYBE, st.integers(0, 17)), max_size=19)


@st.composite
def stacked(draw: st.DrawFn) -> Stacked:
    series = draw(st.lists(LABELS, min_size=2, max_size=11))
    counts = st.lists(COUNTS, min_size=len(series), max_size=len(series))
    return Stacked(draw(LABELS), draw(LABELS), series, draw(st.lists(st.builds(Stack, LABELS, counts), max_size=6)))


@st.composite
def cross(draw: st.DrawFn) -> Cross:
    across = draw(st.lists(LABELS, min_size=1, max_size=17))
    row = st.lists(st.builds(Heat, NUMBERS), min_size=len(across), max_size=len(across))
    cells = draw(st.lists(row, max_size=8))
    down = [draw(LABELS) for _ in cells]
    return Cross(draw(LABELS), draw(LABELS), draw(LABELS), down, across, cells, draw(st.booleans()))


CELLS = st.lists(st.builds(GapCell, st.one_of(st.sampled_from(["11.7", "17.19", "4.a"]), LABELS), st.sampled_from(Mark)), max_size=19)
TILES = st.lists(st.builds(Tile, st.integers(0, 9), st.integers(0, 8), LABELS, LABELS, NUMBERS, MAYBE), max_size=12)
CHARTS = st.one_of(
    st.builds(Tiles, LABELS, LABELS, LABELS, TILES, LABELS),
    st.builds(Bars, LABELS, LABELS, LABELS, BARS, LABELS, st.one_of(st.none(), COUNTS), LABELS),
    st.builds(Columns, LABELS, LABELS, LABELS, BARS, LABELS),
    stacked(),
    st.builds(
        Compared, LABELS, LABELS, LABELS, LABELS, st.lists(st.builds(Pair, LABELS, NUMBERS, NUMBERS, LABELS), max_size=6),
        st.integers(0, 5), st.integers(0, 100),
    ),
    st.builds(Gaps, LABELS, LABELS, st.lists(st.builds(GapLine, LABELS, CELLS, st.integers(0, 17)), max_size=17)),
    cross(),
)
