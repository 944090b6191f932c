"""A report as PDF or Word file. What was published is made once a process and kept for a while: it never changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any
from urllib.parse import quote

from flask_babel import get_timezone
from werkzeug.wrappers import Response

from webapp.core.documents.blocks import Document
from webapp.core.i18n import LANGUAGES, localised
from webapp.reports import photos, queries
from webapp.reports.document import Printed, document_of, parts_of
from webapp.reports.figures import Figures
from webapp.reports.shown import Shown

TYPES = {
    "pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
MOST_KEPT = 24
_LOCK = Lock()
_KEPT: OrderedDict[Hashable, bytes] = OrderedDict()


def kept(key: Hashable, make: Callable[[], bytes]) -> bytes:
    """What was made for a key, or is made now."""
    with _LOCK:
        if key in _KEPT:
            _KEPT.move_to_end(key)
            return _KEPT[key]
    made = make()
    with _LOCK:
        _KEPT[key] = made
        while len(_KEPT) > MOST_KEPT:
            _KEPT.popitem(last=False)
    return made


def made(document: Document, form: str) -> bytes:
    """The file of a document."""
    # What prints takes long to load, which no start should wait for.
    if form == "pdf":
        from webapp.core.documents.pdf import to_pdf  # noqa: PLC0415

        return to_pdf(document)
    from webapp.core.documents.word import to_docx  # noqa: PLC0415

    return to_docx(document)


def printed(figures: Figures, **more: Any) -> Document:
    """The document of figures and what else `Printed` takes. Two queries: photos and the names of trainers."""
    chosen = figures["photos"]
    files = photos.rows([each["file"] for each in chosen])
    pictures = [(content, each["caption"]) for each in chosen if each["file"] in files and (content := photos.picture(files[each["file"]]))]
    trainers = figures["about"]["trainers"]
    names = queries.names(each["person"] for each in trainers)
    return document_of(Printed(Shown(figures), trainers=parts_of(names, trainers), photos=pictures, zone=get_timezone(), **more))


def answer(content: bytes, form: str, *, plain: str, figures: Figures, title: str, store: bool) -> Response:
    """The file to be saved, named in the reader's language and, for old programs, plainly."""
    response = Response(content, mimetype=TYPES[form])
    named = quote(f"{title}-{localised(figures['about']['titles'])}.{form}", safe="")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}.{form}\"; filename*=UTF-8''{named}"
    response.headers["Cache-Control"] = "public, max-age=300" if store else "private, no-store"
    return response


def language_of(code: str) -> tuple[str, str | None]:
    """A code with the language that may stand behind it: `7KQ4….zh-Hans`."""
    bare, _dot, tag = code.partition(".")
    return bare, tag if tag in LANGUAGES else None
