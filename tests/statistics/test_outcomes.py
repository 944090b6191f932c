"""Outcomes: satisfaction, follow-ups, results by topic and by Goal; who is too few to be told of; what a page costs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.learning.fixtures import enrol
from tests.learning.small_course import FINAL
from tests.statistics.test_goals_and_periods import seat, training
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.courses.questionnaire.shipped import surveys
from webapp.courses.services import store_revisions
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.questionnaires.models import Sheet, SheetCell, SheetState
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.quizzes.models import Attempt, AttemptState
from webapp.statistics import jobs, outcome_counts
from webapp.statistics.outcome_counts import OVERALL, USE, USED
from webapp.statistics.outcome_results import results
from webapp.statistics.slices import Slice
from webapp.trainings.models import TrainingState
from webapp.trainings.models_learning import Moment, Sitting, SurveyKind, TrainingSurvey

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
SIX = ("learner", "second_learner", "outsider", "other_county", "staff", "trainer")
ALL = Slice(cut_off=NOW)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def survey(cast, held, kind, values, *, closes=NOW - timedelta(days=1), mode=SurveyMode.ANONYMOUS, asked=SIX):
    """A survey of a training in which people gave these values to the question that is counted."""
    satisfied = kind is SurveyKind.SATISFACTION
    source = surveys()["satisfaction-survey" if satisfied else "follow-up-3-months"]
    store_revisions([source], SEPTEMBER)
    row = Survey(
        id=new_id(), questionnaire_id=source.id, revision=source.revision, mode=mode, place_id=held.place_id, opens_at=SEPTEMBER,
        closes_at=closes, created_by_id=cast.ids["staff"], created_at=SEPTEMBER,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(TrainingSurvey(training_id=held.id, kind=kind, survey_id=row.id))
    db.session.add_all(SurveyPerson(survey_id=row.id, person_id=cast.ids[who], answered=at < len(values)) for at, who in enumerate(asked))
    for value in values:
        sheet = Sheet(
            id=new_id(), questionnaire_id=source.id, revision=source.revision, language="en", state=SheetState.DONE, version=1, changes=1,
            anonymous=mode is SurveyMode.ANONYMOUS, survey_id=row.id, created_at=SEPTEMBER, changed_at=SEPTEMBER,
        )
        db.session.add(sheet)
        db.session.flush()
        field = OVERALL if satisfied else USE
        db.session.add(SheetCell(sheet_id=sheet.id, path=field, field_id=field, value=value, version=1, changed_at=SEPTEMBER))
    db.session.flush()


def satisfied(part=ALL):
    found = outcome_counts.surveyed(part, NOW)
    mine = [each for each in found if each.kind is SurveyKind.SATISFACTION]
    return outcome_counts.summed(outcome_counts.answered(found), mine, OVERALL)


def test_satisfaction_is_the_mean_of_closed_surveys_with_at_least_five_answers(database, cast):
    one, two, three = training(cast), training(cast, "other_county"), training(cast)
    survey(cast, one, SurveyKind.SATISFACTION, [6, 8, 8, 9, 9])
    survey(cast, two, SurveyKind.SATISFACTION, [0, 0, 0, 0])
    survey(cast, three, SurveyKind.SATISFACTION, [1, 1, 1, 1, 1], closes=NOW + timedelta(days=1))
    found = satisfied()
    assert (found.number, found.surveys, found.mean) == (5, 1, 8.0)
    assert satisfied(Slice(cut_off=NOW, paths=(cast.places.other_county.path,))).mean is None, "four answers tell nothing"
    assert satisfied(Slice(cut_off=NOW, first=date(2026, 10, 1))).number == 0
    assert satisfied(Slice(cut_off=NOW - timedelta(days=2))).number == 0, "the survey was open at that cut-off"


def test_a_cancelled_training_brings_no_satisfaction(database, cast):
    survey(cast, training(cast, state=TrainingState.CANCELLED), SurveyKind.SATISFACTION, [9, 9, 9, 9, 9])
    assert satisfied().number == 0


def test_follow_ups_count_those_asked_those_who_answered_and_who_use_it_at_work(database, cast):
    held, other = training(cast), training(cast)
    survey(cast, held, SurveyKind.FOLLOW_UP_3, ["often", "some", "some", "no", "no"], mode=SurveyMode.NAMED)
    survey(cast, other, SurveyKind.FOLLOW_UP_3, ["often"], mode=SurveyMode.NAMED, asked=SIX[:3])
    survey(cast, held, SurveyKind.FOLLOW_UP_6, [], mode=SurveyMode.NAMED)
    found = outcome_counts.surveyed(ALL, NOW)
    asked = {kind: [(each.asked, each.answered) for each in found if each.kind is kind] for kind in SurveyKind}
    assert sorted(asked[SurveyKind.FOLLOW_UP_3]) == [(3, 1), (6, 5)]
    assert asked[SurveyKind.FOLLOW_UP_6] == [(6, 0)]
    three = [each for each in found if each.kind is SurveyKind.FOLLOW_UP_3]
    used = outcome_counts.summed(outcome_counts.answered(found), three, USE)
    assert (used.number, used.share(USED)) == (5, 60.0)


def test_somebody_who_was_merged_is_asked_once(database, cast):
    survey(cast, training(cast), SurveyKind.FOLLOW_UP_3, [], mode=SurveyMode.NAMED)
    cast.outsider.merged_into_id = cast.ids["learner"]
    db.session.flush()
    assert [each.asked for each in outcome_counts.surveyed(ALL, NOW)] == [5]


def paper(course):
    wet = course.questions["wet"]
    return [{"question": wet.id, "revision": wet.revision, "order": []}]


def quiz(cast, course, who, *, right, place="county", level=30):
    """A final quiz that somebody handed in."""
    enrolment, where = enrol(getattr(cast, who), course), getattr(cast.places, place)
    attempt = Attempt(
        id=new_id(), person_id=cast.ids[who], enrolment_id=enrolment.id, course_id=course.id, course_revision=course.revision,
        quiz_id=FINAL, quiz_revision="r", number=1, seed=1, language="en", started_at=SEPTEMBER, pass_mark=80, maximum=1,
        paper=paper(course), state=AttemptState.SUBMITTED, submitted_at=SEPTEMBER, marks=["1" if right else "0"],
        score_thousandths=1000 if right else 0,
    )
    db.session.add(attempt)
    db.session.flush()
    db.session.add(ParticipationEvent(
        id=new_id(), kind=EventKind.SUBMITTED, person_id=cast.ids[who], happened_at=SEPTEMBER, recorded_at=SEPTEMBER, source=str(new_id()),
        course_id=course.id, attempt_id=attempt.id, graded=True, place_id=where.id, place_path=where.path, position_level=level,
        language="en", device=Device.PHONE, channel=Channel.ONLINE,
    ))
    db.session.flush()


def shares(part=ALL, *, tests=True):
    found = results(part, tests=tests)
    return (
        {(course, key): (len(cell.people), cell.asked, cell.share) for course, key, _names, cell in found.topics},
        {number: (len(cell.people), cell.asked, cell.share) for number, cell in found.goals},
    )


def test_results_are_by_topic_and_by_goal_from_five_people_on(database, cast, water):
    for number, who in enumerate(SIX[:4]):
        quiz(cast, water, who, right=number < 3)
    assert shares() == ({(water.id, "water"): (4, 4, None)}, {6: (4, 4, None)})
    quiz(cast, water, "staff", right=False, level=50)
    assert shares() == ({(water.id, "water"): (5, 5, 60.0)}, {6: (5, 5, 60.0)})
    assert shares(Slice(cut_off=NOW, level_from=50))[1] == {6: (1, 1, None)}
    assert shares(Slice(cut_off=NOW, paths=(cast.places.other_county.path,))) == ({}, {})
    assert shares(Slice(cut_off=SEPTEMBER - timedelta(days=1))) == ({}, {})


def test_tests_of_trainings_count_beside_quizzes_unless_the_slice_asks_for_some_people(database, cast, water):
    held = training(cast)
    for who in SIX[:5]:
        mine = seat(cast, who, held)
        for moment, mark in ((Moment.BEFORE, 0), (Moment.AFTER, 1)):
            db.session.add(Sitting(
                id=new_id(), training_id=held.id, participant_id=mine.id, moment=moment, form="a", course_id=water.id,
                course_revision=water.revision, language="en", paper=paper(water), maximum=1, started_at=SEPTEMBER,
                submitted_at=SEPTEMBER, marks=[str(mark)], score_thousandths=1000 * mark,
            ))
    quiz(cast, water, "trainer", right=True)
    assert shares()[1] == {6: (6, 11, pytest.approx(600 / 11))}
    assert shares(tests=False)[1] == {6: (1, 1, None)}


@pytest.mark.parametrize(("language", "words"), [
    ("en", ("Satisfaction, 0 to 10", "After three months", "Goal 6")), ("zh-Hans", ("满意度", "三个月后", "目标6")),
])
def test_the_page_costs_few_queries_and_is_the_same_when_it_is_asked_again(database, cast, water, login_as, max_queries, language, words):
    held = training(cast)
    survey(cast, held, SurveyKind.SATISFACTION, [6, 8, 8, 9, 9])
    survey(cast, held, SurveyKind.FOLLOW_UP_3, ["often", "some", "some", "no", "no"], mode=SurveyMode.NAMED)
    for who in SIX[:5]:
        quiz(cast, water, who, right=True)
    db.session.commit()
    jobs.refresh_due(NOW)
    staff, address = login_as("administrator"), f"/statistics/outcomes?lang={language}&place={cast.places.county.id}"
    with max_queries(13):
        first = staff.get(address)
    with max_queries(8):
        again = staff.get(address)
    assert again.text == first.text
    assert all(each in first.text for each in words)
    assert "8.0" in first.text
    assert "60.0%" in first.text
