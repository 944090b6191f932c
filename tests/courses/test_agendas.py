"""Agendas of a course: read, checked, and the same as the guide's timetables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.courses.small_course import FILES
from webapp.courses.agendas import KINDS
from webapp.courses.content import Course
from webapp.courses.files import CourseFiles
from webapp.courses.problems import BadCourse
from webapp.courses.reading import read, read_folder
from webapp.trainings.models import ItemKind
from webapp.trainings.rules_agenda import spans

ROOT = Path(__file__).parents[2] / "courses"
FILE = "facilitator/agenda.yaml"
GOOD = """\
plans:
  - id: one-day
    title: {en: One day, zh-Hans: 一天}
    half_days:
      - day: 1
        title: {en: Morning, zh-Hans: 上午}
        starts: "09:00"
        items:
          - {kind: lesson, minutes: 30, title: {en: Springs, zh-Hans: 泉水}, step: springs}
          - {kind: break, minutes: 15, title: {en: Break, zh-Hans: 休息}}
      - day: 1
        title: {en: Afternoon, zh-Hans: 下午}
        starts: "13:30"
        items:
          - {kind: other, minutes: 20, title: {en: Walk, zh-Hans: 走访}, materials: {en: Boots, zh-Hans: 雨鞋}}
"""


def course_with(text: str) -> Course:
    return read(CourseFiles("water", {path: content.encode() for path, content in {**FILES, FILE: text}.items()}))


def problems(text: str) -> list[str]:
    with pytest.raises(BadCourse) as caught:
        course_with(text)
    return [str(each) for each in caught.value.problems]


def test_a_plan_is_read_with_its_half_days_and_counts_its_minutes():
    plan = course_with(GOOD).facilitation.plan("one-day")
    assert plan is not None
    assert [half.starts for half in plan.half_days] == ["09:00", "13:30"]
    assert (plan.minutes, plan.working_minutes, plan.days) == (65, 50, 1)
    assert plan.half_days[0].items[0].step == "springs"
    assert dict(plan.half_days[1].items[0].materials) == {"en": "Boots", "zh-Hans": "雨鞋"}


def test_the_agenda_is_part_of_the_revision_of_the_course():
    assert course_with(GOOD).revision != course_with(GOOD.replace("minutes: 30", "minutes: 35")).revision


@pytest.mark.parametrize(("before", "after", "line", "sentence"), [
    ("minutes: 30", "minutes: 0", 9, "“minutes”: found the number 0, expected 1 or more."),
    ("minutes: 30", "minutes: 601", 9, "“minutes”: found the number 601, expected 600 or less."),
    ("kind: lesson", "kind: lecture", 9, "expected one of: opening, lesson, exercise, talk, test, break, other."),
    ("step: springs", "step: rivers", 9, "The course has no step “rivers”. Expected one of: "),
    ("{en: Walk, zh-Hans: 走访}", "{en: Walk}", 15, "“title” has no text for zh-Hans."),
    ('"09:00"', '"9 o\'clock"', 7, "“starts”: found “9 o'clock”"),
    ('"13:30"', '"09:30"', 13, "The half-day starts before the one above it ends (09:45)."),
    ('"13:30"', '"23:50"', 14, "The half-day goes on past midnight."),
    ("day: 1\n        title: {en: Afternoon", "day: 3\n        title: {en: Afternoon", 11, "Found day 3. Half-days stand in order"),
    ("    half_days", "    days: 2\n    half_days", 4, "The key “days” is not known."),
])
def test_what_is_wrong_is_named_with_its_line(before, after, line, sentence):
    assert before in GOOD
    found = problems(GOOD.replace(before, after, 1))
    assert len(found) == 1
    assert found[0].startswith(f"{FILE}:{line}:")
    assert sentence in found[0]


def test_a_plan_that_comes_twice_is_named():
    assert "The plan “one-day” comes twice." in problems(GOOD + GOOD.removeprefix("plans:\n"))[0]


def test_kinds_of_items_are_those_of_trainings():
    assert tuple(kind.value for kind in ItemKind) == KINDS


def timetables(language: str) -> list[list[tuple[str, str, int, str]]]:
    """Tables of the guide with times: rows of (time, text, minutes, materials)."""
    guide = (ROOT / f"tot-1-introduction/facilitator/guide.{language}.md").read_text(encoding="utf-8")
    found: list[list[tuple[str, str, int, str]]] = [[]]
    for row in guide.splitlines():
        cells = [cell.strip() for cell in row.strip().strip("|").split("|")]
        if re.fullmatch(r"\d{1,2}:\d\d", cells[0]):
            found[-1].append((cells[0].zfill(5), cells[1], int(cells[2]), cells[3] if len(cells) > 3 else ""))
        elif found[-1]:
            found.append([])
    return [table for table in found if table]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_agendas_of_the_first_module_say_what_its_guide_says(language):
    course = read_folder(ROOT / "tot-1-introduction")
    facilitation = course.facilitation
    day, two, practice = (facilitation.plan(name) for name in ("one-day", "two-days", "practice"))
    assert day
    assert two
    assert practice
    assert facilitation.guide
    halves = [*day.half_days, *two.half_days, *practice.half_days]
    tables = timetables(language)
    assert len(tables) == len(halves) == 7
    for half, rows in zip(halves, tables, strict=True):
        starts = [start for start, _end in spans(half.usual_start, (item.minutes for item in half.items))]
        assert [f"{start:%H:%M}" for start in starts] == [row[0] for row in rows]
        assert [(item.title[language], item.minutes) for item in half.items] == [row[1:3] for row in rows]
    for half, rows in zip([*day.half_days, *two.half_days], tables, strict=False):
        assert [item.materials.get(language, "") for item in half.items] == [row[3] for row in rows]
    assert day.working_minutes == facilitation.guide.in_language(language).minutes


def test_two_days_give_more_time_to_the_plan_and_to_the_action_plan():
    facilitation = read_folder(ROOT / "tot-1-introduction").facilitation
    one, two = facilitation.plan("one-day"), facilitation.plan("two-days")
    assert one
    assert two

    def minutes(plan, step):
        return sum(item.minutes for half in plan.half_days for item in half.items if item.step == step)

    assert [half.minutes for half in two.half_days] == [180, 180, 180, 180]
    for step in ("plan-alignment", "personal-action-plan"):
        assert minutes(two, step) >= 3 * minutes(one, step)
