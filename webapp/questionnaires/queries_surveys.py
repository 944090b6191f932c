"""Reads of surveys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, or_, select

from webapp.accounts.finding import in_trees
from webapp.accounts.models import Person, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.suppression import LEAST, hide_table, small
from webapp.places.models import Place
from webapp.questionnaires.models import Sheet, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode, SurveyPerson

MOST_WAITING = 10


@dataclass(frozen=True)
class Group:
    """How many of a group are asked and have answered; `answered` is None where it is withheld."""

    name: str
    asked: int
    answered: int | None

    @property
    def percent(self) -> int | None:
        """The response rate, rounded."""
        return None if self.answered is None else round(100 * self.answered / self.asked)


@dataclass(frozen=True)
class Rate:
    """Who was asked by name, by group and together; all answers; codes on paper and how many were used. None: withheld."""

    groups: Sequence[Group]
    asked: int
    answered: int | None
    answers: int | None
    codes: int
    codes_used: int

    @property
    def percent(self) -> int | None:
        """The response rate of those asked by name, rounded."""
        return None if self.answered is None or not self.asked else round(100 * self.answered / self.asked)


@dataclass(frozen=True)
class WaitingSurvey:
    """A survey that waits for somebody's answer. `begun`: there is a draft."""

    survey: Survey
    begun: bool


def answered(survey_id: Any) -> ColumnElement[bool]:
    """The condition of the sheets that are answers to a survey, by its id or the column of it."""
    return and_(Sheet.survey_id == survey_id, Sheet.state == SheetState.DONE)


def people_asked() -> ScalarSelect[int]:
    """How many people a survey asks, to be part of a statement about surveys. No query by itself."""
    return select(func.count()).select_from(SurveyPerson).join(Person, Person.id == SurveyPerson.person_id).where(
        SurveyPerson.survey_id == Survey.id, Person.merged_into_id.is_(None),
    ).correlate(Survey).scalar_subquery()


def answers_given() -> ScalarSelect[int]:
    """How many answers a survey has, likewise. An answer is a sheet: of an anonymous survey nobody knows whose."""
    return select(func.count()).select_from(Sheet).where(answered(Survey.id)).correlate(Survey).scalar_subquery()


def answers_of(survey_id: UUID) -> int:
    """How many answers there are. One query."""
    return db.session.scalar(select(func.count()).select_from(Sheet).where(answered(survey_id))) or 0


def rate(survey: Survey) -> Rate:
    """How many answered. Three queries. Of an anonymous survey numbers of few people are withheld."""
    rows = db.session.execute(
        select(SurveyPerson.group, func.count(), func.count().filter(SurveyPerson.answered))
        .join(Person, Person.id == SurveyPerson.person_id).where(SurveyPerson.survey_id == survey.id, Person.merged_into_id.is_(None))
        .group_by(SurveyPerson.group).order_by(SurveyPerson.group)
    ).all()
    codes = db.session.execute(
        select(func.count(), func.count().filter(SurveyCode.used)).select_from(SurveyCode).where(SurveyCode.survey_id == survey.id)
    ).one()
    return rate_of([(group, asked, done) for group, asked, done in rows], answers=answers_of(survey.id), codes=codes[0],
                   codes_used=codes[1], open_to_all=survey.mode is SurveyMode.NAMED)


def rate_of(
    rows: Sequence[tuple[str, int, int]], *, answers: int, codes: int, codes_used: int, open_to_all: bool,
) -> Rate:
    """Rows of (group, asked, answered) as they may be shown; of an anonymous survey groups of few people are put together.

    How many are asked is known to whoever asks them, and how many answers there are stands over the results. So where one of the two
    would have to be withheld, the groups are not told apart at all.
    """
    hidden = frozenset[int]()
    if not open_to_all:
        rows = _together(rows)
        table = hide_table([[done, asked - done] for _group, asked, done in rows])
        margins = table.rows or table.columns or table.total
        hidden = frozenset(range(len(rows))) if margins else frozenset(row for row, _column in table.cells)
    asked, done = sum(row[1] for row in rows), sum(row[2] for row in rows)
    few = not open_to_all and small(done)
    return Rate(
        [Group(name, all_, None if number in hidden else some) for number, (name, all_, some) in enumerate(rows)], asked,
        None if few else done, None if not open_to_all and small(answers) else answers, codes, codes_used,
    )


