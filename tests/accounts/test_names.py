"""Names: found by characters, sound and first letters, ordered by sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.accounts import names


@pytest.mark.parametrize(("name", "typed"), [
    ("王晓兰", "王晓兰"), ("王晓兰", "王晓"), ("王晓兰", "晓兰"), ("王晓兰", "wangxiaolan"), ("王晓兰", "Wang Xiaolan"),
    ("王晓兰", "xiaol"), ("王晓兰", "晓"),
    ("王晓兰", "wxl"), ("王晓兰", "王 晓兰"), ("单雄信", "shan"), ("单雄信", "dan"), ("吕布", "lvbu"), ("吕布", "lubu"), ("吕布", "Lü Bu"),
    ("尉迟恭", "yuchigong"), ("欧阳娜娜", "ouyang"), ("Amina Diallo", "diallo amina"), ("Amina Diallo", "AD"),
    ("Zoë O’Neill", "zoe oneill"),
    ("买买提·艾则孜", "买买提艾则孜"), ("买买提·艾则孜", "aizezi"), ("ＷＡＮＧ Wei", "wang"),
])
def test_a_name_is_found_as_people_type_it(name, typed):
    terms = names.search_terms(name)
    words = names.query_words(typed)
    assert words
    assert all(any(term.startswith(word) for term in terms) for word in words)


def test_another_name_is_not_found():
    assert not any(term.startswith("lixiao") for term in names.search_terms("王晓兰"))


def test_chinese_names_stand_among_the_others_by_sound():
    people = ["周敏", "Bob", "Anna", "曾国藩", "安娜", "郑和"]
    assert sorted(people, key=names.sort_key) == ["安娜", "Anna", "Bob", "曾国藩", "郑和", "周敏"]


@given(st.text(max_size=120))
def test_terms_are_words_that_an_index_takes(name):
    terms = names.search_terms(name)
    assert all(term.isalnum() for term in terms)
    assert names.search_text(name) == " ".join(terms)
    assert "  " not in names.search_text(name)
    assert len(terms) < 60 * (1 + len(name) // 2)
    assert len(names.sort_key(name)) <= names.SORT_LONGEST


@given(st.text(min_size=1, max_size=20))
def test_a_whole_name_finds_itself(name):
    words, terms = names.query_words(name), names.search_terms(name)
    if len(words) == 1:
        assert any(term.startswith(words[0]) for term in terms)
