"""Regular mails: the link that stops one, the choice in the profile, and what becomes of it with the person."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from webapp.accounts import mail_choices, services_erasure, services_merge
from webapp.accounts.models import Person
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

KIND = "sheets-handed-in"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def address_of(person_id, kind=KIND):
    return urlsplit(mail_choices.link_to_stop(person_id=person_id, kind=kind)).path


def stopped(person_id):
    db.session.expire_all()
    return mail_choices.stopped(person_id)


@pytest.fixture
def trainer(database, cast):
    return cast.ids["trainer"]


def test_the_link_opens_a_page_with_a_button_and_stops_nothing_by_itself(client, trainer):
    page = client.get(f"{address_of(trainer)}?lang=en")
    assert page.status_code == 200
    assert "No longer get “Sheets that wait for feedback”?" in page.get_data(as_text=True)
    assert stopped(trainer) == frozenset()


def test_the_button_stops_it_and_another_one_brings_it_back(client, trainer):
    url = address_of(trainer)
    assert client.post(url).status_code == 303
    assert stopped(trainer) == {KIND}
    assert client.post(url).status_code == 303
    assert "You no longer get this mail" in client.get(f"{url}?lang=en").get_data(as_text=True)
    assert client.post(url, data={"again": "y"}).status_code == 303
    assert stopped(trainer) == frozenset()


def test_a_mail_program_stops_it_without_cookie_form_or_page(client, trainer, app, monkeypatch):
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    assert client.post(address_of(trainer), data={"again": "y"}).status_code == 400
    answer = client.post(address_of(trainer), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert stopped(trainer) == {KIND}


@pytest.mark.parametrize("change", [lambda url: f"{url}x", lambda url: url.replace(url[20], "_", 1), lambda _url: "/mail/stop/x"])
def test_a_link_that_was_changed_leads_nowhere(client, trainer, change):
    url = change(address_of(trainer))
    assert client.get(url).status_code == 404
    assert client.post(url).status_code == 404
    assert stopped(trainer) == frozenset()


def test_a_kind_that_is_no_more_leads_nowhere(client, trainer):
    assert client.post(address_of(trainer, "horoscope")).status_code == 404


def test_the_profile_shows_the_choice_to_those_who_may_get_the_mail(login_as, trainer):
    client = login_as("trainer")
    page = client.get("/me/profile?lang=en").get_data(as_text=True)
    assert "Sheets that wait for feedback" in page
    assert 'name="kind" value="sheets-handed-in" checked' in page
    assert client.post("/me/mail").location == "/me/profile"
    assert stopped(trainer) == {KIND}
    assert 'name="kind" value="sheets-handed-in" checked' not in client.get("/me/profile").get_data(as_text=True)
    client.post("/me/mail", data={"kind": KIND})
    assert stopped(trainer) == frozenset()


def test_learners_are_asked_about_no_mail_and_cannot_choose_one(login_as, cast):
    client = login_as("learner")
    assert "Regular mails" not in client.get("/me/profile?lang=en").get_data(as_text=True)
    client.post("/me/mail", data={"kind": "horoscope"})
    assert stopped(cast.ids["learner"]) == frozenset()


def test_a_profile_with_a_mistake_still_shows_the_choice(login_as):
    answer = login_as("trainer").post("/me/profile", data={"name": ""})
    assert answer.status_code == 422
    assert 'value="sheets-handed-in" checked' in answer.get_data(as_text=True)


def test_two_who_become_one_stay_without_the_mail_and_parting_undoes_it(trainer, cast):
    kept, gone, admin = cast.ids["staff"], trainer, cast.ids["administrator"]
    with unit_of_work():
        mail_choices.stop(person_id=gone, kind=KIND, now=NOON)
    url = address_of(gone)
    with unit_of_work():
        change = services_merge.merge(
            gone=db.session.get_one(Person, gone), kept=db.session.get_one(Person, kept), actor_id=admin, now=NOON,
        )
    assert stopped(kept) == {KIND}
    assert mail_choices.read(url.rpartition("/")[2])[0] == kept
    with unit_of_work():
        services_merge.part_again(change=change, actor_id=admin, now=NOON)
    assert stopped(kept) == frozenset()
    assert stopped(gone) == {KIND}


def test_whoever_is_erased_leaves_no_choice_behind(client, trainer):
    url = address_of(trainer)
    client.post(url)
    with unit_of_work():
        services_erasure.erase(person_id=trainer, keep_certificates=False, actor_id=None, now=NOON)
    assert stopped(trainer) == frozenset()
    assert client.get(url).status_code == 404
