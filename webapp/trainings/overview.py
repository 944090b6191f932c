"""What the overview of a training shows, put together from what was read. Pure but for texts in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, current_language
from webapp.core.ui.dates import day_text
from webapp.trainings import labels, rules
from webapp.trainings.conflicts import Collision
from webapp.trainings.hooks import ReportColumn
from webapp.trainings.lateness import Late, late_things, report_is_late
from webapp.trainings.models import Training, TrainingState
from webapp.trainings.queries import Figures, MoveLine, TeamMember

S = TrainingState
IN_ORDER = (S.NEGOTIATION, S.PREPARATION, S.ANNOUNCED, S.RUNNING, S.REPORTING, S.CLOSED)


@dataclass(frozen=True)
class Stage:
    """A state of the training's life on the overview, as the macro `stages` takes it."""

    label: str
    state: str
    lines: Sequence[str]
    current: bool
    late: str | None = None


@dataclass(frozen=True)
class Facts:
    """What was read for the overview."""

    training: Training
    counted: Figures
    team: Sequence[TeamMember]
    moves: Sequence[MoveLine]
    collisions: Sequence[Collision]
    report: ReportColumn | None
    today: date
    now: datetime
    zone: tzinfo

    @property
    def names(self) -> dict[UUID, str]:
        """Names of those who run it."""
        return {each.person_id: each.name for each in self.team}

    @property
    def late(self) -> list[Late]:
        """What is late, without collisions."""
        return late_things(self.training, self.counted, self.report, self.today, self.now)


def absences(facts: Facts) -> list[str]:
    """Trainers who said that they cannot on a day of the training."""
    return [
        _("%(name)s is away on %(days)s.", name=each.name, days=labels.span_text(first, last))
        for each in facts.team for first, last in each.away
    ]


def stages(facts: Facts) -> list[Stage]:
    """The states in order, each with when it was reached, who moved it, and a count; a cancelled training ends where it stopped."""
    state = facts.training.state
    reached = {each.after: each for each in facts.moves}
    here = S.CLOSED if state is S.CANCELLED else state
    stops = IN_ORDER.index(here) if state is not S.CANCELLED else _stopped(facts)
    found = []
    for number, each in enumerate(IN_ORDER):
        if state is S.CANCELLED and number > stops:
            break
        mark = "done" if number < stops or state in (S.CLOSED, S.CANCELLED) else "now" if each is state else "todo"
        when = _reached(facts, reached.get(each)) if number <= stops else []
        lines = [*when, *(line for line in [_count(facts, each)] if line)]
        found.append(Stage(labels.state_word(each), mark, lines, each is state, _late(facts, each)))
    if state is S.CANCELLED:
        found.append(Stage(labels.state_word(state), "off", _reached(facts, reached.get(state)), current=True))
    return found


def _stopped(facts: Facts) -> int:
    last = next((each for each in reversed(facts.moves) if each.after is S.CANCELLED), None)
    return IN_ORDER.index(last.before) if last and last.before in IN_ORDER else 0


def _reached(facts: Facts, move: MoveLine | None) -> list[str]:
    if move is None:
        return []
    return [_("%(day)s, %(name)s", day=day_text(move.at, current_language(), facts.zone), name=move.name)]


def _count(facts: Facts, state: TrainingState) -> str:
    counted, training = facts.counted, facts.training
    match state:
        case S.PREPARATION:
            return _n("%(num)d session planned", "%(num)d sessions planned", counted.sessions)
        case S.ANNOUNCED:
            return _("%(invited)d invited, %(registered)d registered", invited=counted.invited, registered=counted.registered)
        case S.RUNNING:
            return labels.days_text(training)
        case S.REPORTING:
            due = rules.report_due(training)
            if counted.report and facts.report:
                return facts.report.words(counted.report)
            return _("Report due %(day)s", day=day_text(due, current_language(), UTC)) if due else ""
        case _:
            return ""


def _late(facts: Facts, state: TrainingState) -> str | None:
    due = rules.report_due(facts.training)
    if state is not S.REPORTING or due is None:
        return None
    if not report_is_late(facts.training, facts.counted.report, facts.report, facts.today):
        return None
    return _n("%(num)d day late", "%(num)d days late", (facts.today - due).days)


def next_action(facts: Facts) -> tuple[str, str]:  # noqa: PLR0911  one line a state
    """The one thing to do next: what it is called, and its path below the training's."""
    training, counted, today = facts.training, facts.counted, facts.today
    over = training.last_day is not None and training.last_day < today
    begun = training.first_day is not None and training.first_day <= today
    match training.state:
        case S.NEGOTIATION:
            return _("The county agreed: begin to prepare"), "state?to=preparation"
        case S.PREPARATION:
            if training.first_day is None or not training.venue:
                return _("Set days and venue"), "edit"
            return (_("Announce the training"), "state?to=announced") if counted.sessions else (_("Plan the agenda"), "agenda")
        case S.ANNOUNCED:
            return (_("Begin the training"), "state?to=running") if begun else (_("Invite and register people"), "people/")
        case S.RUNNING:
            return (_("End the training and report"), "state?to=reporting") if over else (_("Take attendance"), "attendance")
        case S.REPORTING:
            published = facts.report is not None and counted.report is not None and facts.report.is_published(counted.report)
            return (_("Close the training"), "state?to=closed") if published else (_("Write the report"), "report")
        case S.CANCELLED:
            return _("Take it up again"), "state?to=negotiation"
        case S.CLOSED:
            return _("See the report"), "report"


def people_facts(facts: Facts) -> list[tuple[int, str, str]]:
    """The key numbers: value, what is counted, its definition."""
    counted = facts.counted
    return [
        (counted.invited, _("people invited"), _("An invitation was sent to them")),
        (counted.registered, _("people registered"), _("They have a seat now")),
        (counted.attended, _("people attended"), _("Present at one session or more")),
        (counted.completed, _("people completed it"), _("They met the rule of the certificate")),
    ]
