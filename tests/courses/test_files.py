from __future__ import annotations

import io
import stat
import zipfile

import pytest

from tests.courses.small_course import files
from webapp.courses import files as course_files
from webapp.courses.files import from_archive, from_folder, to_archive
from webapp.courses.problems import Findings
from webapp.courses.reading import read
from webapp.courses.yaml_text import load


def archive(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in entries.items():
            target.writestr(name, data)
    return out.getvalue()


def test_a_folder_and_its_archive_are_the_same_course(tmp_path):
    for path, data in files().files.items():
        target = tmp_path / "water" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    (tmp_path / "water" / ".DS_Store").write_bytes(b"x")
    folder = from_folder(tmp_path / "water")
    assert read(from_archive(to_archive("water", folder.files))).revision == read(folder).revision
    assert to_archive("water", folder.files) == to_archive("water", dict(reversed(folder.files.items())))


def test_files_at_the_top_of_an_archive_take_the_name_given():
    assert read(from_archive(archive(dict(files().files)), "water")).id == "water"


@pytest.mark.parametrize("name", [
    "../evil.yaml", "water/../../evil.yaml", "/etc/passwd", "C:/evil.yaml", "..\\evil.yaml", "water/a\\b.yaml",
])
def test_paths_that_leave_the_archive_are_refused(name):
    found = from_archive(archive({"water/course.yaml": b"x", name: b"y"}))
    assert list(found.files) == ["course.yaml"]
    assert "leaves the archive" in found.problems[0].message


def test_links_are_refused(tmp_path):
    link = zipfile.ZipInfo("water/course.yaml")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr(link, "/etc/passwd")
    assert "a link" in from_archive(out.getvalue()).problems[0].message
    (tmp_path / "course.yaml").symlink_to("/etc/passwd")
    assert "a link" in from_folder(tmp_path).problems[0].message


def test_a_bomb_is_not_unpacked():
    found = from_archive(archive({"water/course.yaml": b"\0" * 50_000_000}))
    assert found.files == {}
    assert "larger than 1 MB" in found.problems[0].message


def test_too_many_and_too_large_are_refused(monkeypatch):
    monkeypatch.setattr(course_files, "COUNT_LIMIT", 3)
    found = from_archive(archive({f"water/media/{n}.svg": b"x" for n in range(5)}))
    assert len(found.files) == 3
    assert "more than 3 files" in found.problems[0].message


# Names of their own: an archive holds the time at which it was made, which each process would put into the test's name.
@pytest.mark.parametrize(
    "data", [b"", b"PK", b"not a zip", archive({"a": b"x"})[:30]], ids=["empty", "two letters", "text", "half an archive"]
)
def test_what_is_no_archive_is_named_so(data):
    assert "not a zip archive" in from_archive(data, "water").problems[0].message


def test_odd_names_and_doubles_are_named():
    data = archive({"water/course.yaml": b"x", "water/course.yamm": b"x", "water/课 程.yaml": b"x"})
    messages = " ".join(problem.message for problem in from_archive(data.replace(b"course.yamm", b"course.yaml")).problems)
    assert "twice" in messages
    assert "Unusable file name" in messages


@pytest.mark.parametrize(("text", "value"), [
    ("a: no", {"a": "no"}), ("a: 08:30", {"a": "08:30"}), ("a: 1e5", {"a": "1e5"}), ("a: '1'", {"a": "1"}), ("a: ~", {"a": None}),
    ("a: 2026-13-01", {"a": "2026-13-01"}), ("a: 0x1f", {"a": "0x1f"}), ("a: [1, -2.5, true]", {"a": [1, -2.5, True]}),
    ("1: a", {"1": "a"}),
])
def test_yaml_guesses_nothing(text, value):
    document = load(text, "a.yaml", Findings())
    assert document is not None
    assert document.value == value


def test_yaml_knows_the_line_of_every_part():
    document = load("a:\n  - b: 1\n\n    c: [x,\n     y]\n", "a.yaml", Findings(), offset=10)
    assert document is not None
    assert [document.line(path) for path in (("a",), ("a", 0, "c"), ("a", 0, "c", 1), ("a", 0, "missing"))] == [11, 14, 15, 12]


@pytest.mark.parametrize("text", [
    "[" * 100_000, "{a: " * 100_000, "- " * 50_000, "a: " * 10_000, "'" * 99_999, "&a [*a, *a]", "a: !!binary x", "--- a\n--- b\n",
    "%YAML 9.9\n---\na", "? [a]\n: b", 'a: "\\ud800"', 'a: "\\0"', "\0", "\t- a", "a: |\n\x85", "- x\n" * 100_000,
    "a: >+\n" + " \n" * 10_000 + "\tb", "@a", "a: `b`",
])
def test_hostile_yaml_is_refused_or_read_but_never_harms(text):
    findings = Findings()
    document = load(text, "a.yaml", findings)
    assert document is None or isinstance(document.value, (dict, list, str))
    assert (document is None) == (len(findings) > 0)
