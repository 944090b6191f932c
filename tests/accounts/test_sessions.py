"""Where one is signed in, ending it there, and notices of new devices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.accounts.conftest import NEW_PASSWORD
from webapp.accounts import mail_notices
from webapp.accounts.current import SESSION_KEY
from webapp.accounts.devices import Device
from webapp.accounts.models import Session
from webapp.accounts.models_signing import HalfSignIn, KnownDevice
from webapp.accounts.services_sessions import sweep
from webapp.core import clock
from webapp.core.database import db

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
WECHAT = "Mozilla/5.0 (Linux; Android 12; ELS-AN00) AppleWebKit/537.36 Chrome/107.0 Mobile Safari/537.36 MicroMessenger/8.0.40"


def enter(client, cast, name="learner", agent=WINDOWS):
    data = {"email": cast.email(name), "password": cast.password}
    return client.post("/sign-in", data=data, headers={"User-Agent": agent})


def signed_in(client):
    return client.get("/me/account").status_code == 200


def session_of(client):
    with client.session_transaction() as kept:
        return kept[SESSION_KEY]


def test_the_list_shows_each_browser_by_words_people_know(database, app, cast):
    here, there = app.test_client(), app.test_client()
    enter(here, cast)
    enter(there, cast, agent=WECHAT)
    page = here.get("/me/sessions?lang=en").get_data(as_text=True)
    assert "Computer, Firefox on Windows" in page
    assert "Phone, WeChat on Android" in page
    assert page.count("This browser") == 1
    assert page.index("Computer, Firefox") < page.index("Phone, WeChat")


def test_one_other_browser_is_signed_out(database, app, cast):
    here, there = app.test_client(), app.test_client()
    enter(here, cast)
    enter(there, cast)
    assert here.post(f"/me/sessions/{session_of(there)}/end").status_code == 303
    assert signed_in(here)
    assert not signed_in(there)


def test_everywhere_else_is_signed_out(database, login_as):
    here, there, elsewhere, somebody = (login_as(name) for name in ("learner", "learner", "learner", "second_learner"))
    here.post("/me/sessions/end-others")
    assert signed_in(here)
    assert not signed_in(there)
    assert not signed_in(elsewhere)
    assert signed_in(somebody)


def test_somebody_else_s_session_cannot_be_ended(database, login_as):
    here, somebody = login_as("learner"), login_as("second_learner")
    assert here.post(f"/me/sessions/{session_of(somebody)}/end").status_code == 404
    assert signed_in(somebody)


def test_the_own_session_is_ended_by_signing_out(login_as):
    here = login_as("learner")
    assert here.post(f"/me/sessions/{session_of(here)}/end").location == "/sign-out"
    assert signed_in(here)


@pytest.mark.parametrize("address", ["/me/sessions/nonsense/end", "/me/sessions/00000000-0000-7000-8000-000000000000/end"])
def test_a_session_that_is_none_is_not_found(login_as, address):
    assert login_as("learner").post(address).status_code == 404


def test_the_list_takes_few_queries_however_long(login_as, max_queries):
    client = login_as("learner")
    for _ in range(20):
        login_as("learner")
    with max_queries(3):
        assert client.get("/me/sessions").get_data(as_text=True).count('scope="row"') == 21


def test_a_sign_in_from_a_new_browser_is_mailed_once(database, app, cast, outbox):
    client = app.test_client()
    enter(client, cast, agent=WECHAT)
    assert [mail.recipient for mail in outbox()] == [cast.email("learner")]
    assert "WeChat" in outbox()[0].text
    client.post("/sign-out")
    enter(client, cast, agent=WECHAT)
    assert len(outbox()) == 1
    enter(app.test_client(), cast)
    assert len(outbox()) == 2


@pytest.mark.parametrize(("language", "zone", "written"), [
    ("zh-Hans", "Asia/Shanghai", "时间：2026年11月21日04:30（UTC+08:00 上海）\n"),
    ("en", "America/New_York", "Time: 20 November 2026, 15:30 (UTC-05:00 New York)\n"),
    ("en", "UTC", "Time: 20 November 2026, 20:30 (UTC+00:00)\n"),
])
def test_the_mail_tells_when_it_was_by_the_reader_s_clock(cast, outbox, language, zone, written):
    moment = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
    to = replace(mail_notices.holder(cast.sign_in_ids["learner"]), language=language, time_zone=zone)
    mail_notices.new_device(to, device=Device.of(WINDOWS), now=moment)
    assert written in outbox()[0].text


def test_a_browser_that_others_use_is_new_to_each_of_them(app, cast, outbox):
    client = app.test_client()
    enter(client, cast)
    client.post("/sign-out")
    enter(client, cast, "second_learner")
    assert [mail.recipient for mail in outbox()] == [cast.email("learner"), cast.email("second_learner")]
    assert len(set(db.session.scalars(select(KnownDevice.token_hash)))) == 1


def test_a_wrong_password_is_no_device(client, cast, outbox):
    client.post("/sign-in", data={"email": cast.email("learner"), "password": NEW_PASSWORD})
    assert outbox() == []
    assert db.session.scalar(select(func.count()).select_from(KnownDevice)) == 0


@pytest.mark.parametrize("agent", [
    "x\r\nBcc: everybody@example.org", "Firefox/1\nSubject: you won", "<script>alert(1)</script>", "A" * 5000, "", "\x00\x1b",
])
def test_what_a_browser_calls_itself_reaches_no_mail_and_no_row(app, cast, outbox, agent):
    # Werkzeug's client refuses line ends in a header; a server that lets them through must do no harm either.
    client = app.test_client()
    data = {"email": cast.email("learner"), "password": cast.password}
    client.post("/sign-in", data=data, environ_overrides={"HTTP_USER_AGENT": agent})
    mail = outbox()[0]
    assert not any(word in mail.text + mail.subject for word in ("Bcc", "you won", "script", "AAAA"))
    assert "\n" not in mail.subject
    assert len(db.session.scalars(select(Session.device)).one()) <= 60


@pytest.mark.parametrize(("agent", "expected"), [
    (WINDOWS, ("computer", "Firefox", "Windows")), (WECHAT, ("phone", "WeChat", "Android")),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E Safari/604.1", ("phone", "Safari", "iOS")),
    ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1", ("tablet", "Safari", "iPadOS")),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36 Edg/140.0", ("computer", "Edge", "macOS")),
    ("Mozilla/5.0 (Linux; Android 10; HarmonyOS; NOH-AN00) Chrome/99 HuaweiBrowser/14 Mobile Safari/537", ("phone", "Huawei", "HarmonyOS")),
    ("curl/8.0", ("", "", "")),
])
def test_browsers_of_county_offices_are_known_by_name(agent, expected):
    device = Device.of(agent)
    assert (device.kind, device.browser, device.system) == expected
    assert Device.read(device.kept) == device


def test_a_forged_forwarding_header_does_not_start_the_count_anew(client, cast, quick_passwords):
    for number in range(100):
        client.post("/sign-in", data={"email": f"{number}@example.org", "password": NEW_PASSWORD})
    data = {"email": cast.email("learner"), "password": cast.password}
    for address in ("203.0.113.7", "203.0.113.8, 10.0.0.1", "unknown", "\x00"):
        forged = {"HTTP_X_FORWARDED_FOR": address, "HTTP_X_REAL_IP": address, "HTTP_FORWARDED": f"for={address}"}
        assert client.post("/sign-in", data=data, environ_overrides=forged).status_code == 429, address


def test_a_forged_host_reaches_no_mail(client, cast, outbox):
    forged = {"HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "evil.example"}
    client.post("/forgotten-password", data={"email": cast.email("learner")}, environ_overrides=forged)
    assert "evil" not in outbox()[-1].text
    assert "http://localhost/reset-password/" in outbox()[-1].text


def test_what_is_over_is_swept(database, cast):
    now = clock.now()
    own = cast.sign_in_ids["learner"]
    db.session.add_all([
        HalfSignIn(sign_in_id=own, created_at=now, expires_at=now),
        KnownDevice(sign_in_id=own, token_hash="old", created_at=now - timedelta(days=400)),
        KnownDevice(sign_in_id=own, token_hash="new", created_at=now),
    ])
    db.session.flush()
    assert sweep(now) == 2
    assert db.session.scalars(select(KnownDevice.token_hash)).all() == ["new"]
