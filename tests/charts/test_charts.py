"""Charts: nothing leaves its drawing, parts add up, every number is told, no label becomes markup."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.charts.samples import BARS, CHARTS, LABELS, stacked
from webapp.core.charts import measure
from webapp.core.charts.numbers import alternative, table
from webapp.core.charts.onpage import markup
from webapp.core.charts.printed import SIZE, WIDTH, svg
from webapp.core.charts.shapes import Bar, Bars, Chart, Cross, Heat, Scale, Stack, Stacked, figures, shade_of
from webapp.core.pdf.drawing import FILLS, STROKES, Drawing

SVG = "{http://www.w3.org/2000/svg}"
TAGS = {
    "svg", "rect", "line", "circle", "text", "title", "desc", "g", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "div",
    "span", "b", "ul", "li", "details", "summary",
}


class Page(HTMLParser):
    """Tags, attributes and text of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: list[str] = []
        self.depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.depth += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.depth -= 1

    def handle_endtag(self, _tag: str) -> None:
        self.depth -= 1

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(CHARTS)
def test_no_label_becomes_markup(chart: Chart) -> None:
    page = Page(str(markup(chart)))
    assert page.tags <= TAGS
    assert page.depth == 0
    assert not [each for each in page.attributes if each[1].startswith("on") or each[1] in ("style", "src", "href")]
    assert {element.tag.removeprefix(SVG) for element in ET.fromstring(svg(chart)).iter()} <= TAGS


@given(CHARTS)
def test_every_share_on_the_page_lies_between_nothing_and_all(chart: Chart) -> None:
    for _tag, name, value in Page(str(markup(chart))).attributes:
        if value.endswith("%") and name in {"x", "y", "x1", "x2", "y1", "y2", "cx", "width", "height"}:
            assert 0 <= float(value[:-1]) <= 100, (name, value)


@given(CHARTS)
def test_nothing_leaves_the_printed_drawing(chart: Chart) -> None:
    root = ET.fromstring(svg(chart))
    _left, _top, width, height = map(float, root.get("viewBox", "").split())
    assert width == WIDTH
    for element in root.iter():
        place = {key: float(element.get(key, 0)) for key in ("x", "y", "width", "height", "cx", "x1", "x2", "y1", "y2")}
        assert -0.01 <= place["x"] <= place["x"] + place["width"] <= width + 0.02
        assert -0.01 <= place["y"] <= place["y"] + place["height"] <= height + 0.02
        assert max(place["cx"], place["x1"], place["x2"]) <= width
        if element.tag == f"{SVG}text":
            wide = measure.width(element.text or "", SIZE)
            before = {"middle": wide / 2, "end": wide}.get(element.get("text-anchor", ""), 0.0)
            assert place["x"] - before >= -1
            assert place["x"] - before + wide <= width + 1


@given(CHARTS)
def test_the_printed_drawing_uses_only_classes_that_print_knows(chart: Chart) -> None:
    drawing = Drawing(svg(chart), language="zh-Hans")
    classes = {name for element in drawing.root.iter() for name in element.get("class", "").split()}
    assert classes <= {*FILLS, *STROKES, "thin", "b", "s", "dot"}
    assert "fill=" not in svg(chart)


@given(CHARTS)
def test_the_table_is_square_and_the_page_holds_every_number_of_it(chart: Chart) -> None:
    head, rows = table(chart)
    assert {len(row) for row in rows} <= {len(head)}
    texts = " ".join(Page(str(markup(chart))).texts)
    for row in rows:
        for cell in row:
            if re.fullmatch(r"−?[0-9.,]+", cell):
                assert cell in texts


@given(stacked())
def test_parts_of_a_row_fill_it_exactly(chart: Stacked) -> None:
    for stack in chart.stacks:
        one = str(markup(Stacked("T", "Rows", chart.series, [stack])))
        drawing = one.split('<td role="cell" class="draw">')[1].split("</td>", maxsplit=1)[0]
        widths = [float(each) for each in re.findall(r'<rect [^>]*width="([0-9.]+)%"', drawing)]
        assert sum(widths) == pytest.approx(100, abs=0.01 * len(widths) + 0.01)


@given(BARS)
def test_bars_are_as_long_as_their_numbers(bars: list[Bar]) -> None:
    scale = Scale.over([bar.value for bar in bars])
    drawn = str(markup(Bars("T", "Rows", "Numbers", bars))).split("<td ")[1:]
    cells = [cell for cell in drawn if cell.startswith('role="cell" class="draw"')]
    for bar, cell in zip(bars, cells, strict=True):
        found = re.search(r'<rect class="k2?" x="[0-9.]+%" width="([0-9.]+)%"', cell)
        expected = 0.0 if bar.value is None else abs(float(bar.value)) / (scale.high - scale.low) * 100
        assert (float(found[1]) if found else 0.0) == pytest.approx(expected, abs=0.02)


@given(LABELS, st.floats(20, 600), st.integers(1, 4))
def test_wrapped_text_fits_and_keeps_its_order(text: str, room: float, most: int) -> None:
    found = measure.lines(text, SIZE, room, most)
    assert 1 <= len(found) <= most
    assert all(measure.width(line, SIZE) <= max(room, measure.width("…", SIZE), 13 * 1.02) for line in found)
    joined = "".join(found).replace(" ", "").removesuffix("…")
    assert "".join(text.split()).startswith("".join(joined.split()))


def test_numbers_have_separators_and_a_true_minus() -> None:
    assert [figures(each) for each in (0, 1137, -0.5, Decimal("12.50"), 1 / 3, None, Decimal(10) ** 24)] == [
        "0", "1,137", "−0.5", "12.5", "0.3333", "–", "1,000,000,000,000,000,000,000,000",
    ]


def test_steps_of_a_scale_go_from_pale_to_dark() -> None:
    assert [shade_of(at, 5) for at in range(5)] == ["track", "q1", "q2", "q3", "q4"]
    assert [shade_of(at, 2) for at in range(2)] == ["q1", "q4"]


def test_harm_has_a_minus_and_the_second_colour() -> None:
    chart = Cross("T", "Measure", "on measure", ["A", "B"], ["A", "B"], [[Heat(None), Heat(3)], [Heat(-3), Heat(-1)]])
    page = str(markup(chart))
    assert '<td class="q4"><b>3</b></td>' in page
    assert '<td class="k2"><b>−3</b></td>' in page
    assert '<td class="r1"><b>−1</b></td>' in page


def test_a_chart_is_told_in_words() -> None:
    chart = Stacked("Trust", "Office", ["No", "Yes"], [Stack("Water", [3, 9])], summary="Most say yes.")
    assert alternative(chart) == "Trust. Most say yes.. Water: No 3; Yes 9; Total 12"
