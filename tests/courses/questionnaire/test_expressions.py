from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.questionnaire.cases import cases, plan, shown
from webapp.courses.questionnaire.answers import Answers, reader
from webapp.courses.questionnaire.evaluate import evaluate
from webapp.courses.questionnaire.expressions import BadExpression, parse
from webapp.courses.questionnaire.sorts import Names

CASES = cases("expressions")
NAMES = Names(plan().by_id)
IN_A_ROW = Names(plan().by_id, plan().field("objectives"))


def problems(source: str, names: Names = NAMES, *, condition: bool = False) -> str:
    with pytest.raises(BadExpression) as caught:
        parse(source, names, condition=condition)
    return "\n".join(caught.value.problems)


@pytest.mark.parametrize(("source", "wanted"), CASES["cases"])
def test_an_expression_comes_to_its_value(source, wanted):
    found = evaluate(parse(source, NAMES), reader(Answers(plan(), CASES["values"])))
    assert shown(found) == wanted


@pytest.mark.parametrize(("source", "says"), [
    ("has_plan == 'maybe'", "`has-plan` has no option `maybe`. Expected one of: yes, no, other."),
    ("has_plan in ['yes', 'so']", "`has-plan` has no option `so`"),
    ("'fire' in topics", "`topics` has no option `fire`"),
    ("18 in chosen_goals", "has no option `18`"),
    ("'11' in chosen_goals", "holds numbers"),
    ("11.3 in chosen_targets", "Expected `11.3` in quotation marks"),
    ("topics == 'water'", "Expected `'water' in topics`"),
    ("peple > 3", "There is no field `peple`. Did you mean `people`?"),
    ("zzz", "There is no field `zzz`."),
    ("has-plan == 'yes'", "Ids are written with `_` for `-` here: `has_plan`."),
    ("people = 3", "Two values are compared with `==`."),
    ("has_plan == “yes”", "straight quotation marks"),
    ("objectives.cost", "`objectives` has no column `cost`. Expected one of: title, budget"),
    ("scores.price", "`scores` has no `price`. Expected one of: reach, cost."),
    ("people.x", "`people` is no table"),
    ("objectives.budget", "a value for each row"),
    ("objectives", "a value for each row"),
    ("topics", "The result is a list"),
    ("intro", "The field `intro` has no value (guidance)."),
    ("people + plan_name", "`plan_name` is a text. Expected a number."),
    ("people == 'x'", "they are never equal"),
    ("plan_name > 'a'", "Expected a number or a date"),
    ("sum(people)", "is one value"),
    ("sum(objectives.link == 'direct')", "Expected count(…)"),
    ("sum(objectives.title)", "`objectives.title` is a text. Expected numbers."),
    ("sum(objectives.budget + scores.cost)", "have different rows"),
    ("max(objectives.budget, 3)", "either one column or several"),
    ("count(people)", "Expected a table, a column, or several choices"),
    ("percent(1)", "percent(…) has 1 arguments. Expected 2."),
    ("round(people, 9)", "from 0 to 6"),
    ("round(people, free)", "from 0 to 6"),
    ("eval('1')", "There is no function “eval”"),
    ("().__class__", "is not used in expressions"),
    ("people if 1 else 2", "Expected true or false"),
    ("", "cannot be read"),
    ("1 +", "cannot be read"),
])
def test_a_slip_is_named(source, says):
    assert says in problems(source)


@pytest.mark.parametrize("source", ["people", "'yes'", "share + 1", "has_plan"])
def test_a_condition_is_true_or_false(source):
    assert "not true or false" in problems(source, condition=True)


@pytest.mark.parametrize("source", [
    "9**9**9", "2**31", "'a' * 99999999", "x" * 501, "(" * 250 + ")" * 250, "-" * 450 + "1", "not " * 120 + "True", "1" * 480, "1e999",
    "lambda: 1", "[x for x in people]", "f'{people}'", "people[0]", "b'x'", "1j", "...", "people := 1", "__import__('os').system('x')",
    "+".join(["people"] * 70), "people is None", "~people", "people @ people", "people << 3", "print(1)", "sum(*topics)", "sum(a=1)",
    "{'a': 1}", "{1}", "'\\d' == plan_name", "1or 2", "a\x00b", "people;people", "await people", "yield",
])
def test_nothing_dangerous_or_endless_is_an_expression(source):
    started = time.perf_counter()
    assert problems(source)
    assert time.perf_counter() - started < 1


@given(st.text(max_size=60) | st.text("()[]{}.,+-*/%<>=!'\" \\abpeopln_0159e", max_size=60))
def test_any_text_is_an_expression_or_refused_in_sentences(source):
    try:
        tree = parse(source, NAMES)
    except BadExpression:
        return
    evaluate(tree, reader(Answers(plan(), CASES["values"])))


def test_names_in_a_table_mean_the_same_row():
    assert parse("budget * 2", IN_A_ROW) == ("*", ("own", "budget"), ("number", "2"))
    assert parse("people * 2", IN_A_ROW)[1] == ("field", "people")
    assert "Did you mean `budget`?" in problems("budgt", IN_A_ROW)


def test_names_of_fields_that_could_not_be_read_are_taken_as_they_come():
    assert parse("nobody + 1", Names(plan().by_id, broken=["nobody"]))
