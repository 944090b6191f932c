"""Wiring of the reports room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.core.late_pages import add_pages
from webapp.core.late_rooms import LateRoom
from webapp.core.storage import held_by
from webapp.questionnaires.homes import add_home
from webapp.reports.questionnaire import QUESTIONNAIRE
from webapp.trainings.hooks import ReportColumn, tell_reports

if TYPE_CHECKING:
    from flask import Flask

ROOM = LateRoom("webapp.reports", erases=False)
COLUMN = ReportColumn(
    ROOM.part("queries").function("state_of_training"), ROOM.part("labels").function("state_words"),
    ROOM.part("labels").function("state_mark"), ROOM.part("queries").function("is_published"),
)
PHOTOS = ROOM.part("photos").function("held")


def init_app(app: Flask) -> None:
    """Register the pages; sheets that are the text of a report lead back to it, and lists of trainings tell of it."""
    add_pages(app, "webapp.reports", "views", "views_editions")
    add_home(app, QUESTIONNAIRE, find=ROOM.part("desk").function("home_of"), sheets=ROOM.part("queries").function("sheet_ids"))
    tell_reports(app, COLUMN)
    held_by(PHOTOS)
    ROOM.wire()
