"""Shape of the YAML files of a course: types, keys, ranges. What crosses files is judged by the readers."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from webapp.courses.markdown_limits import too_hard
from webapp.courses.tags import GOAL_TAG, ID_PATTERN, TARGET_TAG

TEXT_LIMIT = 4_000
RESERVED_STEPS = ("media", "facilitator", "slides")


def _localised(value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    languages = (info.context or {}).get("languages", ())
    missing = [tag for tag in languages if not value.get(tag, "").strip()]
    unknown = [tag for tag in value if tag not in languages]
    if languages and (missing or unknown):
        raise PydanticCustomError(
            "language_missing" if missing else "language_unknown", "languages",
            {"missing": ", ".join(missing), "unknown": ", ".join(unknown), "languages": ", ".join(languages)},
        )
    if any(len(text) > TEXT_LIMIT or too_hard(text) for text in value.values()):
        raise PydanticCustomError("text_too_hard", "text", {"limit": TEXT_LIMIT})
    return value


def _tag(value: str) -> str:
    goal = GOAL_TAG.fullmatch(value)
    if goal and not 1 <= int(goal[1]) <= 17:
        raise PydanticCustomError("unknown_goal", "goal", {"goal": goal[1]})
    if not (re.fullmatch(ID_PATTERN, value) or TARGET_TAG.fullmatch(value)):
        raise PydanticCustomError("bad_id", "id")
    return value


def _identifier(value: str) -> str:
    if len(value) > 60 or not re.fullmatch(ID_PATTERN, value):
        raise PydanticCustomError("bad_id", "id")
    return value


Id = Annotated[str, AfterValidator(_identifier)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]
Localised = Annotated[dict[str, str], AfterValidator(_localised)]
# A name that is the same in every language, or one for each.
Author = Line | Localised
Tag = Annotated[str, StringConstraints(max_length=60), AfterValidator(_tag)]
GoalNumber = Annotated[int, Field(ge=1, le=17)]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]
QuestionKind = Literal["single", "multiple", "truefalse", "matching", "ordering", "numeric"]
Difficulty = Annotated[int, Field(ge=1, le=3)]


class Strict(BaseModel):
    """Nothing is converted, nothing unknown is passed over."""

    model_config = ConfigDict(strict=True, extra="forbid")


class StepEntry(Strict):
    """A step: one of the first three keys; `mode` belongs to an exercise."""

    lesson: Id | None = None
    exercise: Id | None = None
    quiz: Id | None = None
    mode: Literal["alone", "group"] | None = None


class CompletionEntry(Strict):
    """What completing the course takes."""

    lessons: Literal["all"] | list[Id] = "all"
    exercises: Literal["all"] | list[Id] = []
    quizzes: list[Id] = []


class CourseFile(Strict):
    """`course.yaml`."""

    languages: Annotated[list[str], Field(min_length=1, max_length=8)]
    title: Localised
    subtitle: Localised | None = None
    summary: Localised
    hours: Annotated[float, Field(gt=0, le=1000)]
    goal: GoalNumber | None = None
    objectives: Annotated[list[Localised], Field(min_length=1, max_length=20)]
    authors: Annotated[list[Author], Field(min_length=1, max_length=50)]
    licence: Line
    revised: date
    steps: Annotated[list[StepEntry], Field(min_length=1, max_length=200)]
    completion: CompletionEntry = CompletionEntry()
    certificate: bool = False
    edition: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"\S")]


class SourceEntry(Strict):
    """A primary document that a lesson cites."""

    id: Id
    title: Line
    symbol: Line | None = None
    publisher: Line
    year: Annotated[int, Field(ge=1, le=2200)] | None = None
    address: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s<>\"]+$")] | None = None


class LessonFront(Strict):
    """Front matter of a lesson."""

    title: Line
    minutes: Annotated[int, Field(ge=1, le=600)]
    goals: Annotated[list[GoalNumber], Field(max_length=17)] = []
    # Ids such as "11.7"; whether there is such a target is judged by the reader.
    targets: Annotated[list[Line], Field(max_length=40)] = []
    objectives: Annotated[list[Line], Field(min_length=1, max_length=12)]
    points: Annotated[list[Line], Field(min_length=1, max_length=12)]
    # Ids of the bibliography, or whole sources; each is checked by itself.
    sources: Annotated[list[Any], Field(max_length=60)] = []


class PaperFront(Strict):
    """Front matter of a trainer's guide, of slides and of hand-outs."""

    title: Line
    summary: Line | None = None
    minutes: Annotated[int, Field(ge=1, le=6000)] | None = None
    # As in lessons.
    sources: Annotated[list[Any], Field(max_length=60)] = []


