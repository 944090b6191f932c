"""Handing in, feedback, returning, accepting: who may, from which state, and who is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.questionnaires.conftest import NOW, Desk
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import rules_state, services
from webapp.questionnaires.models import MemberRole, SheetComment, SheetMove, SheetState
from webapp.questionnaires.views_state import Standing


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def put(desk, to, status=303, words=""):
    answer = desk.client.post(f"{desk.url}state?lang=en", data={"to": to, "words": words})
    assert answer.status_code == status, f"{answer.status} {answer.text[:1500]}"
    return answer


@pytest.fixture
def handed(desk):
    """The learner's sheet, filled in as far as needed and handed in."""
    desk.send(("plan-name", "Five-Year Plan"))
    put(desk, "shared")
    return desk


@pytest.fixture
def trainer(handed, login_as):
    return Desk(handed.id, login_as("trainer"), handed.questionnaire)


def mails():
    sent = db.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at, OutboxMail.id))
    return [(mail.recipient, mail.subject) for mail in sent]


def test_what_is_missing_is_named_and_linked_and_the_sheet_stays_a_draft(database, desk):
    page = put(desk, "shared", 422).text
    assert "The sheet is not handed in yet" in page
    assert f'href="{desk.url}plan#f-plan-name"' in page
    assert desk.sheet.state is SheetState.DRAFT
    assert f'href="{desk.url}plan#f-plan-name"' in desk.client.get(f"{desk.url}state?lang=en").text


def test_an_open_conflict_has_to_be_settled_first(database, desk, mate):
    desk.send(("plan-name", "Our plan"))
    base = desk.sheet.version
    desk.send(("level", "county"), base=base)
    mate.send(("level", "city"), base=base)
    assert "two people wrote different things" in put(desk, "shared", 422).text


def test_handing_in_closes_the_sheet_and_taking_back_opens_it(database, handed):
    assert handed.sheet.state is SheetState.SHARED
    handed.send(("plan-name", "Another"), status=409)
    put(handed, "draft")
    handed.send(("plan-name", "Another"))
    assert handed.values["plan-name"] == "Another"
    assert [row.state for row in db.session.scalars(select(SheetMove).order_by(SheetMove.id))] == [SheetState.SHARED, SheetState.DRAFT]


def test_two_clicks_hand_in_once(database, handed):
    put(handed, "shared", 409)
    assert len(db.session.scalars(select(SheetMove)).all()) == 1


def test_a_trainer_returns_with_words_and_the_writers_are_told(database, handed, trainer):
    assert "write what you want to say" in put(trainer, "returned", 422).text
    put(trainer, "returned", words="Say where the money comes from.\n<script>alert(1)</script>")
    assert handed.sheet.state is SheetState.RETURNED
    page = handed.client.get(f"{handed.url}state?lang=en").text
    assert "Say where the money comes from." in page
    assert "<script>alert(1)" not in page
    assert [to for to, _subject in mails()] == ["learner@example.org"]
    assert db.session.scalars(select(OutboxMail)).one().text.count("/state") == 1
    assert "Say where" not in db.session.scalars(select(OutboxMail)).one().text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "sheet")).one()
    assert (entry.action, entry.place_id) == ("sheet.returned", handed.sheet.place_id)
    handed.send(("plan-name", "Better"))
    put(handed, "shared")
    put(trainer, "done")
    assert handed.sheet.state is SheetState.DONE


def test_an_accepted_sheet_is_opened_again_by_returning_it(database, handed, trainer):
    put(trainer, "done")
    handed.send(("plan-name", "Late"), status=409)
    put(handed, "draft", 409)
    put(trainer, "returned", words="One more thing.")
    handed.send(("plan-name", "Late"))


@pytest.mark.parametrize("name", ["outsider", "other_county", "second_learner", "author"])
def test_to_others_a_sheet_does_not_exist(database, handed, login_as, name):
    browser = login_as(name)
    for tail in ("", "state", "people", "history", "plan", "comments"):
        assert browser.get(f"{handed.url}{tail}").status_code == 404, tail
    assert browser.post(f"{handed.url}state", data={"to": "done"}).status_code == 404


@pytest.mark.parametrize("name", ["trainer", "staff", "administrator"])
def test_a_draft_is_its_members_alone(database, desk, login_as, name):
    assert login_as(name).get(f"{desk.url}state").status_code == 404


@pytest.mark.parametrize("name", ["trainer", "staff", "administrator"])
def test_those_whose_role_covers_the_place_read_what_is_handed_in_but_not_its_history(database, handed, login_as, name):
    browser = login_as(name)
    assert browser.get(f"{handed.url}state").status_code == 200
    assert browser.get(handed.url).status_code == 303
    assert browser.get(f"{handed.url}history").status_code == 404
    assert browser.get(f"{handed.url}people").status_code == 404


def test_a_sheet_that_was_taken_back_is_private_again(database, handed, trainer):
    put(handed, "draft")
    assert trainer.client.get(f"{handed.url}state").status_code == 404


def test_members_do_not_decide_about_their_own_sheet(database, handed):
    put(handed, "done", 403)
    put(handed, "returned", 403, words="x")


def test_a_trainer_does_not_accept_what_they_write_on(database, handed, trainer, cast):
    with unit_of_work():
        services.give_part(sheet=handed.sheet, person_id=cast.ids["trainer"], role=MemberRole.EDITOR, now=NOW)
    put(trainer, "done", 403)


def test_a_commenter_does_not_hand_in(database, desk, cast, login_as):
    desk.send(("plan-name", "Plan"))
    with unit_of_work():
        services.give_part(sheet=desk.sheet, person_id=cast.ids["second_learner"], role=MemberRole.COMMENTER, now=NOW)
    put(Desk(desk.id, login_as("second_learner"), desk.questionnaire), "shared", 403)


def test_comments_are_told_at_once_then_once_an_hour(database, handed, trainer, at):
    for minute in range(4):
        at(NOW + timedelta(minutes=minute))
        trainer.client.post(f"{handed.url}comments", data={"at": "plan-name", "text": f"Look at line {minute}."})
    rows = list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.created_at)))
    assert [(mail.recipient, mail.due_at) for mail in rows] == [
        ("learner@example.org", NOW), ("learner@example.org", NOW + timedelta(hours=1)),
    ]
    assert len(db.session.scalars(select(SheetComment).where(SheetComment.feedback)).all()) == 4


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_costs_at_most_eight_queries(database, handed, trainer, language, max_queries):
    for browser in (handed.client, trainer.client):
        with max_queries(8):
            assert browser.get(f"{handed.url}state?lang={language}").status_code == 200


def test_members_and_others_see_their_own_buttons(database, handed, trainer):
    assert "Take it back" in handed.client.get(f"{handed.url}state?lang=en").text
    page = trainer.client.get(f"{handed.url}state?lang=en").text
    assert "Accept" in page
    assert "Take it back" not in page


@pytest.mark.parametrize("role", [None, *MemberRole])
@pytest.mark.parametrize("state", SheetState)
@pytest.mark.parametrize("guides", [True, False])
def test_who_hands_in_never_decides(role, state, guides):
    stand = Standing(state, role, rules_state.decides(role, guides=guides))
    assert not (stand.hands_in and (stand.accepts or stand.returns))
    assert not (stand.takes_back and stand.accepts)
    assert not (stand.accepts and not guides)
    assert stand.hands_in is (role in (MemberRole.OWNER, MemberRole.EDITOR) and state in (SheetState.DRAFT, SheetState.RETURNED))
