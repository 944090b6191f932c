"""Papers of a course: from what lessons show to blocks, PDF and Word files, the command and the pages."""

from __future__ import annotations

import io
from dataclasses import is_dataclass

import pypdf
import pytest
from click.testing import CliRunner

from tests.certificates.printed import squeezed
from tests.courses.small_course import files
from tests.courses.small_facilitator import FACILITATOR
from webapp.core.documents import blocks as b
from webapp.courses.catalogue import NEVER, Shelf
from webapp.courses.cli import courses
from webapp.courses.printables import names
from webapp.courses.printed import document, printed
from webapp.courses.printed_html import Printing, blocks_of, spans_of
from webapp.courses.reading import read

SITE = {"site": "https://learn.example.org", "author": "Office"}
PLAIN = Printing(lambda key, **_values: key.title(), link=lambda href: href)


@pytest.fixture
def course():
    return read(files(dict(FACILITATOR)))


def text_of(data: bytes) -> str:
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages))


def test_inline_marks_become_spans():
    found = spans_of('A <strong>b</strong> <em>c</em><sup><a href="#s-1" aria-label="Source 1">1</a></sup> <a href="/x">d</a><br> e', PLAIN)
    assert [(span.text, span.bold, span.italic, span.raised, span.link) for span in found if span.text.strip()] == [
        ("A ", False, False, False, ""), ("b", True, False, False, ""), ("c", False, True, False, ""), ("1", False, False, True, ""),
        ("d", False, False, False, "/x"), ("e", False, False, False, ""),
    ]


def test_every_part_of_the_guide_becomes_its_block(course):
    guide = document(course, "guide", "en", **SITE)
    kinds = [type(block).__name__ for block in guide.blocks]
    assert kinds == [
        "Paragraph", "Heading", "Paragraph", "Table", "Callout", "Heading", "Bullets", "Figure", "Callout", "Heading", "Paragraph",
    ]
    table, figure, listed = guide.blocks[3], guide.blocks[7], guide.blocks[6]
    assert [b.plain(column.title) for column in table.columns] == ["Time", "What", "Who"]
    assert [[b.plain(cell) for cell in row] for row in table.rows][1] == ["09:30", "Walk", "All"]
    assert table.named_rows
    assert figure.alternative == "Water below a hill & more"
    assert b.plain(figure.caption) == "Figure 1. A spring"
    assert isinstance(listed.items[1][1], b.Bullets)
    assert guide.blocks[8].kind is b.Kind.QUESTION


def test_links_lead_to_the_site_in_papers_and_to_the_page_in_the_reader(course):
    def links(name: str) -> set[str]:
        found: set[str] = set()

        def walk(value: object) -> None:
            if isinstance(value, b.Span):
                found.add(value.link)
            elif isinstance(value, (list, tuple)):
                for each in value:
                    walk(each)
            elif is_dataclass(value):
                walk(list(vars(value).values()))

        walk(document(course, name, "en", **SITE).blocks)
        return found

    assert "https://learn.example.org/courses/water/springs/" in links("guide")
    assert not any(link.startswith("/") for link in links("reader"))


def test_definitions_quotes_code_and_notes_are_printed():
    html = (
        "<dl><dt>Term</dt><dd>One</dd><dd>Two</dd></dl><blockquote><p>Said</p></blockquote><pre><code>a\n  b\n</code></pre>"
        '<section class="notes" aria-label="Notes"><ol><li id="fn-note-a"><p>Text <a href="#fnref-note-a">x</a></p></li></ol></section>'
    )
    definitions, quote, code, heading, note = blocks_of(html, PLAIN)
    assert [(b.plain(term), b.plain(said)) for term, said in definitions.rows] == [("Term", "One\nTwo")]
    assert isinstance(quote, b.Quote)
    assert b.plain(code.blocks[0].text) == "a\n  b"
    assert b.plain(heading.text) == "Notes"
    assert b.plain(note.text) == "1  Text"


