"""What the surveys after a training came to, as pages show it.

Levels are those of D. L. Kirkpatrick, J. D. Kirkpatrick, Evaluating Training Programs, 3rd edition 2006: 1 reaction, 2 learning,
3 behaviour, 4 results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from markupsafe import Markup

from webapp.core.charts.drawn import markup
from webapp.core.charts.shapes import Chart, Compared, Pair
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.suppression import LEAST
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import MatrixField
from webapp.questionnaires import definitions, queries_results
from webapp.questionnaires.access import guides_place
from webapp.questionnaires.labels import plain_text
from webapp.questionnaires.results import NOBODY, Tally, items, spread
from webapp.questionnaires.results_shown import Chapter
from webapp.questionnaires.results_words import rounded
from webapp.questionnaires.rules_surveys import Phase, phase_of
from webapp.questionnaires.services_results import Numbers
from webapp.trainings import queries_surveys
from webapp.trainings.before_shown import drawn
from webapp.trainings.labels import SURVEYS
from webapp.trainings.models_learning import SurveyKind
from webapp.trainings.queries_surveys import Surveyed
from webapp.trainings.records import Record

K = SurveyKind
FOLLOW_UPS = (K.FOLLOW_UP_3, K.FOLLOW_UP_6)
# Questions by level, in the order in which they are shown.
LEVELS: Mapping[SurveyKind, Mapping[int, tuple[str, ...]]] = {
    K.SATISFACTION: {
        1: ("overall", "recommend", "content", "organisation", "pace", "duration"),
        2: ("skills", "confidence", "commitment", "obstacles", "further"),
    },
    K.FOLLOW_UP_3: {3: ("used", "actions", "action-plan", "helped", "obstacles", "support"), 4: ("changes",)},
    K.FOLLOW_UP_6: {
        3: ("used", "actions", "action-plan", "obstacles", "lasting"),
        4: ("change-kinds", "changes", "contribution", "new-trainers", "worth"),
    },
}
SKILLS = "skills"


@dataclass(frozen=True)
class Level:
    """A level with what was answered to its questions."""

    number: int
    title: str
    chapters: Sequence[Chapter]


@dataclass(frozen=True)
class SurveyShown:
    """A survey: where it stands, how many answered, and its results by level where they may be shown.

    `answered` is None where it is withheld, `why` says why there are no results. `skills` sets the levels of skills beside those before.
    """

    row: Surveyed
    phase: Phase
    answered: int | None
    levels: Sequence[Level]
    skills: Compared | None
    why: str

    @property
    def percent(self) -> int | None:
        """The response rate, rounded."""
        if self.answered is None or not self.row.asked:
            return None
        return round(100 * self.answered / self.row.asked)


@dataclass(frozen=True)
class After:
    """Everything that surveys say after a training. `plans`: how many participants handed in a personal action plan.

    `own_pages`: the reader may open the surveys' own pages.
    """

    satisfaction: SurveyShown | None
    follow_ups: Sequence[SurveyShown]
    plans: int
    own_pages: bool
    markup: Callable[[Chart], Markup] = markup
    titles: Mapping[SurveyKind, object] = field(default_factory=lambda: SURVEYS)

    @property
    def surveys(self) -> Sequence[SurveyShown]:
        """All of them in the order of their days."""
        return [*([self.satisfaction] if self.satisfaction else []), *self.follow_ups]


@dataclass(frozen=True)
class _Read:
    """Surveys with what was counted of those that may be looked at."""

    rows: Mapping[SurveyKind, Surveyed]
    questionnaires: Mapping[SurveyKind, Questionnaire]
    tallies: Mapping[SurveyKind, Mapping[str, Tally]]
    plans: int

    def tally(self, kind: SurveyKind, key: str) -> Tally:
        """Counts of an item of a survey."""
        return self.tallies.get(kind, {}).get(key, NOBODY)


def level_word(number: int) -> str:
    """What a level asks about."""
    return {
        1: _("Level 1: how it was found (reaction)"), 2: _("Level 2: what was learned (learning)"),
        3: _("Level 3: what is put into practice (behaviour)"), 4: _("Level 4: what it changed (results)"),
    }[number]


def _read(training_id: UUID, now: datetime) -> _Read:
    """Two queries, and one for definitions that this process has not read yet."""
    rows, plans = queries_surveys.surveyed(training_id)
    defined = definitions.of_revisions({row.survey.revision for row in rows.values()})
    known = {kind: defined[row.survey.revision] for kind, row in rows.items() if row.survey.revision in defined}
    open_to_looks = {kind: row for kind, row in rows.items() if kind in known and _why(row, now) == ""}
    tallies: dict[SurveyKind, dict[str, Tally]] = {}
    if open_to_looks:
        kinds = {str(row.survey.id).replace("-", ""): kind for kind, row in open_to_looks.items()}
        asked = {item.key: item for kind in open_to_looks for item in items(known[kind])}
        scope = queries_results.of_surveys([row.survey.id for row in open_to_looks.values()])
        found = queries_results.tallies(scope, list(asked.values()), queries_results.by_survey())
        for key, divided in found.items():
            for survey_id, tally in divided.items():
                tallies.setdefault(kinds[survey_id.replace("-", "")], {})[key] = tally
    return _Read(rows, known, tallies, plans)


def _why(row: Surveyed, now: datetime) -> str:
    """Why results are not shown; empty where they are."""
    phase = phase_of(row.survey.opens_at, row.survey.closes_at, now)
    if phase is Phase.PLANNED:
        return _("It has not opened yet.")
    if row.anonymous and phase is not Phase.CLOSED:
        return _("It is anonymous: results are shown when it has closed, since two looks, one before an answer and one after it, would "
                 "tell what was answered.")
    if row.sheets < LEAST:
        return _("Results are shown from %(least)d answers on, so that nobody can be found out.", least=LEAST)
    return ""


def after(record: Record, now: datetime) -> After:
    """What the page of everything after a training shows of its surveys. Two queries."""
    read = _read(record.training.id, now)
    shown = {kind: _shown(read, kind, now) for kind in read.rows if kind is not K.NEEDS and kind in read.questionnaires}
    made_them = any(row.survey.created_by_id == record.who.person_id for row in read.rows.values())
    own_pages = made_them or guides_place(record.who, record.training.place)
    return After(shown.get(K.SATISFACTION), [shown[kind] for kind in FOLLOW_UPS if kind in shown], read.plans, own_pages)


def _shown(read: _Read, kind: SurveyKind, now: datetime) -> SurveyShown:
    row = read.rows[kind]
    why = _why(row, now)
    levels = [] if why else [
        Level(number, level_word(number), drawn(read.questionnaires[kind], _numbers(read, kind, now), fields))
        for number, fields in LEVELS[kind].items()
    ]
    return SurveyShown(
        row, phase_of(row.survey.opens_at, row.survey.closes_at, now), row.answered, levels, None if why else skills(read, kind), why,
    )


def _numbers(read: _Read, kind: SurveyKind, now: datetime) -> Numbers:
    return Numbers("", {"": read.rows[kind].sheets}, {key: {"": each} for key, each in read.tallies.get(kind, {}).items()}, now)


def skills(read: _Read, kind: SurveyKind) -> Compared | None:
    """Mean levels of each skill before the training and in a later survey; None unless five answered both."""
    pairs = skill_pairs(read, kind)
    if not pairs:
        return None
    asked = read.questionnaires[kind].field(SKILLS)
    assert isinstance(asked, MatrixField)
    return Compared(
        title=_("Skills before and now, by their own judgement"), rows=_("Mean level, 1 to %(last)d", last=len(asked.columns)),
        before=_("Before the training"), after=_("Now"), start=1, end=len(asked.columns), pairs=[
            Pair(plain_text(row.text), pairs[row.id][0], pairs[row.id][1]) for row in asked.rows if row.id in pairs
        ],
        summary=_("Means of all who answered each survey (before n = %(before)d, now n = %(after)d); they need not be the same people.",
                  before=read.rows[K.NEEDS].sheets, after=read.rows[kind].sheets),
    )


def skill_pairs(read: _Read, kind: SurveyKind) -> dict[str, tuple[Decimal, Decimal]]:
    """Mean level of each skill before and in a later survey, levels counted from 1; of skills that five judged both times."""
    if K.NEEDS not in read.tallies or kind not in read.tallies:
        return {}
    found = {}
    for row in _matrix(read.questionnaires[kind]).rows if _matrix(read.questionnaires[kind]) else ():
        early, late = (_mean_level(read, each, row.id) for each in (K.NEEDS, kind))
        if early is not None and late is not None:
            found[row.id] = (early, late)
    return found


def _matrix(questionnaire: Questionnaire) -> Any:
    asked = questionnaire.field(SKILLS)
    return asked if isinstance(asked, MatrixField) else None


def _mean_level(read: _Read, kind: SurveyKind, row_id: str) -> Decimal | None:
    asked = _matrix(read.questionnaires[kind])
    tally = read.tally(kind, f"{SKILLS}/{row_id}")
    if asked is None or tally.answered < LEAST:
        return None
    counts = {Decimal(number): tally.counts.get(each.id, 0) for number, each in enumerate(asked.columns, 1)}
    found = spread(counts)
    return rounded(found.mean) if found else None
