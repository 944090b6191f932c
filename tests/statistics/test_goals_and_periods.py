"""Plans beside what was reached; periods that are closed and stay; what came of trainings."""

from __future__ import annotations

import html
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from webapp.accounts.models import Role
from webapp.accounts.services import grant_role
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.places import operations
from webapp.places.requests import Merge
from webapp.statistics import closing, fast, outcome_counts, publications, slow, snapshot
from webapp.statistics.answers import source
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.models import Check, ClosedPeriod, Goal
from webapp.statistics.outcome_reach import reach
from webapp.statistics.slices import Slice
from webapp.trainings.models import TrainerPart, Training, TrainingMove, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def training(cast, place="county", state=TrainingState.CLOSED, day=date(2026, 9, 14)):
    row = Training(
        id=new_id(), code=new_code(), place_id=getattr(cast.places, place).id, language="en", zone="Asia/Shanghai", first_day=day,
        last_day=day, state=state, created_by_id=cast.ids["staff"], created_at=SEPTEMBER, changed_at=SEPTEMBER,
    )
    db.session.add(row)
    db.session.flush()
    return row


def attended(cast, who, held, *, place="county", at=SEPTEMBER, recorded=None):
    where = getattr(cast.places, place)
    row = ParticipationEvent(
        id=new_id(), kind=EventKind.ATTENDED, person_id=cast.ids[who], happened_at=at, recorded_at=recorded or at, source=str(new_id()),
        training_id=held.id, place_id=where.id, place_path=where.path, language="en", device=Device.UNKNOWN, channel=Channel.ONSITE,
        minutes=180, position_level=30,
    )
    db.session.add(row)
    db.session.flush()
    return row


def typed(cast, **said):
    return {"place": cast.places.county.code, "year": "2026", "figure": "attended", "planned": "4", **said}


def test_a_plan_is_set_shown_with_what_was_reached_and_removed(database, cast, login_as, max_queries):
    attended(cast, "learner", training(cast))
    db.session.commit()
    staff = login_as("staff")
    assert staff.post("/statistics/goals/set", data=typed(cast)).status_code == 303
    assert staff.post("/statistics/goals/set", data=typed(cast, planned="8")).status_code == 303
    assert db.session.scalars(select(Goal.planned)).all() == [8]
    page = html.unescape(staff.get("/statistics/goals?lang=en").text)
    assert "12.5%" in page
    assert cast.places.county.name("en") in page
    assert "12.5" in staff.get("/statistics/goals.csv?lang=en").text
    assert "Nothing is planned" in staff.get("/statistics/goals?lang=en&period=2025").text
    row = db.session.scalars(select(Goal)).one()
    assert staff.post(f"/statistics/goals/set/{row.id}/remove").status_code == 303
    assert db.session.query(Goal).count() == 0
    acts = select(AuditEntry.action).where(AuditEntry.action.like("statistics.plan%"))
    assert sorted(db.session.scalars(acts)) == ["statistics.plan_removed", "statistics.plan_set", "statistics.plan_set"]


@pytest.mark.parametrize(("said", "sentence"), [
    ({"place": "nowhere"}, "There is no place"), ({"place": ""}, "Please fill this in"), ({"year": "26"}, "is no year"),
    ({"planned": "-1"}, "is no whole number"), ({"planned": "many"}, "is no whole number"), ({"figure": "fame"}, "There is no figure"),
    ({"planned": "9" * 13}, "is no whole number"),
])
def test_a_plan_that_cannot_be_is_refused_in_words(database, cast, login_as, said, sentence):
    page = login_as("staff").post("/statistics/goals/set?lang=en", data=typed(cast, **said))
    assert page.status_code == 422
    assert sentence in page.text
    assert db.session.query(Goal).count() == 0


def file_of(browser, text):
    return browser.post("/statistics/goals/file?lang=en", data={"file": (io.BytesIO(text.encode()), "plans.csv")},
                        content_type="multipart/form-data")


def test_a_file_of_plans_goes_in_whole_or_not_at_all(database, cast, login_as):
    staff, code = login_as("staff"), cast.places.county.code
    head = "地点,年度,指标,计划数\n"
    page = file_of(staff, head + f'{code},2026,attended,"1,200"\n{code},2026,fame,3\n{code},2026,attended,5\n')
    assert page.status_code == 422
    assert "Row 3: There is no figure" in page.text
    assert "Row 4: Row 2 plans the same" in page.text
    assert db.session.query(Goal).count() == 0
    assert file_of(staff, head + f'{code},2026,attended,"1,200"\n{code},2026年,浏览量,3\n').status_code == 303
    assert dict(db.session.execute(select(Goal.figure, Goal.planned)).all()) == {"attended": 1200, "views": 3}
    assert file_of(staff, "").status_code == 422


