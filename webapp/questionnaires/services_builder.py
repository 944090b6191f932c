"""Drafts of questionnaires: begun, saved, published, withdrawn. Nothing commits here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from webapp.core import audit
from webapp.core.database import db
from webapp.core.upsert import insert_for
from webapp.courses.catalogue import catalogue
from webapp.courses.services import store_revisions
from webapp.questionnaires import drafting, library
from webapp.questionnaires.models import QuestionnaireDraft, QuestionnairePublication
from webapp.questionnaires.rules_builder import DraftChanged, DraftExists, NotReadyToPublish

# A draft's content is {"now": questionnaire, "before": what it was before the last removal, to undo it}.
NOW, BEFORE = "now", "before"


def taken(questionnaire_id: str) -> bool:
    """Whether a questionnaire, an exercise or a draft has the id. At most two queries."""
    exercise = any(questionnaire_id in course.exercises for course in catalogue().courses)
    return exercise or library.volume(questionnaire_id) is not None or db.session.get(QuestionnaireDraft, questionnaire_id) is not None


def begin(*, content: Mapping[str, Any], person_id: UUID, now: datetime, instead: bool = False) -> None:
    """A new draft. `instead` is of a questionnaire in force. Raises `DraftExists`. At most three statements."""
    questionnaire_id = content["id"]
    if not instead and taken(questionnaire_id):
        raise DraftExists
    row = {
        "questionnaire_id": questionnaire_id, "content": {NOW: dict(content)}, "version": 1, "person_id": person_id, "created_at": now,
        "changed_at": now,
    }
    statement = insert_for(QuestionnaireDraft).values(row).on_conflict_do_nothing().returning(QuestionnaireDraft.questionnaire_id)
    if db.session.execute(statement).first() is None and not instead:
        raise DraftExists


def save(
    *, draft: QuestionnaireDraft, version: int, change: Callable[[dict[str, Any]], Any], person_id: UUID, now: datetime,
    undoable: bool = False,
) -> Any:
    """Change a draft if it is still what its writer saw; what the change returns. Raises `DraftChanged`. One statement."""
    before = draft.content[NOW]
    content = deepcopy(before)
    result = change(content)
    kept = {NOW: content, **({BEFORE: before} if undoable else {})}
    _write(draft, version, kept, person_id, now)
    return result


def undo(*, draft: QuestionnaireDraft, version: int, person_id: UUID, now: datetime) -> None:
    """Bring back what was removed last. Raises `DraftChanged`."""
    before = draft.content.get(BEFORE)
    if before is None:
        raise DraftChanged
    _write(draft, version, {NOW: before}, person_id, now)


def _write(draft: QuestionnaireDraft, version: int, kept: dict[str, Any], person_id: UUID, now: datetime) -> None:
    fits = (QuestionnaireDraft.questionnaire_id == draft.questionnaire_id) & (QuestionnaireDraft.version == version)
    values = {"content": kept, "version": version + 1, "person_id": person_id, "changed_at": now}
    done = db.session.execute(update(QuestionnaireDraft).where(fits).values(values).returning(QuestionnaireDraft.version)).first()
    if done is None:
        raise DraftChanged
    db.session.expire(draft)


def publish(*, draft: QuestionnaireDraft, version: int, person_id: UUID, now: datetime) -> str:
    """Make the draft the questionnaire that everyone uses; its revision. Raises `DraftChanged`, `NotReadyToPublish`."""
    locked = db.session.scalar(
        select(QuestionnaireDraft).where(QuestionnaireDraft.questionnaire_id == draft.questionnaire_id).with_for_update()
        .execution_options(populate_existing=True)
    )
    if locked is None or locked.version != version:
        raise DraftChanged
    content = locked.content[NOW]
    if drafting.troubles(content):
        raise NotReadyToPublish
    made = drafting.read(content)
    store_revisions([made], now)
    before = library.volume(made.id)
    values = {"revision": made.revision, "published_at": now, "person_id": person_id}
    statement = insert_for(QuestionnairePublication).values({"questionnaire_id": made.id, **values})
    db.session.execute(statement.on_conflict_do_update(index_elements=["questionnaire_id"], set_=values))
    audit.record(
        actor_id=person_id, action="questionnaire.published", subject=("questionnaire", made.id), now=now,
        before={"revision": before.questionnaire.revision} if before else None, after={"revision": made.revision},
    )
    db.session.delete(locked)
    return made.revision


def withdraw(*, questionnaire_id: str, person_id: UUID, now: datetime) -> bool:
    """Take the published revision back: the shipped file, if there is one, counts again. Whether there was one. One statement."""
    here = QuestionnairePublication.questionnaire_id == questionnaire_id
    row = db.session.execute(delete(QuestionnairePublication).where(here).returning(QuestionnairePublication.revision)).first()
    if row is not None:
        audit.record(
            actor_id=person_id, action="questionnaire.withdrawn", subject=("questionnaire", questionnaire_id), now=now,
            before={"revision": row.revision},
        )
    return row is not None


def discard(*, draft: QuestionnaireDraft, version: int) -> None:
    """Throw a draft away. Raises `DraftChanged`."""
    fits = (QuestionnaireDraft.questionnaire_id == draft.questionnaire_id) & (QuestionnaireDraft.version == version)
    if db.session.execute(delete(QuestionnaireDraft).where(fits).returning(QuestionnaireDraft.version)).first() is None:
        raise DraftChanged
