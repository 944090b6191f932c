"""Mails to participants and their calendar entries: the same events all along, sent once, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from tests.core.mailserver import MailServer
from tests.trainings.conftest import NOW
from tests.trainings.test_people_services import CHINESE, register, withdraw
from webapp.core.database import db
from webapp.core.mail.delivery import deliver
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import agenda, hooks, notices, services_agenda, services_people
from webapp.trainings.models import TrainingState
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import locked
from webapp.trainings.rules_agenda import SessionSent

P = ParticipantState
LATER = NOW + timedelta(minutes=10)


@pytest.fixture(autouse=True)
def today(at):
    at(NOW)


@pytest.fixture
def training(make_training, make_session):
    until = datetime(2026, 12, 1, 4, tzinfo=UTC)
    made = make_training(title="长安区培训", address="中山东路 1 号", room="301", seats=30, registers_until=until)
    make_session(made, title="开班与导论")
    make_session(made, day=made.last_day)
    return made


def mails():
    return list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.id).execution_options(populate_existing=True)))


def events(mail):
    """(method, UID, sequence, start, status) of each event of a mail; each object holds one event only, as a request must."""
    found = []
    for text in mail.calendar.split("END:VCALENDAR\r\n")[:-1]:
        calendar = Calendar.from_ical(text + "END:VCALENDAR\r\n")
        (event,) = calendar.walk("VEVENT")
        found.append((str(calendar["METHOD"]), str(event["UID"]), event["SEQUENCE"], event["DTSTART"].dt.isoformat(), str(event["STATUS"])))
    return found


def invite(training, participant, person, actor_id):
    return services_people.invite(locked(training.id), participant, person, now=NOW, origin=CHINESE, actor_id=actor_id)


def test_an_invitation_in_chinese_reads_as_a_notice(database, training, make_participant, cast):
    participant = make_participant(training, person=cast.learner, state=P.LISTED)
    invite(training, participant, cast.learner, cast.ids["trainer"])
    (mail,) = mails()
    assert mail.subject == "培训邀请：长安区培训"
    assert mail.text.startswith("尊敬的王晓兰：")
    for words in (
        "现将有关事项通知如下：", "一、时间", "2026年12月14日09:00–12:00", "二、培训地点\n长安区委党校\n301\n中山东路 1 号", "李建国",
        "请于2026年12月1日12:00前在您的个人页面确认是否参加。",
        f"http://localhost/trainings/mine/{participant.code}?lang=zh-Hans", "本邮件由系统自动发送，请勿直接回复。",
    ):
        assert words in mail.text, words


def test_an_invitation_in_english_says_the_same(database, training, make_participant, cast):
    participant = make_participant(training, person=cast.outsider, state=P.LISTED)
    invite(training, participant, cast.outsider, cast.ids["trainer"])
    (mail,) = mails()
    assert mail.subject == "Invitation: 长安区培训"
    for words in ("Dear Nomvula Dlamini,", "1. When\n14 December 2026, 09:00–12:00: 开班与导论", "before 1 December 2026, 12:00"):
        assert words in mail.text, words


def test_registering_withdrawing_and_coming_back_change_the_same_events(database, training, make_participant, cast):
    participant = make_participant(training, person=cast.learner, state=P.LISTED)
    invite(training, participant, cast.learner, cast.ids["trainer"])
    register(training, cast.learner)
    withdraw(training, participant, cast.learner)
    register(training, cast.learner)
    found = [events(mail) for mail in mails()]
    assert [{each[0] for each in one} for one in found] == [{"REQUEST"}, {"REQUEST"}, {"CANCEL"}, {"REQUEST"}]
    assert len({tuple(each[1] for each in one) for one in found}) == 1
    assert [one[0][2] for one in found] == sorted({one[0][2] for one in found})
    assert [one[0][4] for one in found] == ["TENTATIVE", "CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert [each[3] for each in found[0]] == ["2026-12-14T09:00:00+08:00", "2026-12-15T09:00:00+08:00"]


def changed(training, at):
    with unit_of_work():
        locked(training.id).calendar_sequence += 1
        training.changed_at = at


def test_news_of_changes_wait_a_little_and_go_out_once_for_all_of_them(database, training, cast, make_session):
    register(training, cast.learner)
    db.session.commit()
    before = events(mails()[0])
    changed(training, NOW)
    changed(training, NOW + timedelta(minutes=2))
    assert notices.send_due(NOW + timedelta(minutes=4)) == 0
    assert notices.send_due(LATER) == 1
    assert notices.send_due(LATER) == 0
    news = mails()[1]
    assert news.subject.startswith("培训安排变更")
    assert [each[:2] for each in events(news)] == [each[:2] for each in before]
    assert events(news)[0][2] == before[0][2] + 2


def test_a_cancelled_session_leaves_the_calendar_and_a_new_one_comes_in(database, training, cast, make_session):
    register(training, cast.learner)
    db.session.commit()
    gone = events(mails()[0])[1][1]
    agenda.sessions(training.id)[1].cancelled = True
    make_session(training, day=training.last_day, starts=time(14), ends=time(17))
    changed(training, NOW)
    notices.send_due(LATER)
    found = events(mails()[1])
    assert [(each[0], each[1] == gone) for each in found] == [("REQUEST", False), ("REQUEST", False), ("CANCEL", True)]


def test_a_session_that_stands_in_calendars_is_cancelled_and_not_deleted(database, training, cast):
    register(training, cast.learner)
    db.session.commit()
    session = agenda.sessions(training.id)[1]
    more = {"training_id": training.id, "session_id": session.id, "actor_id": cast.ids["trainer"], "now": NOW}
    with pytest.raises(SessionSent):
        services_agenda.delete_session(version=session.version, **more)
    services_agenda.cancel_session(version=session.version, **more)
    db.session.commit()
    notices.send_due(LATER)
    assert [each[0] for each in events(mails()[1])] == ["REQUEST", "CANCEL"]


def test_who_declined_or_waits_hears_nothing_of_changes(database, training, make_participant, cast):
    make_participant(training, person=cast.learner, state=P.DECLINED)
    make_participant(training, person=cast.outsider, state=P.WAITING)
    changed(training, NOW)
    assert notices.send_due(LATER) == 0


def test_a_cancelled_training_is_told_to_everybody_it_concerns(database, training, make_participant, cast):
    register(training, cast.learner)
    make_participant(training, person=cast.outsider, state=P.WAITING)
    make_participant(training, person=cast.staff, state=P.DECLINED)
    with unit_of_work():
        row = locked(training.id)
        row.state = TrainingState.CANCELLED
        hooks.on_moved.send(hooks.Moved(row, TrainingState.ANNOUNCED, row.state, "", cast.ids["trainer"], NOW))
    told = {mail.recipient: mail for mail in mails()[1:]}
    assert set(told) == {cast.email("learner"), cast.email("outsider")}
    assert {each[0] for each in events(told[cast.email("learner")])} == {"CANCEL"}
    assert told[cast.email("outsider")].calendar is None


def test_more_seats_in_the_plan_promote_at_once(database, training, make_participant, cast):
    participant = make_participant(training, person=cast.learner, state=P.WAITING)
    with unit_of_work():
        hooks.on_changed.send(hooks.Changed(locked(training.id), frozenset({"seats"}), cast.ids["trainer"], NOW))
    assert db.session.get_one(Participant, participant.id).state is P.REGISTERED


@pytest.mark.parametrize(("day", "hour", "stage"), [
    (6, 2, None), (7, 2, (7, 1)), (7, 14, None), (12, 2, (2, 1)), (12, 23, None), (13, 1, (1, 2)), (14, 1, None),
])
def test_reminders_are_due_a_week_and_a_day_before_in_the_daytime_of_the_venue(training, day, hour, stage):
    assert notices.stage(training, datetime(2026, 12, day, hour, tzinfo=UTC)) == stage


def test_each_reminder_goes_out_once_and_not_to_who_has_just_registered(database, training, cast):
    register(training, cast.learner)
    db.session.commit()
    assert notices.send_due(NOW + timedelta(hours=1)) == 0
    week = datetime(2026, 12, 8, 2, tzinfo=UTC)
    assert [notices.send_due(week), notices.send_due(week)] == [1, 0]
    day = datetime(2026, 12, 13, 2, tzinfo=UTC)
    assert [notices.send_due(day), notices.send_due(day)] == [1, 0]
    assert [mail.subject for mail in mails()[1:]] == ["提醒：长安区培训"] * 2
    assert "“长安区培训”将于明天开班。" in mails()[-1].text


def test_entries_reach_the_readers_program_also_after_a_day_without_a_mail_server(database, training, cast, monkeypatch, at):
    register(training, cast.learner)
    db.session.commit()
    assert deliver() == 0
    at(NOW + timedelta(days=1))
    with MailServer() as server:
        here = replace(database.extensions["settings"], smtp_url=server.url, mail_from="LocalGoals <noreply@example.org>")
        monkeypatch.setitem(database.extensions, "settings", here)
        assert deliver() == 1
        message = server.inbox.mails[0].message
    assert mails()[0].state is MailState.SENT
    text, *entries = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert "您已成功报名" in text.get_content()
    assert [(each.get_content_type(), each["Content-Type"].params["method"], each.get_filename()) for each in entries] == [
        ("text/calendar", "REQUEST", "event-1.ics"), ("text/calendar", "REQUEST", "event-2.ics"),
    ]
    calendar = Calendar.from_ical(entries[0].get_content())
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert [str(each["TZID"]) for each in calendar.walk("VTIMEZONE")] == ["Asia/Shanghai"]
    assert str(event["ATTENDEE"]) == f"mailto:{cast.email('learner')}"
    assert "长安区委党校" in event["LOCATION"]
