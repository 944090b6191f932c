"""Publishing a closed period: asked for once, prepared by the job, the result on its page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.statistics.test_public import close, enrolled
from webapp.core import clock
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import editions, public, publications
from webapp.statistics.models import ClosedPeriod, Publication

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
WHO = ("learner", "second_learner", "staff", "outsider", "other_county", "trainer")
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture
def period(cast) -> ClosedPeriod:
    for who in WHO:
        enrolled(cast, who, sex="female", position_level=30)
    enrolled(cast, "author", sex="male", position_level=30)
    row = close(cast)
    row.figures = {"versions": {}, "places": {"": {"enrolled": 7}}}
    db.session.commit()
    return row


def said(*actions: str) -> list[str]:
    db.session.expire_all()
    return [each.action for each in db.session.scalars(select(AuditEntry).order_by(AuditEntry.number)) if each.action in actions]


PUBLISHING = ("statistics.publication_asked", "statistics.period_published", "statistics.period_withdrawn")


@pytest.mark.parametrize(("language", "waiting", "result"), [
    ("en", "are being prepared", "are withheld"), ("zh-Hans", "正在处理", "隐去"),
])
def test_one_asks_sees_how_far_it_is_and_then_what_came_of_it(login_as, period, language, waiting, result):
    staff = login_as("administrator")
    page = f"/statistics/periods/{period.id}?lang={language}"
    assert staff.post(f"/statistics/periods/{period.id}/publish", data={"published": "yes"}).status_code == 303
    before = staff.get(page).text
    assert waiting in before
    assert 'http-equiv="refresh"' in before
    assert publications.carry_out_due(NOW) == 1
    after = staff.get(page).text
    assert result in after
    assert 'http-equiv="refresh"' not in after
    assert "/statistics/public?from=2026-09-01&amp;to=2026-09-30" in after


def test_two_clicks_ask_once_and_two_runners_publish_once(database, login_as, period):
    staff, address = login_as("administrator"), f"/statistics/periods/{period.id}/publish"
    for _click in range(2):
        assert staff.post(address, data={"published": "yes"}).status_code == 303
    assert publications.carry_out(period.id)
    assert not publications.carry_out(period.id)
    assert publications.carry_out_due(NOW) == 0
    assert said(*PUBLISHING) == list(PUBLISHING[:2])


def test_a_job_that_was_stopped_begins_again_and_ends_with_the_same_tables(database, cast, period, monkeypatch):
    with unit_of_work():
        publications.publish(row=period, actor_id=cast.ids["administrator"], now=NOW)

    def stopped(*_args: object, progress: object, **_more: object) -> frozenset[editions.Place]:
        progress(1, 4)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(editions, "withheld", stopped)
        with pytest.raises(KeyboardInterrupt):
            publications.carry_out(period.id)
    begun = publications.under_way(period.id)
    assert begun is not None
    assert (begun.done, begun.total) == (1, 4)
    assert not db.session.get_one(ClosedPeriod, period.id).published
    assert publications.carry_out_due(NOW) == 1
    assert publications.under_way(period.id) is None
    assert public.edition(db.session.get_one(ClosedPeriod, period.id)).tells


def test_a_period_is_guarded_anew_where_another_went_out_while_it_was_prepared(database, cast, period, monkeypatch):
    enrolled(cast, "administrator", at=datetime(2026, 10, 8, 4, 0, tzinfo=UTC), sex="female", position_level=30)
    autumn = close(cast, last=date(2026, 10, 31), cut_off=NOW - timedelta(days=1))
    with unit_of_work():
        for row in (period, autumn):
            publications.publish(row=row, actor_id=cast.ids["administrator"], now=NOW)
    found, beside = editions.withheld, []

    def meanwhile(new: editions.Edition, earlier: list[editions.Edition], **more: object) -> frozenset[editions.Place]:
        beside.append((new.key, len(earlier)))
        if len(beside) == 1:
            assert publications.carry_out(autumn.id)
        return found(new, earlier, **more)

    monkeypatch.setattr(editions, "withheld", meanwhile)
    assert publications.carry_out(period.id)
    assert beside == [(str(period.id), 0), (str(autumn.id), 0), (str(period.id), 1)]
    made = [public.edition(db.session.get_one(ClosedPeriod, each.id)) for each in (period, autumn)]
    assert any(("enrolled", editions.TOTAL, "") in each.withheld for each in made), "the one who came in October is not told"


def test_what_was_withdrawn_is_shown_again_at_once_and_as_it_was(database, cast, client, period):
    with unit_of_work():
        publications.publish(row=period, actor_id=cast.ids["administrator"], now=NOW)
    publications.carry_out_due(NOW)
    before = client.get("/statistics/public.csv").text
    with unit_of_work():
        publications.withdraw(row=db.session.get_one(ClosedPeriod, period.id), actor_id=cast.ids["administrator"], now=NOW)
    assert client.get("/statistics/public.csv").status_code == 404
    with unit_of_work():
        publications.publish(row=db.session.get_one(ClosedPeriod, period.id), actor_id=cast.ids["administrator"], now=NOW)
    assert publications.carry_out_due(clock.now()) == 0
    assert client.get("/statistics/public.csv").text == before
    assert said(*PUBLISHING) == [*PUBLISHING, PUBLISHING[1]]
    assert len(db.session.scalars(select(Publication)).all()) == 1


@pytest.mark.parametrize(("language", "sentence"), [("en", "only trainings and places are published"), ("zh-Hans", "仅公布培训和地区")])
def test_a_period_without_numbers_of_people_says_so(database, cast, client, period, monkeypatch, language, sentence):
    monkeypatch.setattr(editions, "withheld", lambda new, _earlier, **_more: frozenset(new.numbers))
    with unit_of_work():
        publications.publish(row=period, actor_id=cast.ids["administrator"], now=NOW)
    publications.carry_out_due(NOW)
    page = client.get(f"/statistics/public?lang={language}").text
    assert sentence in page
