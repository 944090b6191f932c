"""How the kinds of steps are shown: rooms above this one register theirs."""

from __future__ import annotations

from collections.abc import Callable

from webapp.courses.content import Course, Step, StepKind
from webapp.learning.queries import Learner

# The whole page of a step for a reader (a `Learner`, not enrolled for a visitor).
Renderer = Callable[[Course, Step, Learner], str]

_renderers: dict[StepKind, Renderer] = {}


def register(kind: StepKind, renderer: Renderer) -> None:
    """Say which function shows steps of a kind."""
    _renderers[kind] = renderer


def renderer_of(kind: StepKind) -> Renderer:
    """The function that shows steps of a kind. Raises KeyError if no room knows it."""
    return _renderers[kind]
