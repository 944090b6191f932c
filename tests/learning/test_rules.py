"""Pure decisions about progress."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from webapp.courses.content import Completion, Step, StepKind
from webapp.learning.rules import LONGEST_VIEW, Progress, added_seconds, is_complete, is_view, next_step, still_needed

IDS = ("a", "b", "c", "d", "e")
steps_of = st.integers(1, len(IDS)).map(lambda n: tuple(Step(StepKind.LESSON, IDS[i], i + 1) for i in range(n)))
done_of = st.frozensets(st.sampled_from((*IDS, "removed")))


def with_steps(course, steps):
    return replace(course, steps=steps)


@given(steps_of, done_of, st.sampled_from((None, *IDS, "removed")))
def test_there_is_always_a_place_to_go_on_and_it_is_open_while_anything_is(water, steps, done, last):
    course = with_steps(water, steps)
    following = next_step(course, Progress(done, last))
    assert following in steps
    open_ones = [step for step in steps if step.id not in done]
    assert (following in open_ones) == bool(open_ones)


@given(steps_of, done_of, st.sampled_from(IDS))
def test_a_step_left_half_way_comes_first(water, steps, done, last):
    course = with_steps(water, steps)
    if course.step(last) and last not in done:
        assert next_step(course, Progress(done, last)).id == last


@given(steps_of, done_of, st.sampled_from(IDS))
def test_after_a_step_that_is_done_the_first_open_one_behind_it_comes(water, steps, done, last):
    course = with_steps(water, steps)
    here = course.step(last)
    if here is None or last not in done:
        return
    behind = [step for step in steps if step.number > here.number and step.id not in done]
    if behind:
        assert next_step(course, Progress(done, last)) == behind[0]


def test_who_has_done_nothing_begins_at_the_beginning(water):
    assert next_step(water, Progress()) == water.steps[0]
    assert next_step(water, Progress(last_step_id="a-step-that-an-edit-removed")) == water.steps[0]


def test_who_has_done_everything_stays_at_the_last_step_visited(water):
    everything = frozenset(step.id for step in water.steps)
    assert next_step(water, Progress(everything, "rivers")).id == "rivers"
    assert next_step(water, Progress(everything)) == water.steps[-1]


@given(st.frozensets(st.sampled_from(IDS)), st.frozensets(st.sampled_from(IDS)), done_of)
def test_a_course_is_complete_when_every_named_step_is_done_and_not_before(lessons, quizzes, done):
    assert is_complete(Completion(tuple(lessons), tuple(quizzes)), done) == (lessons | quizzes <= done)


@given(done_of, done_of)
def test_doing_more_never_undoes_completion(done, more):
    rule = Completion(("a", "b"), ("c",))
    if is_complete(rule, done):
        assert is_complete(rule, done | more)


def test_what_is_still_needed_stands_in_the_order_of_the_course(water):
    assert [step.id for step in still_needed(water, {"springs"})] == ["rivers", "final"]
    assert still_needed(water, {"springs", "rivers", "final"}) == []


def test_steps_that_an_edit_removed_do_not_count_as_done(water):
    assert Progress(frozenset({"springs", "removed"})).count(water) == 1


@given(st.lists(st.floats(-100, 1e9), max_size=12))
def test_a_view_adds_up_to_its_greatest_report_and_no_more_than_the_longest_view(reports):
    known = 0
    for seconds in reports:
        added = added_seconds(seconds, known)
        assert added >= 0
        known += added
    assert known == min(max([0, *map(int, reports)]), LONGEST_VIEW.total_seconds())


def test_a_glance_is_no_view():
    assert [is_view(seconds) for seconds in (-5, 0, 2.9, 3, 4000)] == [False, False, False, True, True]
