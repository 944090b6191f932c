"""The second factor: setting it up, signing in with it, and everything that must not work."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from tests.accounts.conftest import NEW_PASSWORD
from tests.cast import carry
from webapp.accounts import sealing, services_second_factor, totp
from webapp.accounts.current import SESSION_KEY
from webapp.accounts.entering import HALF_KEY
from webapp.accounts.models import Session, SignIn
from webapp.accounts.models_signing import RecoveryCode, SecondFactor
from webapp.core.audit import AuditEntry
from webapp.core.config import SecondFactor as Required
from webapp.core.config import settings
from webapp.core.database import db

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)


@pytest.fixture
def required(app):
    """`required("administrators")` changes the setting for this test."""
    before = app.extensions["settings"]

    def change(value):
        app.extensions["settings"] = replace(before, second_factor_required=Required(value))

    yield change
    app.extensions["settings"] = before


@pytest.fixture
def held(at):
    at(NOON)
    return at


def secret_of(cast, name="learner"):
    row = db.session.get(SecondFactor, cast.sign_in_ids[name])
    return services_second_factor._secret(row)


def code_of(cast, name="learner", moment=NOON):
    return totp.code_at(secret_of(cast, name), totp.step_of(moment))


def begin(client, cast):
    return client.post("/me/second-factor/begin", data={"current": cast.password})


def set_up(client, cast, name="learner", moment=NOON):
    """Recovery codes of a second factor that was set up a minute before the given moment."""
    begin(client, cast)
    response = client.post("/me/second-factor/set-up", data={"code": code_of(cast, name, moment)})
    assert response.status_code == 200
    return re.findall(r"<code>([0-9A-Z-]{17})</code>", response.get_data(as_text=True))


def enter(client, cast, name="learner", **more):
    return client.post("/sign-in", data={"email": cast.email(name), "password": cast.password, **more})


def signed_in(client):
    return client.get("/me/account").status_code == 200


@pytest.fixture
def codes(app, held, login_as, cast):
    """The learner's second factor is set up; the clock then stands two minutes later."""
    found = set_up(login_as("learner"), cast)
    held(NOON + timedelta(minutes=2))
    return found


LATER = NOON + timedelta(minutes=2)


def test_it_is_set_up_with_the_password_a_qr_code_and_a_first_code(database, held, login_as, cast, outbox):
    client = login_as("learner")
    assert "/me/second-factor" in client.get("/me/account").get_data(as_text=True)
    assert begin(client, cast).location == "/me/second-factor/set-up"
    response = client.get("/me/second-factor/set-up")
    page = response.get_data(as_text=True)
    assert 'src="data:image/svg+xml' in page
    assert totp.typed(secret_of(cast)) in page
    assert "img-src 'self' data:" in response.headers["Content-Security-Policy"]
    response = client.post("/me/second-factor/set-up", data={"code": code_of(cast)})
    assert response.headers["Cache-Control"] == "no-store"
    assert len(set(re.findall(r"<code>([0-9A-Z-]{17})</code>", response.get_data(as_text=True)))) == 10
    assert outbox()[-1].recipient == cast.email("learner")
    assert "second_factor.set_up" in set(db.session.scalars(select(AuditEntry.action)))


def test_the_secret_and_the_recovery_codes_are_not_readable_in_the_database(codes, cast):
    row = db.session.get(SecondFactor, cast.sign_in_ids["learner"])
    assert totp.typed(secret_of(cast)).replace(" ", "") not in row.sealed_secret
    hashes = set(db.session.scalars(select(RecoveryCode.code_hash)))
    assert not hashes & set(codes)
    assert len(hashes) == 10


def test_setting_it_up_needs_the_password(held, login_as, cast):
    client = login_as("learner")
    assert client.post("/me/second-factor/begin", data={"current": NEW_PASSWORD}).status_code == 422
    assert db.session.get(SecondFactor, cast.sign_in_ids["learner"]) is None


