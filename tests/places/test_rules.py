"""Pure rules: paths, names, search words."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from webapp.places.rules import Level, Scheme, full_name, normalised, own_terms, path_of, path_range, query_words, search_text

CODES = st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,5}", fullmatch=True), min_size=1, max_size=4)
SCHEME = Scheme(
    (
        Level("province", {"en": "Province"}, {"province": {"en": "Province"}}),
        Level("city", {"en": "City"}, {"city": {"en": "City"}, "league": {"en": "League"}}),
        Level("county", {"en": "County"}, {"county": {"en": "County"}}),
    )
)


@dataclass
class Name:
    names: dict[str, str]
    short_names: dict[str, str] = field(default_factory=dict)


ZHEJIANG = Name({"zh-Hans": "浙江省", "en": "Zhejiang Province"}, {"zh-Hans": "浙江", "en": "Zhejiang"})
HUZHOU = Name({"zh-Hans": "湖州市", "en": "Huzhou City"}, {"zh-Hans": "湖州", "en": "Huzhou"})
DEQING = Name({"zh-Hans": "德清县", "en": "Deqing County"})


@given(CODES, CODES)
def test_the_range_of_a_path_holds_exactly_the_paths_that_begin_with_it(above, other):
    first, behind = path_range(path_of("CN", above))
    path = path_of("CN", other)
    assert (first <= path < behind) == path.startswith(first)
    assert first <= path_of("CN", above + other) < behind


def test_chinese_names_go_down_and_english_names_go_up():
    assert full_name([ZHEJIANG, HUZHOU, DEQING], "zh-Hans") == "浙江省湖州市德清县"
    assert full_name([ZHEJIANG, HUZHOU, DEQING], "en") == "Deqing County, Huzhou, Zhejiang"
    assert full_name([ZHEJIANG], "en") == "Zhejiang Province"
    assert full_name([], "en") == ""


def test_a_name_missing_in_a_language_falls_back_and_chinese_keeps_words_of_other_scripts_apart():
    kenya = [Name({"en": "Nakuru County"}), Name({"en": "Naivasha"})]
    assert full_name(kenya, "zh-Hans") == "Nakuru County Naivasha"


def test_a_place_may_skip_a_level_but_never_stand_level_or_above():
    assert SCHEME.may_hold("province", "county")
    assert SCHEME.may_hold("city", "county")
    assert not SCHEME.may_hold("city", "league")
    assert not SCHEME.may_hold("county", "city")
    assert not SCHEME.may_hold("province", "parish")
    assert Scheme.from_json(SCHEME.to_json()) == SCHEME


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text):
    assert normalised(normalised(text)) == normalised(text)
    assert "|" not in normalised(text)
    assert "%" not in normalised(text)
    assert "_" not in normalised(text)


def test_accents_apostrophes_width_and_case_do_not_matter():
    assert normalised("Xi’an") == normalised("ＸＩ'AN") == "xian"
    assert normalised("Lüliang") == "luliang"


def test_a_place_is_found_by_name_sound_initials_and_the_v_of_input_methods():
    terms = own_terms({"zh-Hans": "吕梁市", "en": "Lüliang City"}, {"zh-Hans": "吕梁", "en": "Lüliang"}, "lü liang shi")
    assert {"吕梁市", "吕梁", "luliangcity", "luliang", "luliangshi", "lvliangshi", "lls"} == set(terms)


@given(st.text(max_size=80))
def test_every_word_of_a_query_can_be_searched(text):
    for word in query_words(text):
        assert word == normalised(word) != ""


def test_the_search_text_marks_the_place_itself_apart_from_what_is_above():
    assert (
        search_text(["德清县", "dqx"], ["浙江省湖州市德清县", "Deqing County, Huzhou"])
        == "|德清县|dqx| 浙江省湖州市德清县 deqingcountyhuzhou"
    )
