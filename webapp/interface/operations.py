"""The table of operations: the routes and the document are both made from it, so that neither can say what the other does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Organisation, Person
from webapp.accounts.services_tokens import Scope
from webapp.core.database import db
from webapp.core.i18n import lazy
from webapp.interface import organisations, people
from webapp.interface.fields import Sent
from webapp.interface.nouns import Noun
from webapp.interface.organisations import ORGANISATIONS, NewOrganisation, OrganisationChange
from webapp.interface.people import PEOPLE, NewPerson, PersonChange
from webapp.interface.records import CERTIFICATES, ENROLMENTS, PLACES, RESULTS

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Operation:
    """One method of one address. `kind`: list, item, create, change. `deed` writes, inside a unit of work."""

    kind: str
    noun: Noun[Any, Any]
    scope: Scope
    summary: Any
    body: type[Sent] | None = None
    deed: Callable[..., Any] | None = None
    model: Any = None

    @property
    def method(self) -> str:
        """The HTTP method."""
        return {"list": "GET", "item": "GET", "create": "POST", "change": "PATCH"}[self.kind]

    @property
    def one(self) -> bool:
        """Whether the address ends in an id."""
        return self.kind in ("item", "change")

    @property
    def rule(self) -> str:
        """The route, as Flask writes it."""
        return f"{PREFIX}/{self.noun.name}" + ("/<uuid:item_id>" if self.one else "")

    @property
    def path(self) -> str:
        """The route, as OpenAPI writes it."""
        return self.rule.replace("<uuid:item_id>", "{id}")

    @property
    def name(self) -> str:
        """A name for programs, such as `list_people`; also the endpoint's."""
        return f"{self.kind}_{self.noun.name}"

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
)