def test_another_browser_of_the_account_does_not_see_the_secret(held, login_as, cast):
    begin(login_as("learner"), cast)
    other = login_as("learner")
    assert other.get("/me/second-factor/set-up").status_code == 303
    other.post("/me/second-factor/set-up", data={"code": code_of(cast)})
    assert db.session.get(SecondFactor, cast.sign_in_ids["learner"]).confirmed_at is None


def test_a_wrong_first_code_changes_nothing(held, login_as, cast):
    client = login_as("learner")
    begin(client, cast)
    wrong = f"{(int(code_of(cast)) + 1) % 10**6:06}"
    assert client.post("/me/second-factor/set-up", data={"code": wrong}).status_code == 422
    assert not services_second_factor.is_set_up(cast.sign_in_ids["learner"])


def test_a_set_up_that_waits_half_an_hour_is_over(held, login_as, cast):
    client = login_as("learner")
    begin(client, cast)
    late = NOON + timedelta(minutes=30)
    held(late)
    assert client.post("/me/second-factor/set-up", data={"code": code_of(cast, moment=late)}).status_code == 303
    assert not services_second_factor.is_set_up(cast.sign_in_ids["learner"])


def test_other_browsers_are_signed_out_when_it_is_set_up(held, login_as, cast):
    client, other = login_as("learner"), login_as("learner")
    set_up(client, cast)
    assert signed_in(client)
    assert not signed_in(other)


def test_signing_in_asks_for_the_code_and_leads_on(database, codes, client, cast):
    response = enter(client, cast, next="/courses/")
    assert (response.status_code, response.location) == (303, "/sign-in/code")
    assert not signed_in(client)
    assert client.get("/sign-in/code").status_code == 200
    response = client.post("/sign-in/code", data={"code": code_of(cast, moment=LATER)})
    assert (response.status_code, response.location) == (303, "/courses/")
    assert signed_in(client)


@pytest.mark.parametrize("typed", ["{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", " {0} "])
def test_spaces_in_the_code_make_no_difference(codes, client, cast, typed):
    enter(client, cast)
    assert client.post("/sign-in/code", data={"code": typed.format(code_of(cast, moment=LATER))}).status_code == 303


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "000000\0", "１２３", "-1"])
def test_nonsense_in_place_of_the_code_is_refused(codes, client, cast, code):
    enter(client, cast)
    assert client.post("/sign-in/code", data={"code": code}).status_code == 422
    assert not signed_in(client)


@pytest.mark.parametrize("seconds", [-30, 0, 30])
def test_a_phone_whose_clock_is_half_a_minute_wrong_still_works(codes, client, cast, seconds):
    enter(client, cast)
    code = code_of(cast, moment=LATER + timedelta(seconds=seconds))
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303


@pytest.mark.parametrize("seconds", [-60, 60])
def test_a_code_of_another_minute_does_not(codes, client, cast, seconds):
    enter(client, cast)
    code = code_of(cast, moment=LATER + timedelta(seconds=seconds))
    assert client.post("/sign-in/code", data={"code": code}).status_code == 422


def test_a_code_works_once(database, codes, app, client, cast):
    code = code_of(cast, moment=LATER)
    enter(client, cast)
    client.post("/sign-in/code", data={"code": code})
    thief = app.test_client()
    enter(thief, cast)
    assert thief.post("/sign-in/code", data={"code": code}).status_code == 422
    assert not signed_in(thief)


def test_a_code_is_taken_once_also_by_two_workers_who_read_the_row_before(database, codes, cast):
    row = db.session.get(SecondFactor, cast.sign_in_ids["learner"])
    read_before = SecondFactor(sign_in_id=row.sign_in_id, sealed_secret=row.sealed_secret, last_step=row.last_step)
    code = code_of(cast, moment=LATER)
    assert [services_second_factor._takes_step(read_before, code, LATER) for _ in range(2)] == [True, False]


