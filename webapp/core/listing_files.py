"""A list as a file: the same rows in the same order as the screen, with a note in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort
from flask_babel import get_timezone

from webapp.core import exports
from webapp.core.audit import record
from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.core.listing import Asked, Listing
from webapp.core.unit_of_work import unit_of_work

MOST_ROWS = 200_000


class TooManyRows(DomainError):
    """More rows than a request can write into a file."""

    def __init__(self) -> None:
        super().__init__(_("More than %(most)s rows match. Filter the list first, for example by place.", most=f"{MOST_ROWS:,}"))


def save_as(listing: Listing[Any], query: Mapping[str, str], *, form: str, actor_id: UUID, now: datetime) -> Response:
    """The answer to a POST for a file of the list that `query` asks for; `form` is `csv` or `xlsx`, else 404.

    The audit entry is committed first: who takes data out is known even if the download breaks off. It holds the filters but
    not the search nor what was typed into a filter, which may be a name. Raises `BadQuery`, `TooManyRows`.
    """
    if form not in set(exports.Format):
        abort(404)
    asked = listing.asked(query)
    count = listing.count(asked, MOST_ROWS)
    if count > MOST_ROWS:
        raise TooManyRows
    with unit_of_work():
        record(
            actor_id=actor_id, action="list.exported", subject=("list", listing.name), now=now,
            after={"form": form, "rows": count, "filters": _audited(listing, asked), "searched": bool(asked.search)},
        )
    zone = get_timezone()
    about = [
        (_("List"), str(listing.title)), *listing.about(asked), (_("Rows"), f"{count:,}"),
        (_("Made at"), now.astimezone(zone).isoformat(sep=" ", timespec="minutes")), (_("Time zone"), str(zone)),
    ]
    sheet = exports.Sheet(
        name=listing.name, title=str(listing.title), head=[str(column.label) for column in listing.columns],
        rows=([column.value(row) for column in listing.columns] for row in listing.rows(asked)),
        about=about, about_title=_("About this table"), zone=zone,
    )
    return exports.download(sheet, exports.Format(form), now.astimezone(zone).date())


def _audited(listing: Listing[Any], asked: Asked) -> dict[str, str | bool]:
    typed = {each.key for each in listing.filters if each.typed}
    return {key: True if key in typed and not _is_id(value) else value for key, value in asked.filters.items()}


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
