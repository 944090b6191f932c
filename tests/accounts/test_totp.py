"""One-time codes against the vectors of RFC 6238 and what apps and people type."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import sealing, totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(("seconds", "code"), [
    (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"),
    (20000000000, "353130"),
])
def test_the_codes_are_those_of_rfc_6238(seconds, code):
    # Appendix B has eight digits; six are its last six.
    assert totp.code_at(SECRET, totp.step_of(datetime.fromtimestamp(seconds, UTC))) == code


@given(secret=st.binary(min_size=20, max_size=20), seconds=st.integers(0, 2**33), off=st.integers(-1, 1))
def test_a_code_of_a_neighbouring_step_is_taken_once(secret, seconds, off):
    now = datetime.fromtimestamp(seconds + 60, UTC)
    step = totp.step_of(now) + off
    found = totp.matching_step(secret, totp.code_at(secret, step), now)
    assert found is not None
    assert totp.matching_step(secret, totp.code_at(secret, found), now, after=found) in {None, found + 1}


@given(st.text(max_size=12))
def test_what_is_read_is_six_digits_or_nothing(text):
    found = totp.read(text)
    assert found is None or (len(found) == 6 and found.isascii() and found.isdigit())


@pytest.mark.parametrize("text", ["123 456", "１２３４５６", "123-456", " 123456 "])
def test_what_people_type_is_read(text):
    assert totp.read(text) == "123456"


def test_the_address_for_apps_names_issuer_and_account():
    address = totp.address(SECRET, issuer="LocalGoals", account="王@example.org")
    assert address.startswith("otpauth://totp/LocalGoals:%E7%8E%8B%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=LocalGoals")


def test_new_secrets_differ_and_have_160_bits():
    found = {totp.new_secret() for _ in range(20)}
    assert len(found) == 20
    assert {len(each) for each in found} == {20}


@given(plain=st.binary(max_size=64), row=st.binary(min_size=16, max_size=16))
def test_what_is_sealed_is_read_again_and_never_twice_the_same(plain, row):
    first, second = (sealing.seal(plain, key="k" * 40, purpose="p", row=row) for _ in range(2))
    assert first != second
    assert sealing.unseal(first, keys=["k" * 40], purpose="p", row=row) == plain
    assert sealing.unseal(first, keys=["j" * 40, "k" * 40], purpose="p", row=row) == plain
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(first, keys=["k" * 40], purpose="q", row=row)


@given(st.text(max_size=80))
def test_what_was_never_sealed_is_unreadable(text):
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(text, keys=["k" * 40], purpose="p", row=b"r" * 16)


def test_a_day_of_codes_repeats_no_step():
    now = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
    assert len({totp.step_of(now + timedelta(seconds=30 * n)) for n in range(2880)}) == 2880
