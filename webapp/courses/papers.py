"""What a course holds for its trainers: a guide, slides and hand-outs, in every language of the course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from webapp.core.frozen import dataclass
from webapp.courses.agendas import AgendaPlan, agenda_revision

if TYPE_CHECKING:
    from webapp.courses.content import Heading, LessonSource

GUIDE = "guide"


@dataclass(frozen=True)
class PaperText:
    """A guide or a hand-out in one language; `html` is sanitised. `minutes` is how long the work with it takes, 0 if not said."""

    language: str
    title: str
    summary: str
    minutes: int
    html: str
    headings: tuple[Heading, ...]
    sources: tuple[LessonSource, ...]
    revision: str


@dataclass(frozen=True)
class Paper:
    """A guide (id "guide") or a hand-out."""

    id: str
    texts: Mapping[str, PaperText]
    revision: str

    def in_language(self, tag: str) -> PaperText:
        """The paper in this language, else in the course's first one."""
        return self.texts.get(tag) or next(iter(self.texts.values()))


@dataclass(frozen=True)
class Slide:
    """One slide; `notes` are what the speaker says, as HTML, and may be empty."""

    number: int
    title: str
    html: str
    notes: str


@dataclass(frozen=True)
class SlidesText:
    """The slides in one language."""

    language: str
    title: str
    summary: str
    slides: tuple[Slide, ...]
    sources: tuple[LessonSource, ...]
    revision: str


@dataclass(frozen=True)
class Slides:
    """The slides of a course."""

    texts: Mapping[str, SlidesText]
    revision: str

    def in_language(self, tag: str) -> SlidesText:
        """The slides in this language, else in the course's first one."""
        return self.texts.get(tag) or next(iter(self.texts.values()))


@dataclass(frozen=True)
class Facilitation:
    """Everything for trainers; a part that the course lacks is None or missing."""

    guide: Paper | None = None
    slides: Slides | None = None
    handouts: Mapping[str, Paper] = field(default_factory=dict)
    plans: tuple[AgendaPlan, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.guide or self.slides or self.handouts)

    def paper(self, paper_id: str) -> Paper | None:
        """The guide or the hand-out with this id."""
        return self.guide if paper_id == GUIDE else self.handouts.get(paper_id)

    def plan(self, plan_id: str) -> AgendaPlan | None:
        """The agenda with this id."""
        return next((plan for plan in self.plans if plan.id == plan_id), None)

    def to_content(self) -> dict[str, Any]:
        """The revisions of the parts that there are."""
        found: dict[str, Any] = {}
        if self.guide:
            found["guide"] = self.guide.revision
        if self.slides:
            found["slides"] = self.slides.revision
        if self.handouts:
            found["handouts"] = {key: paper.revision for key, paper in self.handouts.items()}
        if self.plans:
            found["agenda"] = agenda_revision(self.plans)
        return found
