"""Attempts of a person with what was asked and answered: shown to them; kept when they are erased, for they name nobody."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.i18n import _, current_language
from webapp.core.own_data import plain, table_of
from webapp.core.signals import OwnDataAsked, OwnTable, own_data
from webapp.courses.catalogue import catalogue
from webapp.quizzes.models import Attempt, AttemptLog
from webapp.quizzes.questions import LostQuestion, read_paper, sheet
from webapp.quizzes.responses import value_of


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. Two queries, and one for questions that the courses do not ask any more."""
    attempts = list(db.session.scalars(select(Attempt).where(Attempt.person_id == asked.person_id).order_by(Attempt.started_at)))
    columns = {
        "course_id": _("Course"), "quiz_id": _("Quiz"), "number": _("Attempt"), "language": _("Language"), "started_at": _("Started"),
        "submitted_at": _("Submitted"), "state": _("State"), "score_thousandths": _("Points in thousandths"), "maximum": _("Most points"),
        "pass_mark": _("Pass mark"), "passed": _("Passed"), "id": _("Identifier"),
    }
    rows = [{name: plain(getattr(each, name)) for name in columns} for each in attempts]
    answers = [row for each in attempts for row in _answers(each)]
    labels = [
        ("attempt", _("Identifier of the attempt")), ("number", _("Number")), ("question", _("Question")), ("answer", _("Your answer")),
        ("points", _("Points")),
    ]
    mine = select(Attempt.id).where(Attempt.person_id == asked.person_id)
    return [
        OwnTable("attempts", _("Your attempts at quizzes"), list(columns.items()), rows, covers=("attempts",)),
        OwnTable("answers", _("Questions and your answers"), labels, answers, covers=("attempts",)),
        table_of(
            AttemptLog, AttemptLog.attempt_id.in_(mine), key="attempt-log", title=_("Every step of your attempts"), order=AttemptLog.id,
            columns={"at": _("When"), "attempt_id": _("Identifier of the attempt"), "kind": _("What"), "payload": _("Details")},
        ),
    ]


def _answers(attempt: Attempt) -> list[dict[str, Any]]:
    """The questions of an attempt in the reader's language, with the answer as it was given."""
    try:
        asked = read_paper(attempt.paper, catalogue().course(attempt.course_id))
    except LostQuestion:
        return [{"attempt": str(attempt.id), "number": None, "question": None, "answer": attempt.responses, "points": None}]
    rows = []
    for number, each in enumerate(asked, start=1):
        texts = sheet(each.question, current_language())
        given = value_of(attempt.responses.get(str(number)))
        rows.append({
            "attempt": str(attempt.id), "number": number, "question": texts.prompt.striptags(), "answer": _in_words(given, texts.plain),
            "points": attempt.marks[number - 1] if attempt.marks and number <= len(attempt.marks) else None,
        })
    return rows


def _in_words(given: Any, options: dict[str, str]) -> Any:
    if isinstance(given, str):
        return options.get(given, given)
    if isinstance(given, list):
        return [options.get(each, each) if isinstance(each, str) else each for each in given]
    if isinstance(given, dict):
        return {options.get(key, key): options.get(value, value) if isinstance(value, str) else value for key, value in given.items()}
    return given


def wire() -> None:
    """Answer."""
    own_data.connect(tables)
