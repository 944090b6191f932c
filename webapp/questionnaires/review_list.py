"""The list of sheets that trainers and staff give feedback on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_tree_of, is_one_of, named
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.courses.questionnaire.content import Questionnaire
from webapp.places import queries as places
from webapp.questionnaires import access, definitions, labels, queries_list
from webapp.questionnaires.models import MemberRole, Sheet, SheetMember, SheetState
from webapp.questionnaires.presenting import title_of


@dataclass(frozen=True)
class Handed:
    """A sheet that is or was handed in."""

    id: UUID
    title: str
    owner: str
    others: int
    place: str
    state: SheetState
    shared_at: datetime


def load(keys: Sequence[UUID]) -> list[Handed]:
    """Rows of the list by id, in the order of the ids. Three queries at most."""
    count = select(func.count()).select_from(SheetMember).where(SheetMember.sheet_id == Sheet.id).correlate(Sheet).scalar_subquery()
    rows = {
        row[0].id: row for row in db.session.execute(
            select(Sheet, Person.name, count)
            .outerjoin(SheetMember, (SheetMember.sheet_id == Sheet.id) & (SheetMember.role == MemberRole.OWNER))
            .outerjoin(Person, Person.id == SheetMember.person_id).where(Sheet.id.in_(keys))
        )
    }
    read = definitions.of_revisions({row[0].revision for row in rows.values()})
    names = places.full_names({row[0].place_id for row in rows.values() if row[0].place_id})
    return [_row(rows[key][0], rows[key][1] or "", rows[key][2], read, names) for key in keys]


def _row(sheet: Sheet, owner: str, members: int, read: dict[str, Questionnaire], names: dict[UUID, str]) -> Handed:
    definition = read.get(sheet.revision)
    return Handed(
        id=sheet.id, title=title_of(sheet, definition) if definition else sheet.title or sheet.questionnaire_id, owner=owner,
        others=max(0, members - 1), place=names.get(sheet.place_id, "") if sheet.place_id else "", state=sheet.state,
        shared_at=sheet.shared_at or sheet.changed_at,
    )


def found(text: str) -> ColumnElement[bool] | None:
    """Sheets on which somebody of that name works."""
    people = named(Person.search, text)
    if people is None:
        return None
    theirs = select(SheetMember.sheet_id).join(Person, Person.id == SheetMember.person_id).where(people)
    return Sheet.id.in_(theirs)


def _place_name(value: str) -> str:
    return places.full_names([UUID(value)]).get(UUID(value), value)


def _questionnaires(who: Viewer) -> list[tuple[str, str]]:
    """Questionnaires that occur in the list, by title. One query, and one for those not read yet."""
    mine = queries_list.reviewable(access.guided_paths(who), who.person_id).subquery()
    rows = db.session.execute(
        select(Sheet.questionnaire_id, func.max(Sheet.revision)).where(Sheet.id.in_(select(mine.c.id))).group_by(Sheet.questionnaire_id)
    ).all()
    read = definitions.of_revisions({row[1] for row in rows})
    return sorted(((name, labels.title_words(read[revision])) if revision in read else (name, name) for name, revision in rows),
                  key=lambda each: each[1])


COLUMNS: tuple[Column[Handed], ...] = (
    Column("sheet", lazy("Sheet"), lambda row: row.title, link=lambda row: address(f"/sheets/{row.id}/state")),
    Column("owner", lazy("Owner"), lambda row: row.owner),
    Column("others", lazy("Others on it"), lambda row: row.others),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("state", lazy("State"), lambda row: str(labels.STATES[row.state]), state=lambda row: labels.MARKS[row.state]),
    Column("handed-in", lazy("Handed in"), lambda row: row.shared_at, sort=func.coalesce(Sheet.shared_at, Sheet.changed_at)),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)


def review_list(who: Viewer) -> Listing[Handed]:
    """Sheets that are or were handed in, in the places for which the viewer looks after them; the longest waiting first."""
    return Listing(
        name="sheets", title=_("Sheets to read"), source=queries_list.reviewable(access.guided_paths(who), who.person_id), key=Sheet.id,
        load=load, columns=COLUMNS, search=found, sort="handed-in", filters=(
            Filter("state", lazy("State"), lambda value: Sheet.state == SheetState(value),
                   lambda: [(each.value, str(labels.STATES[each])) for each in (SheetState.SHARED, SheetState.RETURNED, SheetState.DONE)]),
            Filter("questionnaire", lazy("Questionnaire"),
                   lambda value: Sheet.questionnaire_id == is_one_of(value, [name for name, _title in _questionnaires(who)]),
                   lambda: _questionnaires(who)),
            Filter("place", lazy("Place"), lambda value: in_tree_of(Sheet.place_id, value), named=_place_name),
        ),
    )
