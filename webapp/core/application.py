"""The application's class: Flask without what this program does not use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask


class Application(Flask):
    """Flask whose views and hooks are plain functions."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is. Flask would look at each view and hook, at each request, whether it is a coroutine."""
        return func
