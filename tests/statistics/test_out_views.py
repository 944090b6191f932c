"""Saved views: named, shared, mailed exactly once a period, deleted and brought back."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.learning.fixtures import NOON, complete, enrol, finish
from tests.learning.small_course import SPRINGS, WATER
from webapp.accounts.models import RoleGrant, SignIn
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.statistics import mailing, snapshot
from webapp.statistics import services_views as services
from webapp.statistics.models import Cadence, Mailing, SavedView
from webapp.statistics.rules_views import DAYS_AFTER, ViewError, begun, due, ended, following, moved

NOW = datetime(2026, 9, 20, 5, 7, tzinfo=UTC)
THIRD = datetime(2026, 10, 3, 1, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("small_courses")


@pytest.fixture
def people(cast, water, soil, at):
    """Three people of three counties in two courses, on the programme's 14th of September."""
    complete(cast.learner, water)
    finish(cast.second_learner, water, SPRINGS)
    enrol(cast.other_county, soil, NOON + timedelta(days=1))
    db.session.commit()
    at(NOW)
    return cast


def saved(person_id, name="September", *, page="overview", query="", place=None, shared=False, cadence=None, now=NOW):
    view = services.save(person_id=person_id, name=name, page=page, query=query, place_id=place.id if place else None, now=now)
    services.share(view=view, shared=shared, now=now)
    services.mail(view_id=view.id, person_id=person_id, cadence=cadence, now=now)
    db.session.commit()
    return view


def mails():
    return list(db.session.query(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id))


# --- When, and for which days -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("today", "month", "quarter"), [
    (date(2026, 11, 21), date(2026, 10, 31), date(2026, 9, 30)), (date(2026, 1, 1), date(2025, 12, 31), date(2025, 12, 31)),
    (date(2028, 3, 31), date(2028, 2, 29), date(2027, 12, 31)),
])
def test_what_ended_last(today, month, quarter):
    assert (ended(Cadence.MONTHLY, today), ended(Cadence.QUARTERLY, today)) == (month, quarter)


@given(st.sampled_from(Cadence), st.dates(date(2001, 1, 1), date(2099, 1, 1)), st.integers(0, 900))
def test_every_period_after_the_beginning_is_due_once_and_in_order(cadence, today, later):
    sent, found, until = begun(cadence, today), [], today + timedelta(days=later)
    while (end := due(cadence, sent, until)) is not None:
        found.append(end)
        sent = end
    assert found == sorted(set(found))
    assert all(today <= end + DAYS_AFTER <= until for end in found)
    assert sent + DAYS_AFTER <= until or not found
    assert following(cadence, sent) + DAYS_AFTER > until


@pytest.mark.parametrize(("query", "cadence", "found"), [
    ([("period", "this-month"), ("sex", "female")], Cadence.MONTHLY, {"sex": "female", "from": "2026-09-01", "to": "2026-09-30"}),
    ([("period", "last-month")], Cadence.MONTHLY, {"from": "2026-09-01", "to": "2026-09-30"}),
    ([("period", "this-year")], Cadence.MONTHLY, {"from": "2026-01-01", "to": "2026-12-31"}),
    ([("period", "last-quarter")], Cadence.QUARTERLY, {"from": "2026-07-01", "to": "2026-09-30"}),
    ([], Cadence.MONTHLY, {"period": "2026-09"}), ([], Cadence.QUARTERLY, {"period": "2026-Q3"}),
    ([("period", "2026")], Cadence.MONTHLY, {"period": "2026"}), ([("from", "2026-01-01")], Cadence.MONTHLY, {"from": "2026-01-01"}),
])
def test_a_period_that_moves_becomes_the_one_that_ended(query, cadence, found):
    assert dict(moved(query, cadence, date(2026, 9, 30))) == found


# --- Keeping ------------------------------------------------------------------------------------------------------------------


def test_a_name_is_ones_own_once_and_free_again_when_its_view_is_deleted(database, people):
    view = saved(people.ids["staff"])
    saved(people.ids["administrator"])
    with pytest.raises(ViewError):
        saved(people.ids["staff"], "  September ")
    services.remove(view=view, now=NOW)
    again = saved(people.ids["staff"])
    assert [each.id for each in services.mine(people.ids["staff"])] == [again.id]


@pytest.mark.parametrize("name", ["", "   ", "x" * 121])
def test_a_view_needs_a_name_that_fits(database, people, name):
    with pytest.raises(ViewError) as refused:
        saved(people.ids["staff"], name)
    assert refused.value.field == "name"


