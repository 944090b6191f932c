"""The page of the audit trail: who may read what, search, pages, files."""

from __future__ import annotations

import ast
import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import webapp
from webapp.accounts import services
from webapp.accounts.models import Organisation, OrganisationType, Person, Role
from webapp.accounts.services_erasure import erase
from webapp.core import audit
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.portal.audit_list import audit_list
from webapp.portal.audit_words import ACTIONS, FIELDS
from webapp.trainings.models import Training
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
HOME = "/admin/audit/"


@pytest.fixture
def acts(cast):
    """Six acts, a minute apart, and an administrator of the city."""
    places, ids = cast.places, cast.ids
    for name in PEOPLE:
        # The cast is planted without the terms by which people are found.
        person = db.session.get_one(Person, ids[name])
        person.name = f"{person.name} "
        db.session.flush()
        person.name = person.name.strip()
    with unit_of_work():
        services.grant_role(
            person=cast.trainer, role=Role.ADMINISTRATOR, place=places.city, now=NOON, actor_id=ids["administrator"], reason="七号",
        )
    office = services.organisation_named(name="水务局", type=OrganisationType.GOVERNMENT, place_id=places.county.id, now=NOON)
    certificate = new_id()
    rows = [
        ("staff", "person.edited", ("person", ids["learner"]), places.county.id, {"changed": "name"}),
        ("administrator", "person.edited", ("person", ids["other_county"]), places.other_county.id, None),
        ("administrator", "place.renamed", ("place", places.second_city.id), places.second_city.id, {"on": "2026-09-01"}),
        ("administrator", "course.published", ("course", "sdg-mooc"), None, {"revision": "abc"}),
        (None, "certificate.revoked", ("certificate", certificate), None, {"reason": "疑误"}),
        ("trainer", "person.edited", ("organisation", office.id), places.second_county.id, None),
    ]
    for number, (who, action, subject, place_id, after) in enumerate(rows, start=1):
        with unit_of_work():
            audit.record(
                actor_id=ids[who] if who else None, action=action, subject=subject, now=NOON + timedelta(minutes=number),
                place_id=place_id, after=after,
            )
    return cast


PEOPLE = ("learner", "staff", "other_county", "trainer", "administrator")


def numbers(response):
    """Times of the entries shown, as minutes after noon."""
    return [int(minute) for minute in re.findall(r'<th scope="row"><time datetime="2026-09-14T\d\d:(\d\d)', response.text)]


def test_the_newest_stand_first_with_the_names_of_today(database, acts, login_as, max_queries):
    client = login_as("administrator")
    with max_queries(8):
        response = client.get(f"{HOME}?lang=en")
    assert numbers(response) == [6, 5, 4, 3, 2, 1, 0]
    assert all(text in response.text for text in ("水务局", "赵敏", "Person corrected", "七号", "Shijiazhuang", "sdg-mooc", "7 entries"))
    with unit_of_work():
        db.session.get_one(Person, acts.ids["staff"]).name = "赵小敏"
    assert "赵小敏" in client.get(f"{HOME}?lang=en").text


@pytest.mark.parametrize(("query", "found"), [
    ("actor=zhaomin", [1]), ("actor=赵敏", [1]), ("actor=staff@example", [1]), ("actor=nobody", []),
    ("actor=xitongguanliyuan", [4, 3, 2, 0]),
    ("subject=wangxiaolan", [1]), ("subject=水务", [6]), ("subject=唐山", [3]), ("subject=sdg-mooc", [4]),
    ("subject=王晓兰&actor=赵敏", [1]),
    ("subject=王晓兰&actor=系统管理员", []), ("action=person.edited", [6, 2, 1]), ("action=person.edited&actor=赵敏", [1]),
    ("from=2026-09-14&to=2026-09-14", [6, 5, 4, 3, 2, 1, 0]), ("from=2026-09-15", []), ("to=2026-09-13", []),
    ("actor=%20", [6, 5, 4, 3, 2, 1, 0]),
])
def test_the_trail_is_searched(database, acts, login_as, max_queries, query, found):
    client = login_as("administrator")
    with max_queries(8):
        assert numbers(client.get(f"{HOME}?{query}")) == found


def test_an_id_finds_whoever_it_is(acts, login_as):
    client = login_as("administrator")
    assert numbers(client.get(f"{HOME}?subject={acts.ids['learner']}")) == [1]
    assert numbers(client.get(f"{HOME}?actor={acts.ids['staff']}")) == [1]
    assert numbers(client.get(f"{HOME}?subject={acts.places.second_city.id}")) == [3]


