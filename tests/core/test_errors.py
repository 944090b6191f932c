"""What people see when something fails: translated, with a way on, and without anything of the inside."""

from __future__ import annotations

import re

import pytest

from webapp.core.database import db

HEADLINES = {
    400: ("This request cannot be understood", "无法处理这个请求"),
    403: ("You may see this, but not do this", "您可以查看，但无权办理"),
    404: ("This page does not exist", "页面不存在"),
    405: ("This cannot be done this way", "不能这样操作"),
    409: ("This was not done", "未能办理"),
    410: ("This is no longer here", "该内容已不再提供"),
    413: ("The file is too large", "文件过大"),
    429: ("Too many tries in a short time", "操作过于频繁"),
    500: ("Something went wrong here, not with you", "系统出错了，不是您的问题"),
    503: ("We will be back shortly", "系统很快恢复"),
}


def headline(response) -> str:
    return re.search(r"<h1>(.*?)</h1>", response.text, re.DOTALL)[1].strip()


@pytest.mark.parametrize("status", HEADLINES)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_failure_has_a_page_in_the_readers_language(browser, status, language):
    response = browser.get(f"/probe/{status}", query_string={"lang": language})
    assert response.status_code == status
    assert f'<html lang="{language}">' in response.text
    assert headline(response) == HEADLINES[status][0 if language == "en" else 1]
    assert f"{status}" in response.text
    assert 'name="robots" content="noindex"' in response.text


@pytest.mark.parametrize(("status", "shown"), [(401, 400), (418, 400), (501, 500), (502, 500)])
def test_a_rare_status_shows_the_page_of_its_family(browser, status, shown):
    response = browser.get(f"/probe/{status}?lang=en")
    assert response.status_code == status
    assert headline(response) == HEADLINES[shown][0]


def test_a_rule_that_says_no_shows_its_sentence(browser):
    response = browser.get("/probe/rule?lang=en")
    assert response.status_code == 409
    assert headline(response) == HEADLINES[409][0]
    assert "All 24 seats are taken." in response.text


def nothing_ticked(browser, referrer):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/sign-in").text)[1]
    headers = {"Referer": referrer} if referrer else {}
    return browser.post("/probe/nothing-ticked?lang=en", data={"csrf_token": token}, headers=headers)


def test_who_ticked_nothing_stands_before_the_list_again_with_the_sentence(browser):
    response = nothing_ticked(browser, "http://localhost/sign-in?lang=en")
    assert (response.status_code, response.location) == (303, "/sign-in?lang=en")
    assert "Choose at least one row of the list first." in browser.get(response.location).text


@pytest.mark.parametrize(
    "referrer", ["", "x", "http://evil.example/sign-in", "http://localhost//evil.example", "http://localhost/\\evil.example"],
)
def test_nobody_is_led_back_to_where_they_cannot_have_come_from(browser, referrer):
    response = nothing_ticked(browser, referrer)
    assert response.status_code == 400
    assert "location" not in response.headers


def test_too_many_tries_say_when_to_come_back(browser):
    response = browser.get("/probe/429?lang=zh-Hans")
    assert response.headers["Retry-After"] == "61"
    assert "尝试次数过多，请2分钟后再试。" in response.text


def test_a_wrong_method_names_the_right_ones(browser):
    response = browser.delete("/probe/crash?lang=en")
    assert response.status_code in (400, 405)
    response = browser.get("/probe/form?lang=en")
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}
    assert headline(response) == HEADLINES[405][0]


def test_a_body_that_is_too_large_is_refused_with_its_page(probe, browser):
    limit = probe.config["MAX_CONTENT_LENGTH"]
    response = browser.post("/probe/form?lang=zh-Hans", data=b"name=" + b"x" * limit, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert headline(response) == HEADLINES[413][1]


def test_too_many_form_fields_are_refused(browser):
    response = browser.post("/probe/form?lang=en", data={f"f{n}": "x" for n in range(2001)}, content_type="multipart/form-data")
    assert response.status_code == 413


def test_an_unexpected_error_shows_nothing_of_the_inside(browser):
    response = browser.get("/probe/crash?lang=en&name=王晓兰")
    assert response.status_code == 500
    assert headline(response) == HEADLINES[500][0]
    for secret in ("RuntimeError", "wang@example.org", "Traceback", "probe.py"):
        assert secret not in response.text


def test_the_page_for_a_broken_database_asks_the_database_nothing(probe, browser):
    with probe.app_context():
        engine = db.engine
    engines = db._app_engines[probe]

    class Broken:
        dialect = engine.dialect

        def connect(self, *_args, **_options):
            raise OSError("the disk of 王晓兰 is gone")

        begin = raw_connection = connect

    engines[None] = Broken()
    try:
        # A signed-in reader: even finding out who is looking fails.
        browser.set_cookie(
            probe.config["SESSION_COOKIE_NAME"],
            probe.session_interface.get_signing_serializer(probe).dumps(
                {"_user_id": "01990000-0000-7000-8000-000000000000", "_permanent": True}
            ),
        )
        response = browser.get("/courses/?lang=zh-Hans")
    finally:
        engines[None] = engine
    assert response.status_code == 500
    assert headline(response) == HEADLINES[500][1]
    assert "王晓兰" not in response.text


def test_an_error_of_the_database_does_not_spoil_the_next_request(browser):
    assert browser.get("/probe/crash-in-the-database").status_code == 500
    assert browser.get("/probe/statements").status_code == 200


def test_a_visitor_who_finds_nothing_is_offered_to_sign_in_and_come_back(browser):
    response = browser.get("/trainings/7?lang=en")
    assert "/sign-in?next=%2Ftrainings%2F7" in response.text


def test_a_missing_slash_is_a_redirect_and_no_error(browser):
    response = browser.get("/courses")
    assert response.status_code == 308
    assert response.headers["Location"].endswith("/courses/")
