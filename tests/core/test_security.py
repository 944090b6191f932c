"""Headers, cookies, forms that are ours, and proxies that are believed."""

from __future__ import annotations

import re

import pytest
from flask import request
from wtforms import PasswordField, StringField

from tests.core.probe import probe_app
from webapp.core.forms import Form

STALE = {
    "en": "You have signed out or signed in anew since this form was opened, or it came from elsewhere. Nothing was saved.",
    "zh-Hans": "打开此表单后您已退出或重新登录，或者表单不是从本站提交的。内容没有保存。",
}


def token_of(page: str) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


@pytest.mark.parametrize("language", STALE)
@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "stale"}, {"csrf_token": "名" * 500}])
def test_a_form_without_the_right_token_is_refused_with_a_sentence(browser, language, data):
    response = browser.post(f"/probe/form?lang={language}", data=data)
    assert response.status_code == 400
    assert STALE[language] in response.text


def test_a_token_of_another_browser_is_refused(probe, browser):
    token = token_of(probe.test_client().get("/sign-in").text)
    assert browser.post("/probe/form", data={"csrf_token": token}).status_code == 400


def test_a_form_with_its_token_passes(browser):
    token = token_of(browser.get("/sign-in").text)
    assert browser.post("/probe/form", data={"csrf_token": token, "name": "x"}).text == "csrf_token,name"


@pytest.mark.parametrize("address", ["/", "/nowhere", "/probe/crash", "/probe/rule"])
def test_pages_depend_on_cookie_and_language_and_are_not_kept_by_others(browser, address):
    headers = browser.get(address).headers
    assert {"Cookie", "Accept-Language"} <= {part.strip() for part in headers["Vary"].split(",")}
    assert headers["Cache-Control"] == "private, no-cache"


def test_machines_get_no_cookie(browser):
    assert "Set-Cookie" not in browser.get("/healthz").headers


def test_a_page_may_load_only_from_this_site(browser):
    policy = dict(part.split(" ", 1) for part in browser.get("/").headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"


def test_over_https_cookies_are_bound_to_this_host_and_the_browser_is_told_to_stay(tmp_path):
    with probe_app(tmp_path, public_url="https://learn.example.org") as app:
        browser = app.test_client()
        page = browser.get("/sign-in", base_url="https://learn.example.org")
        assert page.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"
        cookies = page.headers.getlist("Set-Cookie")
        cookies += browser.get("/language/en?next=/", base_url="https://learn.example.org").headers.getlist("Set-Cookie")
        assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-localgoals", "__Host-language"}
        for cookie in cookies:
            parts = {part.strip() for part in cookie.split(";")}
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
            assert not any(part.startswith("Domain") for part in parts)


def test_without_https_cookies_work_and_nothing_claims_tls(browser):
    page = browser.get("/sign-in")
    assert "Strict-Transport-Security" not in page.headers
    (cookie,) = page.headers.getlist("Set-Cookie")
    assert cookie.startswith("localgoals=")
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.9")])
def test_only_as_many_proxies_are_believed_as_are_there(tmp_path, proxies, seen):
    with probe_app(tmp_path, trusted_proxies=proxies) as app:
        addresses = []
        app.before_request(lambda: addresses.append(request.remote_addr))
        app.test_client().get("/healthz", headers={"X-Forwarded-For": "10.0.0.1, 198.51.100.9, 203.0.113.7"})
    assert addresses == [seen]


def test_spaces_around_what_people_type_are_dropped_but_not_in_passwords(app):
    class SignIn(Form):
        email = StringField()
        password = PasswordField()

    with app.test_request_context("/", method="POST", data={"email": "  wang@example.org\t", "password": " seven goals "}):
        form = SignIn()
        assert form.email.data == "wang@example.org"
        assert form.password.data == " seven goals "
    with app.test_request_context("/"):
        assert SignIn().email.data is None
