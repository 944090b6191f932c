"""The county profile of a training: a response sheet that trainers and the county fill in together, and what it says in short."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from webapp.accounts.models import Person
from webapp.core import audit
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import TableField
from webapp.questionnaires import definitions, library, services, wording
from webapp.questionnaires.labels import plain_label
from webapp.questionnaires.models import MemberRole, Sheet, SheetCell, SheetMember
from webapp.trainings.models import TrainerPart, Training, TrainingTrainer

QUESTIONNAIRE = "county-profile"
# Answers that the digest tells one by one, and tables of which it tells one column, in the order of the sheet.
_SINGLE = ("portrait", "plan-name", "plan-kind", "stage", "plan-goals", "behind", "sdg-level", "purpose", "alignment-chapter",
           "exercise-problem", "topics", "practical")
_TABLES = {"objectives": "objective", "priorities": "priority", "challenges": "challenge"}
_YEARS = ("first-year", "last-year")
_SHOWING = "showing"
MOST_LINES = 12


class Audience(StrEnum):
    """For whom the digest is; the county says in the sheet who may see it."""

    TRAINERS = "trainers"
    PARTICIPANTS = "participants"
    REPORT = "report"


# What the county must have answered for an audience. Trainers work with the sheet itself.
_ALLOWED = {Audience.PARTICIPANTS: {"participants", "report"}, Audience.REPORT: {"report"}}


@dataclass(frozen=True)
class Profile:
    """The sheet of a training, read once: its digest, and the code by which the county joins."""

    lines: list[tuple[str, str]]
    join_code: str | None
    questionnaire: Questionnaire


def begin(*, training: Training, lead: Person, now: datetime, actor_id: Any) -> Sheet:
    """The profile's sheet of a `locked` training, made at the first call: the lead trainer owns it, co-trainers write.

    Its code lets the county's contact join. It keeps the training's place and language.
    """
    if training.profile_sheet_id is not None:
        return db.session.get_one(Sheet, training.profile_sheet_id)
    volume = library.volume(QUESTIONNAIRE)
    assert volume is not None
    sheet = services.begin(
        questionnaire=volume.questionnaire, person=lead, language=training.language, now=now, place_id=training.place_id,
        title=f"{localised(volume.questionnaire.title, training.language)} · {localised(training.place.names, training.language)}",
    )
    services.renew_code(sheet=sheet, on=True)
    others = select(TrainingTrainer.person_id).where(
        TrainingTrainer.training_id == training.id, TrainingTrainer.part != TrainerPart.OBSERVER, TrainingTrainer.person_id != lead.id,
    )
    for person_id in db.session.scalars(others).all():
        services.give_part(sheet=sheet, person_id=person_id, role=MemberRole.EDITOR, now=now)
    training.profile_sheet_id = sheet.id
    db.session.flush()
    audit.record(
        actor_id=actor_id, action="training.profile_begun", subject=("training", training.id), now=now, place_id=training.place_id,
        after={"sheet": str(sheet.id)},
    )
    return sheet


def follow_trainer(*, training: Training, person_id: Any, part: TrainerPart | None, now: datetime) -> None:
    """Let a trainer who joined write in the profile; one who left or looks on now writes no more. Three statements at most.

    Who owns the sheet keeps it, and who joined it by its code keeps their part.
    """
    if training.profile_sheet_id is None:
        return
    sheet = db.session.get_one(Sheet, training.profile_sheet_id)
    if part in (TrainerPart.LEAD, TrainerPart.CO):
        services.give_part(sheet=sheet, person_id=person_id, role=MemberRole.EDITOR, now=now)
    else:
        services.take_part_away(sheet=sheet, person_id=person_id)


def is_member(training: Training, person_id: Any) -> bool:
    """Whether somebody has a part in the sheet. One query."""
    member = select(SheetMember.sheet_id).where(SheetMember.sheet_id == training.profile_sheet_id, SheetMember.person_id == person_id)
    return db.session.scalar(select(member.exists())) or False


def profile(training: Training, audience: Audience = Audience.TRAINERS) -> Profile | None:
    """The profile as an audience may see it; None where there is none. One query, one more for an unread definition."""
    if training.profile_sheet_id is None:
        return None
    rows = db.session.execute(
        select(Sheet, SheetCell.path, SheetCell.value).outerjoin(SheetCell, SheetCell.sheet_id == Sheet.id)
        .where(Sheet.id == training.profile_sheet_id)
    ).all()
    if not rows:
        return None
    sheet = rows[0][0]
    questionnaire = definitions.of_sheet(sheet)
    answers = Answers(questionnaire, {path: value for _sheet, path, value in rows if path is not None and value is not None})
    return Profile(told(answers, audience), sheet.join_code, questionnaire)


def digest(training: Training, audience: Audience = Audience.TRAINERS) -> list[tuple[str, str]]:
    """What the profile says in short, as (label, text) in the reader's language; empty where the county did not allow it."""
    found = profile(training, audience)
    return found.lines if found else []


def told(answers: Answers, audience: Audience) -> list[tuple[str, str]]:
    """The digest of answers. Pure. Fields that the questionnaire lost, or hides, are left out."""
    if audience in _ALLOWED and _value(answers, _SHOWING) not in _ALLOWED[audience]:
        return []
    lines = []
    for section in answers.sections:
        for field in section.fields:
            if not answers.visible(field.id):
                continue
            if field.id == _YEARS[0]:
                text = _years(answers)
                label = _("Term of the plan")
            elif field.id in _TABLES and isinstance(field, TableField):
                text, label = _column(answers, field, _TABLES[field.id]), plain_label(field)
            elif field.id in _SINGLE:
                text, label = wording.words(field, answers.value(field.id)), plain_label(field)
            else:
                continue
            if text:
                lines.append((label, text))
    return lines


def _value(answers: Answers, field_id: str) -> Any:
    return answers.value(field_id) if field_id in answers.questionnaire.by_id else None


def _years(answers: Answers) -> str:
    years = [str(found) for each in _YEARS if (found := _value(answers, each)) is not None]
    return "–".join(years)


def _column(answers: Answers, table: TableField, column_id: str) -> str:
    said = [str(value) for row in answers.rows(table.id) if (value := answers.cell(table.id, row, column_id))]
    more = len(said) - MOST_LINES
    text = _("; ").join(said[:MOST_LINES])
    return text if more <= 0 else _("%(text)s; and %(more)d more", text=text, more=more)