def test_a_code_before_the_last_one_does_not_work_any_more(codes, app, client, cast):
    enter(client, cast)
    client.post("/sign-in/code", data={"code": code_of(cast, moment=LATER)})
    thief = app.test_client()
    enter(thief, cast)
    assert thief.post("/sign-in/code", data={"code": code_of(cast, moment=LATER - timedelta(seconds=30))}).status_code == 422


def test_the_first_code_cannot_be_used_again_to_sign_in(held, app, login_as, client, cast):
    set_up(login_as("learner"), cast)
    enter(client, cast)
    assert client.post("/sign-in/code", data={"code": code_of(cast)}).status_code == 422


def test_a_recovery_code_stands_for_the_phone_once(database, codes, app, client, cast, outbox):
    enter(client, cast)
    assert client.post("/sign-in/code", data={"code": codes[3].lower().replace("-", " ")}).status_code == 303
    assert any("9" in mail.text and mail.recipient == cast.email("learner") for mail in outbox())
    thief = app.test_client()
    enter(thief, cast)
    assert thief.post("/sign-in/code", data={"code": codes[3]}).status_code == 422
    assert services_second_factor.codes_left(cast.sign_in_ids["learner"]) == 9


def test_a_recovery_code_of_somebody_else_opens_nothing(codes, login_as, client, cast, held):
    set_up(login_as("second_learner"), cast, "second_learner", LATER)
    enter(client, cast, "second_learner")
    assert client.post("/sign-in/code", data={"code": codes[0]}).status_code == 422


def test_the_code_page_without_a_password_before_leads_to_the_sign_in(codes, client, cast):
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": code_of(cast, moment=LATER)}).location == "/sign-in"
    assert not signed_in(client)


def test_the_half_way_is_over_after_ten_minutes(codes, client, cast, held):
    enter(client, cast)
    late = LATER + timedelta(minutes=10)
    held(late)
    assert client.post("/sign-in/code", data={"code": code_of(cast, moment=late)}).location == "/sign-in"
    assert not signed_in(client)


def test_a_copy_of_the_cookie_from_half_way_opens_nothing_afterwards(codes, app, client, cast, held):
    enter(client, cast)
    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], client.get_cookie(app.config["SESSION_COOKIE_NAME"]).value)
    client.post("/sign-in/code", data={"code": code_of(cast, moment=LATER)})
    next_minute = LATER + timedelta(minutes=1)
    held(next_minute)
    assert thief.post("/sign-in/code", data={"code": code_of(cast, moment=next_minute)}).location == "/sign-in"
    assert not signed_in(thief)


def test_a_cookie_planted_before_is_worth_nothing_after_the_second_factor(codes, app, client, cast):
    enter(client, cast)
    with client.session_transaction() as kept:
        kept["planted"] = "by a stranger"
        half = kept[HALF_KEY]
    client.post("/sign-in/code", data={"code": code_of(cast, moment=LATER)})
    with client.session_transaction() as kept:
        assert "planted" not in kept
        assert HALF_KEY not in kept
        assert kept[SESSION_KEY] != half


@pytest.mark.parametrize("value", ["no id", 7, "00000000-0000-7000-8000-000000000000"])
def test_a_cookie_with_nonsense_from_half_way_is_nobody(codes, app, client, cast, value):
    carry(app, client, {HALF_KEY: value})
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_new_password_ends_what_was_half_way(codes, app, client, cast, mailed_path):
    enter(client, cast)
    other = app.test_client()
    other.post("/forgotten-password", data={"email": cast.email("learner")})
    response = other.post(mailed_path("/reset-password/"), data={"password": NEW_PASSWORD})
    assert response.location == "/sign-in/code"
    assert client.get("/sign-in/code").location == "/sign-in"


