"""Closed by default: the whole URL map, walked with every role."""

import pytest
from flask import Flask

from tests.addresses import addresses, values_of
from webapp.core import access, clock
from webapp.statistics import fast, snapshot

ROLES = ("visitor", "learner", "trainer", "author", "staff", "administrator")
# What a signed-in person without a role may open: everything that is not for a role.
FOR_ROLES = {endpoint: {"staff", "administrator"} for endpoint in ("tokens.tokens", "tokens.new")}
FOR_ROLES |= {f"statistics.{view}": {"staff", "administrator"} for view in ("overview", "page", "course", "definitions")}
FOR_ROLES |= {
    f"statistics.{view}": {"staff", "administrator"}
    for view in ("overview_file", "page_file", "pivot", "row_form", "views", "new_view", "batches", "plans", "periods")
}
FOR_ROLES |= {
    f"facilitator.{view}": {"trainer", "author", "staff", "administrator"} for view in ("facilitator", "file", "slides")
}
FOR_ROLES |= {
    f"library.{view}": {"trainer", "author", "staff", "administrator"}
    for view in ("questionnaires", "questionnaire", "file", "form", "exercise", "exercise_form")
}
FOR_ROLES |= {endpoint: {"trainer", "staff", "administrator"} for endpoint in ("sheets.review", "surveys.surveys", "surveys.new")}
FOR_ROLES |= {endpoint: {"trainer", "staff", "administrator"} for endpoint in ("training_plan.new", "training_calendar.month")}
FOR_ROLES |= {f"training_trainers.{view}": {"trainer", "staff", "administrator"} for view in ("trainers", "trainer", "chain", "profile")}
FOR_ROLES["training_oversight.overview"] = {"staff", "administrator"}
FOR_ROLES["builder.new"] = {"author", "administrator"}


def client_of(role, client, login_as):
    return client if role == "visitor" else login_as(role)


def test_a_view_without_a_declared_permission_stops_the_start():
    app = Flask("open")

    @app.get("/open")
    def nobody_said_who():
        return "open"

    with pytest.raises(access.UnmarkedView, match="nobody_said_who"):
        access.refuse_unmarked(app)


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_each_role_as_declared(role, app, client, login_as):
    browser = client_of(role, client, login_as)
    declared = access.declared(app)
    for endpoint, address in addresses(app):
        kind, _who = declared[endpoint]
        response = browser.get(address)
        status = response.status_code
        assert status < 500 or endpoint == "health.readyz", f"{address}: {status}"
        if kind in (access.PUBLIC, access.MACHINE):
            assert "/sign-in?next=" not in response.headers.get("Location", ""), address
        elif role == "visitor":
            assert status == 302, f"{address}: {status}"
            assert response.headers["Location"].startswith("/sign-in?next="), address
        elif kind == access.ALLOWED and role not in FOR_ROLES.get(endpoint, {"administrator"}):
            assert status == 404, f"{address}: {status} for {role}"


@pytest.mark.parametrize("role", ROLES)
def test_nothing_changes_by_a_get(role, app, client, login_as, max_queries):
    browser = client_of(role, client, login_as)
    # Until the first snapshot is there statistics are counted from the events themselves, each figure anew.
    fast.opened(snapshot.refresh(clock.now())).ground(None)
    for endpoint, address in addresses(app):
        with max_queries(8) as seen:
            browser.get(address)
        writes = [statement for statement in seen if statement.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]
        assert not writes, f"{endpoint}: {writes}"


@pytest.mark.parametrize("role", ROLES)
def test_every_post_without_a_token_is_refused(role, app, client, login_as):
    browser = client_of(role, client, login_as)
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for rule in app.url_map.iter_rules():
            if "POST" not in (rule.methods or set()):
                continue
            address = app.url_map.bind("localhost").build(rule.endpoint, values_of(rule), method="POST")
            # Programs have no forms: what guards them is that a cookie counts for nothing.
            expected = 401 if rule.rule.startswith("/api/") else 400
            assert browser.post(address).status_code == expected, address
    finally:
        app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("address", ["/", "/nowhere", "/healthz", "/courses/", "/sign-in"])
def test_every_answer_carries_the_headers_that_protect_it(client, address):
    headers = client.get(address).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"]
    assert headers["Permissions-Policy"]
