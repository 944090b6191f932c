"""Tables of figures as HTML."""

from __future__ import annotations

import pytest

from webapp.core.ui.paging import Paging
from webapp.statistics.tables import Head, Line, Table
from webapp.statistics.tables_html import figures_table, is_cut, key_figures

EVIL = "<b>\"Tom\" & 'Jerry'</b>"
SAFE = "&lt;b&gt;&#34;Tom&#34; &amp; &#39;Jerry&#39;&lt;/b&gt;"


@pytest.fixture
def request_at(app):
    """A request to the application, below a mount point."""
    with app.test_request_context("/statistics/?lang=en", base_url="http://localhost/office/"):
        yield


def table(lines: list[Line], heads: list[Head]) -> Table:
    return Table("t", EVIL, EVIL, heads, lines)


def test_every_text_is_escaped_and_links_lie_below_the_mount_point(request_at):
    made = figures_table(table([Line(EVIL, [EVIL], "/statistics/?a=1&b=2")], [Head(EVIL, number=False)]))
    assert EVIL not in made
    assert made.count(SAFE) == 5
    assert '<a href="/office/statistics/?a=1&amp;b=2">' in made


def test_numbers_stand_right_and_a_total_in_the_foot(request_at):
    made = figures_table(table(
        [Line("a", [1234, None, -2]), Line("all", [1234, 0.5, 3], total=True)],
        [Head("n"), Head("share", digits=1, unit="%"), Head("change", signed=True)],
    ))
    assert '<tr><th scope="row">a</th><td class="n">1,234</td><td class="n">–</td><td class="n">−2</td></tr>' in made
    assert '<tfoot><tr><th scope="row">all</th><td class="n">1,234</td><td class="n">0.5%</td><td class="n">+3</td></tr></tfoot>' in made


def test_of_a_long_table_the_rows_of_one_page_stand(request_at):
    long, paging = table([Line(f"row {number}", [number]) for number in range(7)], [Head("n")]), Paging(2, 3, 7)
    made = figures_table(long, paging)
    assert is_cut(long, paging)
    assert [number for number in range(7) if f"row {number}<" in made] == [3, 4, 5]
    assert not is_cut(long, None)


def test_a_key_figure_says_what_it_counts_and_what_was_before(request_at):
    heads = [Head("Value"), Head("Compared with"), Head("change", signed=True), Head("per cent", digits=1, unit="%", signed=True)]
    lines = [Line(EVIL, [12, 10, 2, 20.0], note=EVIL), Line("new", [1, 0, 1, None]), Line("alone", [5, None, None, None])]
    made = key_figures(table(lines, heads))
    assert EVIL not in made
    assert f'<dt>{SAFE}</dt><dd>12</dd><dd class="than"><b>+2</b> (+20.0%) <span>before: 10</span></dd><dd>{SAFE}</dd>' in made
    assert '<dd>1</dd><dd class="than"><b>+1</b> <span>before: 0</span></dd>' in made
    assert "<dt>alone</dt><dd>5</dd><dd></dd>" in made
