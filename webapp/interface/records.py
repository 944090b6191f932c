"""Nouns that are read only: places, enrolments, results, certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, Select, select

from webapp.accounts.services_tokens import Scope, Trees
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.interface.fields import Code, CountryCode, Day, Id, Moment, PageQuery, Shown, Slug, YesNo
from webapp.interface.nouns import Noun, of_people, set_ones, within, yes
from webapp.learning.models import Enrolment
from webapp.places.models import Place
from webapp.quizzes.models import Attempt, AttemptState


class PlaceShown(Shown):
    """A node of the administrative tree. A closed one names its successor, if it has one."""

    id: Id
    country: str
    code: str
    kind: str
    level: str
    parent_id: Id | None
    names: dict[str, str] = Field(description="Names by language tag.")
    opened_on: Day | None
    closed_on: Day | None = Field(description="The first day on which it no longer was.")
    successor_id: Id | None


class PlaceQuery(PageQuery):
    """Filters of places."""

    country: CountryCode | None = None
    code: Code | None = None
    level: Slug | None = None
    parent: Id | None = None
    closed: YesNo | None = None


def _places(trees: Trees) -> Select[tuple[UUID]]:
    return within(select(Place.id), Place.id, trees)


def _places_where(query: PlaceQuery) -> list[ColumnElement[bool]]:
    same = set_ones((Place.country, query.country), (Place.code, query.code), (Place.level, query.level), (Place.parent_id, query.parent))
    return same + yes(Place.closed_on.is_not(None), query.closed)


def _load_places(ids: Sequence[UUID]) -> list[PlaceShown]:
    rows = {row.id: row for row in db.session.scalars(select(Place).where(Place.id.in_(ids)))}
    return [
        PlaceShown(
            id=row.id, country=row.country, code=row.code, kind=row.kind, level=row.level, parent_id=row.parent_id, names=row.names,
            opened_on=row.opened_on, closed_on=row.closed_on, successor_id=row.successor_id,
        )
        for row in (rows[each] for each in ids)
    ]


class EnrolmentShown(Shown):
    """A person takes a course."""

    id: Id
    person_id: Id
    course_id: str
    enrolled_at: Moment
    last_active_at: Moment
    completed_at: Moment | None


class EnrolmentQuery(PageQuery):
    """Filters of enrolments."""

    person: Id | None = None
    course: Slug | None = None
    completed: YesNo | None = None
    enrolled_since: Moment | None = None


def _enrolments_where(query: EnrolmentQuery) -> list[ColumnElement[bool]]:
    same = set_ones((Enrolment.person_id, query.person), (Enrolment.course_id, query.course))
    since = [Enrolment.enrolled_at >= query.enrolled_since] if query.enrolled_since else []
    return same + since + yes(Enrolment.completed_at.is_not(None), query.completed)


def _load_enrolments(ids: Sequence[UUID]) -> list[EnrolmentShown]:
    rows = {row.id: row for row in db.session.scalars(select(Enrolment).where(Enrolment.id.in_(ids)))}
    return [
        EnrolmentShown(
            id=row.id, person_id=row.person_id, course_id=row.course_id, enrolled_at=row.enrolled_at, last_active_at=row.last_active_at,
            completed_at=row.completed_at,
        )
        for row in (rows[each] for each in ids)
    ]


class ResultShown(Shown):
    """An attempt at a quiz that was handed in or ran out of time. Points are to three decimals, rounded down."""

    id: Id
    person_id: Id
    enrolment_id: Id
    course_id: str
    quiz_id: str
    number: int = Field(description="Which attempt of the person at this quiz it was, from 1.")
    state: Literal["submitted", "expired"]
    started_at: Moment
    submitted_at: Moment
    score: float
    maximum: int
    pass_mark: int = Field(description="Per cent of the maximum that were asked for when it began.")
    passed: bool | None


class ResultQuery(PageQuery):
    """Filters of results."""

    person: Id | None = None
    course: Slug | None = None
    quiz: Slug | None = None
    passed: YesNo | None = None
    submitted_since: Moment | None = None


def _results(trees: Trees) -> Select[tuple[UUID]]:
    return of_people(Attempt.id, Attempt.person_id, trees).where(Attempt.state != AttemptState.OPEN)


def _results_where(query: ResultQuery) -> list[ColumnElement[bool]]:
    same = set_ones((Attempt.person_id, query.person), (Attempt.course_id, query.course), (Attempt.quiz_id, query.quiz))
    since = [Attempt.submitted_at >= query.submitted_since] if query.submitted_since else []
    return same + since + yes(Attempt.passed.is_(True), query.passed)


_RESULT = (
    Attempt.id, Attempt.person_id, Attempt.enrolment_id, Attempt.course_id, Attempt.quiz_id, Attempt.number, Attempt.state,
    Attempt.started_at, Attempt.submitted_at, Attempt.score_thousandths, Attempt.maximum, Attempt.pass_mark, Attempt.passed,
)


def _load_results(ids: Sequence[UUID]) -> list[ResultShown]:
    rows = {row.id: row._mapping for row in db.session.execute(select(*_RESULT).where(Attempt.id.in_(ids)))}  # noqa: SLF001  its public way to a dict
    return [
        ResultShown(**{**{name: value for name, value in row.items() if name != "score_thousandths"},
                       "state": row["state"].value, "score": row["score_thousandths"] / 1000})
        for row in (rows[each] for each in ids)
    ]


class CertificateShown(Shown):
    """A certificate. What is printed on it stands on its public page, found by its code."""

    id: Id
    code: str
    person_id: Id
    award: str
    edition: str
    course_id: str
    issued_at: Moment
    revoked_at: Moment | None
    revoke_reason: str | None


class CertificateQuery(PageQuery):
    """Filters of certificates."""

    person: Id | None = None
    course: Slug | None = None
    code: Code | None = None
    revoked: YesNo | None = None
    issued_since: Moment | None = None


def _certificates_where(query: CertificateQuery) -> list[ColumnElement[bool]]:
    same = set_ones((Certificate.person_id, query.person), (Certificate.course_id, query.course), (Certificate.code, query.code))
    since = [Certificate.issued_at >= query.issued_since] if query.issued_since else []
    return same + since + yes(Certificate.revoked_at.is_not(None), query.revoked)


def _load_certificates(ids: Sequence[UUID]) -> list[CertificateShown]:
    rows = {row.id: row for row in db.session.scalars(select(Certificate).where(Certificate.id.in_(ids)))}
    return [
        CertificateShown(
            id=row.id, code=row.code, person_id=row.person_id, award=row.award, edition=row.edition, course_id=row.course_id,
            issued_at=row.issued_at, revoked_at=row.revoked_at, revoke_reason=row.revoke_reason,
        )
        for row in (rows[each] for each in ids)
    ]


PLACES = Noun("places", Scope.PLACES_READ, Place.id, PlaceQuery, PlaceShown, _places, _places_where, _load_places)
ENROLMENTS = Noun(
    "enrolments", Scope.ENROLMENTS_READ, Enrolment.id, EnrolmentQuery, EnrolmentShown,
    lambda trees: of_people(Enrolment.id, Enrolment.person_id, trees), _enrolments_where, _load_enrolments,
)
RESULTS = Noun("results", Scope.RESULTS_READ, Attempt.id, ResultQuery, ResultShown, _results, _results_where, _load_results)
CERTIFICATES = Noun(
    "certificates", Scope.CERTIFICATES_READ, Certificate.id, CertificateQuery, CertificateShown,
    lambda trees: of_people(Certificate.id, Certificate.person_id, trees), _certificates_where, _load_certificates,
)
