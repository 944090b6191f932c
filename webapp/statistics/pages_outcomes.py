"""What came of it: trainings by state, learning gain, satisfaction, follow-ups, reach, results by topic and Goal."""

from __future__ import annotations

from datetime import datetime

from webapp.core.i18n import _, _n, localised
from webapp.core.suppression import LEAST
from webapp.courses.catalogue import catalogue
from webapp.goals.room import goal_name
from webapp.statistics import described
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.outcome_counts import OVERALL, USE, USED
from webapp.statistics.outcome_memory import Outcomes, Today, outcomes
from webapp.statistics.outcome_parts import narrows_people
from webapp.statistics.outcome_results import MOST, Answered, Results
from webapp.statistics.outcomes import BY_OUTCOME, OUTCOMES
from webapp.statistics.tables import Head, Line, Shown, Table, Value
from webapp.trainings.labels import STATES
from webapp.trainings.models_learning import SurveyKind


def shown(asked: Asked, found: Source, now: datetime) -> Shown:
    """All outcomes of the places and the period. One query; see `outcomes` for when it is one or two more."""
    part = asked.part
    counted, today = outcomes(part, found, now)
    tables = [_states(counted, today), _learned(counted), _follow_ups(counted), _reach(today), *_results(counted.results)]
    says = [_("Means and shares that stand on fewer than five people are withheld (–); n is the number of people or answers behind them.")]
    if narrows_people(part):
        says.append(_("Filters of people apply to the reach of trainers and to final quizzes. Trainings, tests before and after and "
                      "surveys are shown for everybody: anonymous answers do not tell who gave them."))
    if part.tree_on is not None:
        says.append(_("Places are taken as they are today on this page; the chosen day of the tree does not apply."))
    if part.course_id is not None:
        says.append(_("Of a course, trainings are those whose test belongs to it."))
    return Shown(_("Outcomes"), described.about(asked), part.cut_off, tables, OUTCOMES, says)


def _head(key: str, *, digits: int = 0, unit: str = "", signed: bool = False, label: str = "") -> Head:
    each = BY_OUTCOME[key]
    return Head(label or str(each.label), str(each.definition), digits=digits, unit=unit, signed=signed, key=key)


def _states(counted: Outcomes, today: Today) -> Table:
    lines = [Line(str(STATES[state]), [number]) for state, number in counted.states.items()]
    lines.append(Line(_("Total"), [sum(counted.states.values())], total=True))
    notes = [_n(
        "Cities in preparation or negotiation today: %(num)d.", "Cities in preparation or negotiation today: %(num)d.", today.cities,
    )]
    return Table("states", _("Trainings by state"), _("State"), [_head("training-states", label=_("Trainings"))], lines, notes)


def _learned(counted: Outcomes) -> Table:
    gained, surveys = counted.gained, counted.surveys
    gain = gained.gain
    satisfied = surveys.summed([each for each in surveys.of(SurveyKind.SATISFACTION) if each.anonymous], OVERALL)
    n, mean = (gain.n, gain.mean_gain) if gain else (0, None)
    lines = [
        Line(_("Mean score before, of 100"), [_rounded(gain.before if gain else None), n, gained.trainings]),
        Line(_("Mean score after, of 100"), [_rounded(gain.after if gain else None), n, gained.trainings]),
        Line(_("Learning gain, points of 100"), [_rounded(mean), n, gained.trainings], note=str(BY_OUTCOME["gain"].definition)),
        Line(
            _("Normalized gain, per cent of what could be gained"),
            [_rounded(gain.normalized * 100 if gain and gain.normalized is not None else None), n, gained.trainings],
            note=str(BY_OUTCOME["normalized-gain"].definition),
        ),
        Line(
            _("Satisfaction, 0 to 10"), [_rounded(satisfied.mean), satisfied.number, satisfied.surveys],
            note=str(BY_OUTCOME["satisfaction"].definition),
        ),
    ]
    notes = []
    if gain and gain.interval:
        notes.append(_("The learning gain lies between %(low)s and %(high)s with a confidence of 95%%.",
                       low=f"{gain.interval.low:.1f}", high=f"{gain.interval.high:.1f}"))
    if gained.left_out:
        notes.append(_n(
            "%(num)d training with fewer than %(least)d people in both tests is left out.",
            "%(num)d trainings with fewer than %(least)d people in both tests are left out.", gained.left_out, least=LEAST,
        ))
    heads = [Head(_("Mean"), digits=1), Head(_("n"), _("People or answers behind the mean.")), Head(_("Trainings"))]
    return Table("learned", _("Learning and satisfaction"), _("What was asked"), heads, lines, notes)


def _rounded(value: float | None) -> Value:
    return None if value is None else round(value, 1)


def _follow_ups(counted: Outcomes) -> Table:
    said = {SurveyKind.FOLLOW_UP_3: _("After three months"), SurveyKind.FOLLOW_UP_6: _("After six months")}
    lines = []
    for kind, words in said.items():
        mine = counted.surveys.of(kind)
        # An anonymous survey that few answered does not even tell how many.
        told = [each for each in mine if not each.anonymous or each.answered >= LEAST or not each.answered]
        asked, answered = sum(each.asked for each in told), sum(each.answered for each in told)
        used = counted.surveys.summed(mine, USE)
        lines.append(Line(words, [
            len(told), asked, answered, round(100 * answered / asked, 1) if asked else None, used.number or None,
            _rounded(used.share(USED)),
        ]))
    heads = [
        Head(_("Trainings")), Head(_("People asked to answer")), Head(_("Answers received")), Head(_("Response rate"), digits=1, unit="%"),
        Head(_("n"), _("Answers behind the share.")), _head("follow-ups", digits=1, unit="%", label=_("Have used it at work")),
    ]
    return Table("follow-ups", _("Follow-ups"), _("Follow-up"), heads, lines)


def _reach(today: Today) -> Table:
    lines = [Line(name or _("erased person"), [each.trainings, each.people]) for name, each in today.trainers]
    notes = [_("Trainers stand by name; this is no ranking. Who was taught by several trainers counts once for each of them.")]
    return Table(
        "reach", _("Reach of trainers"), _("Lead trainer"), [Head(_("Trainings led")), _head("reach", label=_("officials reached"))], lines,
        notes,
    )


def _results(found: Results) -> list[Table]:
    titles = {each.id: localised(each.title) for each in catalogue().courses}
    several = len({course for course, _key, _titles, _cell in found.topics}) > 1
    topics = [
        _line((titles.get(course, course) + " · " if several else "") + (localised(names) or key or _("Other questions")), cell)
        for course, key, names, cell in found.topics
    ]
    goals = [_line(_("Goal %(number)d: %(name)s", number=number, name=goal_name(number)), cell) for number, cell in found.goals]
    heads = [Head(_("n"), _("People behind the share.")), _head("results", digits=1, unit="%")]
    notes = [] if not found.cut else [
        _("Only the newest %(number)s papers are counted here. Choose a shorter period or a smaller place for all of them.",
          number=f"{MOST:,}"),
    ]
    return [
        Table("topics", _("Results by topic"), _("Topic"), heads, topics, notes),
        Table("goals", _("Results by Goal"), _("Goal"), heads, goals, notes),
    ]


def _line(label: str, cell: Answered) -> Line:
    share = cell.share
    return Line(label, [len(cell.people) if share is not None else None, _rounded(share)])
