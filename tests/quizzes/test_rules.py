"""Numbers, times, attempts, policies, and which of two answers is the newer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.quizzes.questions_strategy import A_TEXT
from webapp.courses.content import Draw, Quiz, QuizKind, Review
from webapp.courses.numbers import UnreadableNumber, read_number
from webapp.quizzes import rules
from webapp.quizzes.responses import MOST_TABS, Stamp, merged
from webapp.quizzes.rules import MustWait, NoAttemptsLeft, Sitting

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def quiz(attempts: int = 3, wait: int = 30, limit: int = 40, review: Review = Review.AFTER_SUBMIT) -> Quiz:
    return Quiz("z", A_TEXT, A_TEXT, QuizKind.FINAL, (Draw("b", 1),), True, 80, attempts, wait, limit, review, 20)


@pytest.mark.parametrize(("typed", "digits"), [
    ("", None), ("   ", None), ("29", "29"), ("029", "29"), ("-3", "-3"),
    ("−3", "-3"), ("－３", "-3"), ("+3", "3"), ("１２．５", "12.5"), ("１２。５", "12.5"),
    ("1,137", "1137"), ("1，137", "1137"), ("1 137", "1137"),
    ("1\u00a0137", "1137"), ("1\u202f137", "1137"), ("1'137", "1137"), ("1’137", "1137"),
    ("1.137", "1.137"), ("1.137.000", "1137000"), ("12,5", "12.5"),
    ("12.5", "12.5"), ("0,125", "0.125"), ("1,1370", "1.137"), ("1,137.5", "1137.5"),
    ("1.137,5", "1137.5"), ("1 137,5", "1137.5"), ("1,137,000.25", "1137000.25"), (".5", "0.5"),
    (",5", "0.5"), ("5.", "5"), ("29。", "29"), ("٢٩", "29"),
    ("-0", "0"), ("0.0", "0"), ("29人", "29"),
    ("29 officials", "29"), ("29 OFFICIALS", "29"), ("1,137 人", "1137"), ("999999999999999", "999999999999999"),
])
def test_a_number_is_read_as_it_was_meant(typed: str, digits: str | None) -> None:
    assert read_number(typed, ["officials", "人"]) == digits


@pytest.mark.parametrize("typed", [
    "many", "二十九", "12 5", "1,13,7", "1..2", "1,137,00", "1.5.5", "5²", "½", "1e5", "0x10", "NaN", "inf", "Infinity", "-", "+", "--5",
    "人", "12人5", "5%", "1" * 16, "9" * 5000, "1/2", "1-2", "29 persons", "\x00", "3\n4", ".", ",", "1,137.5.5", "01,137",
])
def test_what_cannot_be_read_in_one_way_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableNumber):
        read_number(typed, ["officials", "人"])


@given(st.text(max_size=60))
def test_reading_a_number_gives_digits_nothing_or_a_refusal(typed: str) -> None:
    try:
        digits = read_number(typed, ["%"])
    except UnreadableNumber:
        return
    assert digits is None or Decimal(digits).is_finite()


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3))
def test_every_way_of_writing_a_number_is_read_alike(number: Decimal) -> None:
    plain = read_number(f"{number:f}")
    assert plain is not None
    assert Decimal(plain) == number
    assert read_number(f"{number:,.3f}") == plain
    assert read_number(f"{number:,.3f}".translate(str.maketrans("0123456789.,-", "０１２３４５６７８９．，－"))) == plain


def ended(number: int, after: timedelta = timedelta(), passed: bool = False) -> Sitting:
    return Sitting(number, NOW + after, passed)


def test_the_first_attempt_may_start() -> None:
    stand = rules.standing([], quiz(), NOW)
    assert (stand.may_start, stand.next_number, stand.left) == (True, 1, 3)


def test_an_open_attempt_is_gone_on_with() -> None:
    stand = rules.standing([ended(1), Sitting(2, None, False)], quiz(wait=0), NOW)
    assert (stand.may_start, stand.open_number) == (False, 2)


def test_waiting_counts_from_the_end_of_the_last_attempt_and_ends_to_the_second() -> None:
    past = [ended(1, -HOUR), ended(2)]
    until = NOW + timedelta(minutes=30)
    with pytest.raises(MustWait):
        rules.check_start(rules.standing(past, quiz(), until - timedelta(seconds=1)), quiz(), until - timedelta(seconds=1))
    rules.check_start(rules.standing(past, quiz(), until), quiz(), until)


def test_the_limit_of_attempts_holds_and_none_means_without_limit() -> None:
    past = [ended(number, -HOUR) for number in (1, 2, 3)]
    with pytest.raises(NoAttemptsLeft):
        rules.check_start(rules.standing(past, quiz(), NOW), quiz(), NOW)
    assert rules.standing(past, quiz(attempts=0, wait=0), NOW).may_start


def test_an_answer_may_travel_for_the_grace_and_no_longer() -> None:
    ends = rules.deadline(quiz(), NOW)
    assert ends == NOW + timedelta(minutes=40)
    assert rules.in_time(ends + rules.GRACE, ends)
    assert not rules.in_time(ends + rules.GRACE + timedelta(microseconds=1), ends)
    assert rules.remaining(ends + HOUR, ends) == 0
    assert rules.in_time(NOW, rules.deadline(quiz(limit=0), NOW))


@pytest.mark.parametrize(("review", "attempts", "past", "shown"), [
    (Review.AFTER_SUBMIT, 3, [ended(1)], True),
    (Review.AFTER_PASS, 3, [ended(1)], False),
    (Review.AFTER_PASS, 3, [ended(1), ended(2, passed=True)], True),
    (Review.AFTER_LAST, 2, [ended(1, passed=True)], False),
    (Review.AFTER_LAST, 2, [ended(1), Sitting(2, None, False)], False),
    (Review.AFTER_LAST, 2, [ended(1), ended(2)], True),
    (Review.AFTER_LAST, 0, [ended(1)], False),
    (Review.AFTER_LAST, 0, [ended(1, passed=True)], True),
])
def test_right_answers_are_shown_by_the_policy(review: Review, attempts: int, past: list[Sitting], shown: bool) -> None:
    chosen = quiz(attempts=attempts, review=review)
    assert rules.shows_answers(chosen, rules.standing(past, chosen, NOW + HOUR)) is shown


def test_a_late_request_of_the_same_tab_changes_nothing() -> None:
    first = merged(None, "a", Stamp(1000, "tab", 1))
    second = merged(first, "b", Stamp(2000, "tab", 2))
    assert second
    assert second["value"] == "b"
    assert merged(second, "a", Stamp(9000, "tab", 1)) is None
    assert merged(second, "b", Stamp(9000, "tab", 2)) is None


def test_between_two_devices_the_answer_given_later_counts() -> None:
    at_phone = merged(None, "a", Stamp(5000, "phone", 1))
    assert merged(at_phone, "b", Stamp(4000, "office", 7)) is None
    newer = merged(at_phone, "b", Stamp(6000, "office", 7))
    assert newer
    assert merged(newer, "a", Stamp(9000, "phone", 1)) is None
    taken_back = merged(newer, None, Stamp(9000, "phone", 2))
    assert taken_back
    assert taken_back["value"] is None


@given(st.permutations(list(range(6))))
def test_however_requests_overtake_each_other_the_last_answer_of_a_tab_stands(order: list[int]) -> None:
    record = None
    for sequence in order:
        record = merged(record, str(sequence), Stamp(1000 + sequence, "tab", sequence)) or record
    assert record
    assert record["value"] == "5"


def test_forged_tabs_do_not_pile_up() -> None:
    record = None
    for number in range(50):
        record = merged(record, "a", Stamp(1000 + number, f"t{number}", 1))
    assert record
    assert len(record["tabs"]) == MOST_TABS
