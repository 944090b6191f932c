"""The page of a section: shown, saved without scripts, closed to others, within its budget."""

import io
import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from tests.questionnaires.conftest import NOW, Desk
from tests.questionnaires.page_form import sent
from tests.questionnaires.sheet_definition import CONTENT, QUESTIONNAIRE, large
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.storage import FileRefused, StoredFile
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FileField
from webapp.courses.questionnaire.reading import REQUEST_MB, RESERVED_SECTIONS
from webapp.questionnaires import files, queries, services, services_changes, views_sheet
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import MemberRole, Sheet, SheetState

SECTIONS = ["plan", "alignment", "where", "late"]


def words_of(page):
    return re.sub(r"<(script|template).*?</\1>", "", page, flags=re.DOTALL)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_opens(desk, section):
    assert "data-field=" in desk.get(section)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_form_that_changes_nothing_writes_nothing(desk, section):
    desk.post(section, sent(desk.get(section)))
    assert desk.values == {}
    assert desk.sheet.changes == 0


def test_a_plain_form_saves_every_kind_of_field(database, desk):
    desk.post("plan", sent(desk.get(), {
        "plan-name": "Plan 2035", "summary": "Two\nlines", "people": "５４９，０００", "adopted": "2024-05-01", "level": "city",
        "city-name": "Huzhou", "means": ["rules", "other"], "means:other": "Pilot", "trust": "7", "agree": "2",
    }))
    assert desk.values == {
        "plan-name": "Plan 2035", "summary": "Two\nlines", "people": "549000", "adopted": "2024-05-01", "level": "city",
        "city-name": "Huzhou", "means": ["rules", "other:Pilot"], "trust": 7, "agree": 2,
    }
    desk.post("plan", sent(desk.get(), {"_rank": "first:roads:add"}))
    desk.post("plan", sent(desk.get(), {"_rank": "first:water:add"}))
    desk.post("plan", sent(desk.get(), {"_rank": "first:water:up", "_clear": ""}))
    desk.post("plan", sent(desk.get(), {"_clear": "trust"}))
    assert desk.values["first"] == ["water", "roads"]
    assert "trust" not in desk.values


def test_a_refused_value_stays_in_its_field_and_the_others_are_saved(desk):
    page = desk.post("plan", sent(desk.get(), {"plan-name": "Plan", "people": "<b>many</b>"}), 422).text
    assert desk.values == {"plan-name": "Plan"}
    assert 'value="&lt;b&gt;many&lt;/b&gt;"' in page
    assert "is a number, for example" in page


def test_rows_come_move_go_and_come_back(database, desk):
    def rows():
        return re.findall(r'data-row="([a-z0-9]+)"', words_of(desk.get("alignment")))

    first, second = rows()
    desk.post("alignment", sent(desk.get("alignment")) | {f"objectives/{first}": "U000V", f"objectives/{first}/what": "Water",
              f"objectives/{second}": "U001V", f"objectives/{second}/what": "Roads", f"objectives/{second}/goals": "SDG 9, 11"})
    assert rows() == [first, second]
    assert desk.values[f"objectives/{second}/goals"] == [9, 11]
    desk.post("alignment", sent(desk.get("alignment"), {"_row": f"objectives/{second}:up"}))
    assert rows() == [second, first]
    desk.post("alignment", sent(desk.get("alignment"), {"_row": f"objectives/{second}:remove"}))
    assert rows()[0] == first
    assert "Put back" in desk.get("alignment")
    desk.post("alignment", sent(desk.get("alignment"), {"_row": f"objectives/{second}:restore"}))
    assert rows() == [first, second]
    assert desk.values[f"objectives/{second}/what"] == "Roads"


@pytest.mark.parametrize(("text", "named"), [
    ("Water\t6\t6.1\tNew\tmuch", "Row 1, column “Cost”, “much”"), ("Water\n" * 10_000, "these are 10000"),
    ("ok\nWater\t99", "Row 2, column “Goals”, “99”"), ("a\tb\tc\td\te\tf\tg", "more cells"), ("", "nothing to paste"),
])
def test_a_bad_paste_names_the_first_bad_cell_and_changes_nothing(desk, text, named):
    page = desk.post("alignment", sent(desk.get("alignment"), {"_row": "objectives:paste", "_paste-objectives": text}), 422).text
    assert named in page
    assert desk.values == {}
    answer = desk.client.post(f"{desk.url}paste?lang=en", json={"table": "objectives", "text": text})
    assert answer.status_code == 422
    assert named in answer.get_json()["sentence"]


def test_a_paste_fills_rows_with_the_words_of_options(database, desk):
    text = 'Objective\tGoals\nWater\tSDG 6、11\t6.1\t新设\t1,200.5\n"two\nlines"\t\t\tOld'
    answer = desk.client.post(f"{desk.url}paste?lang=en", json={"table": "objectives", "text": text})
    assert answer.status_code == 200, answer.text
    values = sorted(str(value) for path, value in desk.values.items() if path.count("/") == 2)
    assert values == ["1200.5", "Water", "['6.1']", "[6, 11]", "new", "old", "two lines"]


