"""What the commands do: the pivot table as a file, audited, and a new snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from werkzeug.datastructures import MultiDict

from webapp.accounts.mail import link
from webapp.core import clock
from webapp.core.audit import record
from webapp.core.database import only_reading
from webapp.core.i18n import _, current_language
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.statistics import jobs, pages_pivot
from webapp.statistics.answers import source
from webapp.statistics.asking import BadQuestion, query_of, read
from webapp.statistics.definitions import FIGURES
from webapp.statistics.exports import Printed, made


@dataclass(frozen=True)
class Wanted:
    """What a command asks for: names and values as the address of the pivot table has them, and a place by its code."""

    query: Sequence[tuple[str, str]]
    country: str
    place: str


def saved(wanted: Wanted, form: str) -> bytes:
    """The file, with the rights of the server's administrator. Raises `BadPeriod` and `BadQuestion`. It commits the audit entry."""
    now = clock.now()
    args = MultiDict([(name, value) for name, value in wanted.query if value])
    if "figures" not in args:
        args["figures"] = ",".join(each.key for each in FIGURES)
    with only_reading():
        if wanted.place:
            place = places.by_code(wanted.country, wanted.place)
            if place is None:
                raise BadQuestion("place", _("There is no place with the code %(code)s in %(country)s.", code=wanted.place[:20],
                                             country=wanted.country[:2]))
            args["place"] = str(place.id)
        found = source(now)
        asked = read(args, None, found, pages_pivot.OPTIONS, now)
        shown = pages_pivot.shown(asked, found, now)
        address = link("/statistics/pivot") + "?" + query_of(asked)
        content = made(Printed(shown, address, _("command line"), now, current_language()), form)
        place_id = asked.place.id if asked.place else None
    with unit_of_work():
        record(
            actor_id=None, action="statistics.exported", subject=("statistics", "pivot"), now=now, place_id=place_id,
            after={"form": form, "filters": dict(asked.query)},
        )
    return content


def refreshed(*, anew: bool) -> tuple[datetime, int]:
    """Make a snapshot and count ahead what readers ask first; its cut-off and rows. It commits."""
    made_ = jobs.refreshed(clock.now(), anew=anew)
    return made_.cut_off, made_.rows
