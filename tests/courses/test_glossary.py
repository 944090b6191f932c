"""Terms: read with their problems, found by every name, linked at their first use, ordered by letter and pinyin."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.small_course import edited, files
from webapp.courses.collation import initial, order
from webapp.courses.library import library
from webapp.courses.reading import read

TERMS = """\
terms:
  - id: spring
    term: {en: Spring, zh-Hans: 泉}
    also: {en: [water springs], zh-Hans: [泉水]}
    definition: {en: Where "water" comes out., zh-Hans: 水流出的地方。}
  - id: review
    term: {en: Voluntary local review (VLR), zh-Hans: 自愿地方评估（地方自愿陈述）}
    definition: {en: A report., zh-Hans: 一份报告。}
"""


@pytest.fixture
def shared(tmp_path):
    def of(text):
        folder = tmp_path / "reference"
        folder.mkdir(exist_ok=True)
        (folder / "glossary.yaml").write_text(text)
        return library(tmp_path)

    return of


@pytest.mark.parametrize(("language", "name", "term"), [
    ("en", "Springs", "spring"), ("en", "spring", "spring"), ("en", "Water  Spring", "spring"), ("zh-Hans", "泉水", "spring"),
    ("en", "voluntary local reviews", "review"), ("zh-Hans", "自愿地方评估", "review"), ("en", "泉", None), ("en", "sprint", None),
])
def test_a_term_is_found_by_each_of_its_names_in_their_language(shared, language, name, term):
    found = shared(TERMS).glossary.find(language, name)
    assert (found and found.id) == term


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("id: review", "id: spring", "glossary.yaml:6: The id “spring” comes twice."),
    ("water springs", "VLR, Voluntary local review", "glossary.yaml:7: “Voluntary local review” already names the term “spring”."),
    ("also: {en", "also: {fr", "glossary.yaml:4: Found the language “fr”. Expected one of: en, zh-Hans."),
    ("{en: A report., zh-Hans: 一份报告。}", "{en: A report.}",
     "glossary.yaml:8: “definition” has no text for zh-Hans. Expected: en, zh-Hans."),
])
def test_problems_name_their_line(shared, old, new, problem):
    assert problem in [str(each) for each in shared(TERMS.replace(old, new)).problems]


def test_the_first_use_of_a_term_leads_to_the_glossary_and_later_ones_do_not(shared):
    changes = edited("lessons/springs.en.md", "Ask the village.", "A ==Water spring== or ==well==.")
    html = read(files(changes), shared=shared(TERMS)).lesson("springs").in_language("en").html
    assert '<dfn><a data-term="Where &quot;water&quot; comes out." href="/glossary/#spring">spring</a></dfn>' in html
    assert "<dfn>Water spring</dfn>" in html
    assert "<dfn>well</dfn>" in html


def test_a_term_inside_a_link_stays_a_link_to_where_the_author_said(shared):
    changes = edited("lessons/springs.en.md", "==spring==", "==[spring](https://example.org/)==")
    html = read(files(changes), shared=shared(TERMS)).lesson("springs").in_language("en").html
    assert '<dfn><a href="https://example.org/">spring</a></dfn>' in html


def test_the_glossary_is_no_part_of_a_courses_revision(shared):
    before = read(files(), shared=shared(TERMS)).revision
    assert before == read(files(), shared=shared(TERMS.replace("A report.", "The report."))).revision


def test_the_same_file_is_read_once_and_a_saved_one_again(shared):
    assert shared(TERMS) is shared(TERMS) or shared(TERMS) == shared(TERMS)
    assert shared(TERMS.replace("A report.", "Another longer report.")).glossary.terms[1].definition["en"] == "Another longer report."


@pytest.mark.parametrize(("text", "letter"), [
    ("可持续发展", "K"), ("自愿地方评估", "Z"), ("重建得更好", "C"), ("重点", "Z"), ("2030年议程", "#"), ("“地方2030”联盟", "D"),
    ("SMART", "S"), ("砼", "#"), ("", "#"),
])
def test_chinese_words_stand_under_the_letter_of_their_pinyin(text, letter):
    assert initial(text, "zh-Hans") == letter


def test_words_are_ordered_as_in_print():
    assert sorted(["指标", "2030年议程", "对接", "倡导", "基线"], key=lambda text: order(text, "zh-Hans")) == [
        "2030年议程", "倡导", "对接", "基线", "指标",
    ]
    assert sorted(["target", "Évaluation", "Five Ps", "5 Ps", "equity"], key=lambda text: order(text, "en")) == [
        "5 Ps", "equity", "Évaluation", "Five Ps", "target",
    ]


@given(st.text(max_size=20), st.sampled_from(["en", "zh-Hans"]))
def test_any_text_has_a_place_and_a_letter(text, language):
    order(text, language)
    assert re.fullmatch(r"[A-Z#]", initial(text, language))
