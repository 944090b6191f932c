"""Which lessons and exercises deserve more time: suggested from the test before and the needs survey by three plain rules. Pure.

1. Test: the three topics with the lowest mean shares of points, as far as they lie under `WEAK` per cent.
2. Wanted: topics that at least a third of those who answered put among their first three.
3. Skills: what at least half of those who answered say is new to them, or that they have only heard of.

Each speaks for the steps of the training's courses that teach it. Steps for which more of the three speak come first, then those of
which the largest share is said; equals keep the order of the course. Nothing is suggested from fewer than five people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.suppression import LEAST

WEAK = 60
MOST = 6
A_THIRD, HALF = Fraction(1, 3), Fraction(1, 2)
StepKey = tuple[str, str]

# Steps, of whatever course has them, that teach the topics of a test (ids of banks)…
OF_BANKS: Mapping[str, tuple[str, ...]] = {
    "origins": ("from-mdgs-to-sdgs",), "goals": ("the-17-goals",), "principles": ("three-principles",),
    "localizing": ("what-localizing-means", "competence-sorting"), "reasons": ("ten-reasons",),
    "actors": ("who-does-what", "stakeholder-map"), "awareness": ("raising-awareness", "awareness-campaign"), "advocacy": ("advocacy",),
    "alignment": ("alignment-and-monitoring", "plan-alignment"), "china": ("china-and-your-role",),
}
# …the topics of the needs survey…
OF_TOPICS: Mapping[str, tuple[str, ...]] = {
    "basics": ("the-17-goals", "three-principles", "what-localizing-means"), "alignment": ("plan-alignment", "alignment-and-monitoring"),
    "priorities": ("three-principles", "priority-setting", "synergy-trade-off"),
    "participation": ("stakeholder-map", "who-does-what", "raising-awareness"), "finance": (),
    "indicators": ("alignment-and-monitoring", "indicator-tracking"), "reporting": ("alignment-and-monitoring", "reporting-roadmap"),
    "cooperation": ("decentralized-cooperation-canvas",), "projects": ("personal-action-plan", "logical-framework"),
    "cases": ("china-and-your-role",), "teaching": ("china-and-your-role", "raising-awareness"),
}
# …and its skills.
OF_SKILLS: Mapping[str, tuple[str, ...]] = {
    "explain": ("what-localizing-means",), "targets": ("the-17-goals", "competence-sorting"),
    "align": ("plan-alignment", "alignment-and-monitoring"), "priorities": ("three-principles", "priority-setting", "synergy-trade-off"),
    "data": ("alignment-and-monitoring", "indicator-tracking"), "voices": ("stakeholder-map", "who-does-what"),
    "report": ("alignment-and-monitoring", "reporting-roadmap"), "cooperate": ("decentralized-cooperation-canvas",),
    "facilitate": ("china-and-your-role", "raising-awareness"),
}


@dataclass(frozen=True)
class Weak:
    """A topic of the test before: mean per cent of its points, of `n` people."""

    key: str
    words: str
    percent: float
    n: int


@dataclass(frozen=True)
class Said:
    """What `count` of `n` people said of a topic or a skill."""

    key: str
    words: str
    count: int
    n: int

    @property
    def share(self) -> Fraction:
        """Of those who answered."""
        return Fraction(self.count, self.n) if self.n else Fraction(0)


@dataclass
class Suggestion:
    """A step that deserves more time, why, and how strongly: for how many of the three rules, and with which largest share."""

    step: StepKey
    reasons: list[str] = field(default_factory=list)
    rules: set[int] = field(default_factory=set)
    share: Fraction = Fraction(0)

    def add(self, rule: int, reason: str, share: Fraction) -> None:
        """One more reason."""
        self.reasons.append(reason)
        self.rules.add(rule)
        self.share = max(self.share, share)


@dataclass(frozen=True)
class Emphasis:
    """Suggested steps, the strongest first; and what is wanted or missing that no step of the courses teaches."""

    steps: Sequence[Suggestion]
    elsewhere: Sequence[str]


def emphasis(weak: Sequence[Weak], wanted: Sequence[Said], low: Sequence[Said], steps: Sequence[StepKey]) -> Emphasis:
    """What the rules suggest. `steps` are those of the training's courses, in their order."""
    by_id: dict[str, list[StepKey]] = {}
    for step in steps:
        by_id.setdefault(step[1], []).append(step)
    found = {step: Suggestion(step) for step in steps}
    elsewhere: list[str] = []
    for rule, key, taught, reason, share in _reasons(weak, wanted, low):
        places = [step for step_id in taught.get(key, ()) for step in by_id.get(step_id, ())]
        for step in places:
            found[step].add(rule, reason, share)
        if not places:
            elsewhere.append(reason)
    strongest = sorted((each for each in found.values() if each.reasons), key=lambda each: (-len(each.rules), -each.share))
    return Emphasis(strongest[:MOST], elsewhere)


def _reasons(
    weak: Sequence[Weak], wanted: Sequence[Said], low: Sequence[Said],
) -> list[tuple[int, str, Mapping[str, tuple[str, ...]], str, Fraction]]:
    found: list[tuple[int, str, Mapping[str, tuple[str, ...]], str, Fraction]] = []
    least = sorted((each for each in weak if each.n >= LEAST and each.percent < WEAK), key=lambda each: (each.percent, each.key))[:3]
    for topic in least:
        said = _("Test before: %(percent)s%% of the points in “%(topic)s” (%(n)d people).",
                 percent=f"{topic.percent:.0f}", topic=topic.words, n=topic.n)
        found.append((1, topic.key, OF_BANKS, said, 1 - Fraction(topic.percent) / 100))
    for each in wanted:
        if each.n >= LEAST and each.share >= A_THIRD:
            said = _("Wanted: “%(topic)s” is among the first three of %(count)d of %(n)d people.",
                     topic=each.words, count=each.count, n=each.n)
            found.append((2, each.key, OF_TOPICS, said, each.share))
    for each in low:
        if each.n >= LEAST and each.share >= HALF:
            said = _("Skills: “%(skill)s” is new to, or only heard of by, %(count)d of %(n)d people.",
                     skill=each.words, count=each.count, n=each.n)
            found.append((3, each.key, OF_SKILLS, said, each.share))
    return found
