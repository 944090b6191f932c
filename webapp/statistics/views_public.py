"""The public page of statistics, and the same tables as open data. No sign-in; the same for everybody."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC
from typing import Any

from flask import Response, abort, render_template, request

from webapp.core.access import public as for_all
from webapp.core.exports import neutral
from webapp.core.ui.templating import address
from webapp.statistics import described, public
from webapp.statistics.models import ClosedPeriod
from webapp.statistics.tables import Shown
from webapp.statistics.views import bp

LICENCE, LICENCE_URL = "CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"


@bp.get("/statistics/public")
@for_all
def public_page() -> str:
    """The tables of the period asked for, or of the latest."""
    periods = public.published()
    chosen = _chosen(periods)
    shown = public.tables(chosen) if chosen else None
    others = [
        (described.name_of_period(each.first, each.last), _address("", each), chosen is not None and each.id == chosen.id)
        for each in periods
    ]
    return render_template(
        "statistics/public.html", shown=shown, period=chosen, others=others,
        days=described.period_of(chosen.first, chosen.last) if chosen else "",
        files=[(form.upper(), _address(f".{form}", chosen)) for form in ("csv", "json")] if chosen else [], licence=LICENCE,
        licence_url=LICENCE_URL, zone=described.zone_name(),
    )


@bp.get("/statistics/public.<any(csv, json):form>")
@for_all
def public_file(form: str) -> Response:
    """The same as open data."""
    chosen = _chosen(public.published()) or abort(404)
    text = _json(chosen, public.tables(chosen)) if form == "json" else _csv(chosen)
    response = Response(text, content_type="application/json" if form == "json" else "text/csv; charset=utf-8")
    name = f"statistics-public-{chosen.first.isoformat()}-{chosen.last.isoformat()}.{form}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _chosen(periods: list[ClosedPeriod]) -> ClosedPeriod | None:
    first, last = request.args.get("from", ""), request.args.get("to", "")
    if not first and not last:
        return periods[0] if periods else None
    found = next((each for each in periods if (each.first.isoformat(), each.last.isoformat()) == (first, last)), None)
    return found or abort(404)


def _address(ending: str, period: ClosedPeriod) -> str:
    return address(f"/statistics/public{ending}", **{"from": period.first.isoformat(), "to": period.last.isoformat()})


def _csv(period: ClosedPeriod) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(["from", "to", "cut_off", "table", "row", "name", "figure", "number", "status", "licence"])
    for table, row, word, figure, number, status in public.open_rows(period):
        said = "" if number is None else number
        writer.writerow([period.first, period.last, _cut_off(period), table, row, neutral(word), figure, said, status, LICENCE])
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _json(period: ClosedPeriod, shown: Shown) -> bytes:
    content: dict[str, Any] = {
        "title": shown.title, "licence": {"name": LICENCE, "url": LICENCE_URL}, "from": period.first.isoformat(),
        "to": period.last.isoformat(), "cut_off": _cut_off(period), "notes": [str(each) for each in shown.says],
        "definitions": [
            {"key": each.key, "label": str(each.label), "definition": str(each.definition), "version": each.version,
             "since": each.since.isoformat()} for each in shown.figures
        ],
        "numbers": [
            dict(zip(("table", "row", "name", "figure", "number", "status"), row, strict=True)) for row in public.open_rows(period)
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _cut_off(period: ClosedPeriod) -> str:
    return period.cut_off.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
