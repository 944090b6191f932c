"""Who is asked and who could be: the lists, and people found by pasted addresses and names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import field
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from webapp.accounts import names as person_names
from webapp.accounts import people_list, rules
from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_trees, is_one_of, person_found, person_found_within
from webapp.accounts.models import Organisation, Person
from webapp.accounts.people_list import PersonRow
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, lazy
from webapp.core.listing import Column, Filter, Listing
from webapp.places import queries as places
from webapp.questionnaires import access, queries_surveys
from webapp.questionnaires.labels_surveys import ORGANISATION, PLACE
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson

MOST_LINES = 2000
NO_GROUP = "-"


@dataclass(frozen=True)
class AskedRow:
    """Somebody who is asked, as the list shows them. `answered` is None where it is kept from everybody."""

    id: UUID
    name: str
    place: str
    organisation: str
    group: str
    sign_in: str
    invited: bool
    reminders: int
    answered: bool | None


@dataclass
class Found:
    """What came of pasted lines: people by id, and lines with what is wrong with each."""

    people: list[UUID] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def asked_list(survey: Survey) -> Listing[AskedRow]:
    """The people of a survey. A page costs two queries and three of `load`."""
    anonymous = survey.mode is SurveyMode.ANONYMOUS

    def load(keys: Sequence[UUID]) -> list[AskedRow]:
        rows = {row.id: row for row in people_list.load(keys)}
        parts = {
            part.person_id: part for part in db.session.scalars(
                select(SurveyPerson).where(SurveyPerson.survey_id == survey.id, SurveyPerson.person_id.in_(keys))
            )
        }
        return [_asked_row(rows[key], parts[key], anonymous=anonymous) for key in keys]

    def by_group(value: str) -> ColumnElement[bool]:
        return SurveyPerson.group == ("" if value == NO_GROUP else value)

    def by_answer(value: str) -> ColumnElement[bool]:
        return SurveyPerson.answered.is_(is_one_of(value, ("yes", "no")) == "yes")

    columns: tuple[Column[AskedRow], ...] = (
        Column("name", lazy("Name"), lambda row: row.name, sort=Person.sort_key),
        Column("group", lazy("Group"), lambda row: row.group, sort=SurveyPerson.group),
        Column("organisation", lazy("Organisation"), lambda row: row.organisation),
        Column("place", lazy("Place"), lambda row: row.place),
        Column("sign-in", lazy("Signing in"), lambda row: str(people_list.SIGN_IN_STATES[row.sign_in])),
        Column("invited", lazy("Invitation sent"), lambda row: _("Yes") if row.invited else _("Not yet")),
    )
    filters = [Filter("group", lazy("Group"), by_group, lambda: [(each or NO_GROUP, each or _("No group")) for each in _groups(survey.id)])]
    if not anonymous:
        columns += (Column("reminders", lazy("Reminders sent"), lambda row: row.reminders), Column(
            "answered", lazy("Answered"), lambda row: _("Yes") if row.answered else _("No"),
            state=lambda row: "done" if row.answered else "wait",
        ))
        filters.append(Filter("answered", lazy("Answered"), by_answer, lambda: [("yes", _("Yes")), ("no", _("No"))]))
    source = select(Person.id).join(SurveyPerson, SurveyPerson.person_id == Person.id).where(SurveyPerson.survey_id == survey.id)
    return Listing(
        name="survey-people", title=_("People asked"), source=source, key=Person.id, load=load, columns=columns, filters=tuple(filters),
        search=person_found, sort="name",
    )


def _asked_row(row: PersonRow, part: SurveyPerson, *, anonymous: bool) -> AskedRow:
    # Reminders go to those who have not answered: how many somebody got would tell who has.
    return AskedRow(
        row.id, row.name, row.place, row.organisation, part.group, row.sign_in, part.invited_at is not None,
        0 if anonymous else part.reminders, None if anonymous else part.answered,
    )


def _groups(survey_id: UUID) -> list[str]:
    """Labels in use. One query."""
    wanted = select(SurveyPerson.group).where(SurveyPerson.survey_id == survey_id).distinct().order_by(SurveyPerson.group).limit(200)
    return list(db.session.scalars(wanted))


COLUMNS: tuple[Column[PersonRow], ...] = (
    Column("name", lazy("Name"), lambda row: row.name, sort=Person.sort_key, indexed=True),
    Column("organisation", lazy("Organisation"), lambda row: row.organisation),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("level", lazy("Position level"), lambda row: row.level, sort=func.coalesce(Person.position_level, 0)),
    Column("sign-in", lazy("Signing in"), lambda row: str(people_list.SIGN_IN_STATES[row.sign_in])),
)


def candidates(survey: Survey, viewer: Viewer) -> Listing[PersonRow]:
    """People of the places somebody looks after who are not asked yet. A page costs two queries and two of `load`."""
    asked = select(SurveyPerson.person_id).where(SurveyPerson.survey_id == survey.id)
    source = select(Person.id).where(Person.merged_into_id.is_(None), Person.erased_at.is_(None), Person.id.not_in(asked))
    scope = in_trees(Person.place_id, access.guided_paths(viewer))
    if scope is not None:
        source = source.where(scope)
    filters = tuple(each for each in people_list.FILTERS if each.key in ("place", "organisation", "level", "sign-in"))
    return Listing(
        name="survey-candidates", title=_("People who can be asked"), source=source, key=Person.id, load=people_list.load, columns=COLUMNS,
        filters=filters, search=person_found if scope is None else person_found_within, search_within=person_found_within,
        narrowing=frozenset({"place", "organisation"}), sort="name",
    )


def grouped(person_ids: Sequence[UUID], grouping: str, words: str, language: str) -> dict[UUID, str]:
    """The label of each person's group. Two queries at most for 500 people."""
    if grouping not in (PLACE, ORGANISATION):
        return dict.fromkeys(person_ids, words)
    found: dict[UUID, str] = {}
    for start in range(0, len(person_ids), 500):
        part = person_ids[start : start + 500]
        rows = db.session.execute(
            select(Person.id, Person.place_id, Organisation.name).outerjoin(Organisation, Organisation.id == Person.organisation_id)
            .where(Person.id.in_(part))
        ).all()
        called = places.full_names({row.place_id for row in rows if row.place_id}, language) if grouping == PLACE else {}
        found |= {row.id: (called.get(row.place_id, "") if grouping == PLACE else row.name or "")[:120] for row in rows}
    return found