def test_a_table_whose_head_has_no_words_is_a_sheet_of_cards():
    head, row = "<thead><tr><th></th><th></th></tr></thead>", "<tbody><tr><th>One</th><td>Two</td></tr></tbody>"
    (cards,) = blocks_of(f"<table>{head}{row}</table>", PLAIN)
    (table,) = blocks_of(f"<table>{head.replace('<th></th>', '<th>A</th>', 1)}{row}</table>", PLAIN)
    assert (cards.cards, cards.named_rows, [column.width for column in cards.columns]) == (True, False, [50, 50])
    assert (table.cards, table.named_rows) == (False, True)


def test_the_reader_holds_all_lessons_with_objectives_points_and_sources(course):
    text = text_of(printed(course, "reader", "en", **SITE))
    for expected in ("Springs", "Name a spring.", "Where it comes from", "Water flows.", "Transforming our world", "Where is yours?"):
        assert squeezed(expected) in text, expected


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_everything_prints_in_both_languages_and_both_kinds(course, language):
    assert names(course) == ["guide", "reader", "my-spring"]
    for name in names(course):
        assert printed(course, name, language, **SITE).startswith(b"%PDF")
        assert printed(course, name, language, kind="docx", **SITE).startswith(b"PK")
    assert printed(course, "guide", language, **SITE) is printed(course, "guide", language, **SITE)


def test_an_unknown_paper_is_a_key_error(course):
    with pytest.raises(KeyError):
        printed(course, "nothing", "en", **SITE)


@pytest.fixture
def shelf(database, shipped):
    for path, text in FACILITATOR.items():
        target = shipped / "water" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    database.extensions["courses"] = Shelf(shipped, watch=NEVER, follow=NEVER)
    return database


def test_the_command_writes_every_paper_in_every_language(shelf, tmp_path):
    out = tmp_path / "papers"
    result = CliRunner().invoke(courses, ["print", "water", "--to", str(out)], obj=lambda: shelf)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == [
        f"water-{name}.{tag}.pdf" for name in ("guide", "my-spring", "reader") for tag in ("en", "zh-Hans")
    ]
    assert all(path.read_bytes().startswith(b"%PDF") for path in out.iterdir())


def test_the_command_names_what_it_does_not_know(shelf, tmp_path):
    result = CliRunner().invoke(courses, ["print", "fire", "--to", str(tmp_path)], obj=lambda: shelf)
    assert result.exit_code == 1
    assert "fire" in result.output


ADDRESSES = (
    "/courses/water/facilitator/", "/courses/water/slides/", "/courses/water/facilitator/en/guide.pdf",
    "/courses/water/facilitator/zh-Hans/my-spring.docx",
)  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(("role", "status"), [("trainer", 200), ("author", 200), ("staff", 200), ("administrator", 200), ("learner", 404)])
def test_the_pages_open_for_those_who_teach(shelf, login_as, role, status, address):
    assert login_as(role).get(address).status_code == status


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_visitor_is_led_to_sign_in(shelf, client, address):
    assert client.get(address).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/courses/fire/facilitator/", "/courses/water/facilitator/en/nothing.pdf", "/courses/water/facilitator/fr/guide.pdf",
        "/courses/fire/slides/",
    ],
)
def test_what_is_not_there_is_not_found(shelf, login_as, address):
    assert login_as("trainer").get(address).status_code == 404


def test_files_say_what_they_are(shelf, login_as):
    response = login_as("trainer").get("/courses/water/facilitator/en/guide.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="water-guide.en.pdf"'
    assert "Guidefortrainers" in text_of(response.data)


def test_slides_show_in_the_reader_s_language_with_notes(shelf, login_as):
    browser = login_as("trainer")
    english, chinese = (browser.get(f"/courses/water/slides/?lang={tag}").text for tag in ("en", "zh-Hans"))
    assert english.count('<section class="slide"') == 3
    assert "Ask who has a spring at home." in english
    assert "水从哪里来" in chinese
    assert "讲解备注" in chinese


def test_the_pages_need_no_query_of_their_own(shelf, login_as, max_queries):
    browser = login_as("trainer")
    for address in ADDRESSES[:2]:
        with max_queries(3):
            browser.get(address)


def test_the_page_of_the_course_leads_those_who_teach_to_it(shelf, login_as):
    link = 'href="/courses/water/facilitator/"'
    assert link in login_as("trainer").get("/courses/water/").text
    assert link not in login_as("learner").get("/courses/water/").text
