"""Sources by id: looked up in the shared bibliography or the course's own file, and carried along when a course travels."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.courses.small_course import FILES, files
from webapp.courses import library as library_module
from webapp.courses import services
from webapp.courses.bibliography import to_file
from webapp.courses.catalogue import NEVER, Shelf
from webapp.courses.files import from_archive
from webapp.courses.library import Library, library
from webapp.courses.packing import self_contained
from webapp.courses.problems import BadCourse
from webapp.courses.reading import read

INLINE = {
    "en": "  - id: un-70-1\n    title: Transforming our world\n    publisher: United Nations\n    year: 2015\n",
    "zh-Hans": "  - id: un-70-1\n    title: 变革我们的世界\n    publisher: 联合国\n    year: 2015\n",
}
SHARED = """\
sources:
  - id: un-70-1
    title: {en: Transforming our world, zh-Hans: 变革我们的世界}
    publisher: {en: United Nations, zh-Hans: 联合国}
    year: 2015
  - id: other
    title: {en: Other, zh-Hans: 别的}
    symbol: {en: Resolution 2/6, zh-Hans: 第2/6号决议}
    publisher: {en: Somebody, zh-Hans: 某机构}
    address: https://example.org/other
"""
OWN = SHARED.replace("Transforming our world", "Our world")


def by_id(extra=None):
    changes = {}
    for tag, text in INLINE.items():
        path = f"lessons/springs.{tag}.md"
        changes[path] = FILES[path].replace(text, "  - un-70-1\n")
    return {**changes, **(extra or {})}


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "shared" / "reference"
    folder.mkdir(parents=True)
    (folder / "sources.yaml").write_text(SHARED)
    return folder.parent


def problems_of(changes, shared):
    with pytest.raises(BadCourse) as bad:
        read(files(changes), shared=shared)
    return [str(problem) for problem in bad.value.problems]


def test_a_source_named_by_id_shows_and_counts_like_one_written_out(root):
    named, written = read(files(by_id()), shared=library(root)), read(files(), shared=Library())
    for tag in ("en", "zh-Hans"):
        assert named.lesson("springs").in_language(tag).sources == written.lesson("springs").in_language(tag).sources
    assert named.revision == written.revision


def test_the_revision_of_a_lesson_covers_its_source(root):
    before = read(files(by_id()), shared=library(root))
    (root / "reference" / "sources.yaml").write_text(SHARED.replace("year: 2015", "year: 2016"))
    after = read(files(by_id()), shared=library(root))
    assert before.lesson("springs").revision != after.lesson("springs").revision


def test_an_unknown_id_is_told_with_its_line_and_the_nearest_known(root):
    path = "lessons/springs.en.md"
    found = problems_of(by_id({path: FILES[path].replace(INLINE["en"], "  - un-70-l\n")}), library(root))
    assert "lessons/springs.en.md:10: There is no source “un-70-l”. Did you mean “un-70-1”?" in found
    assert problems_of(by_id(), Library())[0].startswith("lessons/springs.en.md:10: There is no source “un-70-1”. Expected an id")


def test_the_courses_own_file_wins_and_is_checked(root):
    course = read(files(by_id({"sources.yaml": OWN})), shared=library(root))
    assert course.lesson("springs").in_language("en").sources[0].title == "Our world"
    assert read(files(by_id({"sources.yaml": OWN})), shared=Library()).revision == course.revision
    found = problems_of(by_id({"sources.yaml": OWN.replace("year: 2015", "yaer: 2015")}), library(root))
    assert "sources.yaml:5: The key “yaer” is not known. Did you mean “year”?" in found
    assert "sources.yaml:3: “title” has no text for zh-Hans. Expected: zh-Hans, en." in problems_of(
        by_id({"sources.yaml": OWN.replace("{en: Our world, zh-Hans: 变革我们的世界}", "{en: Our world}")}), library(root),
    )


def test_a_wrong_entry_of_the_shared_file_is_told_and_the_others_serve(root):
    (root / "reference" / "sources.yaml").write_text(SHARED.replace("https://example.org/other", "example.org") + "  - un-70-1\n")
    found = library(root)
    assert set(found.sources) == {"un-70-1"}
    assert [problem.line for problem in found.problems] == [10, 11]


def test_a_course_travels_with_the_sources_it_names(root):
    packed = self_contained(files(by_id()).files, library(root))
    assert b"other" not in packed["sources.yaml"]
    there = read(files({**by_id(), "sources.yaml": packed["sources.yaml"]}), shared=Library())
    assert there.revision == read(files(by_id()), shared=library(root)).revision
    assert self_contained(packed, library(root)) == packed
    assert self_contained(files().files, library(root)) == files().files


def test_a_written_bibliography_reads_back_as_it_was(root):
    sources = library(root).sources
    (root / "reference" / "sources.yaml").write_bytes(to_file(sources.values(), ("zh-Hans", "en")))
    assert library(root).sources == sources
    assert library(root).sources["other"].in_language("zh-Hans").symbol == "第2/6号决议"


def test_export_and_import_need_no_bibliography_elsewhere(app, root, tmp_path, monkeypatch):
    monkeypatch.setattr(library_module, "shipped", lambda _name: root)
    for path, text in {**FILES, **by_id()}.items():
        target = tmp_path / "courses" / "water" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    monkeypatch.setitem(app.extensions, "courses", Shelf(tmp_path / "courses", watch=NEVER, follow=NEVER))
    exported = services.export_course("water")
    assert "water/sources.yaml" in zipfile.ZipFile(io.BytesIO(exported)).namelist()
    assert read(from_archive(exported), shared=Library()).revision == read(from_archive(exported)).revision
