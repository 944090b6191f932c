"""A training with tests: two half-days, people on both forms, answers that earn what a test wants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from tests.quizzes.conftest import fields_of, right_response
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.quizzes.responses import Given, Stamp
from webapp.trainings import queries_tests, services_tests
from webapp.trainings.models_learning import Moment, Sitting

if TYPE_CHECKING:
    from webapp.trainings.models import Training
    from webapp.trainings.models_people import Participant

COURSE = "tot-1-introduction"
# In the training's time, UTC+8: before it, at its first session, in the last hour of its last session, a day after it.
EARLY = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)
ENDED = datetime(2026, 12, 14, 4, 5, tzinfo=UTC)
LAST_HOUR = datetime(2026, 12, 15, 8, 30, tzinfo=UTC)
LATER = datetime(2026, 12, 16, 2, 0, tzinfo=UTC)


def with_sessions(make_training: Any, make_session: Any, **columns: Any) -> Training:
    """A training whose first session ends on 14 December at 12:00 and whose last one on 15 December at 17:00."""
    training = make_training(test_course_id=COURSE, **columns)
    make_session(training)
    make_session(training, day=date(2026, 12, 15), starts=time(14), ends=time(17))
    return training


def opened(training: Training, participant: Participant, moment: Moment = Moment.BEFORE, now: datetime = EARLY) -> Sitting:
    """The participant's sitting."""
    with unit_of_work():
        services_tests.open_sittings(training=training, participants=[participant], moment=moment, language="en", now=now)
    found = queries_tests.sitting(participant.id, moment)
    assert found is not None
    return found


def take(
    training: Training, participant: Participant, moment: Moment = Moment.BEFORE, right: int = 15, now: datetime = EARLY,
) -> Sitting:
    """Open, answer the first so many questions rightly, hand in."""
    sitting = opened(training, participant, moment, now)
    asked = services_tests.paper_of(sitting)
    given = [Given(number, right_response(each)) for number, each in enumerate(asked, 1) if number <= right]
    with unit_of_work():
        locked = queries_tests.sitting(participant.id, moment, lock=True)
        assert locked is not None
        services_tests.save(sitting=locked, given=given, stamp=Stamp(1), now=now)
        services_tests.submit(sitting=locked, now=now)
    db.session.expire_all()
    return sitting


def right_fields(sitting: Sitting, numbers: int = 15) -> dict[str, list[str]]:
    """Form fields that answer the first so many questions rightly."""
    fields: dict[str, list[str]] = {}
    for number, asked in enumerate(services_tests.paper_of(sitting), 1):
        if number <= numbers:
            for name, values in fields_of(asked, number, right_response(asked)).items():
                fields.setdefault(name, []).extend(values)
    return fields