def test_two_people_with_plain_forms_lose_nothing(database, desk, mate):
    mine, theirs = desk.get(), mate.get()
    desk.post("plan", sent(mine, {"plan-name": "Mine"}))
    mate.post("plan", sent(theirs, {"summary": "Theirs"}))
    assert desk.values == {"plan-name": "Mine", "summary": "Theirs"}
    mate.post("plan", sent(theirs, {"plan-name": "Other", "summary": "Theirs"}))
    page = desk.get()
    change = re.search(r'data-clash="([0-9a-f-]+)"', page)[1]
    assert desk.client.post(f"{desk.url}conflicts/{change}", data={"choice": "mine"}).status_code == 303
    assert desk.values["plan-name"] == "Other"
    assert "data-clash=" not in desk.get()


def test_changes_by_script_are_answered_and_told_to_the_others(database, desk, mate):
    told = desk.send(("plan-name", "Plan"), ("people", "many"), at="plan-name", section="plan")
    assert [each["outcome"] for each in told["results"]] == ["applied", "refused"]
    news = mate.send(since=0)
    assert [(each["path"], each["value"], each["person"]) for each in news["changes"]] == [("plan-name", "Plan", "王晓兰")]
    assert news["version"] == 1
    assert mate.send(since=news["version"])["changes"] == []


def test_a_change_sent_twice_is_made_once(database, desk):
    body = {"since": 0, "changes": [{"id": str(uuid4()), "path": "plan-name", "base": 0, "value": "Plan"}]}
    first, second = (desk.client.post(f"{desk.url}changes", json=body).get_json() for _time in range(2))
    assert first["results"] == second["results"]
    assert desk.sheet.changes == 1


@pytest.mark.parametrize("body", [
    None, [], {"changes": 1}, {"changes": [1]}, {"since": -1}, {"since": True}, {"changes": [{"id": "x", "path": "a"}]},
    {"changes": [{"id": str(uuid4()), "path": "a" * 300}]}, {"since": 2**40},
])
def test_a_request_that_no_page_sends_is_refused(desk, body):
    assert desk.client.post(f"{desk.url}changes", json=body).status_code == 400


@pytest.mark.parametrize("value", [
    {"$gt": ""}, [[["deep"]]], "x" * 100_000, True, -1e308, {"at": "U"}, ["a"] * 500, "\ud800", "\x00",
])
@pytest.mark.parametrize(
    "path", ["plan-name", "means", "people", "objectives/abcdefgh", "objectives/abcdefgh/goals", "place", "proof", "../x", ""],
)
def test_hostile_values_are_refused_or_made_harmless(desk, path, value):
    outcome = desk.send((path, value))["results"][0]["outcome"]
    assert outcome in ("refused", "applied")
    assert desk.client.get(f"{desk.url}plan").status_code == 200


def test_hostile_words_are_only_words(desk):
    desk.send(("plan-name", '"><script>alert(1)</script>'), ("summary", "</textarea><img src=x onerror=alert(1)>"))
    page = desk.get()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_for_others_the_sheet_does_not_exist(desk, login_as):
    desk.send(("plan-name", "Plan"))
    for name in ("outsider", "second_learner", "trainer", "administrator"):
        other = login_as(name)
        assert other.get(f"{desk.url}plan").status_code == 404
        assert other.post(f"{desk.url}changes", json={}).status_code == 404
        assert other.post(f"{desk.url}plan", data={}).status_code == 404
        assert other.post(f"{desk.url}paste", json={}).status_code == 404
        assert other.post(f"{desk.url}files", data={}).status_code == 404
        assert other.get(f"{desk.url}files/{uuid4()}").status_code == 404
        assert other.post(f"{desk.url}conflicts/{uuid4()}", data={"choice": "mine"}).status_code == 404
        assert other.get(f"{desk.url}comments").status_code == 404
        assert other.post(f"{desk.url}comments", data={"text": "x"}).status_code == 404


def test_what_is_handed_in_is_only_read_and_a_trainer_of_the_place_reads_it(database, desk, login_as):
    desk.send(("plan-name", "Plan 2035"))
    page = desk.get()
    with unit_of_work():
        db.session.execute(update(Sheet).where(Sheet.id == desk.id).values(state=SheetState.SHARED, shared_at=NOW))
    assert "Plan 2035" in login_as("trainer").get(f"{desk.url}plan").text
    assert login_as("other_county").get(f"{desk.url}plan").status_code == 404
    shown = desk.get()
    assert 'name="plan-name"' not in shown
    for section in SECTIONS:
        desk.get(section)
    desk.post("plan", sent(page, {"plan-name": "Later"}), 409)
    assert desk.send(("plan-name", "Later"), status=409)["sentence"]
    assert desk.values == {"plan-name": "Plan 2035"}