def pasted(text: str, viewer: Viewer) -> Found:
    """People of the places looked after by lines: an address or number with which somebody signs in, or the exact name of one person.

    Two queries for 500 lines.
    """
    lines = list(dict.fromkeys(line.strip(" \t,;，；、") for line in text.replace("\0", "").splitlines()))
    lines = [line for line in lines if line]
    found = Found()
    if len(lines) > MOST_LINES:
        found.wrong.append((lines[MOST_LINES], _("At most %(most)d lines are read at once.", most=MOST_LINES)))
        lines = lines[:MOST_LINES]
    paths = access.guided_paths(viewer)
    keys = {line: rules.sign_in_key(line) for line in lines if person_names.is_address(line) or _number(line)}
    by_key = queries_surveys.by_addresses(list(keys.values()), paths)
    by_name = queries_surveys.by_names([line for line in lines if line not in keys], paths)
    for line in lines:
        people = [by_key[keys[line]]] if line in keys and keys[line] in by_key else by_name.get(line, [])
        if len(people) == 1:
            found.people.append(people[0].id)
        else:
            found.wrong.append((line, _wrong(len(people), address=line in keys)))
    return found


def _number(line: str) -> bool:
    return re.fullmatch(r"[+0-9 -]{5,}", line) is not None


def _wrong(count: int, *, address: bool) -> str:
    if count:
        return _n("%(num)d person has this name.", "%(num)d people have this name. Use the address.", count)
    return _("Nobody in your places signs in with this.") if address else _("Nobody in your places has exactly this name.")
