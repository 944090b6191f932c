"""The language switch."""

from __future__ import annotations

import pytest

from webapp.accounts.models import Person
from webapp.core.database import db


def test_the_switch_keeps_the_language_for_a_year_and_comes_back(client):
    response = client.get("/language/en?next=/sign-in%3Fnext%3D%252Fcourses%252F")
    assert (response.status_code, response.location) == (302, "/sign-in?next=%2Fcourses%2F")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("language=en;")
    assert "Max-Age=31536000" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert '<html lang="en">' in client.get("/sign-in").get_data(as_text=True)


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil", "", "/a\nb"])
def test_the_switch_leads_to_no_other_site(client, target):
    assert client.get("/language/zh-Hans", query_string={"next": target}).location == "/"


@pytest.mark.parametrize("tag", ["fr", "en-GB", "zh", "x" * 1000])
def test_a_language_that_is_not_spoken_here_does_not_exist(client, tag):
    assert client.get(f"/language/{tag}").status_code == 404


def test_the_switch_writes_nothing(cast, login_as, max_queries):
    client = login_as("learner")
    with max_queries(1) as statements:
        client.get("/language/en?next=/")
    assert all(statement.lstrip().upper().startswith("SELECT") for statement in statements)
    assert db.session.get(Person, cast.ids["learner"]).language == "zh-Hans"
