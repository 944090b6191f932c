"""The mailbox of a development server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tests.conftest import FreshContextClient, settings_for_tests
from webapp import create_app
from webapp.core.access import declared
from webapp.core.config import Mode
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.services import queue
from webapp.core.mail.views import with_links
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def development(tmp_path):
    """A development server with a database of its own."""
    app = create_app(settings_for_tests(tmp_path, mode=Mode.DEVELOPMENT))
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.test_client_class = FreshContextClient
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_it_shows_mails_newest_first_and_their_links_can_be_followed(development):
    client = development.test_client()
    assert "注册" in client.get("/mailbox").get_data(as_text=True)
    with unit_of_work():
        queue(to="old@example.org", subject="First <b>", text="See https://localhost/x?a=1&b=2 now", language="en", now=NOON)
        newer = queue(to="new@example.org", subject="二", text="无", language="zh-Hans", now=NOON + timedelta(hours=1))
    page = client.get("/mailbox").get_data(as_text=True)
    assert page.index("new@example.org") < page.index("old@example.org")
    assert "First &lt;b&gt;" in page
    assert client.get(f"/mailbox/{newer.id}").status_code == 200
    assert client.get(f"/mailbox/{new_id()}").status_code == 404


def test_links_are_escaped():
    link = "http://a/?x=1&amp;y=&#34;2&#34;"
    assert with_links('<i> http://a/?x=1&y="2" </i>') == f'&lt;i&gt; <a href="{link}">{link}</a> &lt;/i&gt;'


def test_other_servers_have_no_mailbox(app, client):
    assert isinstance(app, Flask)
    assert not any(name.startswith("mail.") for name in declared(app))
    assert client.get("/mailbox").status_code == 404
