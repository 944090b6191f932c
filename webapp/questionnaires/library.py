"""The questionnaires that can be used: shipped files, and what authors published instead or beside them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, localised
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course, StepKind
from webapp.courses.questionnaire.content import Exercise, Kind, Questionnaire
from webapp.courses.questionnaire.shipped import surveys
from webapp.places.rules import normalised
from webapp.questionnaires import definitions
from webapp.questionnaires.models import QuestionnairePublication


@dataclass(frozen=True)
class CourseExercise:
    """A worksheet as it stands in a course, where it is begun."""

    course: Course
    exercise: Exercise
    number: int


@dataclass(frozen=True)
class Volume:
    """A questionnaire in force. `published_at` is None for a shipped file."""

    questionnaire: Questionnaire
    published_at: datetime | None = None


def volumes() -> dict[str, Volume]:
    """Every questionnaire in force by id. One query, and one for published ones that this process has not read yet."""
    rows = db.session.execute(
        select(QuestionnairePublication.questionnaire_id, QuestionnairePublication.revision, QuestionnairePublication.published_at)
    ).all()
    read = definitions.of_revisions({row.revision for row in rows})
    found = {each.id: Volume(each) for each in surveys().values()}
    found |= {row.questionnaire_id: Volume(read[row.revision], row.published_at) for row in rows if row.revision in read}
    return found


def volume(questionnaire_id: str) -> Volume | None:
    """The questionnaire in force with this id. One query, two at the first reading of a published one."""
    row = db.session.execute(
        select(QuestionnairePublication.revision, QuestionnairePublication.published_at)
        .where(QuestionnairePublication.questionnaire_id == questionnaire_id)
    ).first()
    published = definitions.of_revisions([row.revision]).get(row.revision) if row else None
    if row is not None and published is not None:
        return Volume(published, row.published_at)
    shipped = surveys().get(questionnaire_id)
    return Volume(shipped) if shipped else None


def found(known: Iterable[Volume], *, words: str = "", kind: Kind | None = None) -> list[Volume]:
    """Those of a kind that hold every typed word in title, summary or id, in either language; by title of the reader's language."""
    wanted = [normalised(each) for each in words.split()]
    fitting = [each for each in known if kind in (None, each.questionnaire.kind) and all(word in _text(each) for word in wanted)]
    return sorted(fitting, key=lambda each: (localised(each.questionnaire.title), each.questionnaire.id))


def exercises(*, words: str = "", kind: Kind | None = None) -> list[CourseExercise]:
    """Worksheets of the courses that are open, found like the others; by course and step. No query."""
    if kind not in (None, Kind.WORKSHEET):
        return []
    wanted = [normalised(each) for each in words.split()]
    return [
        CourseExercise(course, course.exercises[step.id], step.number)
        for course in catalogue().courses for step in course.steps if step.kind is StepKind.EXERCISE
        if all(word in _words_of(course.exercises[step.id].questionnaire) for word in wanted)
    ]


def _text(each: Volume) -> str:
    return _words_of(each.questionnaire)


def _words_of(one: Questionnaire) -> str:
    texts = [text.get(tag, "") for text in (one.title, one.summary) for tag in LANGUAGES]
    return normalised(" ".join([one.id, *texts]))
