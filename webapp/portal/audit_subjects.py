"""What somebody who searches the trail means, as ids; and what the ids of the trail are called today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import get_timezone
from sqlalchemy import Select, String, cast, func, literal, select, union_all

from webapp.accounts.finding import named as called
from webapp.accounts.finding import person_found
from webapp.accounts.labels import GOVERNMENT_LEVELS, ORGANISATION_TYPES, POSITION_LEVELS, ROLES, SECTORS
from webapp.accounts.models import Organisation, Person, RoleGrant
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.i18n import _, current_language
from webapp.core.ids import MistypedCode, read_code
from webapp.core.ui.dates import moment_text
from webapp.core.ui.templating import address
from webapp.places import queries as places
from webapp.places.models import Place
from webapp.places.rules import query_words
from webapp.portal.audit_words import LISTS, SUBJECTS
from webapp.questionnaires.labels import STATES as SHEET_STATES
from webapp.questionnaires.labels_surveys import MODES
from webapp.reports.labels import STATES as REPORT_STATES
from webapp.statistics.definitions import FIGURES
from webapp.trainings.labels import PERSON_STATES
from webapp.trainings.labels import STATES as TRAINING_STATES
from webapp.trainings.models import Training
from webapp.trainings.models_people import Participant

Subject = tuple[str, str]

MOST_FOUND = 20
_LONGEST = 80
# Where the words of a reason stand: the trail holds the id only.
REASONS: dict[str, tuple[Any, Any]] = {
    "grant": (RoleGrant, RoleGrant.reason), "grant_end": (RoleGrant, RoleGrant.revoke_reason),
    "certificate_end": (Certificate, Certificate.revoke_reason),
}

# Words of values that the trail holds as the program names them, by key.
WORDS: dict[str, dict[str, Any]] = {
    key: {str(member.value): text for member, text in words.items()}
    for key, words in (
        ("role", ROLES), ("type", ORGANISATION_TYPES), ("government_level", GOVERNMENT_LEVELS), ("sector", SECTORS),
        ("position_level", POSITION_LEVELS), ("mode", MODES),
    )
}
# Where a report and a sheet have the same name for a state, the trail says it of the sheet: both are a draft, or returned.
_STATES: tuple[Mapping[Any, Any], ...] = (REPORT_STATES, SHEET_STATES, PERSON_STATES, TRAINING_STATES)
WORDS["state"] = {str(member.value): text for words in _STATES for member, text in words.items()}
WORDS["figure"] = {each.key: each.label for each in FIGURES}
MOMENTS = frozenset({"until", "opens", "closes", "due_at"})


def uuid_of(text: str) -> UUID | None:
    """The id that was typed or linked, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def people_named(text: str) -> list[UUID]:
    """Ids of the first 20 people of a name or address; an id stands for itself. One query, none for an id."""
    known = uuid_of(text)
    if known is not None:
        return [known]
    found = person_found(text)
    if found is None:
        return []
    return list(db.session.scalars(select(Person.id).where(found).order_by(Person.sort_key, Person.id).limit(MOST_FOUND)))


def subjects_named(text: str) -> list[Subject]:
    """Subjects that a text can mean: people, organisations and places by name, certificates by code, others by their id.

    Two queries, none for an id.
    """
    if uuid_of(text) is not None:
        return [(kind, text.lower()) for kind in SUBJECTS]
    plain = text[:_LONGEST]
    found: list[Subject] = [(kind, plain) for kind in ("course", "list", "country", "settings", "job")]
    parts = [_ids("person", Person, person_found(text)), _ids("organisation", Organisation, called(Organisation.search, text))]
    with suppress(MistypedCode):
        parts.append(_ids("certificate", Certificate, Certificate.code == read_code(text)))
    asked = [part for part in parts if part is not None]
    if asked:
        found += [(row[0], str(row[1])) for row in db.session.execute(union_all(*asked))]
    words = query_words(text)
    if words:
        where = [Place.search.contains(word) for word in words]
        ids = db.session.scalars(select(Place.id).where(*where).order_by(Place.path).limit(MOST_FOUND))
        found += [("place", str(place_id)) for place_id in ids]
    return found