def test_plans_of_other_places_are_out_of_reach(database, cast, login_as):
    grant_role(person=cast.trainer, role=Role.STAFF, place=cast.places.other_county, now=NOW, actor_id=None)
    db.session.commit()
    login_as("staff").post("/statistics/goals/set", data=typed(cast))
    row, other = db.session.scalars(select(Goal)).one(), login_as("trainer")
    assert other.post(f"/statistics/goals/set/{row.id}/remove").status_code == 404
    assert "outside the places" in other.post("/statistics/goals/set?lang=en", data=typed(cast)).text
    assert cast.places.county.name("en") not in other.get("/statistics/goals?lang=en").text
    assert login_as("learner").get("/statistics/goals/set").status_code == 404


def test_a_closed_period_stays_and_late_rows_are_listed_beside_it(database, cast, login_as):
    held = training(cast)
    attended(cast, "learner", held)
    db.session.commit()
    snapshot.refresh(NOW - timedelta(hours=1), anew=True)
    staff = login_as("administrator")
    answer = staff.post("/statistics/periods?lang=en", data={"period": "2026-09"})
    assert answer.status_code == 303
    home = answer.headers["Location"]
    assert "Nothing changed" in staff.get(f"{home}?lang=en").text
    late = attended(cast, "second_learner", held, recorded=NOW - timedelta(minutes=30))
    db.session.commit()
    snapshot.refresh(NOW, anew=True)
    row = db.session.scalars(select(ClosedPeriod)).one()
    changes = {(each.path, each.figure): (each.then, each.now) for each in closing.changed(row, source(NOW))}
    assert changes["", "attended"] == (1, 2)
    assert changes[late.place_path, "hours"] == (180, 360)
    assert ("", "trainings") not in changes
    assert row.figures["places"][""]["attended"] == 1, "what was published stays"
    page = staff.get(f"{home}?lang=en").text
    assert "What changed since" in page
    assert "Nothing changed" not in page
    assert str(BY_KEY["attended"].definition) in page, "what the figures count stands below them"
    assert staff.post("/statistics/periods?lang=en", data={"period": "2026-09"}).status_code == 422
    assert staff.post(f"{home}/publish", data={"published": "yes"}).status_code == 303
    assert publications.carry_out_due(NOW) == 1
    assert "Figures published" in staff.get("/statistics/periods?lang=en").text
    assert "Take them off the public page" in staff.get(f"{home}?lang=en").text


@pytest.mark.parametrize(("text", "sentence"), [
    ("2026-11", "is not over yet"), ("2026", "is not over yet"), ("this-year", "Write a month"), ("2026-13", "is no period"), ("", "Write"),
    ("1999-01", "no data before"),
])
def test_only_periods_that_are_over_are_closed(database, login_as, text, sentence):
    page = login_as("administrator").post("/statistics/periods?lang=en", data={"period": text})
    assert page.status_code == 422
    assert sentence in page.text


def test_a_closed_period_is_a_file_as_every_other_page(database, cast, login_as):
    held = training(cast)
    attended(cast, "learner", held)
    db.session.commit()
    snapshot.refresh(NOW - timedelta(hours=1), anew=True)
    staff = login_as("administrator")
    home = staff.post("/statistics/periods", data={"period": "2026-09"}).headers["Location"]
    attended(cast, "second_learner", held, recorded=NOW - timedelta(minutes=30))
    db.session.commit()
    snapshot.refresh(NOW, anew=True)
    found = staff.post(f"{home}.json?lang=en")
    frozen, since = found.json["tables"]
    at = [each["key"] for each in frozen["columns"]].index("hours")
    assert frozen["rows"][0]["label"] == "All places"
    assert frozen["rows"][0]["values"][at] == 3.0
    assert ["hours attended", 3.0, 6.0, 3.0] in [row["values"] for row in since["rows"]]
    assert ["officials attended", 1, 2, 1] in [row["values"] for row in since["rows"]]
    assert {each["key"] for each in found.json["definitions"]} == set(BY_KEY)
    assert found.json["cut_off"] == "2026-11-20T05:00:00Z"
    assert ">+3.0<" in staff.get(f"{home}?lang=en").text
    assert ">+1<" in staff.get(f"{home}?lang=en").text
    for form in ("csv", "xlsx", "pdf"):
        assert staff.get(f"{home}.{form}").status_code == 200
    noted = db.session.query(AuditEntry).filter_by(action="statistics.exported").one()
    assert noted.after == {"form": "json"}


