"""Adding one person to a training: somebody who is known, or somebody new, who is read and recognised as a row of a list is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts import import_apply
from webapp.accounts.finding import in_trees
from webapp.accounts.import_plan import Verdict
from webapp.accounts.import_rows import WrongRow, read_line
from webapp.accounts.models import OrganisationType, Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.participation.origin import Origin
from webapp.trainings import importing, services_people
from webapp.trainings.importing import How
from webapp.trainings.models import Training
from webapp.trainings.models_people import JoinedBy, Participant

# What the form asks of somebody new, as the columns of a list.
FIELDS = ("name", "organisation", "position_level", "sex", "phone", "email", "place", "language")


def known(person_id: UUID, paths: tuple[str, ...] | None) -> Person | None:
    """Somebody in these trees (None: everywhere), as they are found by the search; None for others. One query."""
    statement = select(Person).where(Person.id == person_id, Person.erased_at.is_(None), Person.merged_into_id.is_(None))
    scope = in_trees(Person.place_id, paths)
    if scope is not None:
        statement = statement.where(scope)
    return db.session.scalars(statement.options(joinedload(Person.sign_in))).one_or_none()


def new(
    training: Training, said: Mapping[str, str], *, paths: tuple[str, ...] | None, language: str, actor_id: UUID, now: datetime,
) -> Person:
    """The person of a form, added unless they are recognised. Raises `WrongRow` with everything that is wrong."""
    cells = [" ".join(said.get(field, "").replace("\0", "").split()) for field in FIELDS]
    planner = importing.planner_of(training, paths, now)
    planned = planner.plan([read_line(1, cells, FIELDS, now.year)])[0]
    if planned.verdict is Verdict.WRONG:
        raise WrongRow(planned.sentence)
    import_apply.apply(
        [planned], organisation_type=OrganisationType.GOVERNMENT, language=language, since=planner.since, actor_id=actor_id,
        source=str(new_id()), mail=False, now=now,
    )
    assert planned.person is not None
    return planned.person


def enter(training: Training, person: Person, how: How, *, joined_by: JoinedBy, actor_id: UUID, now: datetime) -> Participant:
    """Put a person onto the list, or register them. The training is locked. Raises what `services_people` raises."""
    if how is How.REGISTER:
        return services_people.register(training, person, joined_by, now=now, origin=Origin(person.language), actor_id=actor_id)
    return services_people.list_person(training, person, joined_by=joined_by, now=now, actor_id=actor_id)
