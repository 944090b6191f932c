"""Row-level data: who takes it says what for, and the audit trail keeps that."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request, stream_with_context

from webapp.accounts.current import me
from webapp.accounts.models import Role
from webapp.core import clock
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.i18n import _, lazy
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import access, described, filter_form, rows
from webapp.statistics.answers import ready
from webapp.statistics.asking import Asked, BadQuestion, query_of, read
from webapp.statistics.exports import file_name
from webapp.statistics.rules import BadPeriod
from webapp.statistics.views import bp

# The trail keeps the key: words of one's own could name somebody, and what the trail holds is never taken out again.
REASONS = {
    "check": lazy("To check records and figures"), "follow-up": lazy("To follow up with participants"),
    "certificates": lazy("To issue or check certificates"), "authority": lazy("An authority asked for it in writing"),
    "research": lazy("Research that the programme agreed to"),
}
PSEUDONYMS, NAMES = "pseudonyms", "names"


@bp.get("/statistics/rows")
@allow(access.see_statistics)
def row_form() -> Any:
    """What the file will hold, and what it is for."""
    try:
        asked = _asked(with_names=False)
    except (BadPeriod, BadQuestion) as refused:
        return _page(None, refused=str(refused)), 400
    return _page(asked)


@bp.post("/statistics/rows.csv")
@allow(access.see_statistics)
def row_file() -> Any:
    """The rows, streamed. The entry in the audit trail is committed first: who takes data out is known even if it breaks off."""
    people = request.form.get("people", PSEUDONYMS)
    if people not in (PSEUDONYMS, NAMES):
        abort(400)
    with_names, reason = people == NAMES, request.form.get("reason", "")
    if with_names and not may_name():
        abort(403)
    asked = _asked(with_names=with_names)
    if reason not in REASONS:
        return _page(asked, wrong=_("Please say what the rows are for.")), 400
    now = clock.now()
    with unit_of_work():
        record(
            actor_id=me().person_id, action="statistics.rows_exported", subject=("statistics", "rows"), now=now,
            place_id=asked.place.id if asked.place else None,
            after={"filters": {name: value for name, value in asked.query if value}, "people": people, "reason": reason},
        )
    found = ready(now)
    response = Response(
        stream_with_context(rows.written(found, asked.part, with_names=with_names, allowed=asked.allowed)),
        content_type="text/csv; charset=utf-8", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.headers.set("Content-Disposition", "attachment", filename=file_name("rows", now, "csv"))
    return response


def may_name() -> bool:
    """Whether the viewer may have names: administrators, for the places of that role."""
    return me().has_role(Role.ADMINISTRATOR)


def _asked(*, with_names: bool) -> Asked:
    now, who = clock.now(), me()
    allowed = who.paths(Role.ADMINISTRATOR) if with_names else access.scope(who)
    return read(request.args, allowed, ready(now), now=now)


def _page(asked: Asked | None, *, wrong: str = "", refused: str = "") -> str:
    query = query_of(asked) if asked else ""
    return render_template(
        "statistics/rows.html", asked=asked, covered=described.about(asked) if asked else [], wrong=wrong, refused=refused, reasons=[
            (key, str(words)) for key, words in REASONS.items()
        ], may_name=may_name(), columns=described.listed(rows.heads(with_names=False)), tabs=filter_form.tabs("rows", query),
        action=address("/statistics/rows.csv") + (f"?{query}" if query else ""), people=(PSEUDONYMS, NAMES),
        chosen=request.form.get("reason", ""), chosen_people=request.form.get("people", PSEUDONYMS),
    )