def test_who_looks_after_a_county_sees_its_part_of_a_closed_period_and_closes_none(database, cast, login_as):
    attended(cast, "learner", training(cast))
    attended(cast, "outsider", training(cast, "other_county"), place="other_county")
    grant_role(person=cast.trainer, role=Role.STAFF, place=cast.places.other_county, now=NOW, actor_id=None)
    db.session.commit()
    home = login_as("administrator").post("/statistics/periods", data={"period": "2026-Q3"}).headers["Location"]
    county = login_as("trainer")
    page = html.unescape(county.get(f"{home}?lang=en").text)
    assert cast.places.other_county.name("en") in page
    assert cast.places.county.name("en") not in page
    assert "All places" not in page
    rows = [row["label"] for table in county.get(f"{home}.json?lang=en").json["tables"] for row in table["rows"]]
    assert set(rows) == {cast.places.other_county.name("en")}
    assert county.post("/statistics/periods", data={"period": "2026-08"}).status_code == 404
    assert county.post(f"{home}/publish").status_code == 404
    assert county.get("/statistics/checks").status_code == 404


def test_nightly_checks_are_shown_in_words(database, cast, login_as):
    administrator = login_as("administrator")
    assert "No check has run yet" in administrator.get("/statistics/checks?lang=en").text
    db.session.add(Check(id=new_id(), at=NOW, compared=51, differences=[]))
    db.session.add(Check(
        id=new_id(), at=NOW - timedelta(days=1), compared=51, differences=[["2026-09-01", "2026-10-31", ["CN/130000/"], "attended", 3, 4]],
    ))
    db.session.commit()
    page = administrator.get("/statistics/checks?lang=en").text
    assert "All alike" in page
    assert "1 difference" in page
    assert "officials attended" in page
    assert "Hebei Province" in page, "a place is named, not given by its path"


def move(row, after, at, cast):
    db.session.add(TrainingMove(id=new_id(), training_id=row.id, before=None, after=after, person_id=cast.ids["staff"], at=at))


def test_trainings_stand_in_the_state_that_they_had_at_the_cut_off(database, cast):
    row = training(cast)
    move(row, TrainingState.PREPARATION, SEPTEMBER, cast)
    move(row, TrainingState.CLOSED, NOW, cast)
    training(cast, "city", TrainingState.NEGOTIATION, None)
    db.session.flush()
    then = outcome_counts.by_state(Slice(cut_off=SEPTEMBER + timedelta(days=1))).answer()
    assert (then[TrainingState.PREPARATION], then[TrainingState.NEGOTIATION], sum(then.values())) == (1, 1, 2)
    assert outcome_counts.by_state(Slice(cut_off=NOW)).answer()[TrainingState.CLOSED] == 1
    assert sum(outcome_counts.by_state(Slice(cut_off=NOW, first=date(2026, 10, 1), last=date(2026, 10, 31))).answer().values()) == 1
    assert sum(outcome_counts.by_state(Slice(cut_off=NOW, paths=(cast.places.county.path,))).answer().values()) == 1


def seat(cast, who, held):
    row = Participant(
        id=new_id(), training_id=held.id, person_id=cast.ids[who], state=ParticipantState.REGISTERED, joined_by=JoinedBy.TRAINER,
        code=new_code(), form_before="a", listed_at=SEPTEMBER, registered_at=SEPTEMBER,
    )
    db.session.add(row)
    db.session.flush()
    return row


def sit(held, participant, moment, score):
    db.session.add(Sitting(
        id=new_id(), training_id=held.id, participant_id=participant.id, moment=moment, form="a" if moment is Moment.BEFORE else "b",
        course_id="water-basics", course_revision="r", language="en", paper=[], maximum=10, started_at=SEPTEMBER, submitted_at=SEPTEMBER,
        marks=[], score_thousandths=score * 1000,
    ))


def test_gain_is_of_people_with_both_tests_and_of_trainings_with_at_least_five(database, cast):
    held = training(cast)
    people = ["learner", "second_learner", "outsider", "other_county", "staff", "trainer"]
    for number, who in enumerate(people):
        mine = seat(cast, who, held)
        sit(held, mine, Moment.BEFORE, 4)
        if number < 4:
            sit(held, mine, Moment.AFTER, 7)
    db.session.flush()
    found = outcome_counts.gained(Slice(cut_off=NOW)).answer()
    assert (found.gain, found.trainings, found.left_out) == (None, 0, 1)
    sit(held, db.session.scalars(select(Participant).where(Participant.person_id == cast.ids["staff"])).one(), Moment.AFTER, 7)
    db.session.flush()
    found = outcome_counts.gained(Slice(cut_off=NOW)).answer()
    assert (found.gain.n, found.gain.mean_gain, found.trainings) == (5, pytest.approx(30), 1)
    assert found.gain.normalized == pytest.approx(0.5)
    assert outcome_counts.gained(Slice(cut_off=NOW, first=date(2026, 10, 1))).answer().gain is None
    assert outcome_counts.gained(Slice(cut_off=NOW, paths=(cast.places.second_city.path,))).answer().gain is None


