"""The calendar of trainings: a month as a grid and as a list, by place and trainer, with what collides."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.accounts.current import me
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.config import settings
from webapp.core.database import db
from webapp.places import queries as places
from webapp.trainings import access, calendar_shown, conflicts, labels, queries
from webapp.trainings.calendar_shown import Month
from webapp.trainings.models import Training
from webapp.trainings.records import title_of
from webapp.trainings.trainings_list import in_tree, place_options, scope
from webapp.trainings.views import HOME

bp = Blueprint("training_calendar", __name__, template_folder="templates")
MOST = 500


@bp.get(f"{HOME}calendar")
@allow(access.run_trainings)
def month() -> str:
    """A month of the trainings that one runs or looks after. At most eight queries."""
    who, today = me(), clock.today(settings().programme_zone)
    shown = calendar_shown.month_of(request.args.get("month", ""), today) or abort(404)
    place, trainer = request.args.get("place", ""), request.args.get("trainer", "")
    trainers, options = queries.trainers_of_listed(scope(who)), place_options(scope(who))
    found = _trainings(shown, place, trainer)
    hits, sessions = conflicts.among(found, shown.first, shown.last)
    names = {UUID(key): name for key, name in trainers}
    return render_template(
        "trainings/calendar.html", month=shown, today=today, days=calendar_shown.by_day(found, sessions), trainings=found,
        sessions=sessions, trainers=trainers, place=place, trainer=trainer, labels=labels, title_of=title_of,
        clashes=list(dict.fromkeys(calendar_shown.sentence(each, names) for each in hits)),
        full=places.full_names({each.place_id for each in found}), options=options,
    )


def _trainings(shown: Month, place: str, trainer: str) -> list[Training]:
    """Trainings that touch the month. One query."""
    wanted = select(Training).where(
        Training.id.in_(scope(me())), Training.first_day <= shown.last, Training.last_day >= shown.first,
    )
    try:
        if place:
            wanted = wanted.where(in_tree(place))
        if trainer:
            wanted = wanted.where(queries.runs_it(trainer))
    except ValueError:
        abort(404)
    ordered = wanted.options(joinedload(Training.place)).order_by(Training.first_day, Training.id).limit(MOST)
    return list(db.session.scalars(ordered))
