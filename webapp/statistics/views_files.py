"""Every page of statistics as a file: the same question, the same tables, to the last digit.

The addresses answer a GET, as links and programs need it, which writes nothing. The buttons of a page send a POST to the same
address, which is noted in the audit trail before the file goes out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from webapp.accounts.current import me
from webapp.core.access import allow
from webapp.core.audit import record
from webapp.core.config import settings
from webapp.core.i18n import current_language
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import access
from webapp.statistics.asking import query_of
from webapp.statistics.exports import FORMS, TYPES, Printed, file_name, made
from webapp.statistics.pages import PAGES, shown_of
from webapp.statistics.views import Question, bp, question

_FORM = f"<any({', '.join(FORMS)}):form>"
_PAGE = "<any({}):page>".format(", ".join(f"'{each}'" for each in PAGES if each != "overview"))


@bp.route(f"/statistics.{_FORM}", methods=["GET", "POST"])
@allow(access.see_statistics)
def overview_file(form: str) -> Response:
    """The overview as a file."""
    return file_of("overview", form)


@bp.route(f"/statistics/{_PAGE}.{_FORM}", methods=["GET", "POST"])
@allow(access.see_statistics)
def page_file(page: str, form: str) -> Response:
    """Any other page as a file."""
    return file_of(page, form)


def file_of(page: str, form: str) -> Response:
    """The file of a page that this request asks for. Raises `BadPeriod` and `BadQuestion` as the page does."""
    asked = question(page)
    if asked.refused is not None:
        raise asked.refused
    who = me()
    printed = Printed(
        shown_of(page, asked.asked, asked.found, asked.now), address_of(page, asked), who.name, asked.now, current_language(),
    )
    content = made(printed, form)
    if request.method == "POST":
        with unit_of_work():
            record(
                actor_id=who.person_id, action="statistics.exported", subject=("statistics", page), now=asked.now,
                place_id=asked.asked.place.id if asked.asked.place else None, after={"form": form, "filters": filters_of(asked)},
            )
    return sent(content, form, file_name(page, asked.now, form))


def filters_of(asked: Question) -> Mapping[str, Any]:
    """What was asked, for the audit trail: ids and codes, never a name."""
    return {name: value for name, value in asked.asked.query if value}


def address_of(page: str, asked: Question) -> str:
    """The public address of the page."""
    query, path = query_of(asked.asked), "/statistics/" if page == "overview" else f"/statistics/{page}"
    return settings().public_url + path + (f"?{query}" if query else "")


def sent(content: bytes, form: str, name: str) -> Response:
    """The file to keep, never a copy of another time."""
    response = Response(content, content_type=TYPES[form], headers={"Cache-Control": "no-store"})
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
