"""Wiring: this room has no pages of its own."""

from __future__ import annotations

from flask import Flask

from webapp.core.signals import place_operation_undone
from webapp.participation import own_data, own_merge
from webapp.participation.following import refuse_if_counted


def init_app(app: Flask) -> None:  # noqa: ARG001  every room has the same way in
    """Answer when an operation on places is taken back."""
    place_operation_undone.connect(refuse_if_counted)
    own_data.wire()
    own_merge.wire()
