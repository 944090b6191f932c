"""English names of Chinese places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.places.pinyin import Exceptions, Parts, english_name, initials, joined, list_of, take_apart

PEOPLES = {
    "苗族": "Miao",
    "侗族": "Dong",
    "东乡族": "Dongxiang",
    "蒙古": "Mongol",
    "蒙古族": "Mongol",
    "回族": "Hui",
    "各族": "Multi-Ethnic",
}
KNOWN = Exceptions(names={"浦东新区": "Pudong New Area"}, stems={"陕西": "Shaanxi", "内蒙古": "Inner Mongolia"}, peoples=PEOPLES)
SYLLABLES = st.lists(st.sampled_from(["hu", "zhou", "an", "e", "ou", "xi", "lü", "a", "er"]), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("syllables", "word"),
    [("xi an", "Xi'an"), ("hu zhou", "Huzhou"), ("dong e", "Dong'e"), ("an kang", "Ankang"), ("tai er zhuang", "Tai'erzhuang")],
)
def test_syllables_run_together_with_an_apostrophe_before_a_e_and_o(syllables, word):
    assert joined(syllables.split()) == word


@given(SYLLABLES)
def test_joining_loses_no_letter_and_begins_with_a_capital(syllables):
    word = joined(syllables)
    assert word.lower().replace("'", "") == "".join(syllables)
    assert word[0].isupper()
    assert word.count("'") == sum(syllable[0] in "aeo" for syllable in syllables[1:])


def test_initials_are_the_first_letters():
    assert initials(["hu", "zhou", "shi"]) == "hzs"


@pytest.mark.parametrize(
    ("name", "reading", "english"),
    [
        ("德清县", "de qing xian", "Deqing County"),
        ("单县", "shan xian", "Shanxian County"),
        ("城区", "cheng qu", "Chengqu District"),
        ("矿区", "kuang qu", "Kuangqu District"),
        ("井陉矿区", "jing xing kuang qu", "Jingxing Mining District"),
        ("沙县区", "sha xian qu", "Shaxian District"),
        ("津市市", "jin shi shi", "Jinshi City"),
        ("浦东新区", "pu dong xin qu", "Pudong New Area"),
        ("陕西省", "shan xi sheng", "Shaanxi Province"),
        ("内蒙古自治区", "nei meng gu zi zhi qu", "Inner Mongolia Autonomous Region"),
        ("靖州苗族侗族自治县", "jing zhou miao zu dong zu zi zhi xian", "Jingzhou Miao and Dong Autonomous County"),
        ("东乡族自治县", "dong xiang zu zi zhi xian", "Dongxiang Autonomous County"),
        ("管城回族区", "guan cheng hui zu qu", "Guancheng Hui District"),
        ("龙胜各族自治县", "long sheng ge zu zi zhi xian", "Longsheng Multi-Ethnic Autonomous County"),
    ],
)
def test_the_generic_word_and_the_peoples_are_translated(name, reading, english):
    assert english_name(name, reading.split(), KNOWN) == english


def test_a_name_without_a_generic_word_is_its_stem():
    assert take_apart("德清", KNOWN) == Parts("德清", (), "")
    assert english_name("德清", ["de", "qing"], KNOWN) == "Deqing"


def test_lists_of_words_end_with_and():
    assert [list_of([]), list_of(["A"]), list_of(["A", "B"]), list_of(["A", "B", "C"])] == ["", "A", "A and B", "A, B and C"]
