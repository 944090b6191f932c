from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from webapp.courses.content import Heading
from webapp.courses.markdown import TAGS, Page, TooHard, inline_html, render
from webapp.courses.markdown_limits import PARAGRAPH_WORK_LIMIT, too_hard, work


def page(language: str = "en", **values) -> Page:
    sources = values.pop("sources", {"un-70-1": 1})
    return Page("water", language, sources, {"springs", "final"}, lambda path, _alt, _number: f"<svg>{path}</svg>")


def html(body: str, language: str = "en") -> str:
    return render(body, page(language))


def test_headings_get_the_same_ids_in_every_language_and_make_the_contents():
    english, chinese = page(), page("zh-Hans")
    render("## One `a`\n\n### Two\n\n## Three\n", english)
    render("## 一\n\n### 二\n\n## 三\n", chinese)
    assert english.headings == [Heading("part-1", "One a", 2), Heading("part-1-1", "Two", 3), Heading("part-2", "Three", 2)]
    assert [h.id for h in chinese.headings] == [h.id for h in english.headings]


def test_each_second_level_heading_opens_a_section():
    out = html("Before.\n\n## One\n\nText.[^note-a]\n\n### Deep\n\n## Two\n\n[^note-a]: Note.\n")
    shape = re.sub(r"<(?!/?(?:section|h2|h3))[^>]*>|>[^<]*", ">", out)
    assert re.findall(r"</?(?:section|h\d)", shape) == [
        "<section", "<h2", "</h2", "<h3", "</h3", "</section", "<section", "<h2", "</h2", "</section", "<section", "</section",
    ]


def test_a_citation_is_a_numbered_link_with_a_label_in_the_language_of_the_lesson():
    assert '<sup><a aria-label="Source 1" href="#s-1">1</a></sup>' in html("A.[^un-70-1]")
    assert 'aria-label="来源1"' in html("甲。[^un-70-1]", "zh-Hans")


def test_a_note_is_kept_apart_from_sources():
    out = html("甲[^note-a]。\n\n[^note-a]: 乙\n", "zh-Hans")
    assert '<a href="#fn-note-a">注1</a>' in out
    assert '<section aria-label="注释" class="notes">' in out
    assert 'aria-label="回到正文，注1"' in out
    assert "<hr" not in out


def test_a_figure_has_its_drawing_number_and_caption():
    out = html('![A hill](media/hill.svg "A spring, *seen*")')
    caption = "<figcaption><b>Figure 1</b>. A spring, <em>seen</em></figcaption>"
    assert out == f'<figure class="fig"><svg>media/hill.svg</svg>{caption}\n</figure>'


def test_call_outs_are_labelled_asides_and_questions_are_details():
    out = html("::: callout Say *this*\n- a\n- b\n:::\n\n::: case\nText.\n:::\n\n::: think Why?\n| a | b |\n|---|---|\n| 1 | 2 |\n:::\n")
    assert '<aside aria-labelledby="box-1" class="callout">\n<h3 id="box-1">Say <em>this</em></h3>\n<ul>' in out
    assert '<aside aria-labelledby="box-2" class="callout case">\n<h3 id="box-2">Case</h3>' in out
    assert "<details>\n<summary>Why?</summary>\n<div" in out


def test_a_table_can_be_scrolled_by_keyboard_and_its_heads_have_scopes():
    out = html("Table: Two ways\n\n| Step | Number |\n| --- | --: |\n| Goal | 17 |\n")
    assert '<div aria-label="Table 1, can be scrolled sideways" class="scroll" role="region" tabindex="0">' in out
    assert "<caption>Table 1. Two ways</caption>" in out
    assert '<th scope="col">Step</th>' in out
    assert '<th class="n" scope="col">Number</th>' in out
    assert '<th scope="row">Goal</th>' in out
    assert '<td class="n">17</td>' in out
    assert "style" not in out


def test_a_table_without_caption_is_named_by_its_heading_and_an_empty_head_is_no_head():
    out = html("## 数字\n\n| | 数 |\n|---|---|\n| 甲 | 1 |\n", "zh-Hans")
    assert 'aria-label="“数字”中的表格，可横向滚动"' in out
    assert "<td></td>" in out


