"""What a person did with statistics: shown to them. When they are erased their own views and mails go; what an office set stays."""

from __future__ import annotations

from sqlalchemy import delete, select

from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.own_data import table_of
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased
from webapp.statistics.models import ClosedPeriod, Goal, Mailing, PastBatch, Publication, SavedView


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the room. Six queries."""
    me = asked.person_id
    return [
        table_of(
            SavedView, SavedView.person_id == me, key="statistics-views", title=_("Views of the statistics that you saved"),
            order=SavedView.created_at, columns={
                "created_at": _("When"), "name": _("Name"), "page": _("Page"), "query": _("Question"), "shared": _("Shared"),
                "id": _("Identifier"),
            },
            note=_("When you are erased, views that you share stay for those who use them, without your name; all others go."),
        ),
        table_of(
            Mailing, Mailing.person_id == me, key="statistics-mails", title=_("Views of the statistics that are mailed to you"),
            order=Mailing.created_at,
            columns={"created_at": _("When"), "cadence": _("How often"), "sent_until": _("Last day sent"), "view_id": _("Identifier")},
        ),
        table_of(
            Goal, Goal.set_by_id == me, key="statistics-plans", title=_("Planned figures that you set"), order=Goal.set_at,
            columns={
                "set_at": _("When"), "place_id": _("Identifier of the place"), "year": _("Year"), "figure": _("Figure"),
                "planned": _("Planned figure"),
            },
        ),
        table_of(
            ClosedPeriod, ClosedPeriod.closed_by_id == me, key="statistics-periods", title=_("Periods of the statistics that you closed"),
            order=ClosedPeriod.closed_at, columns={"closed_at": _("When"), "first": _("First day"), "last": _("Last day")},
        ),
        table_of(
            Publication, Publication.asked_by_id == me, key="statistics-publications", order=Publication.asked_at,
            title=_("Periods of the statistics that you had published"),
            columns={"asked_at": _("When"), "finished_at": _("Finished"), "period_id": _("Identifier")},
        ),
        table_of(
            PastBatch, PastBatch.brought_by_id == me, key="statistics-past", title=_("Participation of former years that you brought in"),
            order=PastBatch.brought_at, columns={
                "brought_at": _("When"), "title": _("Title"), "source": _("Source"), "rows": _("Rows"),
                "taken_back_at": _("Taken back at"), "id": _("Identifier"),
            },
        ),
    ]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`: nothing is mailed to them any more, and their own views go. Three statements."""
    own = select(SavedView.id).where(SavedView.person_id == event.person_id, SavedView.shared.is_(False))
    db.session.execute(delete(Mailing).where(Mailing.person_id == event.person_id))
    db.session.execute(delete(Mailing).where(Mailing.view_id.in_(own)))
    db.session.execute(delete(SavedView).where(SavedView.person_id == event.person_id, SavedView.shared.is_(False)))
