"""The morning's mail about sheets that wait for feedback: who gets it, when, and once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.questionnaires.conftest import NOW
from webapp.accounts.models import RoleGrant, SignIn
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires.digest import HOUR, morning_of, send_digests
from webapp.questionnaires.models import MemberRole, Sheet, SheetMember

# Handed in on 20 November at 14:00 in Shanghai; the mail of the next morning goes at seven there.
MORNING = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def hand_in(desk, when=None):
    desk.send(("plan-name", "Five-Year Plan"))
    assert desk.client.post(f"{desk.url}state", data={"to": "shared"}).status_code == 303
    if when is not None:
        with unit_of_work():
            desk.sheet.shared_at = when


def mails():
    sent = db.session.scalars(select(OutboxMail).where(OutboxMail.subject.contains("反馈")).order_by(OutboxMail.recipient))
    return {mail.recipient: mail for mail in sent}


def test_trainers_and_staff_of_the_place_are_written_to_once(database, desk):
    hand_in(desk)
    assert send_digests(MORNING) == 2
    assert send_digests(MORNING + timedelta(minutes=10)) == 0
    assert list(mails()) == ["staff@example.org", "trainer@example.org"]
    mail = mails()["trainer@example.org"]
    assert mail.subject == "有1份填报表等待反馈"
    assert mail.text.count(f"/sheets/{desk.id}/state") == 1
    assert mail.text.count("/sheets/review?state=shared") == 1
    assert "Five-Year Plan" not in mail.text


def test_before_seven_nothing_goes(database, desk):
    hand_in(desk)
    assert send_digests(MORNING - timedelta(seconds=1)) == 0
    assert mails() == {}
    assert send_digests(MORNING) == 2


def test_without_anything_new_there_is_no_second_mail(database, desk):
    hand_in(desk)
    send_digests(MORNING)
    assert send_digests(MORNING + DAY) == 0
    with unit_of_work():
        desk.sheet.shared_at = MORNING + DAY + timedelta(hours=1)
    assert send_digests(MORNING + 2 * DAY) == 2


def test_what_came_while_nothing_ran_is_told_of_afterwards(database, desk):
    hand_in(desk, MORNING - 3 * DAY)
    assert send_digests(MORNING) == 2


def test_a_late_run_tells_nothing_twice_and_leaves_no_gap(database, desk):
    hand_in(desk, MORNING + timedelta(hours=4))
    assert send_digests(MORNING + timedelta(hours=5)) == 2
    assert send_digests(MORNING + DAY) == 0, "it was told of when the late run looked"
    with unit_of_work():
        desk.sheet.shared_at = MORNING + DAY + timedelta(seconds=1)
    assert send_digests(MORNING + 2 * DAY) == 2


def test_nobody_is_written_to_about_what_they_wrote_themselves(database, desk, cast):
    hand_in(desk)
    with unit_of_work():
        db.session.add(SheetMember(sheet_id=desk.id, person_id=cast.ids["trainer"], role=MemberRole.EDITOR, joined_at=NOW))
    assert send_digests(MORNING) == 1
    assert list(mails()) == ["staff@example.org"]


def test_a_role_that_ended_and_a_sign_in_that_is_disabled_get_no_mail(database, desk, cast):
    hand_in(desk)
    with unit_of_work():
        db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == cast.ids["trainer"])).one().until = MORNING
        db.session.scalars(select(SignIn).where(SignIn.person_id == cast.ids["staff"])).one().disabled_at = NOW
    assert send_digests(MORNING) == 0


def test_a_sheet_without_a_place_is_for_those_whose_role_has_none_either(database, desk, cast):
    hand_in(desk)
    with unit_of_work():
        desk.sheet.place_id = None
        db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == cast.ids["other_county"])).one().place_id = None
    assert send_digests(MORNING) == 1
    assert list(mails()) == ["other_county@example.org"]


def test_drafts_and_accepted_sheets_are_not_counted(database, desk):
    desk.send(("plan-name", "Five-Year Plan"))
    assert send_digests(MORNING) == 0


def test_six_new_sheets_are_five_lines_and_one_more(database, desk, begin):
    hand_in(desk)
    with unit_of_work():
        for other in [begin() for _ in range(5)]:
            sheet = db.session.get_one(Sheet, other)
            sheet.state, sheet.shared_at = desk.sheet.state, NOW
    send_digests(MORNING)
    mail = mails()["trainer@example.org"]
    assert mail.subject == "有6份填报表等待反馈"
    assert mail.text.count("/state") == 5
    assert "另有1份" in mail.text


def test_who_stopped_the_mail_gets_it_no_more(database, desk, client):
    hand_in(desk)
    send_digests(MORNING)
    mail = mails()["trainer@example.org"]
    assert mail.stop_url in mail.text
    assert client.post(mail.stop_url.removeprefix("http://localhost")).status_code == 303
    with unit_of_work():
        desk.sheet.shared_at = MORNING + timedelta(hours=1)
    assert send_digests(MORNING + DAY) == 1, "staff alone"
    client.post(mail.stop_url.removeprefix("http://localhost"), data={"again": "y"})
    with unit_of_work():
        desk.sheet.shared_at = MORNING + DAY + timedelta(hours=1)
    assert send_digests(MORNING + 2 * DAY) == 2


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  the strategy adds the zone
    st.sampled_from(["Asia/Shanghai", "UTC", "Africa/Nairobi", "America/Lima"]),
)
def test_the_morning_is_the_last_seven_oclock_of_the_day_there(now, zone):
    there = ZoneInfo(zone)
    morning = morning_of(now, there)
    local = now.astimezone(there)
    assert (morning is None) == (local.time() < HOUR)
    if morning is not None:
        assert (morning.date(), morning.timetz().replace(tzinfo=None)) == (local.date(), HOUR)
