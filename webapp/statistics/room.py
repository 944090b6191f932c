"""Wiring of the statistics room."""

from __future__ import annotations

from flask import Flask

from webapp.core.i18n import lazy
from webapp.core.late_pages import add_pages
from webapp.core.late_rooms import LateRoom
from webapp.core.ui.navigation import add_link
from webapp.statistics.access import see_statistics

ROOM = LateRoom("webapp.statistics", erases=True)
DRAWN = {
    "key_figures": "key_figures", "figures_table": "figures_table", "is_cut": "is_cut", "drawing": "drawing", "table_drawn": "drawn",
}


def init_app(app: Flask) -> None:
    """Register the page and its link, shown to those who may open it."""
    add_pages(
        app, "webapp.statistics", "views", "views_files", "views_goals", "views_past", "views_periods", "views_pivot", "views_public",
        "views_rows", "views_saved",
    )
    add_link(app, lazy("Statistics"), "/statistics/", rank=30, shown=see_statistics)
    tables = ROOM.part("tables_html")
    app.jinja_env.globals.update({name: tables.function(function) for name, function in DRAWN.items()})
    ROOM.wire()
