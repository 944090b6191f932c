"""The list of those who take part, as trainers see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, exists, func, literal, or_, select

from webapp.accounts.finding import is_one_of, person_found
from webapp.accounts.labels import POSITION_LEVELS
from webapp.accounts.models import Organisation, Person, SignIn
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.trainings import labels, queries_people
from webapp.trainings.models import Training
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

P = ParticipantState
NO_GROUP = "-"
NEEDS, NO_MAIL, CLASH = "needs", "no-mail", "clash"
_ORDER = {state: number for number, state in enumerate(
    (P.REGISTERED, P.WAITING, P.APPLIED, P.INVITED, P.LISTED, P.DECLINED, P.WITHDRAWN, P.REFUSED)
)}


@dataclass(frozen=True)
class PersonRow:
    """A participant as the list shows them. `reached`: mail reaches them; `clash`: another training on the same days."""

    id: UUID
    name: str
    organisation: str
    level: str
    state: ParticipantState
    queue: int | None
    group: str
    before: datetime | None
    after: datetime | None
    diet: str
    access: str
    interpretation: str
    phone: str
    email: str
    joined_by: JoinedBy
    code: str
    invited_at: datetime | None
    registered_at: datetime | None
    reminded_at: datetime | None
    clash: bool

    @property
    def state_text(self) -> str:
        """The state in words, with the number of the waiting list."""
        word = labels.person_state_word(self.state)
        return f"{word} ({self.queue})" if self.queue is not None else word

    @property
    def tests(self) -> str:
        """Which tests are in."""
        done = [word for word, at in ((_("before"), self.before), (_("after"), self.after)) if at]
        return ", ".join(done)

    @property
    def notes(self) -> str:
        """What a trainer should know at a glance."""
        said = [
            (self.diet or self.access or self.interpretation, _("has needs")), (not self.email, _("no e-mail")),
            (self.clash, _("other training on these days")),
        ]
        return ", ".join(words for holds, words in said if holds)


def _load(training: Training) -> Callable[[Sequence[UUID]], list[PersonRow]]:
    def sitting(moment: Moment) -> Any:
        return select(Sitting.submitted_at).where(
            Sitting.participant_id == Participant.id, Sitting.moment == moment).scalar_subquery()

    clash = queries_people.clashing(training) if training.first_day else literal(value=False)

    def load(keys: Sequence[UUID]) -> list[PersonRow]:
        """Rows by id, in the order of the ids. One query."""
        statement = (
            select(
                Participant, Person.name, Person.phone, Person.position_level, Organisation.name, SignIn.email, SignIn.disabled_at,
                sitting(Moment.BEFORE), sitting(Moment.AFTER), clash,
            )
            .join(Person, Person.id == Participant.person_id).outerjoin(Organisation, Organisation.id == Person.organisation_id)
            .outerjoin(SignIn, SignIn.person_id == Person.id).where(Participant.id.in_(keys))
        )
        rows = {row[0].id: _row(row) for row in db.session.execute(statement)}
        return [rows[key] for key in keys if key in rows]

    return load


def _row(row: Any) -> PersonRow:
    one, name, phone, level, office, email, disabled, before, after, clash = row
    return PersonRow(
        id=one.id, name=name, organisation=office or "", level=str(POSITION_LEVELS.get(level, "")) if level is not None else "",
        state=one.state, queue=one.queue, group=one.group, before=before, after=after, diet=one.diet, access=one.access,
        interpretation=one.interpretation, phone=phone or "", email=email if email and disabled is None else "",
        joined_by=one.joined_by, code=one.code, invited_at=one.invited_at, registered_at=one.registered_at,
        reminded_at=one.reminded_at, clash=bool(clash),
    )


def _filters(training: Training) -> tuple[Filter, ...]:
    reached = exists().where(SignIn.person_id == Participant.person_id, SignIn.email != "", SignIn.disabled_at.is_(None))

    def notable(value: str) -> ColumnElement[bool]:
        conditions: dict[str, ColumnElement[bool]] = {
            NEEDS: or_(Participant.diet != "", Participant.access != "", Participant.interpretation != ""), NO_MAIL: ~reached,
        }
        if training.first_day is not None:
            conditions[CLASH] = queries_people.clashing(training)
        return conditions[is_one_of(value, list(conditions))]

    def group(value: str) -> ColumnElement[bool]:
        return Participant.group == ("" if value == NO_GROUP else value)

    def grouped() -> list[tuple[str, str]]:
        return [(NO_GROUP, _("No group")), *((each, each) for each in queries_people.groups(training.id))]

    def noted() -> list[tuple[str, str]]:
        return [(NEEDS, _("With needs")), (NO_MAIL, _("Without e-mail")), (CLASH, _("Other training on these days"))]

    return (
        Filter("state", lazy("State"), lambda value: Participant.state == ParticipantState(value),
               lambda: [(state.value, labels.person_state_word(state)) for state in _ORDER]),
        Filter("group", lazy("Group"), group, grouped), Filter("note", lazy("To note"), notable, noted),
    )


def _columns(training: Training) -> tuple[Column[PersonRow], ...]:
    base = f"/trainings/{training.id}/people/"
    rank = case(*((Participant.state == state, number) for state, number in _ORDER.items()), else_=9)
    return (
        Column("name", lazy("Name"), lambda row: row.name, sort=Person.sort_key, link=lambda row: address(f"{base}{row.id}/")),
        Column("organisation", lazy("Organisation"), lambda row: row.organisation, sort=func.coalesce(Organisation.sort_key, "")),
        Column("level", lazy("Position level"), lambda row: row.level, sort=func.coalesce(Person.position_level, 0)),
        Column("state", lazy("State"), lambda row: row.state_text, sort=rank * 100_000 + func.coalesce(Participant.queue, 0),
               state=lambda row: labels.person_state_mark(row.state)),
        Column("group", lazy("Group"), lambda row: row.group, sort=Participant.group),
        Column("tests", lazy("Tests"), lambda row: row.tests),
        Column("notes", lazy("To note"), lambda row: row.notes),
        *(Column(key, label, value, on_screen=False) for key, label, value in _more()),
    )


def _more() -> tuple[tuple[str, Any, Callable[[PersonRow], Any]], ...]:
    """What only the files hold."""
    return (
        ("email", lazy("E-mail"), lambda row: row.email), ("phone", lazy("Telephone"), lambda row: row.phone),
        ("diet", lazy("Meals"), lambda row: row.diet), ("access", lazy("Access"), lambda row: row.access),
        ("interpretation", lazy("Interpretation"), lambda row: row.interpretation),
        ("joined", lazy("Came by"), lambda row: str(labels.JOINED[row.joined_by])),
        ("invited", lazy("Invited on"), lambda row: row.invited_at), ("registered", lazy("Registered on"), lambda row: row.registered_at),
        ("code", lazy("Code"), lambda row: row.code),
    )


def people_list(training: Training) -> Listing[PersonRow]:
    """Those who take part in a training. A page costs two queries, and one more for the names of the groups."""
    source = (
        select(Participant.id).join(Person, Person.id == Participant.person_id)
        .outerjoin(Organisation, Organisation.id == Person.organisation_id).where(Participant.training_id == training.id)
    )
    return Listing(
        name="participants", title=_("Participants"), source=source, key=Participant.id, load=_load(training), columns=_columns(training),
        sort="name", filters=_filters(training), search=person_found,
    )
