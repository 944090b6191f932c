"""Wiring of the statistics room."""

from __future__ import annotations

from flask import Flask

from webapp.core.i18n import lazy
from webapp.core.ui.navigation import add_link
from webapp.statistics import (
    models,
    own_data,
    own_merge,
    tables_html,
    views,
    views_files,
    views_goals,
    views_past,
    views_periods,
    views_pivot,
    views_public,
    views_rows,
    views_saved,
)
from webapp.statistics.access import see_statistics

__all__ = ["init_app", "models", "views_files", "views_goals", "views_past", "views_periods", "views_pivot", "views_public",
           "views_rows", "views_saved"]


def init_app(app: Flask) -> None:
    """Register the page and its link, shown to those who may open it."""
    app.register_blueprint(views.bp)
    add_link(app, lazy("Statistics"), "/statistics/", rank=30, shown=see_statistics)
    app.jinja_env.globals.update(
        key_figures=tables_html.key_figures, figures_table=tables_html.figures_table, is_cut=tables_html.is_cut,
        drawing=tables_html.drawing, table_drawn=tables_html.drawn,
    )
    own_data.wire()
    own_merge.wire()
