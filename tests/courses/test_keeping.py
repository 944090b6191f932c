from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from webapp.core import config
from webapp.courses import markdown, texts
from webapp.courses.catalogue import course_folders
from webapp.courses.keeping import Kept
from webapp.courses.problems import BadCourse
from webapp.courses.reading import read_folder

KEY = "k" * 32


@pytest.fixture
def water(shipped) -> Path:
    """The folder of a course of the test's own."""
    return shipped / "water"


@pytest.fixture
def kept(tmp_path) -> Kept:
    return Kept(tmp_path / "kept", KEY)


def only(folder: Path) -> Path:
    [found] = folder.iterdir()
    return found


def test_a_kept_course_is_the_course_that_was_read(kept, water):
    read = read_folder(water)
    assert kept.find(water) is None
    kept.keep(water, read)
    found = kept.find(water)
    assert found == read
    assert found.revision == read.revision
    assert [question.revision for question in found.questions.values()] == [question.revision for question in read.questions.values()]
    assert {key: type(value) for key, value in vars(found).items()} == {key: type(value) for key, value in vars(read).items()}


@pytest.mark.parametrize("folder", course_folders(config.shipped("courses")), ids=lambda folder: folder.name)
def test_every_shipped_course_can_be_kept(kept, folder):
    # Whether the shipped courses are without fault is for the test of the shipped courses to say.
    with suppress(BadCourse):
        course = read_folder(folder)
        kept.keep(folder, course)
        assert kept.find(folder) == course


def test_a_changed_file_is_another_course_and_the_older_state_goes(kept, water):
    kept.keep(water, read_folder(water))
    before = only(kept.files.folder)
    file = water / "course.yaml"
    file.write_text(file.read_text().replace("Water", "Rain"))
    assert kept.find(water) is None
    kept.keep(water, read_folder(water))
    assert only(kept.files.folder) != before
    assert kept.find(water).title["en"] == "Rain"


@pytest.mark.parametrize("spoil", [
    lambda data: data[:-1], lambda data: data[:20], lambda _data: b"", lambda data: data[:32] + b"X" + data[33:],
    lambda data: b"0" * 32 + data[32:],
], ids=["half", "head", "empty", "other content", "other signature"])
def test_what_is_not_ours_or_not_whole_is_not_looked_at(kept, water, spoil):
    kept.keep(water, read_folder(water))
    file = only(kept.files.folder)
    file.write_bytes(spoil(file.read_bytes()))
    assert kept.find(water) is None


def test_what_was_signed_with_another_key_is_not_looked_at(kept, water):
    kept.keep(water, read_folder(water))
    assert Kept(kept.files.folder, "another" * 5).find(water) is None


def test_only_the_owner_can_open_the_folder_and_its_files(kept, water):
    kept.keep(water, read_folder(water))
    assert kept.files.folder.stat().st_mode & 0o077 == 0
    assert only(kept.files.folder).stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path, water):
    (tmp_path / "kept").write_text("a file where the folder should be")
    kept = Kept(tmp_path / "kept", KEY)
    kept.keep(water, read_folder(water))
    assert kept.find(water) is None


def test_a_link_is_no_file_of_a_course(kept, water):
    kept.keep(water, read_folder(water))
    file = water / "course.yaml"
    shutil.move(file, water.parent / "elsewhere.yaml")
    file.symlink_to(water.parent / "elsewhere.yaml")
    assert kept.find(water) is None


def test_with_a_course_the_html_of_its_questions_is_kept(kept, water, monkeypatch):
    course = read_folder(water)
    kept.keep(water, course)
    texts.forget()
    assert kept.find(water) == course
    monkeypatch.setattr(markdown, "inline_html", lambda text: pytest.fail(f"{text} is rendered again"))
    for question in course.questions.values():
        assert all(texts.inline_html(text) for text in question.prompt.values())
