"""Files on sheets: put there, counted, and swept when their sheet is gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select

from webapp.core.database import db
from webapp.core.file_kinds import KINDS
from webapp.core.i18n import _
from webapp.core.storage import FileRefused, StoredFile, clean_name, held, in_use, judged, store, sweep_contents
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire import values
from webapp.courses.questionnaire.fields import FileField
from webapp.courses.questionnaire.sentences import Trouble, sentence
from webapp.questionnaires.models import Sheet, SheetFile
from webapp.questionnaires.queries_page import Uploaded, stored_bytes

QUOTA_MB = 100
FORGOTTEN = timedelta(days=2)
AT_ONCE = 500


def put(*, sheet: Sheet, asked: FileField, content: bytes, name: str, person_id: UUID | None, now: datetime) -> StoredFile:
    """Judge and keep a file for a field of a `locked` sheet; the field's value is the caller's. Raises `FileRefused`. Three statements."""
    shown = clean_name(name)
    if len(content) > asked.max_mb * 1_000_000:
        raise FileRefused(sentence(asked, Trouble("file_size", {"mb": asked.max_mb, "file": shown})))
    kind = judged(content, name)
    wrong = values.check_file(asked, values.StoredFile(shown, kind.kind, len(content)))
    if wrong is not None:
        raise FileRefused(sentence(asked, wrong))
    if stored_bytes(sheet.id) + len(content) > QUOTA_MB * 1_000_000:
        raise FileRefused(_("The files of one sheet take %(mb)d MB at most. Remove some before you add others.", mb=QUOTA_MB))
    row = store(content=content, name=name, kind=kind, person_id=person_id, now=now)
    db.session.add(SheetFile(file_id=row.id, sheet_id=sheet.id, field_id=asked.id))
    db.session.flush()
    return row


def known(files: Mapping[str, Uploaded]) -> dict[str, values.StoredFile]:
    """Files as the check of values wants them."""
    return {key: values.StoredFile(each.name, KINDS.get(each.media_type, ""), each.size) for key, each in files.items()}


def sweep(now: datetime) -> int:
    """Delete rows of files that no sheet and no other room refers to any more, then contents without a row; how many of both."""
    with unit_of_work():
        unused = select(StoredFile.id).where(StoredFile.stored_at < now - FORGOTTEN, ~in_use(), StoredFile.id.not_in(held()))
        gone = list(db.session.scalars(unused.limit(AT_ONCE)))
        if gone:
            db.session.execute(delete(StoredFile).where(StoredFile.id.in_(gone)))
    return len(gone) + sweep_contents(now)
