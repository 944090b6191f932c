from __future__ import annotations

import dataclasses

import pytest

from tests.courses.small_course import FILES, edited, files
from webapp.courses.content import Draw, StepKind
from webapp.courses.reading import read


@pytest.fixture(scope="module")
def course():
    return read(files())


def test_steps_are_numbered_and_know_their_neighbours(course):
    first, last = course.steps
    assert (first.kind, first.number, last.kind, last.number) == (StepKind.LESSON, 1, StepKind.QUIZ, 2)
    assert course.after(first) == last
    assert course.before(last) == first
    assert course.before(first) is None
    assert course.after(last) is None
    assert course.step_title(first) == {"en": "Springs", "zh-Hans": "泉"}


def test_a_lesson_is_rendered_in_its_language_with_its_drawing(course):
    text = course.lesson("springs").in_language("zh-Hans")
    assert '<title id="fig-1-hill-t">山</title>' in text.html
    assert 'aria-labelledby="fig-1-hill-t fig-1-hill-d"' in text.html
    assert [source.number for source in text.sources] == [1]
    assert [heading.text for heading in text.contents] == ["从哪里来"]
    assert "Water below a hill &amp; more" in course.lesson("springs").in_language("en").html


def test_a_lesson_falls_back_to_the_first_language_of_the_course(course):
    assert course.lesson("springs").in_language("fr").language == "zh-Hans"


def test_sources_are_numbered_as_they_are_first_cited():
    first = "  - id: un-70-1\n"
    extra = "  - id: a-later\n    title: Later\n    publisher: P\n"
    changes = {}
    for tag, anchor in (("en", "Ask the village."), ("zh-Hans", "问问村里人。")):
        path = f"lessons/springs.{tag}.md"
        changes[path] = FILES[path].replace(first, extra + first).replace(anchor, anchor + "[^a-later]")
    sources = read(files(changes)).lesson("springs").in_language("en").sources
    assert [(source.number, source.id) for source in sources] == [(1, "un-70-1"), (2, "a-later")]


def test_draws_filter_by_tag_type_and_difficulty(course):
    def ids(draw: Draw) -> list[str]:
        return [question.id for question in course.candidates(draw)]

    assert ids(Draw("water", 1)) == ["spring", "share"]
    assert ids(Draw("water", 1, tags=("goal-6", "none"))) == ["spring"]
    assert ids(Draw("water", 1, types=("numeric",))) == ["share"]
    assert ids(Draw("water", 1, difficulty=(3,))) == []


def test_a_course_cannot_be_changed(course):
    with pytest.raises(dataclasses.FrozenInstanceError):
        course.title = {}
    with pytest.raises(TypeError):
        course.lessons["x"] = None
    with pytest.raises(TypeError):
        course.title["en"] = "Other"


def test_an_image_that_is_not_a_drawing_is_served_by_itself():
    png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4) + (480).to_bytes(4) + b"\0" * 9
    changes = {"media/photo.png": png, "media/hill.svg": None, "media/hill.en.yaml": None, "media/hill.zh-Hans.yaml": None}
    for tag in ("en", "zh-Hans"):
        changes |= edited(f"lessons/springs.{tag}.md", "hill.svg", "photo.png")
    course = read(files(changes))
    html = course.lesson("springs").in_language("en").html
    assert f'<img src="/courses/water/media/photo.png?v={course.media["photo.png"].digest[:12]}" alt="A hill and a spring"' in html
    assert 'width="640" height="480"' in html


def test_an_author_may_be_called_differently_in_each_language():
    course = read(files(edited("course.yaml", "[A team]", "[Ana Silva, {en: A team, zh-Hans: 编写组}]")))
    assert course.authors_in("zh-Hans") == ["Ana Silva", "编写组"]
    assert course.authors_in("en") == ["Ana Silva", "A team"]
