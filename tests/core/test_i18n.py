"""Which language a reader gets, and how it is switched."""

from __future__ import annotations

import contextvars
import re
from decimal import Decimal
from html import unescape
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.i18n import LANGUAGES, _, current_language, here, localised, plain, speaking


def language_of(app, address="/", cookie=None, **headers):
    wanted = {name.replace("_", "-"): value for name, value in headers.items()}
    if cookie:
        wanted["Cookie"] = f"language={cookie}"

    def choose():
        with app.test_request_context(address, headers=wanted):
            return current_language()

    # As on a server, where no request finds what another one chose.
    return contextvars.Context().run(choose)


def test_the_address_wins_over_the_cookie_and_the_cookie_over_the_browser(app):
    assert language_of(app, "/?lang=en", cookie="zh-Hans", Accept_Language="zh-CN") == "en"
    assert language_of(app, cookie="zh-Hans", Accept_Language="en") == "zh-Hans"
    assert language_of(app, Accept_Language="en-GB,en;q=0.9") == "en"
    assert language_of(app) == "zh-Hans"


@pytest.mark.parametrize("tag", ["de", "EN", "zh", "", "../../etc", "zh-Hans-CN"])
def test_an_unknown_language_in_the_address_or_cookie_is_passed_over(app, tag):
    assert language_of(app, f"/?{urlencode({'lang': tag})}", Accept_Language="en") == "en"
    assert language_of(app, cookie=tag or "x", Accept_Language="en") == "en"


@pytest.mark.parametrize(("header", "expected"), [
    ("zh-TW,zh;q=0.9,en;q=0.8", "zh-Hans"),
    ("de-DE,de;q=0.9,en;q=0.8,zh;q=0.7", "en"),
    ("zh;q=0.1,en;q=0.9", "en"),
    ("en;q=0,zh;q=0.5", "zh-Hans"),
    ("fr", "zh-Hans"),
    ("*", "zh-Hans"),
    ("enm", "zh-Hans"),
    (";;;q=,,", "zh-Hans"),
    ("en_US", "en"),
])
def test_the_browsers_wishes_count_by_their_weight(app, header, expected):
    assert language_of(app, Accept_Language=header) == expected


def test_outside_a_request_the_command_line_speaks_english(app):
    assert current_language() == "en"


def test_the_page_is_really_in_that_language(client):
    assert '<html lang="en">' in client.get("/?lang=en").text
    client.set_cookie("language", "zh-Hans")
    page = client.get("/", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hans">' in page.text


@pytest.mark.parametrize(("asked", "back"), [
    ("/courses/", "/courses/"),
    ("/verify?code=7KQ4&lang=en", "/verify?code=7KQ4"),
    ("/verify?lang=en&code=7KQ4", "/verify?code=7KQ4"),
    ("/verify?lang=en&lang=zh-Hans", "/verify"),
    ("/x?language=1&slang=2&lang=en&a=1&a=2", "/x?language=1&slang=2&a=1&a=2"),
    ("/x?q=%E7%9B%AE%E6%A0%87%20%26%3F", "/x?q=%E7%9B%AE%E6%A0%87+%26%3F"),
])
def test_switching_keeps_the_page_and_its_query(app, asked, back):
    with app.test_request_context(asked):
        assert here() == back


def test_switching_on_the_answer_to_a_form_returns_to_its_page(app):
    with app.test_request_context("/sign-up?next=/x", method="POST"):
        assert here() == "/sign-up"


def test_following_the_switch_shows_the_same_page_in_the_other_language(client):
    page = client.get("/verify?lang=zh-Hans&code=x").text
    assert '<html lang="zh-Hans">' in page
    address = unescape(re.search(r'href="(/language/en\?next=[^"]+)"', page)[1])
    response = client.get(address)
    assert response.status_code == 302
    assert response.headers["Location"].endswith("/verify?code=x")
    assert '<html lang="en">' in client.get("/verify").text


def test_a_text_falls_back_to_the_first_language_that_has_one():
    both = {"zh-Hans": "目标", "en": "Goals"}
    assert localised(both, "en") == "Goals"
    assert localised(both, "fr") == "目标"
    assert localised({"zh-Hans": "目标"}, "en") == "目标"
    assert localised({"zh-Hans": "", "en": "", "fr": "Objectifs"}, "en") == "Objectifs"
    assert localised({}, "en") == ""


def test_a_mail_can_be_written_in_another_language_than_the_page(app):
    with app.test_request_context("/?lang=en"):
        assert _("Please fill this in.") == "Please fill this in."
        with speaking("zh-Hans"):
            assert _("Please fill this in.") == "请填写此项。"
        assert _("Please fill this in.") == "Please fill this in."


@given(st.decimals(min_value=0, max_value=10000, places=2))
def test_numbers_lose_only_superfluous_zeros(number):
    shown = plain(number)
    assert Decimal(shown) == number
    assert "E" not in shown
    assert "." not in shown or not shown.endswith(("0", "."))


def test_round_numbers_keep_their_zeros():
    assert [plain(value) for value in (3.0, "36.50", 100, Decimal("1E+2"), 0)] == ["3", "36.5", "100", "100", "0"]


def test_every_language_has_a_name_of_its_own(client):
    page = client.get("/?lang=en").text
    assert all(f"/language/{tag}?next=" in page for tag in LANGUAGES if tag != "en")
