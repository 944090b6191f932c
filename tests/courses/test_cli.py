from __future__ import annotations

import pytest
from click.testing import CliRunner

from tests.courses.small_course import FILES, files
from webapp.courses.catalogue import NEVER, Shelf, catalogue
from webapp.courses.cli import courses
from webapp.courses.files import to_archive


@pytest.fixture
def run():
    runner = CliRunner(env={"LANG": "C.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""})
    return lambda *arguments, **options: runner.invoke(courses, [str(argument) for argument in arguments], **options)


def test_right_courses_pass_without_a_database(run, shipped):
    result = run("check", shipped)
    assert (result.exit_code, result.output) == (0, "1 course checked: 0 problems.\n")


def test_problems_are_printed_with_file_and_line_and_counted(run, shipped):
    path = shipped / "water" / "quizzes" / "final.yaml"
    path.write_text(FILES["quizzes/final.yaml"].replace("80", "101"))
    result = run("check", shipped)
    assert result.exit_code == 1
    assert f"{path}:6: “pass_mark”: found the number 101, expected 100 or less." in result.output
    assert result.output.endswith("1 course checked: 1 problem.\n")


def test_messages_come_in_chinese_where_it_is_asked(run, shipped):
    assert "检查" in run("check", shipped, "--language", "zh-Hans").output
    assert "检查" in run("check", shipped, env={"LANG": "zh_CN.UTF-8"}).output


def test_one_folder_or_archive_can_be_checked(run, shipped, tmp_path):
    archive = tmp_path / "water.zip"
    archive.write_bytes(to_archive("water", files().files))
    for path in (shipped / "water", archive):
        assert run("check", path).output == "1 course checked: 0 problems.\n"


def test_a_folder_without_courses_is_not_right(run, tmp_path):
    assert run("check", tmp_path).exit_code == 1


def test_importing_publishing_exporting_and_withdrawing(run, database, shipped, tmp_path):
    database.extensions["courses"] = Shelf(tmp_path / "none", watch=NEVER, follow=NEVER)
    out = tmp_path / "out.zip"
    assert run("export", "water", out, obj=lambda: database).exit_code == 1
    assert "Imported and published water" in run("import", shipped / "water", "--publish", obj=lambda: database).output
    assert catalogue().course("water") is not None
    assert run("export", "water", out, obj=lambda: database).exit_code == 0
    assert run("check", out).exit_code == 0
    assert "Withdrew water" in run("withdraw", "water", obj=lambda: database).output
    assert catalogue().course("water") is None
    assert run("withdraw", "water", obj=lambda: database).exit_code == 1
    del database.extensions["courses"]


def test_a_wrong_course_is_not_imported(run, database, shipped):
    (shipped / "water" / "quizzes" / "final.yaml").unlink()
    result = run("import", shipped / "water", obj=lambda: database)
    assert result.exit_code == 1
    assert "There is no quiz “final”" in result.output