@pytest.mark.parametrize("query", [
    "action=x", "from=yesterday", "to=0001-01-01", "sort=actor", "sort=at", "older=x", "newer=1", f"older={'9' * 30}-1", "from=2026-13-01",
    "older=99999999999999999-1",
])
def test_what_the_list_does_not_have_is_refused(acts, login_as, query):
    assert login_as("administrator").get(f"{HOME}?{query}").status_code == 400


def test_an_administrator_of_a_city_reads_what_concerns_the_city_only(database, acts, login_as, max_queries):
    client = login_as("trainer")
    with max_queries(8):
        response = client.get(HOME)
    assert numbers(response) == [6, 1, 0]
    assert "刘洋" not in response.text
    for query in ("actor=系统管理员", "action=role.granted", f"subject={acts.ids['other_county']}", "subject=唐山", "subject=sdg-mooc"):
        assert numbers(client.get(f"{HOME}?{query}")) in ([0], []), query
    for name in ("staff", "learner", "outsider"):
        assert login_as(name).get(HOME).status_code == 404


def test_pages_follow_each_other_in_both_directions_and_show_every_entry_once(database, cast, login_as, max_queries):
    with unit_of_work():
        for number in range(120):
            # Many at one moment: the number keeps them apart.
            moment = NOON + timedelta(minutes=number // 40)
            audit.record(actor_id=cast.ids["staff"], action="person.edited", subject=("course", f"c-{number}"), now=moment)
    client, seen, address, back = login_as("administrator"), [], f"{HOME}?lang=en", []
    while address:
        with max_queries(8):
            text = client.get(address).text
        seen += re.findall(r"Course: (c-\d+)", text)
        back.append(address)
        found = re.search(r'rel="next" href="([^"]+)"', text)
        address = f"{found[1]}&amp;lang=en".replace("&amp;", "&") if found else None
    assert seen == [f"c-{number}" for number in reversed(range(120))]
    assert len(back) == 3
    newer = re.search(r'rel="prev" href="([^"]+)"', client.get(back[-1]).text)[1].replace("&amp;", "&")
    assert re.findall(r"Course: (c-\d+)", client.get(f"{newer}&lang=en").text) == seen[50:100]


def test_the_file_equals_the_list_and_is_an_entry_itself(database, acts, login_as):
    client = login_as("trainer")
    response = client.post(f"{HOME}csv?lang=en", data={"action": "person.edited"})
    rows = list(csv.DictReader(io.StringIO(response.text.removeprefix("\ufeff"))))
    response.close()
    assert [row["Number"] for row in rows] == ["7", "2"]
    assert rows[1]["Who"] == "赵敏"
    assert len(rows[0]["Hash"]) == 64
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (last.action, last.subject_id, last.after["rows"], last.actor_id) == ("list.exported", "audit", 2, acts.ids["trainer"])
    assert client.post(f"{HOME}xlsx", data={"action": "x"}).status_code == 400


def test_a_value_that_would_be_a_formula_or_markup_is_text(acts, login_as):
    with unit_of_work():
        audit.record(actor_id=None, action="course.published", subject=("course", "=1+1<script>"), now=NOON, after={"reason": "<b>=cmd"})
    client = login_as("administrator")
    assert "<script>alert" not in client.get(HOME).text
    assert "&lt;b&gt;" in client.get(HOME).text
    response = client.post(f"{HOME}csv?lang=en", data={})
    assert "Course: =1+1<script>" in response.text
    response.close()


def test_values_are_said_in_words(acts, login_as):
    places = acts.places
    after = {
        "role": "staff", "until": "2026-12-31T16:00:00+00:00", "places": [str(places.city.id), {"place_id": str(places.county.id)}],
        "searched": True, "actor_id": str(acts.ids["staff"]), "gone": str(new_id()), "most_uses": 50, "position_level": 30,
        "type": "academia", "sector": "water", "government_level": "county", "year": 2026, "figure": "attended", "count": 9,
    }
    with unit_of_work():
        audit.record(actor_id=None, action="course.published", subject=("course", "x"), now=NOON, after=after)
    text = login_as("administrator").get(f"{HOME}?lang=en").text
    for said in ("Role: Programme staff", "2027", "Shijiazhuang", "Chang", "Searched by text: yes", "赵敏",
                 "Largest number of uses: 50", "Position level: Middle management",
                 "Type of organisation: University or research institute", "Sector: Water resources", "Level of government: County level",
                 "Year: 2026; Figure: officials attended; How many: 9"):
        assert said in text, said


def test_every_field_of_an_entry_has_words():
    unnamed = set[str]()
    for path in Path(webapp.__path__[0]).rglob("*.py"):
        # Kinds of data that are deleted, and settings, are named by themselves.
        if path.name in {"retention.py", "audit_settings.py"}:
            continue
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            given = {word.arg: word.value for word in call.keywords}
            if "action" in given and "subject" in given:
                dicts = [part for name in ("before", "after") if isinstance(part := given.get(name), ast.Dict)]
                unnamed |= {key.value for part in dicts for key in part.keys if isinstance(key, ast.Constant)} - FIELDS.keys()
    assert not unnamed


def test_no_address_changes_or_deletes_an_entry(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin/audit")]
    assert {(rule.endpoint, *sorted(rule.methods - {"OPTIONS", "HEAD"})) for rule in rules} == {
        ("admin_audit.trail", "GET"), ("admin_audit.save", "POST"),
    }


def test_a_scoped_file_is_the_scoped_list(database, acts, login_as, app):
    class CityAdministrator:
        @staticmethod
        def paths(_role):
            return (acts.places.city.path,)

    with app.test_request_context("/?lang=en"):
        listing = audit_list(CityAdministrator())
        assert [row.number for row in listing.rows(listing.asked({}))] == [7, 2, 1]
        assert listing.count(listing.asked({}), 10) == 3


def test_every_act_has_its_words(app):
    """Whatever the code records is listed, so that it can be filtered and read in both languages."""
    recorded = set()
    for path in Path(webapp.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "action":
                recorded |= {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    # Other keywords are called so too (addresses of forms), and an action may be put together from its room and a verb.
    assert {each for each in recorded if re.fullmatch(r"[a-z_]+\.[a-z_]+", each)} <= set(ACTIONS)


def test_the_names_of_organisations_are_looked_up_live(acts):
    assert db.session.scalars(select(Organisation)).one().name == "水务局"


def test_what_was_typed_into_a_filter_is_no_part_of_the_trail_but_an_id_is(database, acts, login_as):
    client, learner = login_as("administrator"), str(acts.ids["learner"])
    for typed, kept in (("王晓兰", True), (learner, learner)):
        client.post(f"{HOME}csv", data={"actor": typed, "action": "person.edited"}).close()
        last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
        assert last.after["filters"] == {"actor": kept, "action": "person.edited"}


def test_a_reason_is_read_from_the_role_and_gone_when_its_holder_is_erased(database, acts, login_as):
    client = login_as("administrator")
    with unit_of_work():
        grant = services.grant_role(
            person=acts.outsider, role=Role.TRAINER, place=acts.places.county, now=NOON, actor_id=acts.ids["administrator"],
            reason="接替王晓兰",
        )
        services.revoke_role(grant=grant, now=NOON, actor_id=acts.ids["administrator"], reason="王晓兰回来了")
    assert not [entry for entry in db.session.scalars(select(AuditEntry)) if "王晓兰" in f"{entry.before}{entry.after}"]
    page = client.get(HOME).text
    assert "接替王晓兰" in page
    assert "王晓兰回来了" in page
    with unit_of_work():
        erase(person_id=acts.ids["outsider"], keep_certificates=False, actor_id=None, now=NOON)
    page = client.get(HOME).text
    assert "接替王晓兰" not in page
    assert "王晓兰回来了" not in page


def test_states_are_in_the_readers_words_and_a_training_has_its_name(database, cast, login_as):
    with unit_of_work():
        training = Training(
            code="HB-7", place_id=cast.places.county.id, title="长安区可持续发展目标本地化培训", language="zh-Hans", zone="Asia/Shanghai",
            created_by_id=cast.ids["trainer"], created_at=NOON, changed_at=NOON,
        )
        db.session.add(training)
        db.session.flush()
        audit.record(
            actor_id=cast.ids["trainer"], action="training.moved", subject=("training", training.id), now=NOON,
            before={"state": "preparation"}, after={"state": "announced"},
        )
        participant = Participant(
            id=new_id(), training_id=training.id, code="HB-7-1", person_id=cast.ids["learner"], state=ParticipantState.REGISTERED,
            joined_by=JoinedBy.TRAINER, form_before="a", listed_at=NOON, registered_at=NOON,
        )
        db.session.add(participant)
        db.session.flush()
        audit.record(
            actor_id=None, action="list.exported", subject=("list", "trainings-overview"), now=NOON, after={"participant": participant.id},
        )
    page = login_as("administrator").get(f"{HOME}?lang=zh-Hans").text
    assert "培训总览" in page
    assert "系统" in page
    assert str(participant.id) not in page
    assert "长安区可持续发展目标本地化培训" in page
    assert "已发通知" in page
    assert "announced" not in page