def test_a_commenter_reads_and_comments_and_cannot_write(database, desk, mate):
    with unit_of_work():
        services.give_part(sheet=desk.sheet, person_id=queries.members(desk.id, NOW)[1].person_id, role=MemberRole.COMMENTER, now=NOW)
    assert 'name="plan-name"' not in mate.get()
    mate.send(("plan-name", "x"), status=403)
    assert mate.client.post(f"{desk.url}comments", data={"at": "plan-name", "text": "Which plan?"}).status_code == 303
    assert "1 comment" in desk.get()
    assert mate.client.post(f"{desk.url}comments", data={"at": "plan-name", "text": " "}).status_code == 422


def test_an_answer_to_a_removed_question_is_kept_and_shown(desk, monkeypatch):
    desk.send(("why", "Because"), ("plan-name", "Plan"))
    later = Questionnaire.from_content({**CONTENT, "sections": CONTENT["sections"][:3]})
    monkeypatch.setattr("webapp.questionnaires.definitions.surveys", lambda: {later.id: later})
    page = desk.get("where")
    assert "no longer asked" in page
    assert "Because" in page


def test_a_section_of_a_large_sheet_is_within_its_budget(database, begin, login_as, max_queries):
    definition = large()
    desk = Desk(begin(questionnaire=definition), login_as("learner"), definition)
    with unit_of_work():
        sheet = services_changes.locked(desk.id)
        changes = [Wanted(uuid4(), each.id, 0, "2026-11-20" if each.type == "date" else "a" if each.type == "single" else "3")
                   for each in definition.fields]
        services_changes.apply(sheet=sheet, questionnaire=definition, changes=changes, person_id=None, now=NOW + timedelta(hours=1))
    desk.get("part-0")
    with max_queries(8):
        page = desk.get("part-3")
    assert len(page.encode()) < 150_000


def test_a_section_with_places_organisations_and_files_is_within_its_budget(database, desk, cast, max_queries):
    desk.send(("place", str(cast.places.county.id)), ("office", "other:Water office"))
    desk.client.post(f"{desk.url}files", data={"path": "proof", "file": (io.BytesIO(b"%PDF-1.7 x"), "a.pdf")})
    with max_queries(8):
        page = desk.get("where")
    assert "Chang&#39;an District" in page
    assert "Water office" in page
    assert "a.pdf" in page


def test_a_place_is_found_without_scripts(desk, cast):
    page = desk.post("where", sent(desk.get("where"), {"_place-place-query": "chang an", "_place-place-search": "1"}), 200).text
    found = re.search(r'name="_place-place-found" value="([0-9a-f-]+)"', page)[1]
    desk.post("where", sent(page, {"_place-place-found": found}))
    assert desk.values == {"place": str(cast.places.county.id)}
    desk.post("where", sent(desk.get("where")))
    assert desk.values == {"place": str(cast.places.county.id)}


def test_files_are_put_saved_again_and_taken_off(database, desk, mate, login_as):
    desk.post("where", {**sent(desk.get("where")), "_file-proof": (io.BytesIO(b"%PDF-1.7 plan"), "../../规划.exe")})
    file_id = desk.values["proof"][0]
    answer = mate.client.get(f"{desk.url}files/{file_id}")
    assert answer.data == b"%PDF-1.7 plan"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()
    assert db.session.get_one(StoredFile, UUID(file_id)).name == "规划.exe.pdf"
    assert login_as("outsider").get(f"{desk.url}files/{file_id}").status_code == 404
    told = desk.client.post(f"{desk.url}files?lang=en", data={"path": "proof", "file": (io.BytesIO(b"MZ\x90\x00" * 9), "plan.pdf")})
    assert told.status_code == 422
    assert "no PDF, picture, spreadsheet or text document" in told.get_json()["sentence"]
    with pytest.raises(FileRefused, match="1 MB"):
        files.put(
            sheet=desk.sheet, asked=QUESTIONNAIRE.by_id["proof"], content=b"%PDF-" + b"x" * 1_000_001, name="big.pdf", person_id=None,
            now=NOW,
        )
    desk.post("where", sent(desk.get("where"), {"_unfile": f"proof:{file_id}"}))
    assert "proof" not in desk.values


def test_no_section_can_hide_behind_an_address_of_the_sheet(app):
    behind = {rule.rule.removeprefix(views_sheet.SHEET).split("/")[0] for rule in app.url_map.iter_rules()
              if rule.rule.startswith(views_sheet.SHEET)} - {"", "<section_id>"}
    assert len(behind) > 5
    assert {each for each in behind if "." not in each} <= RESERVED_SECTIONS
    assert max(REQUEST_MB, FileField.max_mb) <= settings(app).upload_limit_mb