def _ids(kind: str, model: type[Person | Organisation | Certificate], condition: object) -> Select[Any] | None:
    if condition is None:
        return None
    few = select(model.id).where(condition).order_by(model.id.desc()).limit(MOST_FOUND).subquery()  # type: ignore[arg-type]
    return select(literal(kind), few.c.id)


class Names:
    """What ids are called today: looked up live, since the trail holds none."""

    def __init__(
        self, people: Iterable[UUID], subjects: Iterable[Subject], place_ids: Iterable[UUID], reasons: Mapping[str, set[UUID]],
    ) -> None:
        """Two queries at most. `reasons`: ids of what holds a reason, by the key of `before` or `after` that names it."""
        by_kind: dict[str, set[UUID]] = {"person": set(people)}
        for kind, subject_id in subjects:
            known = uuid_of(subject_id)
            if known is not None:
                by_kind.setdefault(kind, set()).add(known)
        self._names: dict[tuple[str, UUID], str] = {}
        tables = (
            ("person", Person, Person.name), ("organisation", Organisation, Organisation.name),
            ("certificate", Certificate, Certificate.code),
            ("training", Training, func.coalesce(func.nullif(Training.title, ""), Training.code)),
            *((key, table, text) for key, (table, text) in REASONS.items()),
        )
        by_kind |= reasons
        asked = [
            # What is noted of participants names their rows.
            select(literal("participant"), Participant.id, cast(Person.name, String)).join(Person, Person.id == Participant.person_id)
            .where(Participant.id.in_(by_kind["person"])),
        ] if by_kind["person"] else []
        asked += [
            select(literal(kind), table.id, cast(name, String)).where(table.id.in_(by_kind[kind]))
            for kind, table, name in tables if by_kind.get(kind)
        ]
        if asked:
            self._names = {(kind, row_id): name for kind, row_id, name in db.session.execute(union_all(*asked))}
        self._places = places.full_names(by_kind.get("place", set()) | set(place_ids))

    def person(self, person_id: UUID | None) -> str:
        """A person's name; empty for nobody, the id for somebody who is gone."""
        return "" if person_id is None else self._names.get(("person", person_id), str(person_id))

    def place(self, place_id: UUID | None) -> str:
        """A place's full name; empty for none."""
        return "" if place_id is None else self._places.get(place_id, str(place_id))

    def subject(self, kind: str, subject_id: str) -> str:
        """What a subject is called."""
        known = uuid_of(subject_id)
        if known is None:
            return str(LISTS.get(subject_id, subject_id)) if kind == "list" else subject_id
        return self._places.get(known, subject_id) if kind == "place" else self._names.get((kind, known), subject_id)

    def value(self, key: str, value: object) -> str:
        """A value of `before` or `after` in words: places and people by name, roles and moments as people write them."""
        if isinstance(value, dict):
            return ", ".join(f"{name} {self.value(name, each)}" for name, each in value.items())
        if isinstance(value, list):
            return ", ".join(self.value(key, each) for each in value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return "" if value is None else self._text(key, str(value))

    def _text(self, key: str, text: str) -> str:
        if text in WORDS.get(key, {}):
            return str(WORDS[key][text])
        if key in MOMENTS:
            return _moment(text)
        known = uuid_of(text)
        if known is None:
            return text
        if key in REASONS:
            # What an erasure emptied is gone from here too.
            return self._names.get((key, known)) or "–"
        named = self._names.get((key.removesuffix("_id"), known)) or self._names.get(("person", known))
        return self._places.get(known) or named or text


def _moment(text: str) -> str:
    try:
        return moment_text(datetime.fromisoformat(text), current_language(), get_timezone())
    except ValueError:
        return text


def url_of(kind: str, subject_id: str) -> str | None:
    """The page that looks after a subject, where there is one."""
    pages = {"person": "/admin/people/%s/", "organisation": "/admin/organisations/%s/", "place": "/admin/places/%s/"}
    known = uuid_of(subject_id)
    return address(pages[kind] % known) if kind in pages and known is not None else None
