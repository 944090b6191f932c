from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import queries, services
from webapp.questionnaires.models import MemberRole, Sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from tests.cast import Cast
    from webapp.accounts.models import Person

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


@dataclass
class Desk:
    """A sheet of the learner's and a browser in which somebody is signed in."""

    id: UUID
    client: FlaskClient
    questionnaire: Questionnaire

    @property
    def url(self) -> str:
        return f"/sheets/{self.id}/"

    @property
    def sheet(self) -> Sheet:
        return db.session.get_one(Sheet, self.id, populate_existing=True)

    @property
    def values(self) -> dict[str, Any]:
        return dict(queries.stored(self.id).values)

    def get(self, section: str = "plan") -> str:
        answer = self.client.get(f"{self.url}{section}?lang=en")
        assert answer.status_code == 200, answer.status
        return answer.text

    def post(self, section: str, fields: Any, status: int = 303) -> Any:
        answer = self.client.post(f"{self.url}{section}?lang=en", data=fields)
        assert answer.status_code == status, f"{answer.status} {answer.text[:2000]}"
        return answer

    def send(self, *changes: tuple[str, Any], since: int = 0, base: int | None = None, status: int = 200, **more: Any) -> dict[str, Any]:
        at = self.sheet.version if base is None else base
        body = {
            "since": since, "changes": [{"id": str(uuid4()), "path": path, "base": at, "value": value} for path, value in changes], **more,
        }
        answer = self.client.post(f"{self.url}changes?lang=en", json=body)
        assert answer.status_code == status, f"{answer.status} {answer.text[:2000]}"
        return answer.get_json()


@pytest.fixture
def begin(cast: Cast) -> Callable[..., UUID]:
    """`begin(person)` is a new sheet of somebody's."""

    def make(person: Person | None = None, questionnaire: Questionnaire = QUESTIONNAIRE) -> UUID:
        with unit_of_work():
            return services.begin(questionnaire=questionnaire, person=person or cast.learner, language="en", now=NOW).id

    return make


@pytest.fixture
def desk(begin: Callable[..., UUID], login_as: Callable[[str], FlaskClient]) -> Desk:
    """The learner at a sheet of their own."""
    return Desk(begin(), login_as("learner"), QUESTIONNAIRE)


@pytest.fixture
def mate(desk: Desk, cast: Cast, login_as: Callable[[str], FlaskClient]) -> Desk:
    """Somebody else who writes on the same sheet."""
    with unit_of_work():
        services.give_part(sheet=desk.sheet, person_id=cast.ids["second_learner"], role=MemberRole.EDITOR, now=NOW)
    return Desk(desk.id, login_as("second_learner"), QUESTIONNAIRE)