def test_a_deleted_view_comes_back_for_a_month_and_is_gone_then(database, people):
    view = saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    services.remove(view=view, now=NOW)
    db.session.commit()
    assert services.sweep(NOW + timedelta(days=29)) == 0
    services.restore(view=view)
    assert services.sweep(NOW + timedelta(days=60)) == 0
    services.remove(view=view, now=NOW)
    assert services.sweep(NOW + timedelta(days=30)) == 1
    assert db.session.query(Mailing).count() == 0


def test_a_shared_view_is_seen_by_staff_of_its_place_only(database, people):
    of_city = saved(people.ids["staff"], "City", place=people.places.city, shared=True)
    of_all = saved(people.ids["staff"], "All", shared=True)
    of_county = saved(people.ids["staff"], "County", place=people.places.other_county, shared=True)
    own = saved(people.ids["staff"], "Own")
    county = (people.places.other_county.path,)
    officer = people.ids["other_county"]
    assert {each.id for each in services.shared_with(officer, county)} == {of_all.id, of_county.id}
    assert {each.id for each in services.shared_with(officer, None)} == {of_city.id, of_all.id, of_county.id}
    assert services.opened(of_city.id, officer, county) is None
    assert services.opened(own.id, officer, None) is None
    services.remove(view=of_all, now=NOW)
    assert services.opened(of_all.id, officer, county) is None
    assert services.opened(of_all.id, people.ids["staff"], ()) is of_all


# --- Mails --------------------------------------------------------------------------------------------------------------------


def test_a_month_is_mailed_once_on_its_third_day_in_the_readers_language(database, people):
    saved(people.ids["staff"], query=f"course={WATER}&period=this-month", cadence=Cadence.MONTHLY)
    assert mailing.send_due(THIRD - timedelta(days=1)) == 0
    assert mailing.send_due(THIRD) == 1
    assert mailing.send_due(THIRD) == 0
    mail, = mails()
    assert (mail.recipient, mail.language) == (people.email("staff"), "zh-Hans")
    assert "September" in mail.subject
    address = re.search(r"http://localhost/statistics/\?\S+", mail.text)[0]
    assert {"from=2026-09-01", "to=2026-09-30", f"course={WATER}", "lang=zh-Hans"} == set(address.partition("?")[2].split("&"))
    assert re.search(r"http://localhost/statistics\.xlsx\?\S+from=2026-09-01", mail.text)
    assert mailing.send_due(THIRD + timedelta(days=31)) == 1
    assert "2026-10-31" in mails()[1].text


def test_the_figures_of_the_mail_are_those_of_the_page(database, people, login_as):
    people.staff.language = "en"
    saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    mailing.send_due(THIRD)
    text = mails()[0].text
    assert "readers: " in text
    page = login_as("staff").get("/statistics/?lang=en&period=2026-09").text
    for label in ("readers", "passed a test", "counties covered"):
        shown = re.search(rf"<dt>(?:<a[^>]*>)?{label}(?:</a>)?</dt><dd>([\d,]+)", page)[1]
        assert f"{label}: {shown}\n" in text + "\n"


def test_a_server_that_stood_still_sends_what_is_missing_one_after_the_other(database, people):
    saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    later = THIRD + timedelta(days=62)
    assert [mailing.send_due(later) for _day in range(4)] == [1, 1, 1, 0]
    assert db.session.query(Mailing).one().sent_until == date(2026, 11, 30)


def test_what_was_over_before_one_asked_is_not_sent(database, people):
    saved(people.ids["staff"], cadence=Cadence.QUARTERLY)
    assert db.session.query(Mailing).one().sent_until == date(2026, 6, 30)
    assert mailing.send_due(NOW) == 0
    assert mailing.send_due(THIRD) == 1


def test_a_period_waits_until_it_was_counted_to_its_end(database, people):
    saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    snapshot.refresh(NOW, anew=True)
    assert mailing.send_due(THIRD) == 0
    snapshot.refresh(THIRD)
    assert mailing.send_due(THIRD) == 1


def test_two_runners_send_one_mail(database, people):
    saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    row = db.session.query(Mailing).one()
    key, before = row.id, row.sent_until
    assert mailing._send(key, before, date(2026, 9, 30), THIRD) == 1
    assert mailing._send(key, before, date(2026, 9, 30), THIRD) == 0
    assert len(mails()) == 1


def test_mails_stop_with_the_role_and_say_so(database, people):
    saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    db.session.query(RoleGrant).filter_by(person_id=people.ids["staff"]).update({"revoked_at": NOW})
    people.staff.language = "en"
    db.session.commit()
    assert mailing.send_due(THIRD) == 1
    mail, = mails()
    assert "is no longer mailed" in mail.subject
    assert "statistics.xlsx" not in mail.text
    assert db.session.query(Mailing).count() == 0
    assert mailing.send_due(THIRD + timedelta(days=40)) == 0


