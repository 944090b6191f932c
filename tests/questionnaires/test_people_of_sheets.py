"""Who has a part in a sheet, how they come to it, and how they lose it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.questionnaires.conftest import NOW
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_code
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import rules_state, services, services_state
from webapp.questionnaires.models import MemberRole, Sheet, SheetMember, SheetState


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def press(desk, status=303, **fields):
    answer = desk.client.post(f"{desk.url}people?lang=en", data=fields)
    assert answer.status_code == status, f"{answer.status} {answer.text[:1500]}"
    return answer


def parts(desk):
    return {row.person_id: row.role for row in db.session.scalars(select(SheetMember).where(SheetMember.sheet_id == desk.id))}


@pytest.fixture
def code(desk):
    press(desk, act="code")
    return desk.sheet.join_code


def test_the_owner_gives_a_part_by_address_and_they_are_told(database, desk, cast):
    press(desk, act="address", email=" Second_Learner@Example.org ", role="commenter")
    assert parts(desk)[cast.ids["second_learner"]] is MemberRole.COMMENTER
    assert [mail.recipient for mail in db.session.scalars(select(OutboxMail))] == ["second_learner@example.org"]
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "sheet")).one().after["part"] == "commenter"
    press(desk, act="give", person=str(cast.ids["second_learner"]), role="editor")
    assert parts(desk)[cast.ids["second_learner"]] is MemberRole.EDITOR
    press(desk, act="end", person=str(cast.ids["second_learner"]))
    assert set(parts(desk)) == {cast.ids["learner"]}


def test_an_unknown_address_is_said_and_guessing_is_counted(database, desk):
    for _try in range(30):
        page = press(desk, 422, act="address", email="nobody@example.org", role="editor").text
    assert "Nobody signs in with this address" in page
    press(desk, 429, act="address", email="nobody@example.org", role="editor")


def test_colleagues_are_found_by_name_in_the_same_place_only(database, desk, cast):
    assert "李建国" in desk.client.get(f"{desk.url}people?q=ljg&lang=en").text
    assert "Diallo" not in desk.client.get(f"{desk.url}people?q=amina&lang=en").text
    assert "李建国" not in desk.client.get(f"{desk.url}people?q=%E6%9D%8E&lang=en").text, "one character finds nobody"
    press(desk, act="give", person=str(cast.ids["trainer"]), role="editor")
    assert parts(desk)[cast.ids["trainer"]] is MemberRole.EDITOR
    press(desk, 404, act="give", person=str(cast.ids["other_county"]), role="editor")


@pytest.mark.parametrize("act", [{"act": "code"}, {"act": "title", "title": "x"}, {"act": "address", "email": "a@b.org", "role": "editor"}])
def test_only_the_owner_says_who_has_a_part(database, mate, act):
    press(mate, 403, **act)


def test_an_editor_leaves_and_an_owner_hands_over_first(database, desk, mate, cast):
    press(desk, act="leave")
    assert parts(desk)[cast.ids["learner"]] is MemberRole.OWNER
    press(desk, act="owner", person=str(cast.ids["second_learner"]))
    assert parts(desk) == {cast.ids["learner"]: MemberRole.EDITOR, cast.ids["second_learner"]: MemberRole.OWNER}
    press(desk, act="leave")
    assert set(parts(desk)) == {cast.ids["second_learner"]}
    assert desk.client.get(desk.url).status_code == 404


def test_opening_the_code_writes_nothing_and_the_button_joins_once(database, desk, code, login_as, cast):
    browser = login_as("second_learner")
    page = browser.get(f"/sheets/join/{code.lower().replace('-', '')}?lang=en")
    assert "County plan and the goals" in page.text
    assert "王晓兰" in page.text
    assert set(parts(desk)) == {cast.ids["learner"]}
    for _click in range(2):
        assert browser.post(f"/sheets/join/{code}").location.endswith(desk.url)
    assert parts(desk)[cast.ids["second_learner"]] is MemberRole.EDITOR
    assert "You have a part in it already" in browser.get(f"/sheets/join/{code}?lang=en").text


def test_a_visitor_is_led_to_sign_in_and_back(database, client, code):
    page = client.get(f"/sheets/join/{code}?lang=en").text
    assert f"/sign-in?next=/sheets/join/{code}" in page.replace("%2F", "/")
    assert client.post(f"/sheets/join/{code}").status_code == 302


def test_a_renewed_code_ends_the_old_one(database, desk, code, login_as):
    press(desk, act="code")
    assert login_as("second_learner").get(f"/sheets/join/{code}").status_code == 404
    press(desk, act="no-code")
    assert desk.sheet.join_code is None


def test_wrong_codes_are_counted(database, login_as, desk):
    browser = login_as("outsider")
    assert browser.post("/sheets/join?lang=en", data={"code": "7KQ4"}).status_code == 422
    statuses = [browser.post(f"/sheets/join/{new_code()}").status_code for _try in range(30)]
    assert statuses[-1] == 429


def test_nobody_joins_a_sheet_that_is_handed_in(database, desk, code, login_as):
    desk.send(("plan-name", "Plan"))
    desk.client.post(f"{desk.url}state", data={"to": "shared"})
    browser = login_as("second_learner")
    assert "has been handed in" in browser.get(f"/sheets/join/{code}?lang=en").text
    assert browser.post(f"/sheets/join/{code}").status_code == 409


def test_the_pages_keep_to_eight_queries(database, desk, mate, code, max_queries):
    for address in (f"{desk.url}people?q=li&lang=en", f"/sheets/join/{code}?lang=en", "/sheets/join"):
        with max_queries(8):
            assert desk.client.get(address).status_code == 200


def test_names_with_marks_are_shown_as_typed(database, desk):
    press(desk, act="title", title="<b>Plan</b> & more")
    assert "&lt;b&gt;Plan&lt;/b&gt; &amp; more" in desk.client.get(f"{desk.url}people?lang=en").text


@given(st.sampled_from(list(SheetState)), st.integers(0, 200))
def test_only_open_sheets_with_room_take_somebody_more(state, members):
    allowed = state in (SheetState.DRAFT, SheetState.RETURNED) and members < rules_state.MOST_MEMBERS
    try:
        rules_state.may_join(state, members)
    except (rules_state.NoLongerOpen, rules_state.TooManyMembers):
        assert not allowed
    else:
        assert allowed


OWNERS_ACTS = st.lists(st.tuples(
    st.sampled_from(["give", "end", "owner", "join"]), st.sampled_from(["learner", "second_learner", "trainer", "staff"]),
    st.sampled_from(["editor", "commenter"]),
), max_size=12)


@given(OWNERS_ACTS)
def test_whatever_is_done_a_sheet_has_one_owner(app, cast, begin, acts):
    sheet_id = begin()
    for act, name, role in acts:
        with unit_of_work():
            sheet = db.session.get_one(Sheet, sheet_id)
            owner = db.session.scalar(select(SheetMember.person_id).where(
                SheetMember.sheet_id == sheet_id, SheetMember.role == MemberRole.OWNER,
            ))
            person_id = cast.ids[name]
            if act == "give":
                services_state.give_part(sheet=sheet, person_id=person_id, role=MemberRole(role), actor_id=owner, now=NOW)
            elif act == "end":
                services_state.take_part_away(sheet=sheet, person_id=person_id, actor_id=owner, now=NOW)
            elif act == "owner":
                services_state.hand_over(sheet=sheet, from_id=owner, to_id=person_id, now=NOW)
            else:
                services.join(sheet=sheet, person=getattr(cast, name), now=NOW)
        roles = list(db.session.scalars(select(SheetMember.role).where(SheetMember.sheet_id == sheet_id)))
        assert roles.count(MemberRole.OWNER) == 1
