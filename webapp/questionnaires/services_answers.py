"""Writes: answers to surveys. With a name they are sheets like any other; without one nothing ties them to whoever gave them.

An anonymous answer takes two units of work. `mark` notes that somebody has answered and, in the same one, the hash of a ticket that
the page made and that says nothing of the person. `store` takes the ticket out and writes the answer. Killed between the two, the
ticket is still there: the same page sent again goes on with `store`, and nobody else can, since only the page knows the ticket.
Killed after both, the page sent again finds the sheet, whose id is made from the ticket.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, select, update

from webapp.accounts.models import Person
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES
from webapp.core.ids import new_code, new_id
from webapp.core.upsert import insert_for
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.paths import field_of
from webapp.questionnaires import rules_surveys as rules
from webapp.questionnaires import services, services_changes, services_state, surveys_dimensions
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import MemberRole, Sheet, SheetCell, SheetMember, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyCode, SurveyMode, SurveyPerson, SurveyTicket
from webapp.questionnaires.rules_surveys import Phase, phase_of

AT_ONCE = 500


def must_be_open(survey: Survey, now: datetime) -> None:
    """Raise `SurveyIsNotOpen` unless answers are taken now."""
    phase = phase_of(survey.opens_at, survey.closes_at, now)
    if phase is not Phase.OPEN:
        raise rules.SurveyIsNotOpen(phase)


def hashed(secret: str) -> str:
    """What the database keeps of a ticket or a code."""
    return hashlib.sha256(secret.encode()).hexdigest()


def sheet_id_of(ticket: str) -> UUID:
    """The id of the answer that a ticket brings: as random as the ticket, and the same however often it is sent."""
    return UUID(bytes=hashlib.sha256(f"sheet {ticket}".encode()).digest()[:16], version=4)


def begin(*, survey: Survey, questionnaire: Questionnaire, person: Person, language: str, now: datetime) -> UUID:
    """The draft of somebody who is asked by a named survey, made at the first call; a second click finds the same.

    Raises `SurveyIsNotOpen`, `HasAnswered`; `NoResultFound` for who is not asked.
    """
    must_be_open(survey, now)
    asked = _asked(survey, person.id)
    if asked.answered:
        raise rules.HasAnswered
    if asked.sheet_id is not None:
        return asked.sheet_id
    sheet = services.begin(
        questionnaire=questionnaire, person=person, language=language, now=now, title=survey.title, place_id=survey.place_id,
    )
    sheet.survey_id, asked.sheet_id = survey.id, sheet.id
    db.session.flush()
    return sheet.id


def _asked(survey: Survey, person_id: UUID) -> SurveyPerson:
    """Their row, locked: two clicks at once wait for each other here."""
    statement = select(SurveyPerson).where(SurveyPerson.survey_id == survey.id, SurveyPerson.person_id == person_id)
    return db.session.scalars(statement.with_for_update().execution_options(populate_existing=True)).one()


def hand_in(*, survey: Survey, questionnaire: Questionnaire, person_id: UUID, now: datetime) -> None:
    """Send the draft of a named survey; it can no longer be changed. A second time changes nothing.

    Raises `SurveyIsNotOpen`, `NotReady` (with what is missing), `NothingAnswered`.
    """
    asked = _asked(survey, person_id)
    if asked.answered:
        return
    must_be_open(survey, now)
    sheet = services_changes.locked(asked.sheet_id) if asked.sheet_id else None
    if sheet is None or not sheet.changes:
        raise rules.NothingAnswered
    services_state.unready(sheet, questionnaire).must_be_nothing()
    _finish(sheet, surveys_dimensions.of_person(survey, person_id), now)
    asked.answered = True
    db.session.flush()


def _finish(sheet: Sheet, dimensions: dict[str, Any], now: datetime) -> None:
    sheet.state, sheet.shared_at, sheet.done_at, sheet.dimensions = SheetState.DONE, now, now, dimensions


def mark(*, survey: Survey, person_id: UUID, ticket: str) -> None:
    """Note that somebody has answered an anonymous survey, and that this ticket may bring one answer. Two statements.

    Sent again, it does nothing if the ticket, or the answer it brought, is there. Raises `HasAnswered` for any other.
    """
    first: Any = db.session.execute(
        update(SurveyPerson)
        .where(SurveyPerson.survey_id == survey.id, SurveyPerson.person_id == person_id, SurveyPerson.answered.is_(False))
        .values(answered=True).execution_options(synchronize_session=False)
    )
    if first.rowcount:
        db.session.execute(insert(SurveyTicket).values(ticket_hash=hashed(ticket), survey_id=survey.id))
    elif not has_ticket(survey=survey, ticket=ticket):
        raise rules.HasAnswered


def has_ticket(*, survey: Survey, ticket: str) -> bool:
    """Whether the ticket may bring an answer, or has brought one. Two queries at most."""
    waiting = select(SurveyTicket.ticket_hash).where(SurveyTicket.ticket_hash == hashed(ticket), SurveyTicket.survey_id == survey.id)
    return db.session.scalar(waiting) is not None or is_stored(survey=survey, ticket=ticket)


def is_stored(*, survey: Survey, ticket: str) -> bool:
    """Whether the answer that the ticket brought is there. One query."""
    return db.session.scalar(select(Sheet.id).where(Sheet.id == sheet_id_of(ticket), Sheet.survey_id == survey.id)) is not None


def store(
    *, survey: Survey, values: Mapping[str, Any], ticket: str, dimensions: dict[str, Any],
) -> bool:
    """Write the answer that a ticket allows, in a unit of work of its own. False if it was written before. Four statements.

    Raises `HasAnswered` where the ticket allows none.
    """
    spent: Any = db.session.execute(
        delete(SurveyTicket).where(SurveyTicket.ticket_hash == hashed(ticket), SurveyTicket.survey_id == survey.id)
    )
    if not spent.rowcount:
        if not has_ticket(survey=survey, ticket=ticket):
            raise rules.HasAnswered
        return False
    return write_unnamed(survey=survey, values=values, sheet_id=sheet_id_of(ticket), dimensions=dimensions)


def write_unnamed(*, survey: Survey, values: Mapping[str, Any], sheet_id: UUID, dimensions: dict[str, Any]) -> bool:
    """Write an answer that belongs to nobody. False if there is one with this id. Three statements.

    Its times are the day on which the survey opened, which tells nothing of when it was given; its language is the programme's,
    since among many who answer in one language the one who answers in another would be known by it.
    """
    zone = settings().programme_zone
    day = datetime.combine(survey.opens_at.astimezone(zone).date(), time(), zone)
    made = db.session.execute(insert_for(Sheet).values(
        id=sheet_id, questionnaire_id=survey.questionnaire_id, revision=survey.revision, title="", language=LANGUAGES[0],
        state=SheetState.DONE, version=1, changes=1, anonymous=True, survey_id=survey.id, place_id=survey.place_id, dimensions=dimensions,
        created_at=day, changed_at=day, shared_at=day, done_at=day,
    ).on_conflict_do_nothing().returning(Sheet.id)).first()
    if made is None:
        return False
    cells = [
        {"sheet_id": sheet_id, "path": path, "field_id": field_of(path), "value": value, "version": 1, "person_id": None, "changed_at": day}
        for path, value in sorted(values.items()) if value is not None
    ]
    for start in range(0, len(cells), AT_ONCE):
        db.session.execute(insert(SheetCell), cells[start : start + AT_ONCE])
    db.session.execute(update(Survey).where(Survey.id == survey.id, Survey.unmixed.is_(False)).values(unmixed=True)
                       .execution_options(synchronize_session=False))
    return True


def make_codes(*, survey: Survey, people: list[UUID] | None, count: int = 0) -> list[tuple[str, UUID | None]]:
    """New codes for paper forms, which nobody can look up later: one for each of the people, or so many for anyone. One statement."""
    codes: list[tuple[str, UUID | None]] = [(new_code(), person_id) for person_id in people] if people is not None \
        else [(new_code(), None) for _number in range(count)]
    for start in range(0, len(codes), AT_ONCE):
        db.session.execute(insert(SurveyCode), [
            {"code_hash": hashed(code), "survey_id": survey.id, "person_id": person_id, "used": False}
            for code, person_id in codes[start : start + AT_ONCE]
        ])
    return codes


def use_code(
    *, survey: Survey, questionnaire: Questionnaire, code: str, values: Mapping[str, Any], language: str, now: datetime,
) -> None:
    """Write the answer of a paper form. Raises `UnknownCode`, `HasAnswered`."""
    row = db.session.scalar(select(SurveyCode).where(SurveyCode.code_hash == hashed(code), SurveyCode.survey_id == survey.id))
    if row is None:
        raise rules.UnknownCode
    used: Any = db.session.execute(
        update(SurveyCode).where(SurveyCode.code_hash == row.code_hash, SurveyCode.used.is_(False)).values(used=True)
        .execution_options(synchronize_session=False)
    )
    if not used.rowcount:
        raise rules.HasAnswered
    if row.person_id is None or survey.mode is SurveyMode.ANONYMOUS:
        write_unnamed(survey=survey, values=values, sheet_id=uuid4(), dimensions={})
    else:
        _named_paper(survey, questionnaire, row.person_id, values, language, now)


def _named_paper(
    survey: Survey, questionnaire: Questionnaire, person_id: UUID, values: Mapping[str, Any], language: str, now: datetime,
) -> None:
    """A paper form with a name: it takes the place of a draft, and comes too late after an answer."""
    asked = _asked(survey, person_id)
    if asked.answered:
        raise rules.HasAnswered
    if asked.sheet_id is not None:
        services_state.drop(sheet_ids=[asked.sheet_id])
    sheet = Sheet(
        id=new_id(), questionnaire_id=survey.questionnaire_id, revision=survey.revision, title=survey.title, language=language,
        survey_id=survey.id, place_id=survey.place_id or db.session.get_one(Person, person_id).place_id, created_at=now, changed_at=now,
    )
    db.session.add(sheet)
    db.session.flush()
    db.session.add(SheetMember(sheet_id=sheet.id, person_id=person_id, role=MemberRole.OWNER, joined_at=now))
    db.session.flush()
    changes = [Wanted(new_id(), path, 0, value) for path, value in values.items() if value is not None]
    services_changes.apply(sheet=sheet, questionnaire=questionnaire, changes=changes, person_id=person_id, now=now)
    _finish(sheet, surveys_dimensions.of_person(survey, person_id), now)
    asked.sheet_id, asked.answered = sheet.id, True
    db.session.flush()


def answer_by_link(*, survey: Survey, values: Mapping[str, Any], ticket: str) -> bool:
    """Write the answer of whoever has the link; the page sent twice writes one. False the second time."""
    return write_unnamed(survey=survey, values=values, sheet_id=sheet_id_of(ticket), dimensions={})