def test_mails_stop_when_the_place_is_no_longer_the_readers(database, people):
    view = saved(people.ids["other_county"], query=f"place={people.places.county.id}", cadence=Cadence.MONTHLY)
    assert mailing.send_due(THIRD) == 1
    assert view.name in mails()[0].subject
    assert db.session.query(Mailing).count() == 0


def test_nothing_is_mailed_to_a_disabled_sign_in_nor_of_a_deleted_view(database, people):
    view = saved(people.ids["staff"], cadence=Cadence.MONTHLY)
    saved(people.ids["administrator"], cadence=Cadence.MONTHLY)
    services.remove(view=view, now=NOW)
    db.session.query(SignIn).filter_by(person_id=people.ids["administrator"]).update({"disabled_at": NOW})
    db.session.commit()
    assert mailing.send_due(THIRD) == 0
    assert not mails()


# --- Screens ------------------------------------------------------------------------------------------------------------------


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def test_a_page_is_saved_opened_renamed_shared_deleted_and_brought_back(login_as, people):
    staff = login_as("staff")
    page = html.unescape(staff.get("/statistics/funnel?lang=en&period=2026-09").text)
    link = re.search(r'href="(/statistics/views/new[^"]+)"', page)[1]
    assert "1 September 2026" in text_of(staff.get(link + "&lang=en"))
    assert staff.post(link, data={"name": "Funnel of September", "cadence": "monthly"}).status_code == 303
    view = db.session.query(SavedView).one()
    assert (view.page, view.query, view.shared, view.place_id) == ("funnel", "period=2026-09", False, people.places.province.id)
    assert staff.get(f"/statistics/views/{view.id}/open").headers["Location"] == "/statistics/funnel?period=2026-09"
    listed = text_of(staff.get("/statistics/views?lang=en"))
    assert "Funnel of September" in listed
    assert "after each month" in listed
    assert login_as("administrator").get(f"/statistics/views/{view.id}").status_code == 404
    staff.post(f"/statistics/views/{view.id}", data={"name": "Shared", "shared": "1", "cadence": ""})
    assert db.session.query(Mailing).count() == 0
    assert "Shared" in text_of(login_as("administrator").get("/statistics/views?lang=en"))
    assert login_as("administrator").post(f"/statistics/views/{view.id}/delete").status_code == 404
    staff.post(f"/statistics/views/{view.id}/delete")
    assert "Bring back" in text_of(staff.get("/statistics/views?lang=en"))
    staff.post(f"/statistics/views/{view.id}/restore")
    assert db.session.get(SavedView, view.id).deleted_at is None
    actions = [each.action for each in db.session.query(AuditEntry).filter(AuditEntry.action.like("statistics.view%"))]
    assert actions == ["statistics.view_shared"]


def test_a_shared_link_is_judged_by_the_rights_of_who_opens_it(login_as, people):
    view = saved(people.ids["staff"], query=f"place={people.places.city.id}", shared=True)
    officer = login_as("other_county")
    moved_to = officer.get(f"/statistics/views/{view.id}/open").headers["Location"]
    assert officer.get(moved_to).status_code == 400
    assert login_as("administrator").get(moved_to).status_code == 200


def test_what_cannot_be_saved_is_explained(login_as, people):
    staff = login_as("staff")
    saved(people.ids["staff"], "Taken")
    answer = staff.post("/statistics/views/new?page=overview&lang=en", data={"name": "Taken"})
    assert answer.status_code == 400
    assert "You have a view of this name already." in text_of(answer)
    assert staff.get("/statistics/views/new?page=nothing").status_code == 404
    refused = staff.get("/statistics/views/new?page=overview&query=colour%3Dred&lang=en")
    assert refused.status_code == 400
    assert "This page has no filter “colour”." in refused.text
    assert staff.post("/statistics/views/new?page=overview", data={"name": "x", "cadence": "hourly"}).status_code == 400
    assert db.session.query(SavedView).count() == 1


@pytest.mark.parametrize("who", ["learner", "trainer", "author", "outsider"])
def test_for_people_without_the_role_there_are_no_views(login_as, people, who):
    view = saved(people.ids["staff"], shared=True)
    reader = login_as(who)
    for path in ("", "/new?page=overview", f"/{view.id}", f"/{view.id}/open"):
        assert reader.get(f"/statistics/views{path}").status_code == 404


def test_a_hostile_name_is_shown_and_never_run(login_as, people):
    saved(people.ids["staff"], "<script>alert(1)</script>", cadence=Cadence.MONTHLY)
    assert "<script>alert" not in login_as("staff").get("/statistics/views").text
