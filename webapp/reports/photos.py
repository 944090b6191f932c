"""Photos as a report shows them: turned upright, of a size for print, without what the camera wrote about place and person."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from webapp.core.database import db
from webapp.core.storage import StoredFile, path_of
from webapp.reports.models import Report, ReportEdition

LONGEST_SIDE = 1400
QUALITY = 80
KEPT = 64


def rows(file_ids: Sequence[str]) -> dict[str, StoredFile]:
    """The files that are still there, by id. One query, none for no ids."""
    if not file_ids:
        return {}
    found = db.session.scalars(select(StoredFile).where(StoredFile.id.in_([UUID(each) for each in file_ids])))
    return {str(row.id): row for row in found}


def held() -> set[UUID]:
    """Ids of the photos of every edition, and of every report that waits for its approval. Two queries."""
    frozen = [*db.session.scalars(select(ReportEdition.figures)), *db.session.scalars(select(Report.figures))]
    return {UUID(photo["file"]) for figures in frozen if figures for photo in figures.get("photos", ())}


def picture(row: StoredFile) -> bytes | None:
    """A photo as JPEG; None where its content is gone or is no picture."""
    return _small(str(path_of(row.sha256)))


@lru_cache(maxsize=KEPT)
def _small(path: str) -> bytes | None:
    # What reads pictures takes long to load, which no start should wait for.
    from PIL import Image, ImageOps, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(Path(path).read_bytes())) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError):
        return None
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
