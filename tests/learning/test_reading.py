"""The browser's word that a page was read."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import assemble
from tests.learning.fixtures import NOON, ORIGIN, enrol
from tests.learning.small_course import RIVERS, SPRINGS, WATER
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.learning import queries, reading, services
from webapp.learning.models import ReadingReport
from webapp.participation.models import EventKind, ParticipationEvent


def views():
    return db.session.query(ParticipationEvent).filter_by(kind=EventKind.VIEWED).all()


@pytest.fixture
def report(database, cast, water):
    """Reports seconds of a view by the learner, or by a visitor."""
    ids = {}

    def send(view, seconds, person=cast.learner, step=SPRINGS, now=NOON):
        return services.report_reading(
            view_id=ids.setdefault(view, new_id()), seconds=seconds, course=water, step=water.step(step), person=person, origin=ORIGIN,
            now=now,
        )

    return send


def seconds_read(cast):
    return queries.learner(cast.learner.id, WATER).progress.seconds


def test_a_view_reported_again_with_more_seconds_counts_once_with_its_greatest_time(report, cast, water):
    enrol(cast.learner, water)
    assert [report("first", seconds) for seconds in (3, 60, 45, 60, 90)] == [True, False, False, False, False]
    assert len(views()) == 1
    assert seconds_read(cast) == {SPRINGS: 90}
    assert db.session.query(ReadingReport).one().seconds == 90


def test_two_views_of_a_page_add_up(report, cast, water):
    enrol(cast.learner, water)
    report("first", 30)
    report("second", 12.9)
    report("other lesson", 20, step=RIVERS)
    assert seconds_read(cast) == {SPRINGS: 42, RIVERS: 20}
    assert len(views()) == 3


def test_a_page_left_at_once_is_nothing(report, cast, water):
    enrol(cast.learner, water)
    assert not report("first", 2.9)
    assert views() == []
    assert seconds_read(cast) == {}
    assert report("first", 3)


def test_a_page_left_open_overnight_is_half_an_hour_at_most(report, cast, water):
    enrol(cast.learner, water)
    report("first", 40_000)
    report("first", 80_000)
    assert seconds_read(cast) == {SPRINGS: 1800}


def test_reading_leads_back_to_the_page_and_does_not_mark_it_done(report, cast, water):
    enrolment = enrol(cast.learner, water)
    report("first", 10, step=RIVERS, now=NOON + timedelta(hours=1))
    db.session.refresh(enrolment)
    assert (enrolment.last_step_id, enrolment.last_active_at) == (RIVERS, NOON + timedelta(hours=1))
    assert queries.learner(cast.learner.id, WATER).progress.done == frozenset()


def test_reading_alone_does_not_enrol(report, cast):
    assert report("first", 10)
    assert queries.learner(cast.learner.id, WATER) is queries.NOT_ENROLLED
    (event,) = views()
    assert (event.person_id, event.course_id, event.step_id) == (cast.ids["learner"], WATER, SPRINGS)


def test_a_visitor_is_a_view_of_nobody(report):
    assert report("first", 10, person=None)
    (event,) = views()
    assert event.person_id is None


def test_reports_of_one_view_that_arrive_together_count_once_with_the_greatest_time(committed, water):
    person_id = assemble().ids["learner"]
    enrol(db.session.get_one(Person, person_id), water)
    db.session.commit()
    view_id, together = new_id(), Barrier(3)

    def send(seconds):
        with committed.app_context():
            try:
                together.wait(5)
                with unit_of_work():
                    return services.report_reading(
                        view_id=view_id, seconds=seconds, course=water, step=water.step(SPRINGS),
                        person=db.session.get_one(Person, person_id), origin=ORIGIN, now=NOON,
                    )
            finally:
                db.session.remove()

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(send, (20, 30, 10))) == [False, False, True]
    assert queries.learner(person_id, WATER).progress.seconds == {SPRINGS: 30}
    assert db.session.query(ReadingReport).one().seconds == 30


@given(st.text(max_size=30))
def test_nonsense_is_no_time(text):
    assert math.isfinite(reading.seconds_of(text))


@pytest.mark.parametrize("text", ["", "nan", "inf", "-inf", "1e999", "zwölf", "1,5"])
def test_what_is_no_number_is_no_time(text):
    assert reading.seconds_of(text) == 0


# Through the address that the browser calls.

@pytest.fixture
def ticket(app, water):
    return reading.ticket(water, water.step(SPRINGS))


def test_the_browsers_report_is_taken(client, ticket):
    for seconds in ("3", "17"):
        response = client.post("/learning/reading", data={"ticket": ticket, "seconds": seconds})
        assert (response.status_code, response.data) == (204, b"")
    (event,) = views()
    assert event.person_id is None
    assert db.session.query(ReadingReport).one().seconds == 17


def test_the_report_of_a_signed_in_reader_counts_for_them(login_as, cast, water, ticket):
    enrol(cast.learner, water)
    db.session.commit()
    assert login_as("learner").post("/learning/reading", data={"ticket": ticket, "seconds": "25"}).status_code == 204
    assert seconds_read(cast) == {SPRINGS: 25}
    assert views()[0].person_id == cast.ids["learner"]


@pytest.mark.parametrize("forge", [
    lambda _ticket: "", lambda _ticket: "x", lambda ticket: ticket[:-5] + ("AAAAA" if ticket[-5:] != "AAAAA" else "BBBBB"),
    lambda ticket: "A" + ticket, lambda ticket: ticket.split(".")[0], lambda _ticket: "名" * 100,
])
def test_a_forged_ticket_is_refused_and_counts_nothing(client, ticket, forge):
    assert client.post("/learning/reading", data={"ticket": forge(ticket), "seconds": "30"}).status_code == 400
    assert views() == []


def test_a_ticket_signed_for_something_else_is_no_ticket(app, client, water, monkeypatch):
    other = app.session_interface.get_signing_serializer(app).dumps([new_id().hex, WATER, SPRINGS])
    assert client.post("/learning/reading", data={"ticket": other, "seconds": "30"}).status_code == 400


def test_a_ticket_of_yesterday_is_refused(client, ticket, monkeypatch):
    monkeypatch.setattr(reading, "TICKET_SECONDS", -1)
    assert client.post("/learning/reading", data={"ticket": ticket, "seconds": "30"}).status_code == 400


def test_a_report_about_a_step_that_was_removed_is_not_found(client, water, app):
    gone = reading._signer().sign(f"{new_id().hex}/{WATER}/gone").decode()
    assert client.post("/learning/reading", data={"ticket": gone, "seconds": "30"}).status_code == 404


def test_a_report_without_seconds_is_taken_and_counts_nothing(client, ticket):
    assert client.post("/learning/reading", data={"ticket": ticket, "seconds": "soon"}).status_code == 204
    assert views() == []
