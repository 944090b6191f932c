"""The table of operations, from which the document is made; it has the routes, no more and no less, as a test makes sure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Organisation, Person
from webapp.accounts.services_tokens import Scope
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import lazy
from webapp.interface import organisations, people, statistics
from webapp.interface.fields import Sent
from webapp.interface.nouns import Noun
from webapp.interface.organisations import ORGANISATIONS, NewOrganisation, OrganisationChange
from webapp.interface.people import PEOPLE, NewPerson, PersonChange
from webapp.interface.records import CERTIFICATES, ENROLMENTS, PLACES, RESULTS
from webapp.interface.routes import Addressed
from webapp.interface.statistics import STATISTICS, Asking


@dataclass(frozen=True)
class Operation(Addressed):
    """One method of one address. `kind`: list, item, create, change, answer. `deed` writes, inside a unit of work, or answers."""

    kind: str
    noun: Noun[Any, Any] | Asking
    scope: Scope
    summary: Any
    body: type[Sent] | None = None
    deed: Callable[..., Any] | None = None
    model: Any = None

    @property
    def about(self) -> str:
        """The noun of the address."""
        return self.noun.name

    def lock(self, item_id: UUID) -> None:
        """Hold the row until the unit of work ends, so that what was compared is what is changed. One statement."""
        db.session.execute(select(self.model.id).where(self.model.id == item_id).with_for_update())


def _reading(noun: Noun[Any, Any], many: Any, one: Any) -> tuple[Operation, Operation]:
    return Operation("list", noun, noun.scope, many), Operation("item", noun, noun.scope, one)


OPERATIONS: tuple[Operation, ...] = (
    *_reading(PEOPLE, lazy("List people"), lazy("Read a person")),
    Operation("create", PEOPLE, Scope.PEOPLE_WRITE, lazy("Register a person"), NewPerson, people.create),
    Operation("change", PEOPLE, Scope.PEOPLE_WRITE, lazy("Change a person"), PersonChange, people.change, Person),
    *_reading(ORGANISATIONS, lazy("List organisations"), lazy("Read an organisation")),
    Operation("create", ORGANISATIONS, Scope.ORGANISATIONS_WRITE, lazy("Add an organisation"), NewOrganisation, organisations.create),
    Operation(
        "change", ORGANISATIONS, Scope.ORGANISATIONS_WRITE, lazy("Change an organisation"), OrganisationChange, organisations.change,
        Organisation,
    ),
    *_reading(PLACES, lazy("List places"), lazy("Read a place")),
    *_reading(ENROLMENTS, lazy("List enrolments"), lazy("Read an enrolment")),
    *_reading(RESULTS, lazy("List results of quizzes"), lazy("Read a result")),
    *_reading(CERTIFICATES, lazy("List certificates"), lazy("Read a certificate")),
    Operation("answer", STATISTICS, STATISTICS.scope, lazy("Read figures of participation"), deed=statistics.answer),
)
BY_NAME = {each.name: each for each in OPERATIONS}
