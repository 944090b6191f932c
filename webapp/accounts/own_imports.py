"""Files that somebody sent for import: shown to them, and gone when they are erased."""

from __future__ import annotations

from sqlalchemy import delete

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
    """Handler of `person_erased`. Two statements."""
    db.session.execute(delete(ImportRun).where(ImportRun.actor_id == event.person_id))
    db.session.execute(delete(ImportColumns).where(ImportColumns.person_id == event.person_id))


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
