"""Modules that a start does not wait for."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


class Late:
    """A module that is loaded when something of it is first asked for: `charts = Late("webapp.core.charts.onpage")`.

    For what few pages need: a start waits for none of it. Under `TYPE_CHECKING` the same name is imported as ever, so that types and
    the order of rooms are checked.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)

    def function(self, name: str) -> Callable[..., Any]:
        """One of its functions, to be handed over now and loaded when it is first called."""

        def call(*args: Any, **kwargs: Any) -> Any:
            return getattr(import_module(self._name), name)(*args, **kwargs)

        return call
