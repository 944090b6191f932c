"""A program that holds an access token, and rows for it to find in two counties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webapp.accounts import services_tokens
from webapp.accounts.models import Organisation, OrganisationType
from webapp.accounts.models_tokens import AccessToken
from webapp.accounts.services_tokens import Scope
from webapp.accounts.tokens import hash_of
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.learning.models import Enrolment
from webapp.quizzes.models import Attempt, AttemptState

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
EVERYTHING = tuple(scope.value for scope in Scope)


class Program:
    """Sends its token with every request; nothing else is kept between them."""

    def __init__(self, app, token):
        self.app, self.token = app, token

    def send(self, method, path, **more):
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        if method == "POST":
            headers.setdefault("Idempotency-Key", str(new_id()))
        return self.app.test_client().open(path, method=method, headers=headers, **more)

    def get(self, path, **headers):
        return self.send("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def ids(self, path):
        answer = self.get(path)
        assert answer.status_code == 200, answer.get_json()
        return {each["id"] for each in answer.get_json()["items"]}


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture
def token_of(app, cast):
    """`token_of("administrator", place=..., scopes=...)` is a program with a new token of that member of the cast."""

    def make(name, *, place=None, scopes=EVERYTHING, days=30):
        text = f"{services_tokens.PREFIX}{new_id()}"
        db.session.add(AccessToken(
            sign_in_id=cast.sign_in_ids[name], name="Test", token_hash=hash_of(text), scopes=list(scopes),
            place_id=place.id if place else None,
            created_at=NOW, expires_at=NOW + timedelta(days=days),
        ))
        db.session.commit()
        return Program(app, text)

    return make


@pytest.fixture
def program(token_of):
    """Everything, everywhere."""
    return token_of("administrator")


def _records(person):
    enrolment = Enrolment(
        id=new_id(), person_id=person.id, course_id="water", enrolled_at=NOW, enrolled_revision="r", last_active_at=NOW,
        completed_at=NOW, completed_revision="r",
    )
    db.session.add(enrolment)
    db.session.flush()
    attempt = Attempt(
        id=new_id(), person_id=person.id, enrolment_id=enrolment.id, course_id="water", course_revision="r", quiz_id="quiz",
        quiz_revision="r", number=1, seed=1, language="en", started_at=NOW, pass_mark=60, maximum=3, paper=[],
        state=AttemptState.SUBMITTED, submitted_at=NOW,
        marks=["2"], score_thousandths=2666, passed=True,
    )
    certificate = Certificate(
        id=new_id(), code=new_code(), person_id=person.id, award="course:water", edition="1", course_id="water", course_revision="r",
        printed={}, issued_at=NOW,
    )
    db.session.add_all([attempt, certificate])
    return {"enrolments": enrolment.id, "results": attempt.id, "certificates": certificate.id}


def _organisation(place, name):
    row = Organisation(id=new_id(), name=name, name_key=name, type=OrganisationType.ACADEMIA, place_id=place.id, created_at=NOW)
    db.session.add(row)
    return row.id


@pytest.fixture
def here(cast):
    """Ids of one row of each noun in the county, by noun."""
    found = {"people": cast.learner.id, "places": cast.places.county.id, "organisations": _organisation(cast.places.county, "长安学院")}
    found |= _records(cast.learner)
    db.session.commit()
    return {noun: str(row_id) for noun, row_id in found.items()} | {"statistics": ""}


@pytest.fixture
def there(cast):
    """The same in the other county."""
    place = cast.places.other_county
    found = {"people": cast.other_county.id, "places": place.id, "organisations": _organisation(place, "古冶学院")}
    found |= _records(cast.other_county)
    db.session.commit()
    return {noun: str(row_id) for noun, row_id in found.items()}
