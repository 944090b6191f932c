"""Question types: frozen objects, each with the revision of its content.

`to_content` and `from_content` are inverse, so that a stored revision is the question that was asked,
whatever the course files have become.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar

from webapp.core.frozen import dataclass
from webapp.courses.revisions import Text, content_of, plain, revision_of


class QuestionType(StrEnum):
    """How a question is answered and graded."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "truefalse"
    MATCHING = "matching"
    ORDERING = "ordering"
    NUMERIC = "numeric"


@dataclass(frozen=True)
class Option:
    """A choice of a single or multiple question."""

    id: str
    text: Text
    right: bool
    feedback: Text


@dataclass(frozen=True)
class Pair:
    """A left side and the right side that belongs to it; the right side is answered by the pair's id."""

    id: str
    left: Text
    right: Text
    feedback: Text


@dataclass(frozen=True)
class Item:
    """Something to put in order, or a right side that belongs to nothing."""

    id: str
    text: Text


@dataclass(frozen=True)
class Asked:
    """What every question has. Texts hold inline Markdown, by language; `feedback` may be empty."""

    type: ClassVar[QuestionType]

    id: str
    prompt: Text
    points: int
    tags: tuple[str, ...]
    difficulty: int
    feedback: Text

    @cached_property
    def revision(self) -> str:
        """Hash of everything below and of the type."""
        return revision_of("question", self.to_content())

    def to_content(self) -> dict[str, Any]:
        """Plain JSON content, tagged with the type."""
        return {"type": self.type.value, **content_of(self)}


@dataclass(frozen=True)
class Single(Asked):
    """Exactly one option is right."""

    type = QuestionType.SINGLE
    options: tuple[Option, ...]
    shuffle: bool

    @property
    def right_option(self) -> Option:
        """The right one."""
        return next(option for option in self.options if option.right)


@dataclass(frozen=True)
class Multiple(Asked):
    """One or more options are right."""

    type = QuestionType.MULTIPLE
    options: tuple[Option, ...]
    shuffle: bool


@dataclass(frozen=True)
class TrueFalse(Asked):
    """A statement. `feedback_true` is shown to who chose true, `feedback_false` to who chose false."""

    type = QuestionType.TRUE_FALSE
    answer: bool
    feedback_true: Text
    feedback_false: Text


@dataclass(frozen=True)
class Matching(Asked):
    """Left sides to be matched with right sides; `extra` are right sides that belong to nothing."""

    type = QuestionType.MATCHING
    pairs: tuple[Pair, ...]
    extra: tuple[Item, ...]

    @cached_property
    def choices(self) -> tuple[Item, ...]:
        """All right sides, those of the pairs first: id and text."""
        return tuple(Item(pair.id, pair.right) for pair in self.pairs) + self.extra


@dataclass(frozen=True)
class Ordering(Asked):
    """Items in the right order."""

    type = QuestionType.ORDERING
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Numeric(Asked):
    """A number, right within `tolerance` (absolute). `decimals` hints how many to give; `unit` may be empty."""

    type = QuestionType.NUMERIC
    answer: Decimal
    tolerance: Decimal
    unit: Text
    decimals: int | None


Question = Single | Multiple | TrueFalse | Matching | Ordering | Numeric


def _options(items: list[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(i["id"], Text(i["text"]), bool(i.get("right")), Text(i.get("feedback"))) for i in items)


def _items(items: list[Mapping[str, Any]]) -> tuple[Item, ...]:
    return tuple(Item(item["id"], Text(item["text"])) for item in items)


def from_content(content: Mapping[str, Any]) -> Question:
    """The question of a stored or freshly read content. Raises KeyError or ValueError if it is none."""
    base: dict[str, Any] = {
        "id": content["id"], "prompt": Text(content["prompt"]), "points": int(content["points"]),
        "tags": tuple(content.get("tags", ())), "difficulty": int(content["difficulty"]), "feedback": Text(content.get("feedback")),
    }
    match QuestionType(content["type"]):
        case QuestionType.SINGLE:
            return Single(**base, options=_options(content["options"]), shuffle=bool(content["shuffle"]))
        case QuestionType.MULTIPLE:
            return Multiple(**base, options=_options(content["options"]), shuffle=bool(content["shuffle"]))
        case QuestionType.TRUE_FALSE:
            return TrueFalse(
                **base, answer=bool(content["answer"]),
                feedback_true=Text(content.get("feedback_true")), feedback_false=Text(content.get("feedback_false")),
            )
        case QuestionType.MATCHING:
            pairs = tuple(Pair(p["id"], Text(p["left"]), Text(p["right"]), Text(p.get("feedback"))) for p in content["pairs"])
            return Matching(**base, pairs=pairs, extra=_items(content.get("extra", [])))
        case QuestionType.ORDERING:
            return Ordering(**base, items=_items(content["items"]))
        case QuestionType.NUMERIC:
            decimals = content.get("decimals")
            return Numeric(
                **base, answer=number(content["answer"]), tolerance=number(content["tolerance"]),
                unit=Text(content.get("unit")), decimals=None if decimals is None else int(decimals),
            )


def number(value: str | float | Decimal) -> Decimal:
    """A number as an exact decimal in its shortest form, so that 29, 29.0 and '29' are one content."""
    return Decimal(plain(Decimal(str(value))))
