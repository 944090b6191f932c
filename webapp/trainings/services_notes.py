"""The log of the day, photos and files of a training. Nothing here commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import func, select

from webapp.core.audit import record
from webapp.core.database import db
from webapp.core.file_kinds import GIF, WEBP
from webapp.core.i18n import _
from webapp.core.ids import new_id
from webapp.core.storage import FileRefused, StoredFile, clean_name, judged, store
from webapp.core.upsert import insert_for
from webapp.trainings import photos
from webapp.trainings.models import Training
from webapp.trainings.models_onsite import DayLog, TrainingFile
from webapp.trainings.rules import TrainingError

LONGEST_LOG = 20_000
MOST_MB, ALL_MB = 10, 300
MB = 1_000_000
RESTORED_WITHIN = timedelta(days=1)


class LogClash(TrainingError):
    """Somebody else has written meanwhile: their text, and the version to write over."""

    def __init__(self, theirs: str, version: int, person_id: UUID) -> None:
        self.theirs, self.version, self.person_id = theirs, version, person_id
        super().__init__(_("Somebody else has written in the log since you opened the page."))


def write_log(training: Training, day: date, text: str, *, version: int, actor_id: UUID, now: datetime) -> bool:
    """Write the log of a day; whether it changed. `version` is the one that was read, 0 for none.

    Raises `LogClash` when somebody else has written since, so that neither text is lost. Three statements.
    """
    text = text.replace("\r\n", "\n").strip()[:LONGEST_LOG]
    fresh = {"training_id": training.id, "day": day, "text": "", "version": 0, "person_id": actor_id, "changed_at": now}
    db.session.execute(insert_for(DayLog).values(**fresh).on_conflict_do_nothing())
    row = db.session.scalars(
        select(DayLog).where(DayLog.training_id == training.id, DayLog.day == day).with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if row.text == text:
        return False
    if row.version != version:
        raise LogClash(row.text, row.version, row.person_id)
    row.text, row.version, row.person_id, row.changed_at = text, row.version + 1, actor_id, now
    db.session.flush()
    _audit("training.log_written", training, actor_id, now, {"day": day.isoformat(), "version": row.version})
    return True


def add_file(
    training: Training, *, content: bytes, name: str, caption: str, in_report: bool, actor_id: UUID, now: datetime,
) -> TrainingFile:
    """Keep a photo or a file of a locked training. Photos are drawn anew, so that no place or camera stays in them.

    Only photos go into the report. Raises `FileRefused`.
    """
    shown = clean_name(name)
    if len(content) > MOST_MB * MB:
        raise FileRefused(_("“%(name)s” is larger than %(mb)d MB. Save it smaller and try again.", name=shown, mb=MOST_MB))
    kind = judged(content, name)
    if kind.media_type in (GIF, WEBP):
        raise FileRefused(_("“%(name)s”: pictures are taken as JPEG or PNG. Save it as one of them and try again.", name=shown))
    if kind.media_type in photos.KINDS:
        try:
            content = photos.cleaned(content, kind.media_type)
        except photos.NoPicture as bad:
            raise FileRefused(_("“%(name)s” is damaged and cannot be opened. Save it again and try once more.", name=shown)) from bad
    kept = db.session.scalar(
        select(func.coalesce(func.sum(StoredFile.size), 0)).join(TrainingFile, TrainingFile.file_id == StoredFile.id)
        .where(TrainingFile.training_id == training.id)
    ) or 0
    if kept + len(content) > ALL_MB * MB:
        raise FileRefused(_("The photos and files of one training take %(mb)d MB at most. Remove some before you add others.", mb=ALL_MB))
    stored = store(content=content, name=name, kind=kind, person_id=actor_id, now=now)
    row = TrainingFile(
        id=new_id(), training_id=training.id, file_id=stored.id, caption=caption.strip()[:300],
        in_report=in_report and kind.media_type in photos.KINDS, person_id=actor_id, added_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _audit("training.file_added", training, actor_id, now, {"file": str(row.id), "in_report": row.in_report})
    return row


def describe_file(training: Training, row: TrainingFile, *, caption: str, in_report: bool, actor_id: UUID, now: datetime) -> None:
    """Another caption; into the report or out of it. The file must be loaded with it."""
    row.caption, row.in_report = caption.strip()[:300], in_report and row.file.media_type in photos.KINDS
    db.session.flush()
    _audit("training.file_described", training, actor_id, now, {"file": str(row.id), "in_report": row.in_report})


def remove_file(training: Training, row: TrainingFile, *, keys: Sequence[str], actor_id: UUID, now: datetime) -> str:
    """Take a file away; what is given back brings it here again within a day, while its content is still there."""
    state = [str(training.id), str(row.id), str(row.file_id), row.caption, row.in_report, str(row.person_id), row.added_at.isoformat()]
    db.session.delete(row)
    db.session.flush()
    _audit("training.file_removed", training, actor_id, now, {"file": state[1]})
    return str(_signer(keys).dumps(state))


def restore_file(training: Training, token: str, *, keys: Sequence[str], actor_id: UUID, now: datetime) -> bool:
    """Undo a removal; False if that is no longer possible. Twice does it once."""
    try:
        found = _signer(keys).loads(token, max_age=int(RESTORED_WITHIN.total_seconds()))
        training_id, row_id, file_id, caption, in_report, person_id, added_at = found
    except (BadData, ValueError, TypeError):
        return False
    if training_id != str(training.id) or db.session.get(StoredFile, UUID(file_id)) is None:
        return False
    values = {
        "id": UUID(row_id), "training_id": training.id, "session_id": None, "file_id": UUID(file_id), "caption": caption,
        "in_report": in_report, "person_id": UUID(person_id), "added_at": datetime.fromisoformat(added_at),
    }
    insert = insert_for(TrainingFile).values(**values).on_conflict_do_nothing(index_elements=["id"]).returning(TrainingFile.id)
    if db.session.execute(insert).first() is not None:
        _audit("training.file_restored", training, actor_id, now, {"file": row_id})
    return True


def _signer(keys: Sequence[str]) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(list(keys), salt="training-file")


def _audit(action: str, training: Training, actor_id: UUID, now: datetime, after: dict[str, Any]) -> None:
    record(actor_id=actor_id, action=action, subject=("training", training.id), place_id=training.place_id, now=now, after=after)
