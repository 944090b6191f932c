"""The overview of those who look over trainings: where they stand, what is late, one click from the record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from flask import Blueprint, Response, abort, render_template, request
from flask_babel import get_timezone

from webapp.accounts.current import me
from webapp.core import clock, exports
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.i18n import _
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries as places
from webapp.trainings import access, labels, oversight
from webapp.trainings.models import TrainingState
from webapp.trainings.oversight import Wanted
from webapp.trainings.views import HOME

bp = Blueprint("training_oversight", __name__, template_folder="templates")
MOST_SHOWN = 200
KEYS = ("from", "to", "state", "place")


@bp.get(f"{HOME}overview")
@allow(access.oversee_trainings)
def overview() -> str:
    """Trainings by place, state and period, and what is late. At most eight queries, for 3 or 3,000."""
    asked = _asked(request.args)
    seen = oversight.trainings(me(), _wanted(asked), clock.now())
    late = [each for each in seen if each.late]
    return render_template(
        "trainings/overview_all.html", asked=asked, seen=seen, late=late[:MOST_SHOWN], late_count=len(late), labels=labels,
        table=oversight.by_place(seen), states=list(TrainingState), span={key: asked[key] for key in ("from", "to") if key in asked},
    )


@bp.post(f"{HOME}overview/<any(csv, xlsx):form>")
@allow(access.oversee_trainings)
def save(form: str) -> Response:
    """Every training of the overview as a file."""
    who, now, asked = me(), clock.now(), _asked(request.form)
    seen, zone = oversight.trainings(who, _wanted(asked), now), get_timezone()
    with unit_of_work():
        record(
            actor_id=who.person_id, action="list.exported", subject=("list", "trainings-overview"), now=now,
            after={"form": form, "rows": len(seen), "filters": asked},
        )
    sheet = exports.Sheet(
        name="trainings-overview", title=_("Overview of trainings"), head=oversight.head(),
        rows=[oversight.cells(each) for each in seen],
        about=[
            (_("List"), _("Overview of trainings")), (_("Days from"), asked.get("from", "")), (_("Days until"), asked.get("to", "")),
            (_("State"), labels.state_word(TrainingState(asked["state"])) if "state" in asked else _("All")),
            (_("Made at"), now.astimezone(zone).isoformat(sep=" ", timespec="minutes")), (_("Time zone"), str(zone)),
        ],
        about_title=_("About this table"), zone=zone,
    )
    return exports.download(sheet, exports.Format(form), now.astimezone(zone).date())


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    return {key: given[key].strip()[:40] for key in KEYS if given.get(key, "").strip()}


def _wanted(asked: Mapping[str, str]) -> Wanted:
    try:
        days = [date.fromisoformat(asked[key]) if key in asked else None for key in ("from", "to")]
        state = TrainingState(asked["state"]) if "state" in asked else None
        place = places.find(UUID(asked["place"])) if "place" in asked else None
    except ValueError:
        abort(400, description=_("Please write the days as in 2026-11-20 and choose state and place from the lists."))
    if "place" in asked and place is None:
        abort(404)
    return Wanted(days[0], days[1], state, place.path if place else None)
