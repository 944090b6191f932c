"""The history of a sheet: in words, by field and person, with values taken back from it."""

from __future__ import annotations

import contextvars
import copy
import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.cast import assemble
from tests.questionnaires.conftest import NOW
from tests.questionnaires.sheet_definition import CONTENT, QUESTIONNAIRE
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.services import store_revisions
from webapp.questionnaires import past, queries, queries_history, services, services_changes, services_page
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import MemberRole, Outcome, QuestionnairePublication, SheetCell, SheetChange
from webapp.questionnaires.queries_page import Names


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


def shown(desk, **query):
    answer = desk.client.get(f"{desk.url}history", query_string={"lang": "en", **query})
    assert answer.status_code == 200, answer.text[:1500]
    return answer.text


def lines(page):
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def change_at(desk, path, number=-1):
    wanted = select(SheetChange).where(SheetChange.sheet_id == desk.id, SheetChange.path == path).order_by(SheetChange.number)
    return db.session.scalars(wanted).all()[number]


def restore(desk, change, key=None, status=303):
    answer = desk.client.post(f"{desk.url}history/{change.id}?lang=en", data={"key": key or ""})
    assert answer.status_code == status, answer.text[:1500]
    return answer


def test_before_and_after_stand_in_words_with_who_and_where(database, desk, mate):
    desk.send(("level", "county"))
    mate.send(("level", "city"), ("means", ["budget", "staff"]))
    found = lines(shown(desk))
    assert "Amina Diallo Means empty Budget, Staff" in found[0]
    assert "Amina Diallo Level County City" in found[1]
    assert "王晓兰 Level empty County" in found[2]


def test_the_history_is_filtered_by_field_and_by_person(database, desk, mate, cast):
    desk.send(("level", "county"), ("plan-name", "Plan"))
    desk.send(("objectives/aaaaaaaa", {"at": "a0"}), ("objectives/aaaaaaaa/what", "Clean water"))
    mate.send(("plan-name", "Our plan"))
    assert len(lines(shown(desk, field="objectives"))) == 2
    assert "Row added" in shown(desk, field="objectives")
    assert len(lines(shown(desk, person=str(cast.ids["second_learner"])))) == 1
    assert len(lines(shown(desk, field="plan-name"))) == 2
    assert "Nothing in the list matches" in shown(desk, field="nowhere")


def test_an_older_value_holds_again_as_a_new_change_and_two_clicks_make_one(database, desk):
    desk.send(("plan-name", "First"))
    desk.send(("plan-name", "Second"))
    first = change_at(desk, "plan-name", 0)
    key = re.search(rf'history/{first.id}".*?name="key" value="([^"]+)"', shown(desk), re.DOTALL)[1]
    for _click in range(2):
        restore(desk, first, key)
    assert desk.values["plan-name"] == "First"
    assert db.session.scalar(select(func.count()).select_from(SheetChange)) == 3
    assert len(lines(shown(desk))) == 3


def test_a_cell_of_a_removed_row_brings_its_row_back(database, desk):
    desk.send(("objectives/aaaaaaaa", {"at": "a0"}), ("objectives/aaaaaaaa/what", "Clean water"))
    desk.send(("objectives/aaaaaaaa/what", "Cleaner water"))
    desk.send(("objectives/aaaaaaaa", None))
    restore(desk, change_at(desk, "objectives/aaaaaaaa/what", 0))
    assert desk.values["objectives/aaaaaaaa/what"] == "Clean water"
    assert desk.values["objectives/aaaaaaaa"]["at"]


def test_what_met_another_change_says_so(database, desk, mate):
    desk.send(("summary", "One line."))
    base = desk.sheet.version
    desk.send(("level", "county"), ("summary", "One line.\nA second."), base=base)
    mate.send(("level", "city"), ("summary", "Line zero.\nOne line."), base=base)
    page = shown(desk)
    assert "nobody has chosen yet" in page
    assert "joined with what somebody else wrote" in page


def test_commenters_and_closed_sheets_see_no_button(database, desk, mate):
    desk.send(("plan-name", "First"))
    desk.send(("plan-name", "Second"))
    assert "Restore" in shown(desk)
    desk.client.post(f"{desk.url}state", data={"to": "shared"})
    assert "<button" not in shown(desk).partition("<tbody>")[2].partition("</tbody>")[0]
    restore(desk, change_at(desk, "plan-name", 0), status=409)