def _together(rows: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Groups in their order, those of fewer than `LEAST` people as one at the end, with the next smallest if that is few still."""
    few = [row for row in rows if row[1] < LEAST]
    rest = sorted((row for row in rows if row[1] >= LEAST), key=lambda row: row[1])
    while few and rest and sum(row[1] for row in few) < LEAST:
        few.append(rest.pop(0))
    if not few:
        return list(rows)
    others = (_("Several small groups") if len(few) > 1 else few[0][0], sum(row[1] for row in few), sum(row[2] for row in few))
    return [row for row in rows if row not in few] + [others]


@dataclass(frozen=True)
class Seen:
    """A survey with its place. `begun`: somebody has begun to answer, or holds a printed form that says how answers are kept."""

    survey: Survey
    place: Place | None
    begun: bool


def seen(survey_id: UUID) -> Seen | None:
    """A survey as those see it who run it. One query."""
    row = db.session.execute(
        select(Survey, Place, begun(Survey.id)).outerjoin(Place, Place.id == Survey.place_id).where(Survey.id == survey_id)
    ).first()
    return None if row is None else Seen(row[0], row[1], bool(row[2]))


def begun(survey_id: Any) -> ColumnElement[bool]:
    """The condition that somebody has begun to answer. `survey_id` is an id or a column."""
    return or_(
        select(Sheet.id).where(Sheet.survey_id == survey_id).exists(),
        select(SurveyPerson.person_id).where(SurveyPerson.survey_id == survey_id, SurveyPerson.answered).exists(),
        select(SurveyCode.code_hash).where(SurveyCode.survey_id == survey_id).exists(),
    )


def by_link(code: str) -> Survey | None:
    """The survey that a link leads to. One query."""
    return db.session.scalar(select(Survey).where(Survey.link_code == code))


def by_paper(code_hash: str) -> tuple[Survey, SurveyCode] | None:
    """The survey of a paper form's code, and the code. One query."""
    row = db.session.execute(
        select(Survey, SurveyCode).join(SurveyCode, SurveyCode.survey_id == Survey.id).where(SurveyCode.code_hash == code_hash)
    ).first()
    return None if row is None else (row[0], row[1])


def asked(survey_id: UUID, person_id: UUID) -> tuple[Survey, SurveyPerson] | None:
    """A survey and the part in it of somebody who is asked. One query."""
    row = db.session.execute(
        select(Survey, SurveyPerson).join(SurveyPerson, SurveyPerson.survey_id == Survey.id)
        .where(Survey.id == survey_id, SurveyPerson.person_id == person_id)
    ).first()
    return None if row is None else (row[0], row[1])


def waiting_for(person_id: UUID, now: datetime) -> list[WaitingSurvey]:
    """Open surveys that somebody is asked and has not answered, the next to close first. One query."""
    rows = db.session.execute(
        select(Survey, SurveyPerson.sheet_id).join(SurveyPerson, SurveyPerson.survey_id == Survey.id).where(waits(person_id, now))
        .order_by(Survey.closes_at, Survey.id).limit(MOST_WAITING)
    )
    return [WaitingSurvey(row, sheet_id is not None) for row, sheet_id in rows]


def waits(person_id: Any, now: Any, *, survey: Any = Survey, asked: Any = SurveyPerson) -> ColumnElement[bool]:
    """The condition that a survey, joined with the people asked, waits for somebody's answer.

    Arguments are values or bound names, and the classes or the columns of their tables.
    """
    return and_(asked.person_id == person_id, asked.answered.is_(False), survey.opens_at <= now, survey.closes_at > now)


def without_answer(survey: Survey) -> list[tuple[UUID, str, str]]:
    """People of a named survey who have not answered: id, name, group. One query."""
    rows = db.session.execute(
        select(Person.id, Person.name, SurveyPerson.group).join(SurveyPerson, SurveyPerson.person_id == Person.id)
        .where(SurveyPerson.survey_id == survey.id, SurveyPerson.answered.is_(False))
        .order_by(SurveyPerson.group, Person.sort_key, Person.id)
    )
    return [(row.id, row.name, row.group) for row in rows]


def earlier_rounds(questionnaire_id: str, paths: tuple[str, ...] | None, actor_id: UUID, but: UUID | None) -> list[Survey]:
    """Surveys of the same questionnaire with which one may be compared, the newest first. One query."""
    wanted = select(Survey).where(Survey.questionnaire_id == questionnaire_id)
    scope = in_trees(Survey.place_id, paths)
    if scope is not None:
        wanted = wanted.where(or_(scope, Survey.created_by_id == actor_id))
    if but is not None:
        wanted = wanted.where(Survey.id != but)
    return list(db.session.scalars(wanted.order_by(Survey.opens_at.desc(), Survey.id).limit(50)))


def by_addresses(keys: Sequence[str], paths: tuple[str, ...] | None) -> dict[str, Person]:
    """People of some trees by the folded address or number with which they sign in. One query for 500."""
    found: dict[str, Person] = {}
    scope = in_trees(Person.place_id, paths)
    for start in range(0, len(keys), 500):
        wanted = select(SignIn.email_key, Person).join(Person, Person.id == SignIn.person_id).where(
            SignIn.email_key.in_(keys[start : start + 500]), Person.erased_at.is_(None), Person.merged_into_id.is_(None),
        )
        rows = db.session.execute(wanted if scope is None else wanted.where(scope)).all()
        found |= {row[0]: row[1] for row in rows}
    return found


def by_names(names: Sequence[str], paths: tuple[str, ...] | None) -> dict[str, list[Person]]:
    """People of some trees by their exact name. One query for 500."""
    found: dict[str, list[Person]] = {}
    scope = in_trees(Person.place_id, paths)
    for start in range(0, len(names), 500):
        wanted = select(Person).where(
            Person.name.in_(names[start : start + 500]), Person.erased_at.is_(None), Person.merged_into_id.is_(None),
        )
        for person in db.session.scalars(wanted if scope is None else wanted.where(scope)):
            found.setdefault(person.name, []).append(person)
    return found
