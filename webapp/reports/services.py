"""Writes: reports begun with a first draft, written by several, moved from state to state, published, corrected."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.ids import new_code, new_id
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.paths import cell_path, row_path
from webapp.courses.questionnaire.shipped import surveys
from webapp.courses.services import store_revisions
from webapp.questionnaires import order_keys, services_changes
from webapp.questionnaires import queries as sheets
from webapp.questionnaires import services as sheet_services
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import MemberRole, Sheet, SheetMember, SheetState
from webapp.questionnaires.presenting import new_row_id
from webapp.reports import drafting, figures, mail, narrative, queries, rules
from webapp.reports.access import RUNNING
from webapp.reports.digest import Digest, digest
from webapp.reports.models import Report, ReportEdition, ReportMove, ReportState, ReportText
from webapp.reports.narrative import Narrative
from webapp.reports.queries import Opened
from webapp.reports.questionnaire import QUESTIONNAIRE
from webapp.reports.rules import Move, Right
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer


def begin(*, training: Training, person: Person, now: datetime) -> Report:
    """The report of a `locked` training with its text in the training's language; a second click finds the first one's.

    Some fifteen statements, and four a trainer.
    """
    found = db.session.scalar(select(Report).where(Report.training_id == training.id))
    if found is not None:
        return found
    report = Report(id=new_id(), training_id=training.id, created_by_id=person.id, created_at=now)
    db.session.add(report)
    db.session.flush()
    _note(report, None, ReportState.DRAFT, person.id, "", now)
    record(actor_id=person.id, action="report.begun", subject=("report", report.id), now=now, place_id=training.place_id,
           after={"training": training.id})
    add_text(report=report, training=training, person=person, language=training.language, now=now)
    return report


def add_text(*, report: Report, training: Training, person: Person, language: str, now: datetime) -> Sheet:
    """The text of a `locked` report in a language, with a first draft; one that is there already stays as it is."""
    found = db.session.get(ReportText, (report.id, language))
    if found is not None:
        return db.session.get_one(Sheet, found.sheet_id)
    questionnaire = surveys()[QUESTIONNAIRE]
    owner = _lead(training.id) or person
    with speaking(language):
        sheet = sheet_services.begin(
            questionnaire=questionnaire, person=owner, language=language, now=now, place_id=training.place_id,
            title=str(figures.about_titles(training)[language])[:200],
        )
        db.session.add(ReportText(report_id=report.id, language=language, sheet_id=sheet.id))
        db.session.flush()
        profile = digest(sheets.stored(training.profile_sheet_id).values) if training.profile_sheet_id else Digest()
        made = drafting.draft(figures.compute(training, now), profile)
    for person_id in _writers(training.id) | {person.id}:
        if person_id != owner.id:
            sheet_services.give_part(sheet=sheet, person_id=person_id, role=MemberRole.EDITOR, now=now)
    _fill(sheet, questionnaire, made, person.id, now)
    record(actor_id=person.id, action="report.text_begun", subject=("report", report.id), now=now, place_id=training.place_id,
           after={"language": language, "sheet": sheet.id})
    return sheet


def _lead(training_id: UUID) -> Person | None:
    return db.session.scalar(
        select(Person).join(TrainingTrainer, TrainingTrainer.person_id == Person.id)
        .where(TrainingTrainer.training_id == training_id, TrainingTrainer.part == TrainerPart.LEAD)
        .order_by(TrainingTrainer.added_at, Person.id).limit(1)
    )


def _writers(training_id: UUID) -> set[UUID]:
    running = select(TrainingTrainer.person_id).where(TrainingTrainer.training_id == training_id, TrainingTrainer.part.in_(RUNNING))
    return set(db.session.scalars(running))


def _fill(sheet: Sheet, questionnaire: Questionnaire, made: drafting.Draft, person_id: UUID, now: datetime) -> None:
    """Put a first draft onto a new sheet, within the limits of its fields."""
    changes = [
        Wanted(new_id(), field_id, 0, text[: getattr(questionnaire.by_id[field_id], "limit", len(text))])
        for field_id, text in made.texts.items() if field_id in questionnaire.by_id
    ]
    for row, at in zip(made.rows, order_keys.spread("", "", len(made.rows)), strict=True):
        here = new_row_id()
        changes.append(Wanted(new_id(), row_path("recommendations", here), 0, {"at": at}))
        changes += [Wanted(new_id(), cell_path("recommendations", here, column), 0, text[:300]) for column, text in row.items()]
    services_changes.apply(sheet=sheet, questionnaire=questionnaire, changes=changes, person_id=person_id, now=now)


def join(*, found: Opened, person_id: UUID, now: datetime) -> None:
    """Let somebody who runs the training write on its report; a text that has lost its owner gets them as one."""
    for written in found.texts:
        owner = select(SheetMember.person_id).where(SheetMember.sheet_id == written.sheet.id, SheetMember.role == MemberRole.OWNER)
        role = MemberRole.EDITOR if db.session.scalar(owner) else MemberRole.OWNER
        sheet_services.give_part(sheet=written.sheet, person_id=person_id, role=role, now=now)


def move(
    *, report: Report, training: Training, found: Opened, wanted: Move, rights: frozenset[Right], words: str, version: int,
    person: Person, now: datetime,
) -> ReportEdition | None:
    """Move a `locked` report on or back; the edition where one was published. Raises what `rules.step` does, and `NotComplete`.

    `version` is the one that the page showed: who was slower is told and changes nothing.
    """
    if report.version != version:
        raise rules.MovedMeanwhile
    step, before = rules.step(wanted, report.state, rights, words), report.state
    edition = None
    if wanted is Move.SUBMIT:
        _submit(report, training, found, person.id, now)
    elif wanted in (Move.TAKE_BACK, Move.RETURN, Move.CORRECT):
        _reopen(report, found, wanted, words, person.id, now)
    elif wanted is Move.APPROVE:
        _bring(found, {SheetState.SHARED}, SheetState.DONE, person.id, now)
    else:
        edition = _publish(report, found, person.id, now)
    report.state, report.version = step.after, report.version + 1
    _note(report, before, step.after, person.id, words, now)
    record(actor_id=person.id, action=ACTIONS[wanted], subject=("report", report.id), now=now, place_id=training.place_id,
           before={"state": before}, after={"state": step.after, "edition": report.edition})
    people = queries.reviewers(training, person.id, now) if wanted in TO_REVIEWERS else queries.trainers(training.id, person.id)
    mail.tell(to=people, training=training, move=wanted, by=person.name, words=words, now=now)
    return edition


ACTIONS = {
    Move.SUBMIT: "report.submitted", Move.TAKE_BACK: "report.taken_back", Move.RETURN: "report.returned", Move.APPROVE: "report.approved",
    Move.PUBLISH: "report.published", Move.CORRECT: "report.correction_begun",
}
TO_REVIEWERS = frozenset({Move.SUBMIT, Move.TAKE_BACK})


def _note(report: Report, before: ReportState | None, after: ReportState, person_id: UUID, words: str, now: datetime) -> None:
    db.session.add(ReportMove(
        id=new_id(), report_id=report.id, before=before, after=after, edition=report.edition, person_id=person_id, at=now,
        note=words.strip()[: rules.NOTE_LENGTH],
    ))
    db.session.flush()


def _submit(report: Report, training: Training, found: Opened, person_id: UUID, now: datetime) -> None:
    """Freeze the figures and hand in every text that is finished; a second language that is not stays a draft."""
    read = texts_of(found)
    finished = [each for each in read if not each.open]
    if not finished:
        raise rules.NotComplete(min((len(each.open) for each in read), default=1))
    for each in finished:
        sheet = services_changes.locked(each.written.sheet.id)
        if sheet is None or sheet.state not in (SheetState.DRAFT, SheetState.RETURNED):
            continue
        if sheet.revision != each.questionnaire.revision:
            store_revisions([each.questionnaire], now)
            sheet.revision = each.questionnaire.revision
        sheet_services.move(sheet=sheet, to=SheetState.SHARED, person_id=person_id, now=now)
    report.figures, report.cut_off_at = figures.compute(training, now), now


def texts_of(found: Opened) -> list[Narrative]:
    """The texts of a report as they stand. One query."""
    contents = queries.contents([each.sheet.id for each in found.texts])
    return [narrative.read(each, contents.get(each.sheet.id)) for each in found.texts]


def _reopen(report: Report, found: Opened, wanted: Move, words: str, person_id: UUID, now: datetime) -> None:
    """Open the texts again, and let the figures follow the record."""
    if wanted is Move.TAKE_BACK:
        _bring(found, {SheetState.SHARED}, SheetState.DRAFT, person_id, now)
    else:
        _bring(found, {SheetState.SHARED, SheetState.DONE}, SheetState.RETURNED, person_id, now)
    if wanted is Move.RETURN and found.texts:
        sheet_services.comment(sheet=found.texts[0].sheet, person_id=person_id, text=words, feedback=True, now=now)
    if wanted is Move.CORRECT:
        report.edition += 1
    report.figures, report.cut_off_at = None, None


def _bring(found: Opened, before: set[SheetState], after: SheetState, person_id: UUID, now: datetime) -> None:
    for written in found.texts:
        sheet = services_changes.locked(written.sheet.id)
        if sheet is not None and sheet.state in before:
            sheet_services.move(sheet=sheet, to=after, person_id=person_id, now=now)


def _publish(report: Report, found: Opened, person_id: UUID, now: datetime) -> ReportEdition:
    """Copy figures and texts, so that nothing that happens later changes what was published."""
    assert report.figures is not None
    assert report.cut_off_at is not None
    contents = queries.contents([each.sheet.id for each in found.texts])
    texts: dict[str, Any] = {
        each.language: {"revision": each.sheet.revision, "values": dict(contents[each.sheet.id].values)}
        for each in found.texts if each.sheet.state is SheetState.DONE
    }
    edition = ReportEdition(
        id=new_id(), report_id=report.id, number=report.edition, code=new_code(), figures=report.figures, texts=texts,
        cut_off_at=report.cut_off_at, published_at=now, published_by_id=person_id,
        correction=queries.last_correction(report.id, report.edition)[: rules.CORRECTION_LENGTH],
    )
    db.session.add(edition)
    db.session.flush()
    return edition
