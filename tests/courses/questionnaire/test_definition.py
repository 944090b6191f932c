from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.courses.questionnaire.cases import PLAN, plan
from webapp.courses.problems import BadQuestionnaire, Findings
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Kind, Questionnaire, removed
from webapp.courses.questionnaire.fields import MatrixField, TableField
from webapp.courses.questionnaire.logic import depends, loops
from webapp.courses.questionnaire.page import spec_for_page
from webapp.courses.questionnaire.reading import read_text
from webapp.courses.questionnaire.writing import to_file
from webapp.courses.yaml_text import load


def line_of(passage: str, text: str = PLAN) -> int:
    assert passage in text, passage
    return text[: text.index(passage)].count("\n") + 1


def problems(text: str) -> list[tuple[int, str]]:
    try:
        read_text(text, "plan", "plan.yaml")
    except BadQuestionnaire as bad:
        found = bad.problems
    else:
        return []
    assert all(problem.file == "plan.yaml" for problem in found)
    return [(problem.line, problem.message) for problem in found]


def edited(old: str, new: str) -> str:
    assert old in PLAN, old
    return PLAN.replace(old, new, 1)


def test_a_right_file_is_a_questionnaire():
    assert problems(PLAN) == []
    assert (plan().kind, plan().goals, plan().targets) == (Kind.WORKSHEET, (11,), ("11.3",))
    assert plan().section_of("objectives").id == "objectives-page"
    assert plan().after(plan().sections[0]) == plan().sections[1]
    assert plan().before(plan().sections[0]) is None


@pytest.mark.parametrize(("old", "new", "at", "says"), [
    ("kind: worksheet", "kind: poll", "kind: ", "expected one of: worksheet, survey, document"),
    ("minutes: 30", "minuts: 30", "minutes", "Did you mean “minutes”?"),
    ("zh-Hans: 规划概况", "fr: Plan", "title: {en: About", "has no text for zh-Hans"),
    ("goals: [11]", "goals: [18]", "goals: [11]", "expected 17 or less"),
    ('targets: ["11.3"]', 'targets: ["11.99"]', 'targets: ["', "There is no target 11.99."),
    ("minutes: 30", "minutes: 30\nsources: [no-such]", "goals: [11]", "There is no source “no-such”."),
    ("type: long", "type: essay", "id: story", "Found the field type “essay”"),
    ("id: story, type: long,", "id: story,", "id: story", "The key “type” is missing"),
    ("id: story", "id: share", "id: share, type: number", "The id “share” comes twice. It stands in line"),
    ("id: story", "id: 3story", "id: story", "begins with a letter"),
    ("id: story", "id: class", "id: story", "cannot be used in expressions"),
    ("limit: 60", "limit: 0", "id: story", "1 or more"),
    ("limit: 60", "lmit: 60", "id: story", "Did you mean “limit”?"),
    ("min: 0.5, max: 100", "min: 200, max: 100", "id: share", "“max” is less than “min”."),
    ("min: 2015-09-25", "min: 2031-01-01", "id: adopted", "“max” is less than “min”."),
    ("min: 1, max: 3, options", "min: 5, max: 6, options", "id: topics", "There are only 4 to choose from."),
    ("from: 0, to: 10", "from: 0, to: 40", "id: trust", "The scale has 41 points. Expected 2 to 21."),
    ("from: 0, to: 10, low: {en: Not at all, zh-Hans: 完全没有}, ", "from: 0, to: 10, ", "id: trust", "both “low” and “high”"),
    ("top: 2", "top: 4", "id: ranked", "There are only 3 to choose from."),
    ("{id: b, text: {en: B, zh-Hans: 乙}}", "{id: a, text: {en: B, zh-Hans: 乙}}", "id: ranked", "The id “a” comes twice."),
    ("{id: b, text: {en: B, zh-Hans: 乙}}", "{id: b, text: {en: a, zh-Hans: 乙}}", "id: ranked", "stands here twice in en"),
    ("{id: parks, text", "{id: other, text", "id: topics", "The id “other” is kept"),
    ("accept: [pdf, image]", "accept: [exe]", "id: papers", "expected one of: pdf, image, spreadsheet, document"),
    ("id: objectives-page", "id: history", "id: objectives-page", "kept for the system"),
    ("id: objectives-page", "id: state", "id: objectives-page", "kept for the system"),
    ("max_mb: 2", "max_mb: 13", "id: papers", "one request, which takes 12 MB at most"),
    ("totals: [budget, weighted]", "totals: [title]", "totals:", "“title” is no column of numbers. Expected one of: budget, weight"),
    ("{id: due, type: date", "{id: due, type: place", "id: due", "Found the field type “place”"),
    ("{id: due, type: date", "{id: due, when: people > 3, type: date", "id: due", "A column has no condition"),
    ("rows: {min: 2, max: 5", "rows: {min: 9, max: 5", "rows: {min", "“max” is less than “min”."),
    ("rows_from: objectives.title", "rows_from: objectives.name", "rows_from", "There is no column “objectives.name”"),
    ("rows_from: objectives.title", "rows_from: objectives.budget", "rows_from", "Expected one of the type text"),
    ("rows_from: objectives.title,", "", "id: scores", "Expected either “rows” or “rows_from”."),
    ("cell: number, min: 0", "cell: single, min: 0", "id: scores", "“min” does not belong to cells of the kind “single”."),
    ("of: objectives.goals", "of: objectives.title", "id: coverage", "cannot draw “objectives.title” (text)"),
    ("of: objectives.goals", "of: nothing", "id: coverage", "There is no field “nothing”."),
    ("kind: coverage", "kind: cross", "id: coverage", "needs “by”"),
    ("'has_plan == \"yes\"', required", "'has_plan == \"maybe\"', required", "id: plan-name", "`has-plan` has no option `maybe`."),
    ("value: budget * weight / 3", "value: budget * title", "id: weighted", "`title` is a text. Expected a number."),
    ('required: "budget > 100"', 'required: "budget"', "id: link", "not true or false"),
    ("value: sum(objectives.budget), unit", "value: per_head + 1, unit", "id: total",
     "A loop: each waits for the next. `total` (plan.yaml:52) → `per-head` (plan.yaml:53) → `total` (plan.yaml:52)"),
    ("when: 'has_plan != \"no\"'", "when: 'total > 3'", "when: 'has_plan != ", "`objectives-page` (plan.yaml:32) → `total`"),
    ("budget * weight / 3", "part + 1", "id: weighted", "Did you mean"),
])
def test_a_mistake_is_named_with_line_and_what_was_expected(old, new, at, says):
    if says == "Did you mean":
        text = edited(old, new).replace('"percent(budget, sum(objectives.budget))"', "weighted + 1")
        found = problems(text)
        assert {line for line, message in found if "A loop" in message} == {line_of("id: weighted"), line_of("id: part")}
        return
    found = problems(edited(old, new))
    assert any(line == line_of(at) and says in message for line, message in found), found