def test_a_change_of_another_sheet_is_not_there(database, desk, begin):
    desk.send(("plan-name", "First"))
    other = begin()
    assert desk.client.post(f"/sheets/{other}/history/{change_at(desk, 'plan-name').id}").status_code == 404


@pytest.fixture
def later(desk):
    """A later revision: the summary is gone, the level has another choice."""
    content = copy.deepcopy(CONTENT)
    fields = content["sections"][0]["fields"]
    content["sections"][0]["fields"] = [each for each in fields if each["id"] != "summary"]
    made = Questionnaire.from_content(content)

    def publish():
        with unit_of_work():
            store_revisions([made], NOW)
            db.session.add(QuestionnairePublication(questionnaire_id=made.id, revision=made.revision, published_at=NOW))
        return made

    return publish


def test_answers_of_a_removed_field_and_of_an_earlier_revision_are_shown_as_such(database, desk, later):
    desk.send(("summary", "What it was for."), ("plan-name", "Plan"))
    made = later()
    page = shown(desk)
    assert "this field is no longer asked" in page
    assert "written under an earlier version" in page
    assert "What it was for." in page
    restore(desk, change_at(desk, "summary"))
    assert desk.values["summary"] == "What it was for."
    desk.send(("plan-name", "Plan two"))
    assert desk.sheet.revision == made.revision
    assert change_at(desk, "plan-name").revision == made.revision


def test_hostile_words_are_shown_as_words(database, desk):
    desk.send(("plan-name", "<img src=x onerror=alert(1)>"))
    assert "<img src=x" not in shown(desk)


def test_a_long_history_comes_in_pages_at_the_same_price(database, desk, max_queries):
    with max_queries(8):
        shown(desk)
    for number in range(60):
        desk.send(("plan-name", f"Name {number}"))
    with max_queries(8):
        page = shown(desk)
    assert len(lines(page)) == queries_history.PER_PAGE
    earlier = re.search(r'href="([^"]+before=\d+[^"]*)"', page)[1].replace("&amp;", "&")
    assert len(lines(desk.client.get(earlier).text)) == 10


VALUES = st.one_of(
    st.none(), st.text(max_size=20), st.integers(-5, 20), st.lists(st.text(max_size=5), max_size=3), st.booleans(),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
)
PATHS = st.sampled_from([
    "plan-name", "level", "means", "trust", "first", "objectives/aaaaaaaa", "objectives/aaaaaaaa/what", "objectives/aaaaaaaa/goals",
    "place", "office", "proof", "all-targets", "gone", "links/aaaaaaaa",
])


@given(PATHS, VALUES, VALUES, st.sampled_from(["applied", "merged", "conflict"]), st.sampled_from([QUESTIONNAIRE.revision, "unknown"]))
def test_any_value_of_any_time_can_be_put_into_words(app, path, before, value, outcome, revision):
    change = SheetChange(
        path=path, value=value, result=value, outcome=Outcome(outcome), revision=revision, number=1, base=0, received_at=NOW,
    )
    with app.test_request_context("/"):
        logged = [queries_history.Logged(change, before, "", open=False)]
        found = past.entries(logged, now=QUESTIONNAIRE, known={}, names=Names({}, {}, {}), current={})
        past.ids_in(logged, QUESTIONNAIRE, {})
    assert isinstance(found[0].after, str)
    assert isinstance(found[0].before, str)


def test_two_workers_restore_at_once_and_nothing_is_lost(committed):
    """Real connections: both restores are kept, one after the other."""
    people = assemble()
    with unit_of_work():
        sheet = services.begin(questionnaire=QUESTIONNAIRE, person=people.learner, language="en", now=NOW)
        sheet_id, person_id = sheet.id, people.ids["learner"]
        services_changes.apply(
            sheet=sheet, questionnaire=QUESTIONNAIRE, changes=[Wanted(uuid4(), "plan-name", 0, "First")], person_id=person_id, now=NOW,
        )

    def write(value):
        with committed.app_context(), unit_of_work():
            here = services_page.lock(sheet_id, MemberRole.OWNER)
            wanted = Wanted(uuid4(), "plan-name", here.version, value)
            return services_page.write(sheet=here, questionnaire=QUESTIONNAIRE, changes=[wanted], person_id=person_id, now=NOW)[0].version

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(contextvars.Context().run, write, f"Value {number}") for number in range(8)]
        versions = sorted(each.result() for each in waiting)
    db.session.rollback()
    assert versions == list(range(2, 10))
    assert queries.stored(sheet_id).versions["plan-name"] == 9
    assert db.session.scalar(select(func.count()).select_from(SheetCell)) == 1
