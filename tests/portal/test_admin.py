"""The administration's index, the outbox and the settings."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.cast import signed_in_client
from webapp.accounts import services
from webapp.accounts.models import Role
from webapp.core.audit import AuditEntry
from webapp.core.config import Settings
from webapp.core.database import db
from webapp.core.mail.models import MailState, OutboxMail
from webapp.core.mail.services import queue
from webapp.portal import settings_shown

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
SECRET_LINK = "https://example.org/reset-password/abcdefgh"


@pytest.fixture
def mails(app, cast):
    """One that waits, one that was sent, two that failed."""
    rows = [
        queue(to=f"{state}{number}@example.org", subject=f"{state} {number}", text=SECRET_LINK, language="en", now=NOON)
        for number, state in enumerate(["waiting", "sent", "failed", "failed"])
    ]
    for row, state in zip(rows, [MailState.WAITING, MailState.SENT, MailState.FAILED, MailState.FAILED], strict=True):
        row.state = state
    for row in rows[2:]:
        row.tries, row.last_error = 20, "550 no such user"
    db.session.commit()
    return rows


@pytest.fixture
def county_admin(app, cast):
    services.grant_role(person=cast.trainer, role=Role.ADMINISTRATOR, place=cast.places.county, now=NOON, actor_id=None)
    db.session.commit()
    return signed_in_client(app, cast.sign_in_ids["trainer"])


def token_in(page):
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


@pytest.mark.parametrize(("language", "title"), [("en", "Administration"), ("zh-Hans", "系统管理")])
def test_the_index_leads_to_every_page_of_the_administration(login_as, language, title):
    admin = login_as("administrator")
    page = admin.get(f"/admin/?lang={language}")
    assert f"<h1>{title}</h1>" in page.text
    found = re.findall(r'<li><a href="(/admin/[^"]*)"', page.text)
    wanted = ("people", "sign-ins", "organisations", "courses", "mail", "jobs", "settings")
    assert {f"/admin/{each}/" for each in wanted} <= set(found)
    for address in found:
        assert admin.get(address).status_code == 200, address


def test_an_administrator_of_a_county_finds_nothing_that_is_not_theirs(county_admin, client, login_as, mails):
    found = re.findall(r'<li><a href="(/admin/[^"]*)"', county_admin.get("/admin/").text)
    for address in ("/admin/mail/", "/admin/jobs/", "/admin/settings/", "/admin/courses/", f"/admin/mail/{mails[0].id}/"):
        assert address not in found
        assert county_admin.get(address).status_code == 404
    for address in ("/admin/mail/bulk", "/admin/mail/retry", f"/admin/mail/{mails[2].id}/retry", "/admin/mail/export/csv"):
        assert county_admin.post(address).status_code == 404
    assert login_as("staff").get("/admin/").status_code == 404
    assert client.get("/admin/").status_code == 302
    assert 'href="/admin/"' not in login_as("staff").get("/").text


def test_the_outbox_shows_how_mails_went_but_never_their_text(database, login_as, mails, max_queries):
    admin = login_as("administrator")
    with max_queries(5):
        page = admin.get("/admin/mail/?state=failed&lang=en")
    assert page.text.count("550 no such user") == 2
    assert "waiting0@example.org" not in page.text
    one = admin.get(f"/admin/mail/{mails[2].id}/?lang=en")
    assert "failed2@example.org" in one.text
    for seen in (page, one, admin.post("/admin/mail/export/csv", data={})):
        assert "reset-password" not in seen.text
    found = admin.get("/admin/mail/?q=SENT1").text
    assert "sent1@example.org" in found
    assert "failed2@example.org" not in found
    assert admin.get("/admin/mail/00000000-0000-7000-8000-000000000000/").status_code == 404
    assert admin.get("/admin/mail/?state=lost").status_code == 400


def test_only_failed_mails_are_tried_again_and_keep_their_message_id(database, login_as, mails):
    admin = login_as("administrator")
    before = {row.id: row.message_id for row in mails}
    page = admin.post("/admin/mail/bulk?lang=en", data={"action": "retry", "all": "1"})
    assert "2 failed mails go back" in page.text
    assert admin.post("/admin/mail/retry", data={"token": token_in(page)}).status_code == 303
    rows = {row.recipient: row for row in db.session.scalars(select(OutboxMail))}
    assert rows["sent1@example.org"].state is MailState.SENT
    assert (rows["failed2@example.org"].state, rows["failed2@example.org"].tries) == (MailState.WAITING, 0)
    assert {row.id: row.message_id for row in rows.values()} == before
    assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "mail.retried")).all()) == 2
    admin.post(f"/admin/mail/{mails[1].id}/retry")
    assert rows["sent1@example.org"].state is MailState.SENT


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_settings_are_shown_without_secrets(login_as, language):
    page = login_as("administrator").get(f"/admin/settings/?lang={language}")
    assert "LOCALGOALS_PROGRAMME_ZONE" in page.text
    assert "Asia/Shanghai" in page.text
    assert "testtest" not in page.text


def test_no_secret_is_shown_in_any_setting():
    plain = "correct-horse-battery-staple-0123456789"
    values = {
        each: plain for each in Settings.__dataclass_fields__ if settings_shown.is_secret(each)
    } | {"database_url": f"postgresql://user:{plain}@db.example:5432/goals?password={plain}", "smtp_url": f"smtp://user:{plain}@mail.example:25"}
    assert {"secret_key", "demo_password", "metrics_token", "oidc_client_secret"} <= set(values)
    assert all(plain not in settings_shown.value_of(name, value) for name, value in values.items())
    assert settings_shown.value_of("database_url", values["database_url"]) == "postgresql://db.example:5432/goals"


def test_every_setting_is_explained_in_words_that_can_be_translated():
    assert set(settings_shown.ABOUT) == set(Settings.__dataclass_fields__)
