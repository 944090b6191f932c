"""Files that people hand in: content by its hash on the disk, what it is called in one row."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response, send_file
from sqlalchemy import BigInteger, CheckConstraint, ColumnElement, String, false, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.config import settings
from webapp.core.database import Model, db
from webapp.core.errors import DomainError
from webapp.core.file_kinds import SUFFIXES, BadFile, Judged, judge
from webapp.core.i18n import _
from webapp.core.ids import new_id

FOLDER = "files"
NAME_LENGTH = 120
# Content without a row is left alone for so long: its row may be in a transaction that is still open.
UNDECIDED = timedelta(days=1)
_HASH = re.compile(r"[0-9a-f]{64}")
_SEPARATORS = re.compile(r"[/\\:*?\"<>|\x00-\x1f\x7f]+")


class StoredFile(Model):
    """A file that somebody handed in. Its name is the person's own word for it and can be erased."""

    __tablename__ = "stored_files"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    person_id: Mapped[UUID | None] = mapped_column(index=True)
    stored_at: Mapped[datetime] = mapped_column(index=True)


class FileRefused(DomainError):
    """A file that is not taken, with the reason."""

    status = 422


class FileIsGone(DomainError):
    """The row is there, the content on the disk is not."""

    status = 410

    def __init__(self) -> None:
        super().__init__(_("This file is no longer there."))


def reason(bad: BadFile, name: str) -> str:
    """The sentence for a file that is not taken."""
    return {
        "empty": _("“%(name)s” is empty.", name=name),
        "bomb": _("“%(name)s” unpacks to far more than it seems. It was not taken.", name=name),
        "broken": _("“%(name)s” is damaged and cannot be opened. Save it again and try once more.", name=name),
        "macros": _("“%(name)s” contains macros. Save it without macros (.xlsx or .docx) and try again.", name=name),
        "locked": _(
            "“%(name)s” is protected by a password or is in an old format. Save it as .xlsx, .docx or PDF and try again.", name=name,
        ),
    }.get(bad.code, _("“%(name)s” is no PDF, picture, spreadsheet or text document.", name=name))


def judged(content: bytes, name: str) -> Judged:
    """What a file is. Raises `FileRefused`."""
    try:
        return judge(content, name)
    except BadFile as bad:
        raise FileRefused(reason(bad, clean_name(name))) from bad


def store(*, content: bytes, name: str, kind: Judged, person_id: UUID | None, now: datetime) -> StoredFile:
    """Keep a judged file: the content once a hash, written whole before its row is. One statement."""
    digest = hashlib.sha256(content).hexdigest()
    _write(path_of(digest), content)
    row = StoredFile(
        id=new_id(), sha256=digest, size=len(content), name=with_suffix(clean_name(name), kind.media_type), media_type=kind.media_type,
        person_id=person_id, stored_at=now,
    )
    db.session.add(row)
    db.session.flush()
    return row


def clean_name(name: str) -> str:
    """A name that is no path, holds no control characters or directions, and fits its column."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    text = "".join(each for each in text if unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    text = _SEPARATORS.sub("-", text).strip(" .")
    stem, dot, suffix = text.rpartition(".")
    return f"{stem[: NAME_LENGTH - 10]}{dot}{suffix[:8]}" if dot and stem else (text[:NAME_LENGTH] or _("file"))


def with_suffix(name: str, media_type: str) -> str:
    """The name with the ending of what the file truly is, so that no other program opens it."""
    wanted = SUFFIXES[media_type]
    same = {".jpg": (".jpg", ".jpeg"), ".txt": (".txt", ".md"), ".csv": (".csv", ".tsv")}.get(wanted, (wanted,))
    return name if name.casefold().endswith(same) else f"{name}{wanted}"


def root() -> Path:
    """Folder of all contents."""
    return settings().data_dir / FOLDER


def path_of(digest: str) -> Path:
    """Where the content with this hash lies."""
    return root() / digest[:2] / digest


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        os.utime(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def content_of(row: StoredFile) -> bytes:
    """The content of a file. Raises `FileIsGone`."""
    try:
        return path_of(row.sha256).read_bytes()
    except OSError as error:
        raise FileIsGone from error


def download(row: StoredFile) -> Response:
    """The file to be saved, never to be shown: no browser runs anything in it. Raises `FileIsGone`."""
    try:
        answer = send_file(path_of(row.sha256), mimetype=row.media_type, etag=row.sha256, conditional=True, max_age=0)
    except OSError as error:
        raise FileIsGone from error
    plain = row.name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(row.name, safe='')}"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


_USES: list[Any] = []
_HOLDERS: list[Callable[[], set[UUID]]] = []


def used_by(column: Any) -> None:
    """A column that refers to stored files: what stands in it is never swept. Called once by each room that has one."""
    if all(each is not column for each in _USES):
        _USES.append(column)


def held_by(find: Callable[[], set[UUID]]) -> None:
    """What finds ids of stored files that are frozen in other content, such as a published document. Called once by each room."""
    if find not in _HOLDERS:
        _HOLDERS.append(find)


def held() -> set[UUID]:
    """Ids of files that frozen content names. One query a room."""
    return {each for find in _HOLDERS for each in find()}


def in_use() -> ColumnElement[bool]:
    """Whether any room still refers to a stored file; for a query of `StoredFile`."""
    return or_(false(), *(select(column).where(column == StoredFile.id).exists() for column in _USES))


def sweep_contents(now: datetime) -> int:
    """Delete contents that no row speaks of; the number deleted. One query a hundred files."""
    deleted, batch = 0, list[Path]()
    for path in _contents():
        if datetime.fromtimestamp(path.stat().st_mtime, tz=now.tzinfo) < now - UNDECIDED:
            batch.append(path)
        if len(batch) == 100:
            deleted, batch = deleted + _delete_unknown(batch), []
    return deleted + _delete_unknown(batch)


def _contents() -> Iterator[Path]:
    for folder in sorted(root().glob("[0-9a-f][0-9a-f]")):
        yield from (path for path in sorted(folder.iterdir()) if _HASH.fullmatch(path.name) or path.name.startswith(".draft-"))


def _delete_unknown(paths: list[Path]) -> int:
    if not paths:
        return 0
    known = set(db.session.scalars(select(StoredFile.sha256).where(StoredFile.sha256.in_([path.name for path in paths]))))
    unknown = [path for path in paths if path.name not in known]
    for path in unknown:
        path.unlink(missing_ok=True)
    return len(unknown)
