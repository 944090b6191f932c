"""Whether an address has an account shows in no message and in no work."""

from __future__ import annotations

import re

import pytest

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts.models import SignIn
from webapp.core.database import db


@pytest.fixture
def unverified(app, cast):
    """An account that others made and whose password was set, but whose address nobody has proven."""
    row = db.session.get(SignIn, cast.sign_in_ids["outsider"])
    row.verified_at = None
    db.session.commit()
    return cast.email("outsider")


def text_of(response, *typed):
    page = response.get_data(as_text=True)
    for each in typed:
        page = page.replace(each, "…")
    return re.sub(r"csrf_token.*?>", "", page)


def sign_in(app, email, password):
    return app.test_client().post("/sign-in", data={"email": email, "password": password})


def test_a_failed_sign_in_looks_and_costs_the_same_for_every_reason(database, cast, unverified, work_of):
    right = cast.password
    tries = {
        "unknown": ("nobody@example.org", right), "wrong": (cast.email("learner"), NEW_PASSWORD), "unverified": (unverified, right),
    }
    pages, computed, statements = {}, {}, {}
    for reason, (email, password) in tries.items():
        response, computed[reason], statements[reason] = work_of(lambda e=email, p=password: sign_in(database, e, p))
        assert response.status_code == 422
        pages[reason] = text_of(response, email)
    assert computed["unknown"] == computed["wrong"] == computed["unverified"] == ["verify"]
    assert statements["unknown"] == statements["wrong"] == statements["unverified"]
    assert pages["unknown"] == pages["wrong"] == pages["unverified"]


def test_signing_up_looks_and_costs_the_same_for_a_known_address(database, cast, work_of, outbox):
    found = []
    for email in ("new@example.org", cast.email("learner")):
        client = database.test_client()
        form = {"name": "王晓兰", "email": email, "password": NEW_PASSWORD, "agree": "y", "next": "/courses/"}
        response, computed, statements = work_of(lambda c=client, f=form: c.post("/sign-up", data=f))
        found.append((response.status_code, response.location, computed, statements, text_of(client.get("/sign-up/sent"), email)))
    assert found[0] == found[1]
    assert found[0][2] == ["hash"]
    assert [mail.recipient for mail in outbox()] == ["new@example.org", cast.email("learner")]


def test_asking_for_a_password_looks_and_costs_the_same_for_an_unknown_address(database, cast, work_of, outbox):
    found = []
    for email in ("nobody@example.org", cast.email("learner")):
        client = database.test_client()
        response, computed, statements = work_of(lambda c=client, e=email: c.post("/forgotten-password", data={"email": e}))
        page = text_of(client.get("/forgotten-password/sent"), email)
        found.append((response.status_code, response.location, computed, statements, page))
    assert found[0] == found[1]
    assert found[0][2] == []
    assert len(outbox()) == 2
    assert "/reset-password/" not in outbox()[0].text
    assert "/reset-password/" in outbox()[1].text


def test_limits_count_alike_for_addresses_with_and_without_an_account(database, cast):
    for email in ("nobody@example.org", cast.email("learner")):
        answers = [sign_in(database, email, NEW_PASSWORD).status_code for _ in range(11)]
        assert answers == [422] * 10 + [429]
