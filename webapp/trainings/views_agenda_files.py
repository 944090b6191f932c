"""The agenda, sign-in sheets and name badges as files, in either language."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.config import settings
from webapp.core.i18n import LANGUAGES, _, speaking
from webapp.trainings import agenda, labels
from webapp.trainings.records import Record, record_or_404, run_or_403, title_of

if TYPE_CHECKING:
    from webapp.accounts.models import Organisation
    from webapp.core.documents.blocks import Document

bp = Blueprint("training_agenda_files", __name__)
HOME = "/trainings/<uuid:training_id>/"
TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def _author(language: str) -> str:
    chosen = settings()
    return chosen.issuer_zh if language.startswith("zh") else chosen.issuer_en


def _download(record: Record, data: bytes, name: str, language: str, kind: str) -> Response:
    response = make_response(data)
    response.headers["Content-Type"] = TYPES[kind]
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{record.training.code}.{language}.{kind}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _written(made: Document, kind: str) -> bytes:
    # Printing and word processing take a tenth of a second to load, which no start should wait for.
    if kind == "docx":
        from webapp.core.documents.word import to_docx  # noqa: PLC0415

        return to_docx(made)
    from webapp.core.documents.pdf import to_pdf  # noqa: PLC0415

    return to_pdf(made)


def _language(language: str) -> str:
    return language if language in LANGUAGES else abort(404)


@bp.get(HOME + "agenda.<language>.<any(pdf,docx):kind>")
@signed_in
def agenda_file(training_id: UUID, language: str, kind: str) -> Response:
    """The agenda; `?held=1` as it was held. Six queries."""
    record = record_or_404(training_id)
    from webapp.trainings import agenda_document  # noqa: PLC0415  as above

    held = request.args.get("held") == "1"
    made = agenda_document.document(record.training, _language(language), author=_author(language), now=clock.now(), held=held)
    return _download(record, _written(made, kind), "agenda-held" if held else "agenda", language, kind)


@bp.get(HOME + "sign-in.<language>.<any(pdf,docx):kind>")
@signed_in
def sign_in_file(training_id: UUID, language: str, kind: str) -> Response:
    """Sign-in sheets for every day. Four queries."""
    record = run_or_403(training_id)
    from webapp.trainings import sign_in_document  # noqa: PLC0415  as above

    made = sign_in_document.document(record.training, _language(language), author=_author(language), now=clock.now())
    return _download(record, _written(made, kind), "sign-in", language, kind)


def _name(organisation: Organisation | None) -> str:
    return organisation.name if organisation else ""


@bp.get(HOME + "badges.<language>.pdf")
@signed_in
def badges_file(training_id: UUID, language: str) -> Response:
    """A badge for each trainer and each registered participant. Four queries."""
    record = run_or_403(training_id)
    from webapp.trainings.badges_pdf import Badge, render  # noqa: PLC0415  as above

    people = agenda.participants(training_id)
    trainers = agenda.badge_trainers(training_id)
    with speaking(_language(language)):
        event, days = title_of(record.training), labels.days_text(record.training) if record.training.first_day else ""
        badges = [Badge(person.name, _name(organisation), _("Trainer"), strong=True) for person, organisation in trainers]
        badges += [Badge(person.name, _name(organisation), _("Participant")) for _row, person, organisation in people]
        data = render(badges, event=f"{event} · {days}" if days else event, title=f"{_('Name badges')}: {event}", language=language)
    return _download(record, data, "badges", language, "pdf")
