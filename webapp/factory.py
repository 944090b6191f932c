"""The factory: it builds the application from its rooms and wires their signals."""

from __future__ import annotations

from importlib import import_module

from flask import Flask

from webapp import ROOMS
from webapp.core.access import refuse_unmarked
from webapp.core.application import Application
from webapp.core.config import Settings
from webapp.core.database import init_database
from webapp.core.errors import init_errors
from webapp.core.i18n import init_languages
from webapp.core.late_pages import init_late_pages
from webapp.core.logs import init_logs
from webapp.core.routing import Route
from webapp.core.security import init_security
from webapp.core.ui.speaking import ConstantMessages, SpeakingEnvironment


def build(settings: Settings | None = None) -> Flask:
    """The application. Raises `SettingsError` or `UnmarkedView` instead of starting wrong."""
    settings = settings or Settings.from_environment()
    app = Application("webapp", static_folder=None, template_folder=None)
    app.url_rule_class = Route
    app.jinja_environment = SpeakingEnvironment
    app.jinja_options = {"extensions": [ConstantMessages]}
    app.extensions["settings"] = settings
    init_database(app, settings)
    init_logs(app, settings)
    init_security(app, settings)
    init_languages(app)
    init_errors(app)
    pages = init_late_pages(app)
    for room in ROOMS:
        import_module(f"webapp.{room}.room").init_app(app)
    refuse_unmarked(app)
    pages.keep()
    return app
