"""Writing participation events."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from tests.cast import assemble
from webapp.accounts.models import OrganisationType, Person, Sex
from webapp.accounts.services import organisation_named
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.participation.services import record

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
PHONE = Origin("zh-Hans", Device.PHONE)


def write(person, source="enrolment:1", kind=EventKind.ENROLLED, **more):
    return record(kind=kind, person=person, origin=PHONE, now=more.pop("now", NOON), source=source, **more)


def written(source="enrolment:1"):
    db.session.expire_all()
    return db.session.query(ParticipationEvent).filter_by(source=source).one()


def test_an_event_keeps_the_dimensions_of_its_moment_when_the_person_moves_on(database, cast):
    learner, places = cast.learner, cast.places
    office = organisation_named(name="长安区统计局", type=OrganisationType.GOVERNMENT, place_id=places.county.id, now=NOON)
    learner.organisation_id, learner.sex, learner.birth_year = office.id, Sex.FEMALE, 1990
    db.session.flush()
    assert write(learner, course_id="tot-1-introduction", course_revision="a" * 64)

    learner.place_id, learner.organisation_id, learner.position_level, learner.sex, learner.birth_year = (
        places.other_county.id, None, 40, None, None,
    )
    office.type = OrganisationType.BUSINESS
    places.county.path = "CN/990000/"
    db.session.flush()

    event = written()
    assert (event.place_id, event.place_path) == (places.county.id, "CN/130000/130100/130102/")
    assert (event.organisation_type, event.position_level, event.sex, event.age_band) == ("government", 20, "female", "36-45")
    assert (event.language, event.device, event.channel) == ("zh-Hans", Device.PHONE, Channel.ONLINE)
    assert (event.kind, event.person_id, event.course_id) == (EventKind.ENROLLED, cast.ids["learner"], "tot-1-introduction")
    assert event.happened_at == event.recorded_at == NOON


def test_the_same_cause_writes_nothing_a_second_time(database, cast):
    assert write(cast.learner)
    assert not write(cast.learner, now=NOON + timedelta(days=1))
    assert written().recorded_at == NOON


def test_a_visitor_is_an_event_without_a_person(database):
    assert write(None, kind=EventKind.VIEWED, source="view:1", step_id="springs")
    event = written("view:1")
    assert event.person_id is event.place_id is event.place_path is event.age_band is event.organisation_type is None


def test_somebody_who_told_nothing_is_counted_without_dimensions(database, cast):
    assert write(cast.outsider)
    event = written()
    assert event.person_id == cast.ids["outsider"]
    assert event.place_id is event.place_path is event.position_level is event.sex is event.age_band is None


def test_what_happened_offline_keeps_both_times_and_the_age_of_then(database, cast):
    cast.learner.birth_year = 2000
    # 16:30 UTC on New Year's Eve is the new year in the programme's zone.
    happened = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert write(cast.learner, happened_at=happened)
    event = written()
    assert (event.happened_at, event.recorded_at) == (happened, NOON)
    assert event.age_band == "26-35"


def test_an_event_is_corrected_once(database, cast):
    write(cast.learner, source="first")
    wrong = written("first").id
    write(cast.learner, source="second", corrects_id=wrong)
    with pytest.raises(IntegrityError):
        write(cast.learner, source="third", corrects_id=wrong)


def test_writing_takes_one_statement(database, cast, max_queries):
    assert cast.learner.place_id
    with max_queries(1):
        write(cast.learner, attempt_id=new_id(), training_id=new_id())


def test_two_workers_at_once_write_one(committed):
    person_id = assemble().ids["learner"]

    def send(_number):
        with committed.app_context():
            try:
                with unit_of_work():
                    return write(db.session.get_one(Person, person_id))
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [False, False, False, True]


def test_the_origin_of_a_request_is_its_language_and_device(app):
    with app.test_request_context("/?lang=en", headers={"User-Agent": "Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148"}):
        assert Origin.of_request() == Origin("en", Device.TABLET, Channel.ONLINE)
