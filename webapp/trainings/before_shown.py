"""What the page of everything before a training shows: pre-work, needs, and the emphasis that follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from webapp.accounts.labels import ORGANISATION_TYPES
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.core.suppression import LEAST
from webapp.courses.catalogue import catalogue
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import MatrixField, RankingField
from webapp.learning.addresses import step_url
from webapp.questionnaires import definitions, queries_results
from webapp.questionnaires.labels import plain_text
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.queries_surveys import Group
from webapp.questionnaires.results import NOBODY, Tally, items
from webapp.questionnaires.results_shown import Chapter, chapters
from webapp.questionnaires.results_split import OTHERS, groups
from webapp.questionnaires.results_words import Words
from webapp.questionnaires.rules_surveys import Phase, phase_of
from webapp.questionnaires.services_results import Numbers
from webapp.trainings import queries_before
from webapp.trainings.emphasis import Emphasis, Said, StepKey, Weak, emphasis
from webapp.trainings.models import Training
from webapp.trainings.queries_before import Preparing
from webapp.trainings.tests_results import Results

# What the page draws of the needs survey; the rest stands on the survey's own page.
DRAWN = ("topics", "skills", "support")
FIRST_PLACES = range(1, 4)
BEGINNERS = 2


@dataclass(frozen=True)
class Step:
    """A step of a course, as it is called and where it is."""

    key: StepKey
    title: str
    url: str


@dataclass(frozen=True)
class Needs:
    """The needs survey: where it stands, who answered, and what was said once five have. `groups` and `types` are response rates."""

    survey: Survey
    phase: Phase
    questionnaire: Questionnaire
    asked: int
    answered: int
    sheets: int
    groups: Sequence[Group]
    types: Sequence[Group]
    chapters: Sequence[Chapter]
    waiting: Sequence[Preparing]

    @property
    def percent(self) -> int | None:
        """The response rate, rounded."""
        return round(100 * self.answered / self.asked) if self.asked else None

    @property
    def few(self) -> bool:
        """Whether there are too few answers to show anything of them."""
        return self.sheets < LEAST


@dataclass(frozen=True)
class Before:
    """Everything of the page but the test."""

    people: Sequence[Preparing]
    prework: Sequence[Step]
    needs: Needs | None
    emphasis: Emphasis
    steps: Mapping[StepKey, Step]

    @property
    def ready(self) -> int:
        """People who have done all of the pre-work."""
        return sum(all(each.done) for each in self.people) if self.prework else 0


def before(training: Training, tests: Results | None, now: datetime) -> Before:
    """Two queries, and one where nobody has a seat."""
    survey, people = queries_before.preparing(training.id, training.prework)
    steps = _steps(training)
    questionnaire = definitions.of_revision(survey.revision) if survey else None
    tallies: Mapping[str, Tally] = {}
    if survey is not None and questionnaire is not None:
        found = queries_results.tallies(queries_results.of_surveys([survey.id]), items(questionnaire))
        tallies = {key: sum(each.values(), NOBODY) for key, each in found.items()}
    needs = _needs(survey, questionnaire, people, tallies, now) if survey and questionnaire else None
    wanted, low = (_wanted(questionnaire, tallies), _low(questionnaire, tallies)) if questionnaire and needs and not needs.few else ([], [])
    return Before(
        people, [step_of(str(course), str(step)) for course, step in training.prework], needs,
        emphasis(weak_topics(tests), wanted, low, list(steps)), steps,
    )


def step_of(course_id: str, step_id: str) -> Step:
    """A step by its title; by its id where the course has none of it any more."""
    course = catalogue().course(course_id)
    step = course.step(step_id) if course else None
    title = localised(course.step_title(step)) if course and step else step_id
    return Step((course_id, step_id), title, step_url(course_id, step_id) if step else "")


def _steps(training: Training) -> dict[StepKey, Step]:
    """Steps of the training's courses, in their order."""
    known = [course for course_id in training.courses if (course := catalogue().course(str(course_id)))]
    return {
        (course.id, step.id): Step((course.id, step.id), localised(course.step_title(step)), step_url(course.id, step.id))
        for course in known for step in course.steps
    }


def weak_topics(tests: Results | None) -> list[Weak]:
    """Topics of the test before, as far as they may be shown."""
    if tests is None:
        return []
    return [
        Weak(each.key, localised(each.titles) or each.key, each.before, each.n) for each in tests.topics_before
        if each.before is not None and each.n is not None
    ]


def _wanted(questionnaire: Questionnaire, tallies: Mapping[str, Tally]) -> list[Said]:
    """How many put each topic among their first three, in the order of the questionnaire."""
    asked = questionnaire.field("topics")
    if not isinstance(asked, RankingField):
        return []
    tally = tallies.get("topics", NOBODY)
    return [
        Said(each.id, plain_text(each.text), sum(tally.places.get(each.id, {}).get(place, 0) for place in FIRST_PLACES), tally.answered)
        for each in asked.items
    ]


def _low(questionnaire: Questionnaire, tallies: Mapping[str, Tally]) -> list[Said]:
    """How many are at the first two levels of each skill, in the order of the questionnaire."""
    asked = questionnaire.field("skills")
    if not isinstance(asked, MatrixField):
        return []
    levels = [each.id for each in asked.columns[:BEGINNERS]]
    return [
        Said(row.id, plain_text(row.text), sum(tally.counts.get(each, 0) for each in levels), tally.answered)
        for row in asked.rows for tally in [tallies.get(f"skills/{row.id}", NOBODY)]
    ]


def _needs(
    survey: Survey, questionnaire: Questionnaire, people: Sequence[Preparing], tallies: Mapping[str, Tally], now: datetime,
) -> Needs:
    asked = [each for each in people if each.asked]
    sheets = max((each.sheets for each in tallies.values()), default=0)
    numbers = Numbers("", {"": sheets}, {key: {"": each} for key, each in tallies.items()}, now)
    return Needs(
        survey, phase_of(survey.opens_at, survey.closes_at, now), questionnaire, len(asked), sum(each.answered for each in asked), sheets,
        _rates(asked, lambda each: each.group, _("In no group")),
        _rates(asked, lambda each: str(ORGANISATION_TYPES[each.organisation_type]) if each.organisation_type else "", _("Not known")),
        drawn(questionnaire, numbers, DRAWN) if sheets >= LEAST else [], [each for each in asked if not each.answered],
    )


def drawn(questionnaire: Questionnaire, numbers: Numbers, fields: Sequence[str]) -> list[Chapter]:
    """The results of those of some questions that anybody answered."""
    found = []
    for chapter in chapters(questionnaire, numbers, Words()):
        blocks = tuple(
            block for block in chapter.blocks if block.field.id in fields and any(part.answered != 0 for part in block.parts)
        )
        if blocks:
            found.append(Chapter(chapter.section, blocks))
    return found


def _rates(asked: Sequence[Preparing], key: Callable[[Preparing], str], nothing: str) -> list[Group]:
    """Response by group in the order of names, groups of fewer than five people put together; empty where only one is left."""
    of = Counter(map(key, asked))
    done = Counter(key(each) for each in asked if each.answered)
    ordered = sorted(of, key=lambda name: (not name, name))
    together = _("Smaller groups together")
    return [
        Group(together if each.key == OTHERS else each.key or nothing, each.size, sum(done[name] for name in each.values))
        for each in groups({name: of[name] for name in ordered})
    ]
