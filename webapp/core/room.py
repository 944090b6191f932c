"""Wiring of the core: what every page needs, and the addresses machines ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_compress import Compress

from webapp.core import audit as audit  # its table belongs to the database, whoever writes to it
from webapp.core import health, metrics, own_data, ui
from webapp.core import idempotency as idempotency  # as above
from webapp.core import limits as limits  # as above
from webapp.core.config import Mode, settings
from webapp.core.mail import views as mailbox

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the core's blueprints and the look."""
    app.config.update(COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=4, COMPRESS_LEVEL=5, COMPRESS_MIN_SIZE=800)
    Compress(app)
    ui.init_app(app)
    own_data.wire()
    app.register_blueprint(health.bp)
    app.register_blueprint(metrics.bp)
    if settings(app).mode is Mode.DEVELOPMENT:
        app.register_blueprint(mailbox.bp)