def test_a_mailed_link_for_a_new_password_does_not_go_around_it(database, codes, client, cast, mailed_path):
    client.post("/forgotten-password", data={"email": cast.email("learner")})
    assert client.post(mailed_path("/reset-password/"), data={"password": NEW_PASSWORD}).location == "/sign-in/code"
    assert not signed_in(client)


def test_five_wrong_codes_close_it_for_a_quarter_of_an_hour_whatever_the_password(database, codes, app, client, cast, held):
    enter(client, cast)
    answers = [client.post("/sign-in/code", data={"code": "000000"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]
    other = app.test_client()
    assert enter(other, cast).status_code == 303
    assert other.post("/sign-in/code", data={"code": code_of(cast, moment=LATER)}).status_code == 429
    late = LATER + timedelta(minutes=15)
    held(late)
    enter(other, cast)
    assert other.post("/sign-in/code", data={"code": code_of(cast, moment=late)}).status_code == 303


def test_thirty_wrong_codes_close_it_for_the_day(codes, client, cast, held):
    for round_ in range(6):
        held(LATER + timedelta(minutes=16 * round_))
        enter(client, cast)
        for _ in range(5):
            client.post("/sign-in/code", data={"code": "000000"})
    late = LATER + timedelta(hours=3)
    held(late)
    enter(client, cast)
    assert client.post("/sign-in/code", data={"code": code_of(cast, moment=late)}).status_code == 429


def test_a_wrong_password_looks_and_costs_the_same_with_a_second_factor(database, codes, cast, work_of):
    found = []
    for name in ("learner", "second_learner"):
        email = cast.email(name)
        client = database.test_client()
        response, computed, statements = work_of(lambda c=client, e=email: c.post("/sign-in", data={"email": e, "password": NEW_PASSWORD}))
        page = re.sub(r"csrf_token.*?>", "", response.get_data(as_text=True).replace(email, "…"))
        found.append((response.status_code, page, computed, statements))
    assert found[0] == found[1]


def test_new_recovery_codes_make_the_old_ones_worthless(codes, app, client, cast):
    enter(client, cast)
    client.post("/sign-in/code", data={"code": codes[0]})
    page = client.post("/me/second-factor/recovery-codes", data={"code": codes[1]}).get_data(as_text=True)
    new = re.findall(r"<code>([0-9A-Z-]{17})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(codes)
    other = app.test_client()
    enter(other, cast)
    assert other.post("/sign-in/code", data={"code": codes[2]}).status_code == 422


def test_switching_it_off_needs_a_code_and_is_mailed(codes, client, cast, outbox):
    enter(client, cast)
    client.post("/sign-in/code", data={"code": codes[0]})
    assert client.post("/me/second-factor/off", data={"code": "000000"}).status_code == 422
    assert services_second_factor.is_set_up(cast.sign_in_ids["learner"])
    assert client.post("/me/second-factor/off", data={"code": codes[1]}).status_code == 303
    assert not services_second_factor.is_set_up(cast.sign_in_ids["learner"])
    assert outbox()[-1].recipient == cast.email("learner")
    assert db.session.scalar(select(func.count()).select_from(RecoveryCode)) == 0
    assert signed_in(client)


def test_a_reset_by_somebody_else_signs_everybody_out_and_is_audited(codes, client, cast):
    enter(client, cast)
    client.post("/sign-in/code", data={"code": codes[0]})
    services_second_factor.switch_off(sign_in_id=cast.sign_in_ids["learner"], actor_id=cast.ids["administrator"], now=LATER)
    db.session.commit()
    assert not signed_in(client)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "second_factor.switched_off")).one()
    assert entry.actor_id == cast.ids["administrator"]


@pytest.mark.parametrize(("setting", "led"), [
    ("none", set()), ("administrators", {"administrator"}), ("administrators-and-staff", {"administrator", "staff"}),
])
def test_those_of_whom_it_is_required_are_led_to_set_it_up_first(required, login_as, cast, setting, led):
    required(setting)
    for name in ("learner", "trainer", "staff", "administrator"):
        client = login_as(name)
        for page in ("/me/account", "/courses/", "/statistics/"):
            assert (client.get(page).location == "/me/second-factor") == (name in led)
        assert (client.post("/me/profile", data={"name": "x"}).location == "/me/second-factor") == (name in led)


def test_while_it_is_required_the_set_up_the_language_and_the_way_out_stay_open(database, held, required, login_as, cast):
    required("administrators")
    client = login_as("administrator")
    assert client.get("/me/second-factor").status_code == 200
    assert client.get("/language/en").location == "/"
    set_up(client, cast, "administrator")
    assert signed_in(client)
    assert client.post("/me/second-factor/off", data={"code": "000000"}).location == "/me/second-factor"
    assert services_second_factor.is_set_up(cast.sign_in_ids["administrator"])
    other = login_as("administrator")
    assert other.get("/sign-out").status_code == 200


def test_a_role_that_ended_requires_nothing(required, login_as, cast):
    from webapp.accounts.models import RoleGrant  # noqa: PLC0415

    required("administrators")
    row = db.session.scalars(select(RoleGrant).where(RoleGrant.person_id == cast.ids["administrator"])).one()
    row.revoked_at = NOON
    db.session.commit()
    assert signed_in(login_as("administrator"))


def test_another_secret_key_reads_nothing(codes, cast):
    row = db.session.get(SecondFactor, cast.sign_in_ids["learner"])
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(row.sealed_secret, keys=["other" * 10], purpose="second factor", row=row.sign_in_id.bytes)


@pytest.fixture
def new_key_after(monkeypatch, app):
    """`new_key_after()`: the secret key is changed and the server started again; the one before is still named."""

    def change():
        changed = replace(settings(), secret_key="new!" * 10, secret_key_previous="test" * 10)
        monkeypatch.setitem(app.extensions, "settings", changed)
        monkeypatch.setitem(app.config, "SECRET_KEY", changed.signing_key)
        monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", changed.signing_keys[:-1])

    return change


def test_a_change_of_the_secret_key_signs_nobody_out_and_keeps_second_factors(codes, login_as, new_key_after, cast):
    client = login_as("learner")
    new_key_after()
    assert client.get("/me/").status_code == 200
    secret = services_second_factor._secret(db.session.get(SecondFactor, cast.sign_in_ids["learner"]))
    assert services_second_factor.seal_anew() == 1
    row = db.session.get(SecondFactor, cast.sign_in_ids["learner"])
    assert sealing.unseal(row.sealed_secret, keys=["new!" * 10], purpose="second factor", row=row.sign_in_id.bytes) == secret
    assert services_second_factor.seal_anew() == 0


def test_a_secret_of_neither_key_is_not_sealed_anew(codes, new_key_after, cast):
    db.session.get(SecondFactor, cast.sign_in_ids["learner"]).sealed_secret = sealing.seal(
        b"x" * 20, key="lost" * 10, purpose="second factor", row=cast.sign_in_ids["learner"].bytes,
    )
    new_key_after()
    with pytest.raises(sealing.Unreadable):
        services_second_factor.seal_anew()


def test_a_secret_moved_to_another_account_reads_nothing(codes, cast):
    row = db.session.get(SecondFactor, cast.sign_in_ids["learner"])
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(row.sealed_secret, keys=["test" * 10], purpose="second factor", row=cast.sign_in_ids["staff"].bytes)


def test_sessions_stay_few_queries_with_a_second_factor(codes, login_as, cast, max_queries):
    client = login_as("learner")
    with max_queries(4):
        assert client.get("/me/second-factor").status_code == 200
    assert db.session.scalar(select(func.count()).select_from(Session)) > 0
    assert db.session.get(SignIn, cast.sign_in_ids["learner"]) is not None
