"""Names, addresses, organisations, years, sessions: pure decisions."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import rules

NOW = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
IDLE = timedelta(hours=12)


def reason_of(rule, text):
    with pytest.raises(rules.Refused) as refused:
        rule(text)
    return refused.value.reason


@pytest.mark.parametrize(
    "name", ["王晓兰", "Amina Diallo", "محمد الأمين", "Nguyễn Thị Ánh", "阿卜杜拉·买买提", "O’Neill-Šťastný", "བཀྲ་ཤིས", "张伟 🌱"],
)
def test_names_of_every_script_are_kept(name):
    assert rules.name_of(name) == unicodedata.normalize("NFC", name)


def test_a_name_loses_controls_and_directions_and_double_spaces():
    assert rules.name_of(" 王\u202e晓\x00兰 \n  Li\u200b ") == "王晓兰 Li"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("", "empty"), ("   \u3000\t", "empty"), ("\u200b\u202e", "empty"), ("🌱🌱", "name"), ("12345", "name"), ("a" * 121, "long"),
     ("Win now https://evil.example", "link"), ("see WWW.evil.example", "link"), ("x" * 10_000, "long")],
)
def test_a_name_that_is_none_is_refused_with_its_reason(name, reason):
    assert reason_of(rules.name_of, name) == reason


@given(st.text(max_size=300))
def test_a_kept_name_is_one_line_of_at_most_120_characters_and_stays_as_it_is(text):
    try:
        name = rules.name_of(text)
    except rules.Refused:
        return
    assert 0 < len(name) <= 120
    assert rules.name_of(name) == name
    assert not any(unicodedata.category(c) == "Cc" for c in name)


@pytest.mark.parametrize(
    "email", ["wang@example.org", "a.b+c@sub.example.co", "李@例子.中国", "x@xn--fsqu00a.xn--0zwm56d", "o'neill@example.ie"],
)
def test_addresses_are_kept_as_typed(email):
    assert rules.email_of(f" {email} ") == email


@pytest.mark.parametrize(
    "email",
    ["wang", "wang@", "@example.org", "wang@example", "wang@@example.org", "wang@exa mple.org", "wang@-example.org", "wang@example..org",
     ".wang@example.org", "wa..ng@example.org", "wang@127.0.0.1", "wang\n@example.org", "wang@example.org\r\nBcc: x@example.org",
     "wang@example.org\x00", "a" * 65 + "@example.org", "wang@" + "a" * 64 + ".org", "wang\u202e@example.org", "a,b@example.org"],
)
def test_what_is_no_address_is_refused(email):
    assert reason_of(rules.email_of, email) == "email"


def test_an_address_is_not_empty_and_not_too_long():
    assert reason_of(rules.email_of, "  ") == "empty"
    assert reason_of(rules.email_of, "a@" + "b" * 250 + ".org") == "long"


@given(st.text(max_size=400))
def test_any_text_has_a_key_or_a_reason(text):
    assert len(rules.email_key(text)) <= 254
    try:
        email = rules.email_of(text)
    except rules.Refused as refused:
        reason = refused.reason
    else:
        reason = None
        assert rules.email_of(email) == email
    assert reason in {None, "empty", "long", "email"}


@pytest.mark.parametrize(("one", "other"), [("Wang@Example.ORG", "wang@example.org"), ("ｗａｎｇ@example.org", "wang@example.org")])
def test_spellings_of_one_address_have_one_key(one, other):
    assert rules.email_key(one) == rules.email_key(other)


@given(st.emails())
def test_the_key_of_a_key_is_itself(email):
    assert rules.email_key(rules.email_key(email)) == rules.email_key(email)


@pytest.mark.parametrize(
    ("one", "other"),
    [("长安区发展和改革局", "长安区 发展和改革局"), ("Acme Ltd.", "ACME  LTD"), ("第１中学", "第1中学"),
     ("中国（上海）研究院", "中国(上海)研究院")],
)
def test_spellings_of_one_organisation_have_one_key(one, other):
    assert rules.organisation_key(one) == rules.organisation_key(other)


@given(st.text(max_size=300))
def test_a_key_of_an_organisation_fits_its_column(text):
    assert len(rules.organisation_key(text)) <= 200


def test_organisations_may_stay_unnamed_but_need_letters():
    assert rules.organisation_of("  ") == ""
    assert reason_of(rules.organisation_of, "---") == "name"
    assert reason_of(rules.organisation_of, "局" * 201) == "long"


@pytest.mark.parametrize(("text", "year"), [("", None), (" 1986 ", 1986), ("１９８６", 1986), ("2012", 2012), ("1926", 1926)])
def test_a_year_of_birth_may_stay_unsaid(text, year):
    assert rules.birth_year_of(text, 2026) == year


@pytest.mark.parametrize("text", ["86", "2013", "1925", "-100", "19860", "abcd", "1986.5", "١٩٨٦x", "0" * 10_000])
def test_a_year_that_cannot_be_is_refused(text):
    assert reason_of(lambda typed: rules.birth_year_of(typed, 2026), text) == "year"


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()))
def test_whatever_a_cookie_holds_is_a_moment_or_nothing(value):
    found = rules.moment_of(value)
    assert found is None or found.tzinfo is UTC


def lives(**changes):
    state = {"now": NOW, "seen": NOW, "idle": IDLE, "expires_at": NOW + timedelta(days=14), "ended_at": None, "disabled_at": None}
    return rules.session_lives(**(state | changes))


def test_a_session_lives_while_it_is_used_within_its_time():
    assert lives()
    assert lives(seen=NOW - IDLE + timedelta(seconds=1))


@pytest.mark.parametrize(
    "changes",
    [{"seen": NOW - IDLE}, {"seen": None}, {"expires_at": NOW}, {"ended_at": NOW - timedelta(days=1)}, {"disabled_at": NOW}],
    ids=["idle", "never seen", "expired", "ended", "disabled"],
)
def test_a_session_is_over(changes):
    assert not lives(**changes)
