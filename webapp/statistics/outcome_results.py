"""Results by topic and Goal: how many questions were answered fully right in final quizzes and in tests of trainings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from webapp.core.suppression import LEAST
from webapp.courses.catalogue import catalogue
from webapp.courses.questions import Question
from webapp.participation.models import EventKind, ParticipationEvent
from webapp.quizzes.grading import marks_read
from webapp.quizzes.models import Attempt
from webapp.quizzes.questions import read_paper
from webapp.statistics.outcome_parts import ended, events_of, of_places
from webapp.statistics.slices import Slice
from webapp.statistics.together import Rows, Wanted
from webapp.trainings.models import Training
from webapp.trainings.models_learning import Sitting
from webapp.trainings.models_people import Participant
from webapp.trainings.topics import Topics

# Papers of this many are read for one page; the page says so where there are more.
MOST = 20_000
_GOAL = re.compile(r"goal-(\d{1,2})|target-(\d{1,2})\.")


@dataclass
class Answered:
    """Questions that were asked and those answered fully right, and who answered."""

    asked: int = 0
    right: int = 0
    people: set[UUID] = field(default_factory=set)

    @property
    def share(self) -> float | None:
        """Per cent answered right; None where fewer than five people stand behind it."""
        return 100 * self.right / self.asked if len(self.people) >= LEAST else None


@dataclass(frozen=True)
class Results:
    """By topic (course, id of the topic) with the topic's titles by language, and by number of the Goal. `cut`: not all were read."""

    topics: Sequence[tuple[str, str, Mapping[str, str], Answered]]
    goals: Sequence[tuple[int, Answered]]
    cut: bool


@dataclass(frozen=True)
class _Paper:
    person_id: UUID
    course_id: str
    entries: Sequence[dict[str, Any]]
    marks: Sequence[str]


def results(part: Slice, *, tests: bool) -> Wanted[Results]:
    """Of final quizzes, and of tests of trainings where `tests`. Making it asks one query where questions were changed since."""
    return Wanted((_quizzes(part), _sittings(part)) if tests else (_quizzes(part),), _results)


def _results(*rows: Rows) -> Results:
    papers = [_Paper(*row) for row in islice(chain(*rows), MOST + 1)]
    cut, papers = len(papers) > MOST, papers[:MOST]
    entries = {entry["revision"]: entry for paper in papers for entry in paper.entries}
    asked = dict(zip(entries, read_paper(list(entries.values()), _Everything()), strict=True))
    known: dict[str, Topics] = {}
    topics: defaultdict[tuple[str, str], Answered] = defaultdict(Answered)
    goals: defaultdict[int, Answered] = defaultdict(Answered)
    # What a question counts for, looked up once for all papers that asked it.
    cells: dict[tuple[str, str], tuple[int, Sequence[Answered]]] = {}
    for paper in papers:
        if paper.course_id not in known:
            known[paper.course_id] = Topics.of(catalogue().course(paper.course_id))
        for entry, mark in zip(paper.entries, marks_read(paper.marks), strict=True):
            key = (paper.course_id, entry["revision"])
            if key not in cells:
                question = asked[entry["revision"]].question
                topic = topics[paper.course_id, known[paper.course_id].key(question)]
                cells[key] = (question.points, [topic, *(goals[each] for each in goals_of(question))])
            points, counted = cells[key]
            for cell in counted:
                cell.asked += 1
                cell.right += mark == points
                cell.people.add(paper.person_id)
    order = {each.id: number for number, each in enumerate(catalogue().courses)}
    ranks = {(course, key): rank for course, found in known.items() for rank, key in enumerate(found.titles)}
    ordered = sorted(topics, key=lambda key: (order.get(key[0], len(order)), key[0], ranks.get(key, len(ranks)), key[1]))
    return Results(
        [(course, key, known[course].names(key), topics[course, key]) for course, key in ordered], sorted(goals.items()), cut,
    )


def goals_of(question: Question) -> list[int]:
    """Numbers of the Goals that the tags of a question name, a target for its Goal."""
    found = {int(match[1] or match[2]) for tag in question.tags if (match := _GOAL.match(tag))}
    return sorted(each for each in found if 1 <= each <= 17)


class _Everything:
    """Questions of all courses and of both tests of each, by id; a paper is compared by revision."""

    def __init__(self) -> None:
        courses = catalogue().courses
        self._known = {key: each for course in courses for key, each in course.questions.items()}
        self._known |= {each.id: each for course in courses for form in course.forms.values() for each in form.questions}

    def question(self, question_id: str) -> Question | None:
        """The question with this id as it is now."""
        return self._known.get(question_id)


def _quizzes(part: Slice) -> Select[Any]:
    """Submitted final quizzes, the newest first, one more than are read."""
    event = ParticipationEvent
    return (
        select(event.person_id, Attempt.course_id, Attempt.paper, Attempt.marks).join(Attempt, Attempt.id == event.attempt_id)
        .where(*events_of(part, EventKind.SUBMITTED), event.person_id.is_not(None), Attempt.marks.is_not(None))
        .order_by(event.happened_at.desc()).limit(MOST + 1)
    )


def _sittings(part: Slice) -> Select[Any]:
    """Submitted tests of trainings, alike."""
    query: Select[Any] = of_places(
        select(Participant.person_id, Sitting.course_id, Sitting.paper, Sitting.marks).select_from(Training)
    ).join(Sitting, Sitting.training_id == Training.id).join(Participant, Participant.id == Sitting.participant_id).where(
        *ended(part), Sitting.submitted_at <= part.cut_off, Sitting.marks.is_not(None),
    ).order_by(Sitting.submitted_at.desc()).limit(MOST + 1)
    return query