def test_reach_counts_each_person_once_for_a_trainer_who_leads_and_not_for_one_who_helps(database, cast):
    one, two = training(cast), training(cast, "other_county")
    for held in (one, two):
        db.session.add(TrainingTrainer(training_id=held.id, person_id=cast.ids["trainer"], part=TrainerPart.LEAD, added_at=NOW))
    db.session.add(TrainingTrainer(training_id=one.id, person_id=cast.ids["staff"], part=TrainerPart.CO, added_at=NOW))
    attended(cast, "learner", one)
    attended(cast, "learner", two)
    attended(cast, "outsider", two)
    cast.outsider.merged_into_id = cast.ids["learner"]
    attended(cast, "other_county", two)
    db.session.flush()
    for made in (None, snapshot.refresh(NOW)):
        rows = reach(Slice(cut_off=NOW), made)
        assert [(each.trainings, each.people) for each in rows] == [(2, 2)]
        assert [each.people for each in reach(Slice(cut_off=NOW, paths=(cast.places.county.path,)), made)] == [1]
        assert [each.people for each in reach(Slice(cut_off=NOW, training_id=two.id), made)] == [2]
        assert reach(Slice(cut_off=NOW, last=date(2026, 8, 31)), made) == reach(Slice(cut_off=NOW, paths=()), made) == []


@pytest.mark.parametrize(("language", "words"), [("en", "Learning and satisfaction"), ("zh-Hans", "学习成效与满意度")])
def test_outcomes_are_a_page_and_a_file_in_both_languages(database, cast, login_as, language, words, max_queries):
    attended(cast, "learner", training(cast))
    db.session.commit()
    staff = login_as("staff")
    page = staff.get(f"/statistics/outcomes?lang={language}")
    assert page.status_code == 200
    assert words in page.text
    assert words in staff.get(f"/statistics/outcomes.json?lang={language}").text
    for form in ("csv", "xlsx", "pdf"):
        assert staff.get(f"/statistics/outcomes.{form}?lang={language}").status_code == 200
    assert staff.get("/statistics/outcomes?level=30&tree=2026-01-01&course=water-basics&past=1&lang=en").status_code == 200


def test_a_merge_in_the_middle_of_a_period_and_a_late_row_count_as_they_should_at_both_dates(database, cast):
    """Two counties become one on 1 July; attendance of June is typed in August. Fast and slow counts agree everywhere."""
    june, october = datetime(2026, 6, 10, 4, tzinfo=UTC), datetime(2026, 10, 10, 4, tzinfo=UTC)
    county, second = cast.places.county, cast.places.second_county
    paths = {"county": county.path, "second": second.path, "city": cast.places.city.path}
    held = training(cast, "county", day=june.date())
    attended(cast, "learner", held, at=june)
    attended(cast, "second_learner", held, at=june, recorded=datetime(2026, 8, 20, tzinfo=UTC))
    operations.undertake(
        request=Merge(place_ids=(county.id,), into_id=second.id), day=date(2026, 7, 1), actor_id=None,
        now=datetime(2026, 7, 1, 1, tzinfo=UTC),
    )
    db.session.expire_all()
    attended(cast, "learner", training(cast, "second_county", day=october.date()), place="second_county", at=october)
    made = snapshot.refresh(NOW, anew=True)

    def count(cut_off, where="", **more):
        part = Slice(
            cut_off=cut_off, first=date(2026, 1, 1), last=date(2026, 12, 31), paths=(paths[where],) if where else None, **more,
        )
        plain = slow.count(part, (), FIGURES)[()]
        assert fast.count(made, part, (), FIGURES)[()] == plain
        return plain["attended"], plain["counties"], plain["trainings"], plain["hours"]

    early, late, today = datetime(2026, 7, 15, tzinfo=UTC), NOW, date(2026, 11, 1)
    assert count(early) == (1, 1, 1, 180)
    assert count(late) == (2, 2, 2, 540)
    assert count(late, "county") == (2, 1, 1, 360)
    assert count(late, "second") == (1, 1, 1, 180)
    # In the tree of today all of it stands in the county that took the other in.
    assert count(early, "second", tree_on=today) == (1, 1, 1, 180)
    assert count(late, "second", tree_on=today) == (2, 1, 2, 540)
    assert count(late, "city", tree_on=today) == (2, 1, 2, 540)
    assert count(late, "county", tree_on=today) == (0, 0, 0, 0)
