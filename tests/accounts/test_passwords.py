"""What may be a password, and how it is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import passwords
from webapp.accounts.rules import Refused


def reason_of(password, **known):
    with pytest.raises(Refused) as refused:
        passwords.check(password, minimum=10, **known)
    return refused.value.reason


@pytest.mark.parametrize(
    "password",
    ["password123", "P@ssw0rd2026", "woaini1314", "5201314520", "1314woaini", "qwer1234!!", "a123456789", "1qaz2wsx3edc", "qwertyuiop",
     "aaaaaaaaaa", "1212121212", "abcabcabcabc", "abcdefghijkl", "9876543210", "poiuytrewq", "19860312", "1986031288", "13812345678",
     "+8613812345678", "11010119900307123x", "Beijing2008!!", "zhangwei1990", "Ａdministrator", "localgoals2026", "WOAINI1314520"],
)
def test_passwords_that_everybody_tries_are_common(password):
    assert passwords.is_common(passwords.normalised(password).casefold())


@pytest.mark.parametrize(
    "password",
    ["seventeen goals by 2030", "春眠不觉晓处处闻啼鸟", "x7$kQ9!mZp2v", "my dog eats oranges", "القمر فوق الجبل", "correct donkey battery",
     "🌱🌿🌳 growing up"],
)
def test_sentences_in_any_script_are_fine(password):
    passwords.check(password, minimum=10, email="wang@example.org", name="王晓兰")


def test_a_password_is_neither_short_nor_endless_nor_ones_own_name():
    assert reason_of("nine char") == "short"
    assert reason_of("ab" + "天" * 255) == "long"
    assert reason_of("with a \0 in it") == "nul"
    assert reason_of("Wang@Example.org", email="wang@example.org") == "own"
    assert reason_of("Wang.Xiaolan", email="wang.xiaolan@example.org") == "own"
    assert reason_of("NomvulaDlamini", name="Nomvula Dlamini") == "own"
    assert reason_of("nomvula dlamini", name="Nomvula Dlamini") == "own"


def test_the_shipped_list_is_a_few_thousand_folded_passwords_without_repetition():
    lines = passwords.COMMON.read_text(encoding="utf-8").splitlines()
    assert 3000 < len(lines) < 10_000
    assert lines == sorted(set(lines))
    assert all(line == line.casefold() and len(line) >= 8 for line in lines)


@given(st.text(min_size=1, max_size=300))
def test_every_text_is_judged(password):
    try:
        passwords.check(password, minimum=10)
    except Refused as refused:
        reason = refused.reason
    else:
        reason = None
    assert reason in {None, "short", "long", "nul", "common", "own"}
    assert reason is not None or 10 <= len(passwords.normalised(password)) <= 256


def test_a_password_matches_its_hash_from_every_keyboard():
    known = passwords.hashed("Ｒivers carry")
    assert known.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches("Rivers carry", known)
    assert not passwords.matches("rivers carry", known)


def test_without_a_hash_the_same_work_is_done_and_nothing_matches(hashes):
    assert not passwords.matches("anything", None)
    assert not passwords.matches("anything", "no hash at all")
    assert hashes.calls == ["verify", "verify"]


def test_the_hash_of_nobody_costs_what_a_real_one_costs():
    assert not passwords.outdated(passwords.NOBODY)
    assert passwords.outdated("$argon2id$v=19$m=8192,t=1,p=1$VfGZr3J1pQm0bXnL8sYtWw$VfGZr3J1pQm0bXnL8sYtWwVfGZr3J1pQm0bXnL8sYtU")