def test_links_lead_to_steps_headings_and_the_web_only():
    links = "[a](springs) [b](springs.zh-Hans.md#part-2) [c](#part-1) [d](https://example.org/?a=1&b=2) [e](javascript:alert) [f](fire)"
    out = html(f"## A\n\n{links}")
    assert re.findall(r'href="([^"]*)"', out) == [
        "/courses/water/springs/", "/courses/water/springs/#part-2", "#part-1", "https://example.org/?a=1&amp;b=2",
    ]
    assert "<span>e</span>" in out


def test_a_line_break_between_han_characters_leaves_no_blank():
    assert "<p>一行二行</p>" in html("一行\n二行", "zh-Hans")
    assert "<p>one\ntwo</p>" in html("one\ntwo")


def test_a_term_is_marked_as_defined():
    assert "<dfn>term</dfn>" in html("A ==term== here, a == b.")


def test_prompts_take_inline_marks_only():
    assert inline_html("Say **a** and `b<c>`, ==d==\n\nnext") == "Say <strong>a</strong> and <code>b&lt;c&gt;</code>, <dfn>d</dfn><br>next"
    assert inline_html("# no *heading*\n- no list") == "# no <em>heading</em>\n- no list"
    assert inline_html("x[^a] ![b](c)") == "x[^a] ![b](c)"


class Elements(HTMLParser):
    """What a browser would make of a fragment: elements with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def parsed(text: str) -> list[tuple[str, dict[str, str]]]:
    elements = Elements()
    elements.feed(text)
    return elements.found


ATTACKS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "<javascript:alert(1)>", "<svg onload=alert(1)>", "<style>*{}</style>",
    "```<script>\nalert(1)\n```", "``` {onclick=alert(1)}\nx\n```", "| a |\n|---|\n| <script>alert(1)</script> |",
    "::: callout <script>alert(1)</script>\n<iframe src=//x>\n:::", '![x](media/a.svg "<script>alert(1)</script>")',
    "==<script>alert(1)</script>==", "&lt;script&gt;", '[x](https://a" onclick="alert(1))', "\u0002wzxhzdk:0\u0003",
    "\u0002klzzwxh:0000\u0003", "[^note-a]\n\n[^note-a]: <script>alert(1)</script>", "# <script>alert(1)</script>",
    "<a\nhref=javascript:alert(1)>x</a>", "<!-- --><script>",
    "<div style='position:fixed'>", "[x]: javascript:alert(1)\n\n[x]", "<p><title><style><!--</style><img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("show", [html, inline_html])
def test_nothing_an_author_writes_runs(show, attack):
    elements = parsed(show(attack).replace("<svg>media/a.svg</svg>", ""))
    assert {tag for tag, _attributes in elements} <= TAGS
    names = {name for _tag, attributes in elements for name in attributes}
    assert names <= {"href", "id", "class", "scope", "tabindex", "role", "aria-label", "aria-labelledby"}
    links = [attributes["href"] for _tag, attributes in elements if "href" in attributes]
    assert all(link.startswith(("https://", "#", "/courses/")) for link in links)


RUNS = ["[", "![", "[a](", "*", "**", "_", "`", "~", ">", "<", "(", "#", "!", "&", "[]", "*_", "> ", "- ", "\\"]


@pytest.mark.parametrize("run", RUNS)
def test_long_runs_of_signs_are_refused_before_parsing(run):
    with pytest.raises(TooHard):
        html(run * (8000 // len(run)))
    assert inline_html(run * (4000 // len(run))).count("<") == 0


@pytest.mark.parametrize("part", ["[a ", "*a ", "<a", "`a ", "[a](b ", "![a](b", "==a ", "&a;", "[^a", "_a ", "\\*"])
def test_what_the_parser_may_look_at_is_bounded(part):
    body = (part * 2600)[:7900] + "\n"
    assert work(body) > PARAGRAPH_WORK_LIMIT
    assert too_hard(body)


@pytest.mark.parametrize("body", [
    "    " * 11 + "- a", "> > > > > > > a", "x" * 8001, "a" * 200_001, "a\n" * 10_001, "~~~a\n" * 201,
    "\n".join("    " * i + "- a" for i in range(40)),
])
def test_deep_wide_and_long_texts_are_refused(body):
    with pytest.raises(TooHard):
        html(body)


def test_ordinary_long_lessons_pass():
    paragraph = "A paragraph with [a link](springs), *stress*, `code` and a source.[^un-70-1] " * 8
    assert not too_hard("\n\n".join([paragraph] * 200))