class OptionEntry(Strict):
    """A choice."""

    id: Id
    text: Localised
    right: bool = False
    feedback: Localised | None = None


class PairEntry(Strict):
    """A left side and its right side."""

    id: Id
    left: Localised
    right: Localised
    feedback: Localised | None = None


class ItemEntry(Strict):
    """Something with a text."""

    id: Id
    text: Localised


class QuestionEntry(Strict):
    """What every question has."""

    id: Id
    prompt: Localised
    points: Annotated[int, Field(ge=1, le=100)] = 1
    tags: Annotated[list[Tag], Field(max_length=20)] = []
    difficulty: Difficulty = 2
    feedback: Localised | None = None


class ChoiceEntry(QuestionEntry):
    """Options to choose from."""

    options: Annotated[list[OptionEntry], Field(min_length=3, max_length=6)]
    shuffle: bool = True


class SingleEntry(ChoiceEntry):
    """`single`."""

    type: Literal["single"]


class MultipleEntry(ChoiceEntry):
    """`multiple`."""

    type: Literal["multiple"]


class TrueFalseEntry(QuestionEntry):
    """`truefalse`."""

    type: Literal["truefalse"]
    answer: bool
    feedback_true: Localised | None = None
    feedback_false: Localised | None = None


class MatchingEntry(QuestionEntry):
    """`matching`."""

    type: Literal["matching"]
    pairs: Annotated[list[PairEntry], Field(min_length=2, max_length=10)]
    extra: Annotated[list[ItemEntry], Field(max_length=5)] = []


class OrderingEntry(QuestionEntry):
    """`ordering`."""

    type: Literal["ordering"]
    items: Annotated[list[ItemEntry], Field(min_length=3, max_length=10)]


class NumericEntry(QuestionEntry):
    """`numeric`."""

    type: Literal["numeric"]
    answer: Number
    tolerance: Annotated[float, Field(ge=0, le=1e12)] = 0
    unit: Localised | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] | None = None


QUESTIONS: dict[str, type[QuestionEntry]] = {
    "single": SingleEntry, "multiple": MultipleEntry, "truefalse": TrueFalseEntry,
    "matching": MatchingEntry, "ordering": OrderingEntry, "numeric": NumericEntry,
}


class BankFile(Strict):
    """`banks/<topic>.yaml`; each question is checked by itself, so that one bad question does not hide the next."""

    title: Localised | None = None
    questions: Annotated[list[Any], Field(min_length=1, max_length=500)]


class FormFile(Strict):
    """`forms/a.yaml` and `forms/b.yaml`; each question is checked by itself."""

    title: Localised
    intro: Localised
    questions: Annotated[list[Any], Field(min_length=1, max_length=100)]


class DrawEntry(Strict):
    """Questions taken from a bank."""

    bank: Id
    count: Annotated[int, Field(ge=1, le=200)]
    tags: list[Tag] = []
    types: list[QuestionKind] = []
    difficulty: list[Difficulty] = []


class QuizFile(Strict):
    """`quizzes/<id>.yaml`."""

    title: Localised
    intro: Localised
    kind: Literal["final", "check"]
    draws: Annotated[list[DrawEntry], Field(min_length=1, max_length=50)]
    shuffle_questions: bool = True
    pass_mark: Annotated[int, Field(ge=0, le=100)]
    attempts: Annotated[int, Field(ge=0, le=1000)] = 0
    wait_minutes: Annotated[int, Field(ge=0, le=525600)] = 0
    time_limit_minutes: Annotated[int, Field(ge=0, le=1440)] = 0
    review: Literal["after_submit", "after_pass", "after_last"] = "after_submit"
    per_page: Annotated[int, Field(ge=1, le=200)] = 20
