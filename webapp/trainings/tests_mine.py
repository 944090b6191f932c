"""A participant's tests as their own page tells of them: before only that they took it, after their own score and topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language, localised
from webapp.core.ui.dates import moment_text
from webapp.courses.catalogue import catalogue
from webapp.quizzes.responses import value_of
from webapp.quizzes.reviewing import number_text
from webapp.trainings import queries_tests, services_tests, tests_rules
from webapp.trainings.mine import Mine, Part
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.tests_rules import Phase, Window
from webapp.trainings.topics import Topics


def answered(sitting: Sitting) -> int:
    """How many questions somebody answered."""
    return sum(1 for record in sitting.responses.values() if value_of(record))


@dataclass(frozen=True)
class OwnResult:
    """What somebody is told of their test after the training: points, and (topic, points, of) in the order of the form."""

    score: str
    maximum: int
    topics: Sequence[tuple[str, str, int]]


def own_result(sitting: Sitting) -> OwnResult:
    """The own score and topics, without right answers: the questions are asked again in other trainings."""
    topics = Topics.of(catalogue().course(sitting.course_id))
    found = topics.earned(services_tests.paper_of(sitting), sitting.marks or ())
    return OwnResult(
        number_text(Fraction(sitting.score_thousandths or 0, 1000)), sitting.maximum,
        [(localised(topics.names(key)) or key, number_text(points.earned), points.of) for key, points in found.items()],
    )


def part_before(mine: Mine, now: datetime) -> Part | None:
    """The test before, as a part of the participant's page. One query."""
    return _part(mine, Moment.BEFORE, now)


def part_after(mine: Mine, now: datetime) -> Part | None:
    """The test after. One query."""
    return _part(mine, Moment.AFTER, now)


def _part(mine: Mine, moment: Moment, now: datetime) -> Part | None:
    if mine.participant.state is not ParticipantState.REGISTERED or services_tests.test_course(mine.training) is None:
        return None
    spans, sittings = queries_tests.spans_and_submitted(mine.training, mine.participant.id)
    window = tests_rules.window(moment, mine.training.state, spans, now)
    title = _("Knowledge test before the training") if moment is Moment.BEFORE else _("Knowledge test after the training")
    state, line, label = _told(mine, moment, window, sittings)
    return Part(
        f"test-{moment.value}", title, state, [line], [(label, mine.url("test", moment.value))] if label else (),
    ) if line else None


def _told(mine: Mine, moment: Moment, window: Window, sittings: Mapping[Moment, Any]) -> tuple[str, str, str]:
    """State, sentence, label of the link; no sentence where there is nothing to say."""
    row = sittings.get(moment)
    if row is not None and row.submitted_at is not None:
        label = _("See your result") if moment is Moment.AFTER else ""
        return "done", _("You have submitted this test. Thank you."), label
    if window.phase is Phase.OPEN:
        begun = row is not None and row.saved_at is not None
        line = _("It is open until %(moment)s.", moment=_moment(mine, window.closes)) if window.closes else _("It is open.")
        return "now", line, _("Go on with the test") if begun else _("Take the test")
    if window.phase is Phase.SOON and window.opens is not None:
        return "todo", _("It opens on %(moment)s.", moment=_moment(mine, window.opens)), ""
    if window.phase is Phase.OVER and (moment is Moment.BEFORE or row is not None):
        return "off", _("It is closed."), ""
    return "", "", ""


def _moment(mine: Mine, at: datetime) -> str:
    return moment_text(at, current_language(), ZoneInfo(mine.training.zone))
