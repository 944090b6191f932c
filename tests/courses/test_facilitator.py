"""What courses hold for trainers: reading and checking it, and taking it along."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.small_course import files, problems
from tests.courses.small_facilitator import FACILITATOR
from webapp.courses.content import Course
from webapp.courses.facilitator import split_slides
from webapp.courses.files import from_archive, to_archive
from webapp.courses.library import library
from webapp.courses.packing import self_contained
from webapp.courses.reading import read
from webapp.courses.reference_files import SOURCES


@pytest.fixture
def course() -> Course:
    return read(files(dict(FACILITATOR)))


def spoilt(path: str, old: str, new: str) -> list[str]:
    assert old in FACILITATOR[path]
    return [str(each) for each in problems({**FACILITATOR, path: FACILITATOR[path].replace(old, new, 1)})]


def test_the_parts_are_read_in_both_languages(course):
    held = course.facilitation
    assert held.guide.in_language("zh-Hans").title == "培训师指南"
    assert held.guide.in_language("en").minutes == 180
    assert [slide.title for slide in held.slides.in_language("en").slides] == ["Where water comes out", "A hill", "What to do"]
    assert held.handouts["my-spring"].in_language("en").title == "My spring"
    assert held.guide.in_language("en").sources[0].title == "Transforming our world"


def test_slides_keep_notes_apart_and_code_together(course):
    first, second, third = course.facilitation.slides.in_language("en").slides
    assert first.notes == "<p>Ask who has a spring at home.</p>\n<p>Wait for three answers.</p>"
    assert "Ask who" not in first.html
    assert second.notes == ""
    assert "---" in third.html


def test_ids_on_the_page_of_slides_are_unique(course):
    whole = "".join(slide.html + slide.notes for slide in course.facilitation.slides.in_language("en").slides)
    ids = [part.split('"')[0] for part in whole.split(' id="')[1:]]
    assert len(ids) == len(set(ids)) >= 3


def test_a_course_without_them_has_none_and_its_revision_does_not_change():
    plain = read(files())
    assert not plain.facilitation
    assert "facilitation" not in plain.to_content()


@pytest.mark.parametrize("path", FACILITATOR)
def test_every_file_is_part_of_the_revision(course, path):
    changed = read(files({**FACILITATOR, path: FACILITATOR[path] + "\nOne more line.\n"}))
    assert changed.revision != course.revision


def test_a_drawing_is_part_of_the_revision_of_what_shows_it(course):
    changed = read(files({**FACILITATOR, "media/hill.en.yaml": "title: Another hill\ndesc: x\n"}))
    assert changed.facilitation.guide.revision != course.facilitation.guide.revision
    assert changed.facilitation.handouts["my-spring"].revision == course.facilitation.handouts["my-spring"].revision


def test_exported_and_imported_again_the_course_is_the_same(course):
    packed = to_archive("water", self_contained(files(dict(FACILITATOR)).files, library()))
    assert read(from_archive(packed), "water").revision == course.revision


def test_sources_that_only_the_guide_names_travel_with_the_course():
    known = next(iter(library().sources))
    written_out = re.compile(r"  - id: un-70-1\n(?:    .*\n){3}")
    named = {
        path: written_out.sub(f"  - {known}\n", text).replace("[^un-70-1]", f"[^{known}]") for path, text in FACILITATOR.items()
    }
    source = files(named)
    assert read(source).facilitation.guide is not None
    assert SOURCES in self_contained(source.files, library())


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("facilitator/guide.en.md", "---\ntitle", "title", "guide.en.md:1: The front matter is missing"),
        ("facilitator/guide.en.md", "title: Guide for trainers", "name: x", "“name”"),
        ("facilitator/guide.en.md", "## At the spring", "At the spring", "guide"),
        ("facilitator/guide.zh-Hans.md", "minutes: 180", "minutes: 90", "“minutes” differs"),
        ("facilitator/guide.en.md", "[the lesson](springs)", "[the lesson](rivers)", "The link leads nowhere"),
        ("facilitator/guide.en.md", "media/hill.svg", "media/lake.svg", "The image “media/lake.svg” is missing"),
        ("facilitator/slides.en.md", "## A hill", "A hill", "slides.en.md:16: A slide begins with its title"),
        ("facilitator/slides.en.md", "---\n\n## A hill", "\n## A hill", "second title"),
        ("facilitator/slides.zh-Hans.md", "Notes: 请问谁家附近有泉。\n\n等三个人回答。", "", "Only one language has notes for this slide"),
        (
            "facilitator/slides.zh-Hans.md", "---\n\n## 做什么\n", "---\n\n## 加一张\n\n---\n\n## 做什么\n",
            "slides.zh-Hans.md has 4. Both languages need the same slides",
        ),
        ("facilitator/handouts/my-spring.en.md", "Name three things", "<b>Name</b> three things", "HTML is not used"),
    ],
)
def test_a_fault_is_named_with_its_file(path, old, new, said):
    found = spoilt(path, old, new)
    assert any(said in each for each in found), found


def test_both_languages_are_needed():
    left = {path: text for path, text in FACILITATOR.items() if path != "facilitator/handouts/my-spring.zh-Hans.md"}
    assert [str(each) for each in problems(left)] == [
        "facilitator/handouts/my-spring.zh-Hans.md:0: The file is missing. It is needed in each language of the course.",
    ]


@pytest.mark.parametrize(
    "path", ["facilitator/notes.en.md", "facilitator/guide.fr.md", "facilitator/handouts/Big.en.md", "handouts/a.en.md"],
)
def test_a_file_in_no_known_place_is_named(path):
    found = [str(each) for each in problems({**FACILITATOR, path: "x"})]
    assert len(found) == 1
    assert "The file is in no known place" in found[0]


@given(st.text(st.sampled_from("#- \n`Notes:abc"), max_size=200))
def test_cutting_slides_never_fails_and_counts_lines(body):
    lines = body.split("\n")
    for slide in split_slides(body, 10):
        assert lines[slide.line - 11].strip()
