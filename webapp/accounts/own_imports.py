"""Files that somebody sent for import: shown to them, and gone when they are erased."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import undefer

from webapp.accounts import rules
from webapp.accounts.models import Person
from webapp.accounts.models_imports import ImportColumns, ImportRun
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased, own_data, person_erased


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Two queries."""
    return [
        table_of(
            ImportRun, ImportRun.actor_id == asked.person_id, key="imports", title=_("Files of people that you sent"),
            order=ImportRun.created_at,
            columns={"created_at": _("Sent on"), "total": _("Rows"), "state": _("State"), "finished_at": _("Done on")},
            note=_("What stands in the files is about others and left out; it is deleted a week after sending."),
        ),
        table_of(
            ImportColumns, ImportColumns.person_id == asked.person_id, key="import-columns",
            title=_("What the columns of your files meant"), columns={"meanings": _("Column and meaning")},
        ),
    ]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`: their own files go, and rows about them in files that others sent.

    Before the name itself goes. Four statements, and one for each file of the last days that holds rows.
    """
    db.session.execute(delete(ImportRun).where(ImportRun.actor_id == event.person_id))
    db.session.execute(delete(ImportColumns).where(ImportColumns.person_id == event.person_id))
    person = db.session.get(Person, event.person_id)
    name = _plain(person.name) if person is not None else ""
    phone = person.phone if person is not None else None
    known = {rules.email_key(email) for email in event.emails}
    for run_id in db.session.scalars(select(ImportRun.id).order_by(ImportRun.id)).all():
        run = db.session.scalars(select(ImportRun).where(ImportRun.id == run_id).options(undefer(ImportRun.rows)).with_for_update()).one()
        theirs = {row[0] for row in run.rows if _is_about(row[1], name, phone, known)}
        if theirs:
            # Numbers of rows stay as they are: a file that is being brought in goes on behind the same one.
            run.rows = [[number, [] if number in theirs else cells] for number, cells in run.rows]
            run.problems = [each for each in run.problems if each[0] not in theirs]
        db.session.flush()
        db.session.expire(run)


def _is_about(cells: Sequence[str], name: str, phone: str | None, emails: set[str]) -> bool:
    """Whether a row of a file names the person: their name, an address or the telephone in a cell of its own.

    A namesake's row goes too: nobody can tell whose it is without keeping what must go.
    """
    return any(
        cell and (_plain(cell) == name or ("@" in cell and rules.email_key(cell) in emails) or _same_phone(cell, phone)) for cell in cells
    )


def _plain(name: str) -> str:
    return rules.one_line(name).casefold()


def _same_phone(cell: str, phone: str | None) -> bool:
    if phone is None or not cell[-1:].isdigit():
        return False
    try:
        return rules.phone_of(cell) == phone
    except rules.Refused:
        return False


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