def test_all_mistakes_are_told_at_once_and_one_accuses_no_other():
    text = edited("minutes: 30", "minutes: 0").replace("type: long", "type: essay", 1).replace("limit: 20", "limit: x", 1)
    text = text.replace('has_plan != "no"', "answered(story)")
    found = problems(text)
    assert [line for line, _message in found] == [line_of("minutes"), line_of("id: plan-name"), line_of("id: story")], found


@pytest.mark.parametrize("text", [
    "", "[]", "a: b", "sections: 3", "languages: [xx]", "sections: [3, {fields: 3}, {fields: [3, {}]}]", "\x07", "a: [" * 40,
])
def test_what_is_no_questionnaire_at_all_is_told(text):
    assert problems(text)


@given(st.binary(max_size=200).map(lambda data: data.decode("utf-8", "replace")) | st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_read_or_refused(text):
    problems(text)
    problems(PLAN[:1200] + text)


def test_the_stored_content_is_the_definition_and_hashes_alike():
    content = json.loads(json.dumps(plan().to_content()))
    again = Questionnaire.from_content(content)
    assert again == plan()
    assert again.revision == plan().revision
    assert hash(again) == hash(plan())
    assert Questionnaire.from_content({**content, "minutes": 31}).revision != plan().revision


def test_the_order_of_keys_and_comments_do_not_change_the_revision():
    text = PLAN.replace("kind: worksheet\nminutes: 30", "# as long as it takes\nminutes: 30\nkind: worksheet")
    assert read_text(text, "plan", "x.yaml").revision == plan().revision


def test_the_written_file_reads_as_the_same_definition():
    text = to_file(plan())
    assert read_text(text, "plan", "plan.yaml") == plan()
    assert read_text(text, "plan", "plan.yaml").revision == plan().revision
    assert load(text, "x", Findings()).value["sections"][0]["fields"][3]["limit"] == 60


def test_fields_that_a_later_definition_lacks_are_named():
    text = PLAN.replace("{id: story, type: long,", "{id: tale, type: long,")
    text = text.replace("{id: due, type: date", "{id: due, type: text")
    later = read_text(text, "plan", "plan.yaml")
    assert [each.key for each in removed(plan(), later)] == ["story", "objectives.due"]
    assert removed(plan(), plan()) == ()


def test_it_is_known_what_depends_on_what():
    found = depends(plan())
    assert found["plan-name"] == {"has-plan"}
    assert found["objectives"] == {"has-plan"}
    assert found["per-head"] == {"people", "total", "objectives", "has-plan"}
    assert "story" not in found


def test_a_long_chain_without_a_loop_is_none():
    reads = {("field", str(index)): [("field", str(index + 1))] for index in range(5000)}
    assert loops(reads) == []
    assert len(loops({**reads, ("field", "5000"): [("field", "0")]})[0]) == 5001


def test_a_field_of_every_type_is_its_own_content():
    for field in plan().fields:
        assert isinstance(hash(field), int)
    matrix, table = plan().field("scores"), plan().field("objectives")
    assert isinstance(matrix, MatrixField)
    assert isinstance(table, TableField)
    assert matrix.cell_field.min == 0
    assert table.column("nothing") is None


def test_what_the_page_gets_is_small_and_plain():
    spec = spec_for_page(plan())
    assert json.loads(json.dumps(spec)) == spec
    rules = {key: value for key, value in spec.items() if key == "sections"}
    assert len(json.dumps(rules, ensure_ascii=False)) < 6_000
    # A field without own rules costs little.
    assert spec["sections"][0]["fields"][2] == {"id": "story", "type": "long", "label": "How it came about", "limit": 60}


def chained(count: int) -> str:
    values = ["0 + 1", *(f"n{index} + 1" for index in range(count - 1))]
    label = "label: {en: A, zh-Hans: 甲}"
    lines = [f"      - {{id: n{index}, type: calculated, {label}, value: {value}}}" for index, value in enumerate(values)]
    return PLAN[: PLAN.index("  - id: objectives-page")] + "\n".join(lines) + "\n"


def test_a_chain_that_is_worked_out_in_too_many_steps_is_refused_and_a_long_one_is_not():
    assert any("nested steps" in message for _line, message in problems(chained(80)))
    found = read_text(chained(35), "plan", "plan.yaml")
    assert Answers(found, {}).value("n34") == 35
