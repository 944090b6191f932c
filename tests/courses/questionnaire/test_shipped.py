"""Questionnaires on disk: the surveys' shelf, and the command that checks files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from tests.courses.questionnaire.cases import PLAN
from tests.courses.small_course import COURSE
from webapp.cli import commands
from webapp.courses.questionnaire.shipped import Shelf, files_below

if TYPE_CHECKING:
    from pathlib import Path

BAD = PLAN.replace("type: long", "type: essay", 1)
EXERCISE = PLAN.replace("languages: [zh-Hans, en]\n", "", 1)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of courses with one survey and one exercise."""
    for name, text in (
        ("surveys/needs.yaml", PLAN), ("water/exercises/plan.yaml", EXERCISE), ("water/course.yaml", COURSE), ("order.yaml", "[water]"),
        ("reference/sources.yaml", "sources: []\n"), ("reference/glossary.yaml", "terms: []\n"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def checked(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(commands, ["questionnaires", "check", *arguments])
    return result.exit_code, result.output


def test_surveys_are_read_once_and_again_when_a_file_changes(root):
    shelf = Shelf(root, watch=0)
    first = shelf.current()
    assert list(first.by_id) == ["needs"]
    assert shelf.current() is first
    (root / "surveys" / "needs.yaml").write_text(PLAN.replace("minutes: 30", "minutes: 45"), encoding="utf-8")
    assert shelf.current().by_id["needs"].minutes == 45


def test_a_file_that_cannot_be_read_keeps_its_last_good_state(root):
    shelf = Shelf(root, watch=0)
    assert shelf.current().problems == {}
    (root / "surveys" / "needs.yaml").write_text(BAD, encoding="utf-8")
    (root / "surveys" / "other.yaml").write_text(BAD, encoding="utf-8")
    assert list(shelf.current().by_id) == ["needs"]
    assert set(shelf.current().problems) == {"needs.yaml", "other.yaml"}
    (root / "surveys" / "needs.yaml").unlink()
    assert list(shelf.current().by_id) == []


def test_a_folder_without_surveys_is_an_empty_shelf(tmp_path):
    assert Shelf(tmp_path).current().by_id == {}


def test_the_command_finds_surveys_and_exercises(root):
    assert [path.name for path in files_below(root)] == ["needs.yaml", "plan.yaml"]
    assert [path.name for path in files_below(root / "water")] == ["plan.yaml"]
    assert checked(str(root), "--language", "en") == (0, "2 questionnaires checked: 0 problems.\n")


def test_the_command_names_every_problem_and_fails(root):
    (root / "surveys" / "needs.yaml").write_text(BAD.replace("minutes: 30", "minutes: x"), encoding="utf-8")
    code, output = checked(str(root), "--language", "en")
    assert code == 1
    assert f"{root}/surveys/needs.yaml:5: “minutes”: found “x”, expected a whole number" in output
    assert "Found the field type “essay”" in output
    assert output.endswith("2 questionnaires checked: 2 problems.\n")


def test_the_command_speaks_chinese(root):
    assert checked(str(root / "surveys" / "needs.yaml"), "--language", "zh-Hans")[1] == "已检查1份问卷，发现0处问题。\n"


def test_a_folder_with_nothing_to_check_is_a_mistake(tmp_path):
    assert checked(str(tmp_path))[0] == 1


@pytest.mark.parametrize("data", [PLAN.encode("utf-16"), PLAN.encode("gb18030"), b"\xff\x00", b""])
def test_another_encoding_is_named(root, data):
    path = root / "surveys" / "needs.yaml"
    path.write_bytes(data)
    assert checked(str(path), "--language", "en")[0] == 1
