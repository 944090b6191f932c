"""Starting, saving and handing in, on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from tests.quizzes.conftest import NOW, ORIGIN, Sitter, right_response
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.courses.catalogue import Shelf
from webapp.courses.models import ContentRevision
from webapp.learning.models import StepProgress
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.quizzes import jobs, queries, questions, rules, services
from webapp.quizzes.models import Attempt, AttemptLog, AttemptState, LogIsAppendOnly, LogKind
from webapp.quizzes.questions import read_paper
from webapp.quizzes.responses import Given, Stamp, value_of

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from tests.cast import Cast

MINUTE = timedelta(minutes=1)
AFTER = NOW + timedelta(minutes=40) + rules.GRACE + timedelta(seconds=1)


def everything_right(attempt: Attempt, sitter: Sitter) -> list[Given]:
    return [Given(number, right_response(asked)) for number, asked in enumerate(read_paper(attempt.paper, sitter.course), 1)]


def kinds() -> list[LogKind]:
    return list(db.session.scalars(select(AttemptLog.kind).order_by(AttemptLog.id)))


def events() -> list[EventKind]:
    wanted = (EventKind.STARTED, EventKind.SUBMITTED, EventKind.PASSED)
    query = select(ParticipationEvent.kind).where(ParticipationEvent.kind.in_(wanted)).order_by(ParticipationEvent.id)
    return list(db.session.scalars(query))


def test_an_attempt_goes_from_start_to_result(database: Flask, sitter: Sitter) -> None:
    attempt = sitter.start()
    assert (attempt.number, attempt.open, attempt.maximum, attempt.pass_mark) == (1, True, 12, 80)
    assert attempt.deadline_at == NOW + timedelta(minutes=40)
    services.save(attempt=attempt, given=everything_right(attempt, sitter), stamp=Stamp(1), now=NOW + MINUTE)
    assert sitter.submit(sitter.attempt())
    done = sitter.attempt()
    assert (done.state, done.score_thousandths, done.passed) == (AttemptState.SUBMITTED, 12_000, True)
    assert kinds() == [LogKind.STARTED, LogKind.SAVED, LogKind.SUBMITTED]
    assert events() == [EventKind.STARTED, EventKind.SUBMITTED, EventKind.PASSED]
    assert db.session.scalar(select(StepProgress.done_at).where(StepProgress.step_id == "final")) is not None


def test_handing_in_again_changes_nothing(database: Flask, sitter: Sitter) -> None:
    attempt = sitter.start()
    sitter.submit(attempt)
    first = sitter.attempt()
    marks = first.marks
    assert not sitter.submit(first, NOW + timedelta(hours=2))
    assert sitter.attempt().marks == marks
    assert events().count(EventKind.SUBMITTED) == 1
    with pytest.raises(rules.AttemptClosed):
        services.save(attempt=sitter.attempt(), given=[Given(1, None)], stamp=Stamp(1), now=NOW + MINUTE)


def test_a_stale_copy_cannot_hand_in_a_second_time(database: Flask, sitter: Sitter) -> None:
    attempt = sitter.start()
    table = Attempt.__table__
    graded = {"state": "submitted", "submitted_at": NOW, "score_thousandths": 0, "passed": False, "marks": []}
    db.session.execute(update(table).where(table.c.id == attempt.id).values(**graded))
    assert attempt.open
    assert not sitter.submit(attempt)
    assert LogKind.SUBMITTED not in kinds()


def test_what_comes_after_the_time_is_refused_and_what_was_saved_is_graded(database: Flask, sitter: Sitter) -> None:
    attempt = sitter.start()
    answers = everything_right(attempt, sitter)
    services.save(attempt=attempt, given=answers[:3], stamp=Stamp(1), now=NOW + MINUTE)
    with pytest.raises(rules.TimeIsUp):
        services.save(attempt=attempt, given=answers[3:], stamp=Stamp(2), now=AFTER)
    sitter.submit(sitter.attempt(), AFTER)
    done = sitter.attempt()
    assert (done.state, done.submitted_at) == (AttemptState.EXPIRED, NOW + timedelta(minutes=40))
    assert [mark != "0" for mark in done.marks or []] == [True, True, True, False, False, False]


def test_the_job_closes_what_is_over_and_only_that(database: Flask, sitter: Sitter) -> None:
    sitter.start()
    sitter.start("practice")
    db.session.commit()
    assert jobs.close_expired(NOW + timedelta(minutes=40)) == 0
    assert jobs.close_expired(AFTER) == 1
    assert jobs.close_expired(AFTER) == 0
    assert sitter.attempt().state is AttemptState.EXPIRED
    assert sitter.attempt(1, "practice").open
    assert kinds()[-1] is LogKind.EXPIRED


def test_starting_after_the_time_of_an_open_attempt_grades_it_first(database: Flask, sitter: Sitter) -> None:
    sitter.start()
    second = sitter.start(now=AFTER + timedelta(minutes=30))
    assert second.number == 2
    assert sitter.attempt(1).state is AttemptState.EXPIRED


def test_starting_twice_finds_the_open_attempt(database: Flask, sitter: Sitter) -> None:
    assert sitter.start(wanted=1).number == 1
    assert sitter.start(wanted=1).number == 1
    sitter.submit(sitter.attempt())
    # The first form once more, sent from the browser's history.
    assert sitter.start(wanted=1, now=NOW + timedelta(hours=3)).number == 1
    assert sitter.start(wanted=2, now=NOW + timedelta(hours=3)).number == 2


def test_the_same_seed_gives_the_same_paper(database: Flask, sitter: Sitter) -> None:
    first = sitter.start(seed=7)
    paper = first.paper
    sitter.submit(first)
    second = sitter.start(seed=7, now=NOW + timedelta(hours=3))
    assert (second.seed, second.paper) == (7, paper)


def test_the_database_takes_one_open_attempt_a_person_and_quiz(database: Flask, sitter: Sitter) -> None:
    attempt = sitter.start()
    copy = {column.key: getattr(attempt, column.key) for column in Attempt.__table__.columns}
    with pytest.raises(IntegrityError):
        db.session.execute(Attempt.__table__.insert().values(**copy | {"id": new_id(), "number": 2}))


def test_the_log_takes_no_change(database: Flask, sitter: Sitter) -> None:
    sitter.start()
    entry = db.session.scalars(select(AttemptLog)).first()
    assert entry
    entry.payload = {}
    with pytest.raises(LogIsAppendOnly):
        db.session.flush()


def test_an_answer_can_be_taken_back_and_a_late_one_is_left_out(database: Flask, sitter: Sitter) -> None:
    sitter.start()
    for value, sequence in (("true", 1), (None, 3), ("false", 2)):
        services.save(attempt=sitter.attempt(), given=[Given(1, value)], stamp=Stamp(1000 + sequence, "tab", sequence), now=NOW)
    attempt = sitter.attempt()
    assert value_of(attempt.responses["1"]) is None
    assert attempt.version == 2


def test_an_edit_of_the_course_changes_nothing_in_an_attempt_that_runs(
    database: Flask, sitter: Sitter, shelf: Shelf, tmp_path: Path,
) -> None:
    attempt = sitter.start()
    asked = read_paper(attempt.paper, sitter.course)
    answers = everything_right(attempt, sitter)
    _edit(shelf, tmp_path)
    edited = shelf.current().courses[0]
    assert edited.revision != sitter.course.revision
    questions.forget()
    sitter.course = edited
    assert [(each.question, each.order) for each in read_paper(attempt.paper, edited)] == [(each.question, each.order) for each in asked]
    services.save(attempt=sitter.attempt(), given=answers, stamp=Stamp(1), now=NOW)
    sitter.submit(sitter.attempt())
    assert sitter.attempt().score_thousandths == 12_000


def _edit(shelf: Shelf, folder: Path) -> None:
    for path in sorted(shelf.root.rglob("*.yaml")):
        target = folder / path.relative_to(shelf.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8").replace("answer: 1137", "answer: 99").replace("Water from the ground", "Rain")
        target.write_text(text.replace("answer: true", "answer: false"), encoding="utf-8")
    shelf.root = folder
    shelf.watch_due = 0.0


def test_content_is_stored_once_a_process(database: Flask, sitter: Sitter) -> None:
    sitter.start()
    # Six questions and the quiz.
    assert db.session.scalar(select(func.count()).select_from(ContentRevision)) == 7
    questions.remember_kept(sitter.course, sitter.course.quiz("final"))
    sitter.submit(sitter.attempt())
    sitter.start(now=NOW + timedelta(hours=3))
    assert db.session.scalar(select(func.count()).select_from(ContentRevision)) == 7


def test_a_question_that_was_never_stored_is_named(database: Flask, sitter: Sitter) -> None:
    entry = {"question": "spring", "revision": "0" * 64, "order": []}
    with pytest.raises(questions.LostQuestion):
        read_paper([entry], sitter.course)


def test_the_review_reads_one_attempt_whole_and_the_others_in_short(database: Flask, sitter: Sitter, cast: Cast) -> None:
    sitter.submit(sitter.start())
    sitter.start(now=NOW + timedelta(hours=3))
    db.session.commit()
    db.session.expunge_all()
    found = queries.attempt_and_history(cast.ids["learner"], "rivers", "final", 1)
    assert found
    row, history = found
    assert (len(row.paper), len(row.marks or []), row.responses) == (6, 6, {})
    assert [each.number for each in history] == [1, 2]
    assert queries.attempt_and_history(cast.ids["learner"], "rivers", "final", 3) is None


def test_somebody_else_s_attempt_is_not_found(database: Flask, sitter: Sitter, cast: Cast) -> None:
    sitter.start()
    assert queries.attempt(cast.outsider.id, "rivers", "final", 1) is None
    assert queries.history(cast.outsider.id, "rivers", "final") == []
    assert ORIGIN.language == sitter.attempt().language
