"""Looking after people: lists and pages, kept to the administrator's trees."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select

from tests.cast import signed_in_client
from webapp.accounts import services, services_people
from webapp.accounts.models import OrganisationType, Person, Role, Session, SignIn
from webapp.accounts.models_people import BulkChange, PersonSpell
from webapp.accounts.models_signing import SecondFactor
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.models import OutboxMail

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def county_admin(app, cast):
    """The trainer administers the first county, and nothing else."""
    services.grant_role(person=cast.trainer, role=Role.ADMINISTRATOR, place=cast.places.county, now=NOON, actor_id=None)
    db.session.commit()
    return signed_in_client(app, cast.sign_in_ids["trainer"])


def text_of(page):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def names_in(page):
    table = re.search(r"<tbody>.*?</tbody>", page.text, re.DOTALL)
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', table[0]) if table else []


def token_in(page):
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def sign_in_of(cast, name):
    return db.session.scalars(select(SignIn).where(SignIn.person_id == cast.ids[name])).one()


def test_an_administrator_of_everywhere_sees_everybody_by_sound(database, login_as):
    page = login_as("administrator").get("/admin/people/?lang=en")
    assert page.status_code == 200
    assert names_in(page) == ["Amina Diallo", "陈思远", "李建国", "刘洋", "Nomvula Dlamini", "王晓兰", "系统管理员", "赵敏"]


def test_an_administrator_of_a_county_sees_that_county_only(database, county_admin):
    assert names_in(county_admin.get("/admin/people/?lang=en")) == ["李建国", "王晓兰"]


@pytest.mark.parametrize(("query", "found"), [
    ("q=王晓", ["王晓兰"]), ("q=wxl", ["王晓兰"]), ("q=Wang+Xiaolan", ["王晓兰"]), ("q=diallo", ["Amina Diallo"]),
    ("q=晓", ["王晓兰"]), ("q=王+兰", ["王晓兰"]), ("q=learner%40exam", ["王晓兰"]),
    ("q=100%25", []), ("q=%27%22%3B--", None), ("q=x%00y", []), ("role=staff", ["刘洋", "赵敏"]), ("level=30", ["Amina Diallo", "李建国"]),
    ("sign-in=without", []), ("demo=yes", []), ("role=staff&q=zhao", ["赵敏"]), ("sort=-name&level=30", ["李建国", "Amina Diallo"]),
])
def test_search_and_filters(database, login_as, query, found):
    page = login_as("administrator").get(f"/admin/people/?{query}&lang=en")
    assert page.status_code == 200
    assert names_in(page) == found or (found is None and len(names_in(page)) == 8)


def test_the_tree_of_a_place_narrows_the_list(database, login_as, cast):
    page = login_as("administrator").get(f"/admin/people/?place={cast.places.city.id}&lang=en")
    assert names_in(page) == ["Amina Diallo", "陈思远", "李建国", "王晓兰"]
    assert "Qiaoxi District" in page.text


@pytest.mark.parametrize("query", [f"place={NOBODY}", "place=x", "level=31", "role=king", "sign-in=maybe", "sort=email", "organisation=1"])
def test_what_the_list_does_not_have_is_refused_in_words(login_as, query):
    page = login_as("administrator").get(f"/admin/people/?{query}&lang=en")
    assert page.status_code == 400
    assert "the list does not have" in page.text


def test_a_page_costs_the_same_for_few_people_and_many(database, login_as, cast, max_queries):
    office = services.organisation_named(name="统计局", type=OrganisationType.GOVERNMENT, place_id=cast.places.county.id, now=NOON)
    db.session.commit()
    admin = login_as("administrator")
    for address in ("/admin/people/", f"/admin/people/?place={cast.places.county.id}&q=w"):
        with max_queries(8):
            admin.get(address)
    for number in range(120):
        services.create_person(name=f"王 {number} 号", language="zh-Hans", now=NOON, place=cast.places.county, organisation=office)
    db.session.commit()
    for address in ("/admin/people/", f"/admin/people/?place={cast.places.county.id}&q=w", "/admin/people/?page=3"):
        with max_queries(8):
            assert admin.get(address).status_code == 200


def test_files_equal_the_list_and_are_written_down(database, county_admin, cast):
    answer = county_admin.post("/admin/people/export/csv", data={"q": "wang", "sort": "-name"}, headers={"Accept-Language": "en"})
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Name"] for row in rows] == ["王晓兰"]
    assert rows[0]["E-mail"] == "learner@example.org"
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "list.exported")).one()
    assert (entry.actor_id, entry.after["rows"]) == (cast.ids["trainer"], 1)
    assert "wang" not in str(entry.after), "a search may be a name"
    book = openpyxl.load_workbook(io.BytesIO(county_admin.post("/admin/people/export/xlsx", data={}).data))
    assert [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)] == ["李建国", "王晓兰"]
    assert county_admin.post("/admin/people/export/exe", data={}).status_code == 404


def test_a_name_that_is_a_formula_stays_text(login_as, cast):
    cast.learner.name = "=cmd|' /C calc'!A0"
    db.session.commit()
    data = login_as("administrator").post("/admin/people/export/csv", data={"q": "cmd"}).data.decode("utf-8-sig")
    assert "'=cmd" in data


READ = ("/admin/people/{id}/", "/admin/people/{id}/edit", "/admin/people/{id}/disable")
WRITE = ("edit", "disable", "enable", "end-sessions", "send-link", "sign-in")


def test_nobody_reaches_a_person_of_another_tree(database, county_admin, cast):
    for name in ("second_learner", "outsider", "administrator"):
        for address in READ:
            assert county_admin.get(address.format(id=cast.ids[name])).status_code == 404
        for deed in WRITE:
            answer = county_admin.post(f"/admin/people/{cast.ids[name]}/{deed}", data={"name": "X", "email": "x@example.org"})
            assert answer.status_code == 404, (name, deed)
    assert sign_in_of(cast, "second_learner").disabled_at is None


def test_other_people_do_not_find_these_pages(client, login_as, cast):
    for name in ("learner", "trainer", "author", "staff", "outsider"):
        browser = login_as(name)
        for address in ("/admin/people/", "/admin/organisations/", "/admin/sign-ins/", "/admin/people/new", *READ):
            assert browser.get(address.format(id=cast.ids["learner"])).status_code == 404
    assert client.get("/admin/people/").status_code == 302


def test_a_persons_page_shows_what_was_and_what_they_may_do(database, login_as, cast, max_queries):
    services_people.move(
        person_ids=[cast.ids["staff"]], place_id=cast.places.city.id, organisation_id=None, since=NOON.date(), now=NOON,
        actor_id=cast.ids["administrator"],
    )
    db.session.commit()
    admin = login_as("administrator")
    with max_queries(8):
        page = admin.get(f"/admin/people/{cast.ids['staff']}/?lang=en")
    words = text_of(page)
    shown = ("赵敏", "Shijiazhuang City, Hebei", "14 September 2026", "Programme staff · Hebei Province", "staff@example.org")
    for part in shown:
        assert part in words, part
    assert admin.get(f"/admin/people/{NOBODY}/").status_code == 404


@pytest.mark.parametrize("mark", ["erased_at", "merged_into_id"])
def test_who_is_erased_or_merged_has_no_page_and_no_row(database, login_as, cast, mark):
    setattr(cast.learner, mark, NOON if mark == "erased_at" else cast.ids["trainer"])
    db.session.commit()
    admin = login_as("administrator")
    assert admin.get(f"/admin/people/{cast.ids['learner']}/").status_code == 404
    assert "王晓兰" not in names_in(admin.get("/admin/people/"))


def person_data(**changes):
    return {"name": "周敏", "language": "zh-Hans", "time_zone": "Asia/Shanghai", "organisation": "", "organisation_type": "",
            "position_level": "20", "sex": "", "birth_year": "", "key": "k1", **changes}


def test_a_person_is_registered_without_a_sign_in_and_only_once(database, county_admin, cast):
    data = person_data(place_id=str(cast.places.county.id), organisation="统计局", organisation_type="government")
    first = county_admin.post("/admin/people/new", data=data)
    second = county_admin.post("/admin/people/new", data=data)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    person = db.session.scalars(select(Person).where(Person.name == "周敏")).one()
    assert (person.place_id, person.position_level) == (cast.places.county.id, 20)
    assert db.session.scalars(select(SignIn).where(SignIn.person_id == person.id)).first() is None
    assert db.session.scalars(select(PersonSpell)).first() is None, "for somebody new it was always so"


def test_with_an_address_the_person_is_mailed_a_link(database, county_admin, cast):
    county_admin.post("/admin/people/new", data=person_data(place_id=str(cast.places.county.id), email="zhou@example.org"))
    assert db.session.scalars(select(OutboxMail.recipient)).all() == ["zhou@example.org"]
    data = person_data(place_id=str(cast.places.county.id), email="zhou@example.org", key="k2")
    again = county_admin.post("/admin/people/new?lang=en", data=data)
    assert again.status_code == 422
    assert "belongs to somebody else" in again.text


def test_nobody_is_put_into_another_tree(database, county_admin, cast):
    for place in (str(cast.places.second_county.id), ""):
        assert county_admin.post("/admin/people/new", data=person_data(place_id=place)).status_code == 422
        answer = county_admin.post(f"/admin/people/{cast.ids['learner']}/edit", data=person_data(place_id=place, since="2026-09-01"))
        assert answer.status_code == 422
    assert db.session.get(Person, cast.ids["learner"]).place_id == cast.places.county.id


def test_editing_dates_the_change_and_keeps_the_past(database, login_as, cast, at):
    at(NOON)
    admin = login_as("administrator")
    uninvited = {"role": "administrator", "demo": "1", "erased_at": "x"}
    data = person_data(name="王晓岚", place_id=str(cast.places.city.id), since="2026-09-01", birth_year="1986", sex="female", **uninvited)
    assert admin.post(f"/admin/people/{cast.ids['learner']}/edit", data=data).status_code == 303
    person = db.session.get(Person, cast.ids["learner"])
    assert (person.name, person.birth_year, person.place_id) == ("王晓岚", 1986, cast.places.city.id)
    assert (person.demo, person.erased_at) == (False, None)
    assert len(db.session.scalars(select(PersonSpell)).all()) == 2
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person.edited")).one()
    assert entry.after == {"changed": ["birth_year", "name", "sex"]}
    assert not any("王晓" in f"{each.before}{each.after}" for each in db.session.scalars(select(AuditEntry)))


@pytest.mark.parametrize("since", ["", "tomorrow", "2026-09-15", "1800-01-01", "2026-02-30"])
def test_a_day_that_cannot_be_is_refused(login_as, cast, at, since):
    at(NOON)
    data = person_data(place_id=str(cast.places.city.id), since=since)
    assert login_as("administrator").post(f"/admin/people/{cast.ids['learner']}/edit", data=data).status_code == 422


def test_disabling_signs_out_and_enabling_lets_in_again(database, login_as, cast):
    learner, admin = login_as("learner"), login_as("administrator")
    assert learner.get("/me/").status_code == 200
    assert admin.get(f"/admin/people/{cast.ids['learner']}/disable").status_code == 200
    assert admin.post(f"/admin/people/{cast.ids['learner']}/disable").status_code == 303
    assert learner.get("/me/").status_code == 302
    assert db.session.scalars(select(Session.ended_at).where(Session.sign_in_id == cast.sign_in_ids["learner"])).one() is not None
    admin.post(f"/admin/people/{cast.ids['learner']}/enable")
    assert sign_in_of(cast, "learner").disabled_at is None
    assert learner.get("/me/").status_code == 302, "the old session stays over"


def test_ending_sessions_and_mailing_a_link(database, login_as, cast):
    learner, admin = login_as("learner"), login_as("administrator")
    admin.post(f"/admin/people/{cast.ids['learner']}/end-sessions")
    assert learner.get("/me/").status_code == 302
    admin.post(f"/admin/people/{cast.ids['learner']}/send-link")
    mail = db.session.scalars(select(OutboxMail)).one()
    assert mail.recipient == "learner@example.org"
    assert re.search(r"/reset-password/[\w-]{43}", mail.text)


def test_nobody_disables_themselves_or_who_may_do_more(database, county_admin, login_as, cast):
    services.grant_role(person=cast.learner, role=Role.ADMINISTRATOR, place=cast.places.province, now=NOON, actor_id=None)
    db.session.commit()
    for name in ("learner", "trainer"):
        for deed in ("disable", "end-sessions", "send-link", "sign-in"):
            assert county_admin.post(f"/admin/people/{cast.ids[name]}/{deed}").status_code == 403
    assert login_as("administrator").post(f"/admin/people/{cast.ids['administrator']}/disable").status_code == 403


def test_many_are_disabled_after_a_preview_and_enabled_again_by_undo(database, login_as, cast):
    admin = login_as("administrator")
    data = {"action": "disable", "all": "1", "place": str(cast.places.city.id), "sort": "name"}
    page = admin.post("/admin/people/bulk?lang=en", data=data)
    assert "4 people will not be able to sign in any more" in page.text
    assert sign_in_of(cast, "learner").disabled_at is None, "a preview changes nothing"
    assert admin.post("/admin/people/bulk/disable", data={"token": token_in(page)}).status_code == 303
    assert sign_in_of(cast, "learner").disabled_at is not None
    assert sign_in_of(cast, "other_county").disabled_at is None
    change = db.session.scalars(select(BulkChange)).one()
    assert change.count == 4
    assert "4" in text_of(admin.get("/admin/people/changes/?lang=en"))
    admin.post(f"/admin/people/changes/{change.id}/undo")
    assert sign_in_of(cast, "learner").disabled_at is None
    assert admin.post(f"/admin/people/changes/{change.id}/undo").status_code == 409


def test_the_preview_names_who_stays_as_they_are(database, county_admin, cast):
    services.create_person(name="周敏", language="zh-Hans", now=NOON, place=cast.places.county)
    db.session.commit()
    page = county_admin.post("/admin/people/bulk?lang=en", data={"action": "disable", "all": "1"})
    words = text_of(page)
    assert "1 person will not be able" in words
    assert "1 chosen stay as they are: they are you" in words
    assert "1 chosen stay as they are: they have no sign-in that works" in words


def test_ids_from_another_tree_drop_out_of_a_selection(database, county_admin, cast):
    data = {"action": "disable", "id": [str(cast.ids["learner"]), str(cast.ids["second_learner"])]}
    page = county_admin.post("/admin/people/bulk", data=data)
    county_admin.post("/admin/people/bulk/disable", data={"token": token_in(page)})
    assert sign_in_of(cast, "learner").disabled_at is not None
    assert sign_in_of(cast, "second_learner").disabled_at is None


def test_a_list_that_changed_since_the_preview_asks_again(database, login_as, cast):
    admin = login_as("administrator")
    page = admin.post("/admin/people/bulk", data={"action": "disable", "all": "1", "q": "wang"})
    services.create_person(name="王二", language="zh-Hans", now=NOON)
    db.session.commit()
    assert admin.post("/admin/people/bulk/disable", data={"token": token_in(page)}).status_code == 409
    assert admin.post("/admin/people/bulk/enable", data={"token": token_in(page)}).status_code == 409
    assert admin.post("/admin/people/bulk", data={"action": "disable"}).status_code == 400
    assert admin.post("/admin/people/bulk", data={"action": "drop", "all": "1"}).status_code == 400
    assert sign_in_of(cast, "learner").disabled_at is None


def test_many_are_moved_after_a_preview_and_moved_back(database, login_as, cast, at):
    at(NOON)
    admin = login_as("administrator")
    page = admin.post("/admin/people/bulk", data={"action": "move", "id": [str(cast.ids["learner"]), str(cast.ids["trainer"])]})
    wanted = {
        "token": token_in(page), "place_id": str(cast.places.other_county.id), "organisation": "统计局",
        "organisation_type": "government", "since": "2026-09-01",
    }
    assert admin.post("/admin/people/bulk/move", data={**wanted, "since": "2026-10-01"}).status_code == 422
    shown = admin.post("/admin/people/bulk/move?lang=en", data=wanted)
    assert "2 people move to Guye District, Tangshan, Hebei" in text_of(shown)
    assert db.session.get(Person, cast.ids["learner"]).place_id == cast.places.county.id
    assert admin.post("/admin/people/bulk/move", data={**wanted, "confirmed": "1"}).status_code == 303
    assert db.session.get(Person, cast.ids["learner"]).place_id == cast.places.other_county.id
    change = db.session.scalars(select(BulkChange)).one()
    admin.post(f"/admin/people/changes/{change.id}/undo")
    assert db.session.get(Person, cast.ids["learner"]).place_id == cast.places.county.id
    assert db.session.scalars(select(PersonSpell)).all() == []


def test_people_are_not_moved_out_of_the_trees(database, county_admin, cast):
    page = county_admin.post("/admin/people/bulk", data={"action": "move", "id": str(cast.ids["learner"])})
    data = {"token": token_in(page), "place_id": str(cast.places.second_county.id), "since": "2026-09-01", "confirmed": "1"}
    assert county_admin.post("/admin/people/bulk/move", data=data).status_code == 422


def test_changes_of_others_and_old_ones_cannot_be_undone(database, county_admin, login_as, cast, at):
    row = BulkChange(id=new_id(), kind="disabled", actor_id=cast.ids["administrator"], at=NOON, count=1, rows=[str(cast.ids["learner"])])
    db.session.add(row)
    db.session.commit()
    change_id = row.id
    at(NOON)
    assert county_admin.post(f"/admin/people/changes/{change_id}/undo").status_code == 404
    admin = login_as("administrator")
    at(NOON + timedelta(days=31))
    admin = login_as("administrator")
    assert admin.post(f"/admin/people/changes/{change_id}/undo").status_code == 409


def test_the_list_of_sign_ins_knows_states_and_browsers(database, login_as, county_admin, cast):
    sign_in_of(cast, "learner").disabled_at = NOON
    db.session.commit()
    admin = login_as("administrator")
    assert names_in(admin.get("/admin/sign-ins/?state=disabled")) == ["learner@example.org"]
    assert set(names_in(admin.get("/admin/sign-ins/?open=yes"))) == {"administrator@example.org", "trainer@example.org"}
    assert names_in(admin.get("/admin/sign-ins/?q=staff@")) == ["staff@example.org"]
    assert names_in(admin.get("/admin/sign-ins/?q=zhaomin")) == ["staff@example.org"]
    assert set(names_in(county_admin.get("/admin/sign-ins/"))) == {"learner@example.org", "trainer@example.org"}


@pytest.mark.parametrize("address", ["/admin/", "/admin/people/", "/admin/people/new", "/admin/people/changes/", "/admin/sign-ins/",
                                     "/admin/organisations/", "/admin/organisations/new"])
def test_every_page_speaks_chinese(login_as, address):
    page = login_as("administrator").get(f"{address}?lang=zh-Hans")
    assert page.status_code == 200
    assert '<html lang="zh-Hans">' in page.text


@pytest.mark.parametrize("typed", ["王晓", "wxl", "xiaolan", "晓", "Wang Xiaolan", "100%", "_", "'"])
def test_a_search_finds_the_same_inside_a_place_as_everywhere(database, login_as, cast, typed):
    admin = login_as("administrator")
    inside = {"q": typed, "place": str(cast.places.county.id)}
    everywhere = set(names_in(admin.get("/admin/people/", query_string={"q": typed}))) & {"王晓兰", "李建国"}
    assert set(names_in(admin.get("/admin/people/", query_string=inside))) == everywhere


def test_a_telephone_is_written_by_administrators_and_found_again(database, county_admin, cast):
    county_admin.post("/admin/people/new", data=person_data(place_id=str(cast.places.county.id), phone="１３８ 0013-8000"))
    made = db.session.scalars(select(Person).where(Person.phone == "+8613800138000")).one()
    assert f"/admin/people/{made.id}/" in county_admin.get("/admin/people/?q=138 0013 8000").text
    page = f"/admin/people/{made.id}/edit"
    assert 'value="+8613800138000"' in county_admin.get(page).text
    data = person_data(name=made.name, place_id=str(cast.places.county.id), since="2026-09-14")
    assert county_admin.post(page, data=data | {"phone": "12"}).status_code == 422
    assert county_admin.post(page, data=data | {"phone": ""}).status_code == 303
    db.session.expire_all()
    assert db.session.get_one(Person, made.id).phone is None


def test_organisations_of_a_chosen_place_narrow_the_list(database, login_as, cast, max_queries):
    office = services.organisation_named(name="长安区水务局", type=OrganisationType.GOVERNMENT, place_id=cast.places.county.id, now=NOON)
    db.session.get_one(Person, cast.ids["learner"]).organisation_id = office.id
    db.session.commit()
    client, county = login_as("administrator"), str(cast.places.county.id)
    assert "长安区水务局" not in client.get(f"/admin/people/?place={cast.places.city.id}").text.partition("<form")[0]
    with max_queries(8):
        page = client.get(f"/admin/people/?place={county}").text
    link = html.unescape(re.search(r'href="(/admin/people/\?[^"]*organisation=[^"]*)"', page)[1])
    assert f"place={county}" in link
    with max_queries(8):
        chosen = client.get(link)
    assert names_in(chosen) == ["王晓兰"]
    assert f"/admin/people/?organisation={office.id}" in client.get(f"/admin/organisations/{office.id}/").text


def test_an_administrator_switches_a_second_factor_off_for_who_lost_everything(database, login_as, county_admin, cast):
    sign_in, client = sign_in_of(cast, "learner"), login_as("administrator")
    page, deed = f"/admin/people/{cast.ids['learner']}/", f"/admin/people/{cast.ids['learner']}/reset-second-factor"
    assert deed not in client.get(page).text
    assert client.post(deed).status_code == 409
    db.session.add(SecondFactor(sign_in_id=sign_in.id, sealed_secret="x", created_at=NOON, confirmed_at=NOON, last_step=0))
    db.session.commit()
    assert deed in client.get(page).text
    assert county_admin.post(f"/admin/people/{cast.ids['other_county']}/reset-second-factor").status_code == 404
    learner = login_as("learner")
    assert client.post(deed).location == page
    assert db.session.get(SecondFactor, sign_in.id) is None
    assert learner.get("/me/").status_code == 302
    assert db.session.scalars(select(OutboxMail)).one().recipient == cast.email("learner")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "second_factor.switched_off")).one()
    assert (entry.actor_id, entry.subject_id) == (cast.ids["administrator"], str(cast.ids["learner"]))
