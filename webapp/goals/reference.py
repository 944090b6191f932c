"""Goals and targets as frozen objects."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from webapp.core.config import shipped
from webapp.core.frozen import dataclass


class BadReference(ValueError):
    """The reference file is missing or not what was expected; the message names it and says why."""


@dataclass(frozen=True)
class Target:
    """One of the 169. `label` is condensed, by language; `means` tells a means of implementation."""

    id: str
    label: Mapping[str, str]
    means: bool

    @property
    def goal(self) -> int:
        """Number of the Goal it belongs to."""
        return int(self.id.split(".")[0])

    @property
    def path(self) -> str:
        """Address of its page below the mount point."""
        return f"/goals/{self.goal}/{self.id}/"


@dataclass(frozen=True)
class Goal:
    """One of the 17. `title` is the short title, `full_title` the official one; `colour` is `#RRGGBB`."""

    number: int
    title: Mapping[str, str]
    full_title: Mapping[str, str]
    colour: str
    pillar: Mapping[str, str]
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Reference:
    """All goals in order of their number, and targets by id such as `11.7`."""

    goals: tuple[Goal, ...]
    targets: Mapping[str, Target]

    def goal(self, number: int) -> Goal | None:
        """The goal with this number, 1 to 17."""
        return self.goals[number - 1] if 1 <= number <= len(self.goals) else None

    def beside(self, target: Target) -> tuple[Target | None, Target | None]:
        """The targets before and after this one, across Goals."""
        listed = tuple(self.targets.values())
        at = listed.index(target)
        return listed[at - 1] if at else None, listed[at + 1] if at + 1 < len(listed) else None

    def target(self, target_id: str) -> Target | None:
        """The target with this id, such as `11.7` or `17.a`."""
        return self.targets.get(target_id)


def _texts(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not value or not all(isinstance(v, str) and v for v in value.values()):
        message = f"expected texts by language, found {value!r}"
        raise BadReference(message)
    return MappingProxyType(dict(value))


def _goal(data: Mapping[str, Any], pillars: Mapping[str, Any]) -> Goal:
    targets = tuple(Target(str(t["id"]), _texts(t["label"]), t["kind"] == "means") for t in data["targets"])
    return Goal(
        number=int(data["number"]), title=_texts(data["short"]), full_title=_texts(data["title"]),
        colour=str(data["colour"]), pillar=_texts(pillars[data["pillar"]]), targets=targets,
    )


def read(path: Path) -> Reference:
    """Read a reference file. Raises `BadReference` unless goals 1 to 17 are there, in order, with unique target ids."""
    try:
        # JSON: the first page of a process reads it, and would have to load what reads YAML.
        data = json.loads(path.read_text(encoding="utf-8"))
        goals = tuple(_goal(item, data["pillars"]) for item in data["goals"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        message = f"{path}: {error}"
        raise BadReference(message) from error
    if [goal.number for goal in goals] != list(range(1, 18)):
        message = f"{path}: expected goals 1 to 17 in order"
        raise BadReference(message)
    targets = [target for goal in goals for target in goal.targets]
    if len({target.id for target in targets}) != len(targets):
        message = f"{path}: a target id comes twice"
        raise BadReference(message)
    return Reference(goals, MappingProxyType({target.id: target for target in targets}))


@lru_cache(maxsize=1)
def reference() -> Reference:
    """The shipped reference, read once a process. Raises `BadReference`."""
    return read(shipped("courses") / "reference" / "goals.json")


def goal(number: int) -> Goal | None:
    """The goal with this number from the shipped reference."""
    return reference().goal(number)
