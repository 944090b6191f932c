"""Two rows of one person: merged in every room, counted once, and two again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.cast import signed_in_client
from webapp.accounts import bulk, services, services_merge
from webapp.accounts.errors_people import CannotMergePeople, CannotPart, TooLateToUndo, UndoneAlready
from webapp.accounts.errors_roles import LastAdministrator
from webapp.accounts.models import Person, Role, RoleGrant, SignIn
from webapp.accounts.models_people import BulkChange, DifferentPeople
from webapp.accounts.services_erasure import ask
from webapp.certificates.models import Certificate
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.learning.models import Enrolment, StepProgress
from webapp.learning.services import enrol
from webapp.participation.models import ParticipationEvent
from webapp.participation.origin import Origin
from webapp.quizzes.models import Attempt, AttemptState
from webapp.statistics import slow
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.slices import Slice

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(days=9)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def attempt(person_id, enrolment, number, state=AttemptState.SUBMITTED):
    closed = state is not AttemptState.OPEN
    db.session.add(Attempt(
        id=new_id(), person_id=person_id, enrolment_id=enrolment.id, course_id=enrolment.course_id, course_revision="r", quiz_id="q",
        quiz_revision="r", number=number, seed=1, language="en", started_at=EARLIER, pass_mark=60, maximum=10, paper=[], state=state,
        responses={}, submitted_at=EARLIER if closed else None, marks=[] if closed else None, score_thousandths=0 if closed else None,
    ))


def certificate(person_id, course_id, edition="1"):
    db.session.add(Certificate(
        id=new_id(), code=str(new_id())[-24:], person_id=person_id, award=f"course:{course_id}", edition=edition, course_id=course_id,
        course_revision="r", printed={"name": "x", "title": {"en": "Course"}}, issued_at=EARLIER,
    ))


@pytest.fixture
def doubled(database, cast, water, soil):
    """The learner and the second learner, who are one: both take water, only the second takes soil."""
    kept, gone = cast.learner, cast.second_learner
    with unit_of_work():
        mine = enrol(person=kept, course=water, origin=Origin("en"), now=NOW)
        theirs = enrol(person=gone, course=water, origin=Origin("en"), now=EARLIER)
        only = enrol(person=gone, course=soil, origin=Origin("en"), now=EARLIER)
        theirs.completed_at, theirs.completed_revision = EARLIER, "r"
        steps = ((mine, "a", NOW, 5), (theirs, "a", EARLIER, 7), (theirs, "b", None, 3), (only, "c", EARLIER, 1))
        for enrolment, step, done, seconds in steps:
            db.session.add(StepProgress(enrolment_id=enrolment.id, step_id=step, opened_at=EARLIER, done_at=done, seconds=seconds))
        db.session.flush()
        for person, enrolment, number in ((kept, mine, 1), (gone, theirs, 1), (gone, theirs, 2), (gone, only, 1)):
            attempt(person.id, enrolment, number)
        certificate(kept.id, "water-basics")
        certificate(gone.id, "water-basics")
        certificate(gone.id, "soil-basics")
        gone.phone = "+8613800138000"
        services.grant_role(person=gone, role=Role.TRAINER, place=cast.places.county, now=NOW, actor_id=None)
    return kept, gone


def everything():
    """Every row that a merge may touch, but the people themselves and the audit trail."""
    tables = (Enrolment, StepProgress, Attempt, Certificate, ParticipationEvent, SignIn, RoleGrant, Person)
    return {
        table.__tablename__: sorted(str(tuple(row)) for row in db.session.execute(select(*table.__table__.columns))) for table in tables
    }


def merged(cast, gone, kept):
    with unit_of_work():
        change = services_merge.merge(
            gone=db.session.get_one(Person, gone.id), kept=db.session.get_one(Person, kept.id), now=NOW, actor_id=cast.ids["administrator"],
        )
        change_id = change.id
    db.session.expire_all()
    return db.session.get_one(BulkChange, change_id)


def undone(cast, change, now=NOW):
    with unit_of_work():
        bulk.undo(change=db.session.get_one(BulkChange, change.id), now=now, actor_id=cast.ids["administrator"])
    db.session.expire_all()


def test_what_the_one_had_belongs_to_the_other(doubled, cast):
    kept, gone = doubled
    merged(cast, gone, kept)
    rows = {row.course_id: row for row in db.session.scalars(select(Enrolment).where(Enrolment.person_id == kept.id))}
    assert set(rows) == {"water-basics", "soil-basics"}
    water = rows["water-basics"]
    assert (water.enrolled_at, water.completed_at, water.last_active_at) == (EARLIER, EARLIER, NOW)
    steps = {row.step_id: row for row in db.session.scalars(select(StepProgress).where(StepProgress.enrolment_id == water.id))}
    assert (steps["a"].done_at, steps["a"].seconds, steps["b"].done_at, steps["b"].seconds) == (EARLIER, 12, None, 3)
    attempts = db.session.scalars(select(Attempt).where(Attempt.person_id == kept.id).order_by(Attempt.course_id, Attempt.number)).all()
    assert [(each.course_id, each.number, each.enrolment_id == rows[each.course_id].id) for each in attempts] == [
        ("soil-basics", 1, True), ("water-basics", 1, True), ("water-basics", 2, True), ("water-basics", 3, True)]
    held = db.session.execute(select(Certificate.course_id).where(Certificate.person_id == kept.id)).scalars().all()
    assert sorted(held) == ["soil-basics", "water-basics"]
    assert kept.phone == "+8613800138000"
    assert gone.merged_into_id == kept.id
    assert [grant.role for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == kept.id))] == [Role.TRAINER]


def test_the_merged_person_is_counted_once_at_any_cut_off(doubled, cast):
    kept, gone = doubled

    def enrolled():
        return slow.count(Slice(cut_off=NOW + timedelta(hours=1)), (), [BY_KEY["enrolled"]])[()]["enrolled"]

    assert enrolled() == 2
    change = merged(cast, gone, kept)
    assert enrolled() == 1
    merged(cast, kept, cast.outsider)
    assert enrolled() == 1, "also when the one that stayed is merged further"
    assert gone.merged_into_id == cast.ids["outsider"]
    with pytest.raises(CannotPart):
        undone(cast, change)


def test_undoing_brings_every_row_back(doubled, cast):
    kept, gone = doubled
    before = everything()
    change = merged(cast, gone, kept)
    assert everything() != before
    undone(cast, change)
    assert everything() == before
    with pytest.raises(UndoneAlready):
        undone(cast, change)
    assert {"people.merged", "change.undone"} <= set(db.session.scalars(select(AuditEntry.action)))


def test_undoing_keeps_what_was_done_since_and_has_an_end(doubled, cast):
    kept, gone = doubled
    change = merged(cast, gone, kept)
    mine = db.session.scalars(select(Enrolment).where(Enrolment.person_id == kept.id, Enrolment.course_id == "water-basics")).one()
    with unit_of_work():
        db.session.get_one(StepProgress, (mine.id, "b")).done_at = NOW
    with pytest.raises(TooLateToUndo):
        undone(cast, change, NOW + timedelta(days=31))
    undone(cast, change)
    assert db.session.get(StepProgress, (mine.id, "b")).done_at == NOW


def test_a_quiz_begun_since_in_a_course_that_moved_stops_the_undoing(doubled, cast):
    kept, gone = doubled
    change = merged(cast, gone, kept)
    with unit_of_work():
        moved = select(Enrolment).where(Enrolment.person_id == kept.id, Enrolment.course_id == "soil-basics")
        attempt(kept.id, db.session.scalars(moved).one(), 2)
    with pytest.raises(CannotPart):
        undone(cast, change)


def test_the_sign_in_moves_or_is_disabled(doubled, cast, app):
    kept, gone = doubled
    browser = signed_in_client(app, cast.sign_in_ids["second_learner"])
    without = services.create_person(name="王晓兰", language="en", now=NOW)
    db.session.commit()
    change = merged(cast, gone, kept)
    assert db.session.get(SignIn, cast.sign_in_ids["second_learner"]).disabled_at == NOW
    assert browser.get("/me/profile").status_code in (302, 303)
    undone(cast, change)
    merged(cast, kept, without)
    assert db.session.get(SignIn, cast.sign_in_ids["learner"]).person_id == without.id


def test_two_open_attempts_and_a_wish_to_be_erased_stop_a_merge(doubled, cast):
    kept, gone = doubled
    with unit_of_work():
        for person in (kept, gone):
            mine = select(Enrolment).where(Enrolment.person_id == person.id, Enrolment.course_id == "water-basics")
            attempt(person.id, db.session.scalars(mine).one(), 9, AttemptState.OPEN)
    with pytest.raises(CannotMergePeople):
        merged(cast, gone, kept)
    with unit_of_work():
        ask(person_id=cast.ids["outsider"], keep_certificates=True, wait=timedelta(days=7), now=NOW)
    with pytest.raises(CannotMergePeople):
        merged(cast, cast.outsider, kept)
    with pytest.raises(CannotMergePeople):
        merged(cast, kept, kept)


def test_from_the_list_of_duplicates_to_one_person(doubled, cast, login_as, max_queries):
    kept, gone = doubled
    with unit_of_work():
        kept.phone = gone.phone
    browser = login_as("administrator")
    with max_queries(8):
        page = browser.get("/admin/people/duplicates?lang=en")
    assert "Same telephone" in page.text
    assert f"/admin/people/{gone.id}/merge?into={kept.id}" in page.text
    page = browser.get(f"/admin/people/{gone.id}/merge?into={kept.id}&lang=en")
    for words in ("Both can sign in", "1 role moves", "1 course moves", "1 course is taken by both", "3 attempts", "1 certificate moves"):
        assert words in page.text
    assert gone.merged_into_id is None
    answer = browser.post(f"/admin/people/{gone.id}/merge", data={"into": str(kept.id)})
    assert answer.status_code == 303
    assert browser.get(f"/admin/people/{gone.id}/").status_code == 404
    assert "Amina" not in browser.get("/admin/people/duplicates?lang=en").text
    page = browser.get("/admin/people/changes/?lang=en")
    change = db.session.scalars(select(BulkChange)).one()
    assert "People merged" in page.text
    assert browser.post(f"/admin/people/changes/{change.id}/undo").status_code == 303
    assert browser.get(f"/admin/people/{gone.id}/").status_code == 200
    assert "王晓兰" in browser.get(f"/admin/people/{gone.id}/merge?q=wxl&lang=en").text


def test_only_inside_the_own_tree_and_never_with_somebody_who_may_do_more(doubled, cast, app):
    kept, _gone = doubled
    other = services.create_person(name="王晓兰", language="en", now=NOW, place=cast.places.county)
    services.grant_role(person=cast.trainer, role=Role.ADMINISTRATOR, place=cast.places.county, now=NOW, actor_id=None)
    db.session.commit()
    browser = signed_in_client(app, cast.sign_in_ids["trainer"])
    page = browser.get("/admin/people/duplicates?lang=en").text
    assert f"/admin/people/{other.id}/merge" in page
    assert "Amina" not in page
    for one, into in ((other.id, cast.ids["second_learner"]), (cast.ids["second_learner"], other.id), (other.id, "x")):
        assert browser.get(f"/admin/people/{one}/merge?into={into}").status_code == 404
        assert browser.post(f"/admin/people/{one}/merge", data={"into": str(into)}).status_code == 404
    services.grant_role(person=kept, role=Role.STAFF, place=None, now=NOW, actor_id=None)
    db.session.commit()
    for one, into in ((other.id, kept.id), (kept.id, other.id), (other.id, cast.ids["trainer"])):
        assert browser.post(f"/admin/people/{one}/merge", data={"into": str(into)}).status_code == 403
    assert db.session.get(Person, other.id).merged_into_id is None
    assert browser.post(f"/admin/people/{other.id}/merge").status_code == 404


def test_the_last_administrator_is_not_merged_into_somebody_whose_sign_in_is_disabled(doubled, cast):
    last, disabled = db.session.get_one(Person, cast.ids["administrator"]), cast.learner
    db.session.get_one(SignIn, cast.sign_in_ids["learner"]).disabled_at = EARLIER
    db.session.commit()
    with pytest.raises(LastAdministrator):
        merged(cast, last, disabled)
    db.session.expire_all()
    assert db.session.get_one(Person, last.id).merged_into_id is None
    services.grant_role(person=cast.staff, role=Role.ADMINISTRATOR, now=NOW, actor_id=None)
    db.session.commit()
    merged(cast, last, disabled)
    assert db.session.get_one(Person, last.id).merged_into_id == disabled.id


def test_two_who_look_alike_and_are_two_are_not_shown_again_until_that_is_taken_back(database, cast, login_as):
    first, second = cast.learner, cast.trainer
    first.phone = second.phone = "+8613800138000"
    db.session.commit()
    browser, home = login_as("administrator"), "/admin/people/duplicates"
    assert f"/admin/people/{second.id}/merge?into={first.id}" in browser.get(home).text
    for _click in range(2):
        answer = browser.post(f"/admin/people/{second.id}/different", data={"other": str(first.id)})
        assert answer.location == home
    page = browser.get(f"{home}?lang=en").text
    assert "/merge?into=" not in page
    assert "Known to be two people" in page
    assert page.count("Compare them again") == 1
    acts = select(AuditEntry.action).where(AuditEntry.action.like("people.%different"))
    assert list(db.session.scalars(acts)) == ["people.marked_different"] * 2
    # Who merges them all the same is told, whichever of the two shall go.
    warning, two = "Somebody has marked these two as different people.", ((first, second), (second, first))
    asked = [f"/admin/people/{gone.id}/merge?into={kept.id}&lang=en" for gone, kept in two]
    assert all(warning in browser.get(each).text for each in asked)
    browser.post(f"/admin/people/{first.id}/alike", data={"other": str(second.id)})
    assert f"/admin/people/{second.id}/merge?into={first.id}" in browser.get(home).text
    assert not any(warning in browser.get(each).text for each in asked)


def test_who_is_of_another_county_is_told_apart_from_nobody(database, cast, login_as):
    with unit_of_work():
        services.grant_role(person=cast.staff, role=Role.ADMINISTRATOR, place=cast.places.county, now=NOW, actor_id=None)
    browser = login_as("staff")
    for one, other in ((cast.learner, cast.other_county), (cast.other_county, cast.learner)):
        assert browser.post(f"/admin/people/{one.id}/different", data={"other": str(other.id)}).status_code == 404
    assert browser.post(f"/admin/people/{cast.learner.id}/different", data={"other": "x"}).status_code == 404
    assert browser.post(f"/admin/people/{cast.learner.id}/different", data={"other": str(cast.learner.id)}).status_code == 409
    assert db.session.query(DifferentPeople).count() == 0


def pairs():
    return {frozenset((row.first_id, row.second_id)): row.marked_at for row in db.session.scalars(select(DifferentPeople))}


def test_who_is_known_not_to_be_the_one_is_known_not_to_be_the_other_and_undoing_tells_them_apart_again(doubled, cast):
    kept, gone = doubled
    trainer, staff, outsider = (cast.ids[each] for each in ("trainer", "staff", "outsider"))
    with unit_of_work():
        for one, other, when in ((gone, cast.trainer, EARLIER), (gone, cast.staff, EARLIER), (kept, cast.staff, NOW),
                                 (gone, kept, EARLIER), (kept, cast.outsider, NOW), (gone, cast.author, EARLIER)):
            services_merge.mark_as_two(one=one, other=other, now=when, actor_id=cast.ids["administrator"])
    before, mine, theirs = pairs(), kept.id, gone.id
    change = merged(cast, gone, kept)
    at = {frozenset((mine, trainer)): EARLIER, frozenset((mine, staff)): NOW, frozenset((mine, outsider)): NOW}
    assert pairs() == {**at, frozenset((mine, cast.ids["author"])): EARLIER}
    with unit_of_work():
        services_merge.unmark_as_two(one=kept, other=cast.author, now=NOW, actor_id=cast.ids["administrator"])
    undone(cast, change)
    assert pairs() == {pair: when for pair, when in before.items() if pair != frozenset((theirs, cast.ids["author"]))}
