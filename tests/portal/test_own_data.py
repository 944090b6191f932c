"""One's own data: taken along, consent, erasure; after it no table holds the name or an address."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.learning.fixtures import complete
from webapp.accounts import privacy, services_consent, services_erasure, services_links
from webapp.accounts.errors_roles import LastAdministrator
from webapp.accounts.models import Person, Role, RoleGrant, Session, SignIn
from webapp.accounts.models_data import Consent, ErasureRequest
from webapp.accounts.models_people import PersonSpell
from webapp.accounts.models_signing import EmailChange, KnownDevice
from webapp.accounts.services import grant_role, organisation_named
from webapp.accounts.services_work import change_work
from webapp.certificates.models import Certificate
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.mail.services import queue
from webapp.core.signals import OwnDataAsked, own_data
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import ParticipationEvent
from webapp.statistics import slow
from webapp.statistics.definitions import FIGURES
from webapp.statistics.slices import Slice

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
NAME = "王晓兰"
EMAIL = "learner@example.org"
pytestmark = pytest.mark.usefixtures("small_courses")

# Tables that point to people and hold nothing of their own about one: what they did to others stands in the audit trail.
NOT_ONES_OWN = {"bulk_changes", "certificates.revoked_by_id", "invitation_codes.made_by_id", "person_spells.recorded_by_id",
                "role_grants.granted_by_id", "people.merged_into_id", "half_sign_ins"}


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture
def lived(database, cast, water):
    """A learner who left a trace in every room."""
    person = cast.learner
    with unit_of_work():
        complete(person, water, now=NOW)
        change_work(
            person=person, place_id=cast.places.city.id, organisation_id=None, position_level=30, since=NOW.date(), now=NOW, actor_id=None,
        )
        grant_role(
            person=person, role=Role.TRAINER, now=NOW, actor_id=cast.ids["administrator"], place=cast.places.county, reason=f"{NAME}很能干",
        )
        services_links.ask_for_password(email=EMAIL, language="en", now=NOW)
        services_links.ask_to_join(name=NAME, email=EMAIL, password_hash="x", language="en", next_path="", now=NOW)
        queue(to=EMAIL, subject=f"{NAME}", text=f"{NAME} {EMAIL}", language="en", now=NOW)
        sign_in_id = cast.sign_in_ids["learner"]
        db.session.add(KnownDevice(sign_in_id=sign_in_id, token_hash="h", created_at=NOW))
        db.session.add(EmailChange(
            token_hash="t", undo_hash="u", sign_in_id=sign_in_id, old_email="older@example.org", new_email=EMAIL, created_at=NOW,
            expires_at=NOW, undo_until=NOW,
        ))
    db.session.expire_all()
    return person


def held(*words):
    """Every text and JSON column of the database in which one of the words stands."""
    found = []
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            for column, value in row.items():
                text = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else str(value)
                if any(re.search(rf"(?<![\w.]){re.escape(word)}", text) for word in words):
                    found.append(f"{table.name}.{column}: {text[:80]}")
    return found


def erase(cast, *, keep=True):
    with unit_of_work():
        services_erasure.erase(person_id=cast.ids["learner"], keep_certificates=keep, actor_id=cast.ids["learner"], now=NOW)
    db.session.expire_all()


@pytest.mark.parametrize("keep", [True, False])
def test_after_erasure_no_table_holds_the_name_or_an_address(lived, cast, keep):
    assert len({line.split(".")[0] for line in held(NAME, EMAIL, "older@example.org")}) >= 6, "the test plants what it looks for"
    erase(cast, keep=keep)
    # The reason that an administrator typed stays in the chained trail; it is theirs to word without names.
    left = [line for line in held(NAME, EMAIL, "older@example.org") if not line.startswith("audit_entries.after")]
    assert left == []


def test_counts_stay_what_they_were(lived, cast):
    asked = (Slice(cut_off=NOW + timedelta(hours=1)), (), FIGURES)
    before, events = slow.count(*asked), db.session.query(ParticipationEvent).count()
    erase(cast)
    assert slow.count(*asked) == before
    assert db.session.query(ParticipationEvent).count() == events
    person = db.session.get(Person, cast.ids["learner"])
    assert (person.name, person.place_id, person.sex, person.erased_at) == ("", None, None, NOW)
    assert not db.session.scalars(select(SignIn).where(SignIn.person_id == person.id)).all()
    assert not db.session.scalars(select(PersonSpell).where(PersonSpell.person_id == person.id)).all()
    assert all(grant.revoked_at for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == person.id)))


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_certificate_stays_verifiable_without_the_name(lived, cast, client, language):
    code = db.session.query(Certificate).one().code
    erase(cast)
    page = client.get(f"/certificates/{code}?lang={language}")
    assert page.status_code == 200
    assert NAME not in page.text
    assert {"en": "Name erased at the holder", "zh-Hans": "应持有人要求"}[language] in page.text
    assert client.get(f"/certificates/{code}.json").json["name"] is None
    assert client.get(f"/certificates/{code}.json").json["status"] == "valid"
    assert client.get(f"/certificates/{code}.pdf").status_code == 410


def test_a_certificate_that_is_withdrawn_says_so(lived, cast, client):
    code = db.session.query(Certificate).one().code
    erase(cast, keep=False)
    assert client.get(f"/certificates/{code}.json").json["status"] == "revoked"
    assert "应持有人要求撤回" in client.get(f"/certificates/{code}").text


def test_erasing_reaches_the_rows_that_were_merged_into_the_person(lived, cast):
    with unit_of_work():
        cast.second_learner.merged_into_id = cast.ids["learner"]
    erase(cast)
    assert held("Amina Diallo", "second_learner@example.org") == []


def test_the_last_administrator_stays(database, cast):
    with pytest.raises(LastAdministrator):
        services_erasure.ask(person_id=cast.ids["administrator"], keep_certificates=True, wait=timedelta(0), now=NOW)


def ask(browser, **typed):
    form = {"certificates": "keep", "sure": "y", "password": "seventeen goals by 2030", **typed}
    return browser.post("/me/data/erase?lang=en", data=form)


def test_the_wish_waits_is_mailed_and_can_be_taken_back_by_link(lived, cast, login_as, client, at):
    learner = login_as("learner")
    assert ask(learner).headers["Location"] == "/me/data/"
    assert "Your data will be erased on 27 November 2026" in learner.get("/me/data/?lang=en").text
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.text.contains("/erasure/"))).one()
    link = re.search(r"/erasure/[\w-]+", mail.text)[0]
    assert client.get(link).status_code == 200
    assert db.session.query(ErasureRequest).one().undone_at is None, "a GET writes nothing"
    assert client.post(link).status_code == 303
    assert client.post(link).status_code == 410
    at(NOW + timedelta(days=8))
    assert services_erasure.erase_due(NOW + timedelta(days=8)) == 0
    assert db.session.get(Person, cast.ids["learner"]).name == NAME


def test_the_wish_is_carried_out_when_it_is_due_and_not_before(lived, cast, login_as):
    ask(login_as("learner"))
    assert services_erasure.erase_due(NOW + timedelta(days=7, seconds=-1)) == 0
    assert services_erasure.erase_due(NOW + timedelta(days=7)) == 1
    assert services_erasure.erase_due(NOW + timedelta(days=7)) == 0
    db.session.expire_all()
    assert db.session.get(Person, cast.ids["learner"]).name == ""


def test_one_can_change_ones_mind_on_the_page(lived, login_as):
    learner = login_as("learner")
    ask(learner)
    assert learner.post("/me/data/keep").status_code == 303
    assert "will be erased" not in learner.get("/me/data/?lang=en").text


@pytest.mark.parametrize(("typed", "sentence"), [
    ({"password": "wrong"}, "This is not your present password."), ({"password": ""}, "Please fill this in."),
    ({"sure": ""}, "Please tick the box"), ({"certificates": ""}, "Please choose what becomes of your certificates."),
    ({"certificates": "burn"}, "certificates"),
])
def test_a_stranger_at_the_desk_erases_nobody(lived, login_as, typed, sentence):
    page = ask(login_as("learner"), **typed)
    assert page.status_code == 422
    assert sentence in page.text
    assert db.session.query(ErasureRequest).count() == 0


def opened(response):
    return zipfile.ZipFile(io.BytesIO(response.data))


def test_the_file_holds_everything_in_both_languages_and_no_secret(lived, login_as):
    response = login_as("learner").post("/me/data/download")
    assert response.mimetype == "application/zip"
    assert "no-store" in response.headers["Cache-Control"]
    file = opened(response)
    everything = {name: file.read(name).decode() for name in file.namelist()}
    assert {"index.en.html", "index.zh-Hans.html", "data/person.json", "data/certificates.json"} <= set(everything)
    assert 'lang="zh-Hans"' in everything["index.zh-Hans.html"]
    assert "本站" in everything["index.zh-Hans.html"] or "我的数据" in everything["index.zh-Hans.html"]
    assert "What LocalGoals holds about me" in everything["index.en.html"]
    assert json.loads(everything["data/person.json"])["rows"][0]["name"] == NAME
    assert json.loads(everything["data/participation.json"])["rows"]
    text = "".join(everything.values())
    for secret in ("$argon2", "password_hash", "token_hash", "code_hash", "sealed_secret"):
        assert secret not in text
    for other in ("Amina Diallo", "second_learner@example.org", "staff@example.org"):
        assert other not in text
    assert "own_data.exported" in set(db.session.scalars(select(AuditEntry.action)))


def test_markup_in_what_is_held_is_shown_and_never_run(lived, cast, login_as):
    with unit_of_work():
        there = organisation_named(name="<script>alert(1)</script>水务局", type="government", place_id=None, now=NOW)
        cast.learner.organisation_id = there.id
    file = opened(login_as("learner").post("/me/data/download"))
    assert "<script" not in file.read("index.en.html").decode()


def test_every_table_about_people_is_in_the_file(database, cast, small_courses):
    asked = OwnDataAsked(cast.ids["learner"], cast.sign_in_ids["learner"])
    covered = {name for tables in own_data.collect(asked) for table in tables for name in table.covers}
    for table in db.metadata.sorted_tables:
        for column in table.columns:
            points = {key.column.table.name for key in column.foreign_keys} & {"people", "sign_ins"}
            names = column.name in ("person_id", "sign_in_id", "actor_id")
            if (points or names) and not {table.name, f"{table.name}.{column.name}"} & NOT_ONES_OWN and table.name != "place_operations":
                assert table.name in covered, f"{table.name}.{column.name} is about people and in nobody's own_data"


def test_the_file_takes_as_many_queries_for_much_as_for_little(lived, cast, max_queries):
    asked = OwnDataAsked(cast.ids["learner"], cast.sign_in_ids["learner"])
    with max_queries(75):
        own_data.collect(asked)


def test_a_visitor_is_led_to_sign_in(client):
    for address in ("/me/data/", "/me/data/erase", "/me/data/consent", "/me/notice"):
        assert client.get(address).headers["Location"].startswith("/sign-in")
    assert client.post("/me/data/download").headers["Location"].startswith("/sign-in")


def test_the_page_keeps_its_budget_in_both_languages(login_as, max_queries):
    learner = login_as("learner")
    for language, words in (("en", "Take it along"), ("zh-Hans", "下载")):
        with max_queries(4):
            page = learner.get(f"/me/data/?lang={language}")
        assert words in page.text


@pytest.mark.parametrize(("language", "words"), [("en", "Who is responsible"), ("zh-Hans", "谁负责")])
def test_the_notice_is_public_in_both_languages_and_each_version_stays(client, language, words, max_queries):
    with max_queries(0):
        assert words in client.get(f"/privacy?lang={language}").text
    assert words in client.get(f"/privacy/{privacy.current()}?lang={language}").text
    assert client.get("/privacy/1999-01").status_code == 404
    assert client.get("/privacy/..%2f..%2fmodels").status_code == 404


def test_a_new_version_is_shown_at_the_next_sign_in_and_agreeing_is_written_down(database, cast, client):
    db.session.query(Consent).delete()
    db.session.commit()
    entered = client.post("/sign-in", data={"email": EMAIL, "password": cast.password, "next": "/courses/"})
    assert entered.headers["Location"] == "/me/notice?next=%2Fcourses%2F"
    assert client.get("/courses/").status_code == 200, "it may be put off"
    agreed = client.post("/me/notice", data={"next": "/courses/"})
    assert agreed.headers["Location"] == "/courses/"
    row = db.session.scalars(select(Consent).where(Consent.person_id == cast.ids["learner"])).one()
    assert (row.version, row.given_at, row.withdrawn_at) == (privacy.current(), NOW, None)
    client.post("/me/notice", data={"next": "/courses/"})
    assert db.session.query(Consent).count() == 1
    again = client.post("/sign-in", data={"email": EMAIL, "password": cast.password, "next": "/courses/"})
    assert again.headers["Location"] == "/courses/"


def test_invented_people_are_not_asked(database, cast):
    db.session.query(Consent).delete()
    cast.learner.demo = True
    db.session.commit()
    assert services_consent.way_on(cast.sign_in_ids["learner"], "/courses/") == "/courses/"
    assert services_consent.way_on(cast.sign_in_ids["second_learner"], "/courses/").startswith("/me/notice")


def test_who_signs_up_agrees_and_without_it_there_is_no_account(database, client):
    form = {"name": "周明", "email": "zhou@example.org", "password": "rivers carry the mountain"}
    refused = client.post("/sign-up?lang=en", data=form)
    assert (refused.status_code, "tick the box" in refused.text) == (422, True)
    client.post("/sign-up?lang=zh-Hans", data=form | {"agree": "y"})
    link = re.search(r"/verify-email/[\w-]+", db.session.scalars(select(OutboxMail)).one().text)[0]
    client.post(link)
    row = db.session.scalars(select(Consent)).one()
    assert (row.version, row.language, row.given_at) == (privacy.current(), "zh-Hans", NOW)


def test_withdrawing_consent_forgets_what_was_volunteered_and_keeps_the_courses(lived, cast, login_as):
    learner = login_as("learner")
    assert learner.get("/me/data/consent").status_code == 200
    assert learner.post("/me/data/consent").status_code == 303
    person = db.session.get(Person, cast.ids["learner"])
    assert (person.name, person.place_id, person.position_level) == (NAME, None, None)
    assert db.session.query(Certificate).count() == 1
    assert all(row.withdrawn_at == NOW for row in services_consent.consents(person.id))
    assert "Read and agree" in learner.get("/me/data/?lang=en").text


def test_somebody_who_is_erased_is_signed_out(lived, cast, login_as):
    learner = login_as("learner")
    erase(cast)
    assert learner.get("/me/").status_code == 302
    assert db.session.query(Session).filter_by(sign_in_id=cast.sign_in_ids["learner"]).count() == 0
