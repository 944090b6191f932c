"""Wiring of the core: what every page needs, and the addresses machines ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_compress import Compress

from webapp.core import audit, health, idempotency, limits, metrics, own_data, storage, ui
from webapp.core.config import Mode, settings
from webapp.core.mail import views as mailbox

if TYPE_CHECKING:
    from flask import Flask


# Their tables belong to the database, whoever writes to them.
TABLES = (audit.AuditEntry, idempotency.IdempotencyKey, limits.LimitCounter, storage.StoredFile)


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
