"""The quality gate: each rule finds what it is for, names file and line, and leaves the rest alone."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.courses.small_course import FILES, edited, files
from tests.courses.small_questions import bank, single, statement
from webapp.courses import cli
from webapp.courses.glossary import Glossary, Term
from webapp.courses.library import Library
from webapp.courses.quality import judge, judge_glossary, judge_questionnaire
from webapp.courses.quality_prose import Part, said, shapes
from webapp.courses.quality_words import begins_with_verb, foreign, length, sentences, unpinned
from webapp.courses.revisions import Text

LINES = """\
## Head

Text[^a] *here*

![Alt](media/x.svg "Cap")

::: think Why?
- Item
:::

Table: T
| a | b |
| --- | --- |

```
code
```
"""
SPRING = Term("spring", Text({"en": "Spring", "zh-Hans": "泉"}), Text(), {})
SHARED = Library(glossary=Glossary((SPRING,)))


def found(changes=None):
    return [str(problem) for problem in judge(files(changes), SHARED)]


def new(changes):
    """What the gate says about the changed course and not about the small one."""
    before = set(found())
    return [problem for problem in found(changes) if problem not in before]


def patterns(questions):
    return [problem for problem in found(bank(questions)) if "banks/" in problem]


def test_a_short_lesson_without_a_case_is_told_so():
    listed = found()
    assert "lessons/springs.en.md:15: The text has 19 words or characters. Expected 700 to 1200." in listed
    assert "lessons/springs.en.md:15: Found 0 of ::: case. Expected 1 or more." in listed
    assert "lessons/springs.zh-Hans.md:15: Found 1 of ::: think. Expected 2 or more." in listed


def test_long_sentences_are_told_by_their_mean():
    long = " ".join(["water"] * 80) + "."
    changes = edited("lessons/springs.en.md", "Ask the village.", long)
    assert any("words on average. Expected at most 22" in problem for problem in new(changes))


@pytest.mark.parametrize(("path", "old", "text", "problem"), [
    ("lessons/springs.en.md", "Name a spring.", "Know springs.",
     "lessons/springs.en.md:6: “Know springs.” does not begin with a verb of Bloom's levels"),
    ("lessons/springs.zh-Hans.md", "说出一处泉。", "了解泉。", "lessons/springs.zh-Hans.md:6: “了解泉。” does not begin"),
    ("course.yaml", "{en: Explain it., zh-Hans: 说明。}", "{en: Know it., zh-Hans: 说明。}", "course.yaml:7: “Know it.” does not begin"),
    ("lessons/springs.en.md", "Ask the village.", "Ask the 村里人 people.", "lessons/springs.en.md:22: “村里人” is in another language"),
    ("lessons/springs.zh-Hans.md", "问问村里人。", "问问 village people。",
     "lessons/springs.zh-Hans.md:22: “village people” is in another"),
    ("lessons/springs.zh-Hans.md", "问问村里人。", "编写自愿地方审查报告。",
     "lessons/springs.zh-Hans.md:22: Found “自愿地方审查”. Expected the pinned term “自愿地方评估”."),
    ("lessons/springs.en.md", "Ask the village.", "Ask about Localisation.",
     "Found “Localisation”. Expected the pinned term “localization”."),
    ("lessons/springs.en.md", "==spring==", "==well==", "lessons/springs.en.md:17: “well” is not in the glossary."),
    ("lessons/springs.en.md", "==spring==", "spring",
     "lessons/springs.en.md:15: Other terms are marked with == than in lessons/springs.zh-Hans.md: spring."),
    ("lessons/springs.en.md", "Ask the village.", "Ask.[^un-70-1]", "“un-70-1” is cited 2 times; in"),
    ("lessons/springs.zh-Hans.md", "![一座山和一处泉]", "![a hill with a spring]",
     "lessons/springs.zh-Hans.md:19: “a hill with a spring” is in another"),
    ("lessons/springs.en.md", "Ask the village.", "### Ask\n\nThe village.",
     "lessons/springs.en.md:22: `###` stands here and not in lessons/springs.zh-Hans.md"),
    ("lessons/springs.en.md", "Ask the village.", "- Ask\n- Listen", "a list of 2 entries"),
    ("lessons/springs.en.md", "Ask the village.", "| a | b |\n| --- | --- |\n| c | d |", "a table of 2 rows and 2 columns"),
    ("media/hill.zh-Hans.yaml", "title: 山", "title: A hill", "media/hill.zh-Hans.yaml:1: “A hill” is in another language"),
    ("banks/water.yaml", "什么是泉？", "什么是 a spring？", "banks/water.yaml:4: “a spring” is in another language"),
])
def test_each_rule_names_what_and_where(path, old, text, problem):
    assert any(problem in each for each in new(edited(path, old, text))), new(edited(path, old, text))


def test_a_shipped_course_is_in_every_language():
    said_of_it = "course.yaml:1: The course is not in zh-Hans. A shipped course is in every language."
    assert said_of_it in found({"course.yaml": FILES["course.yaml"].replace("[zh-Hans, en]", "[en]")})
    assert said_of_it not in found()


def test_every_option_needs_feedback():
    listed = found()
    assert [problem for problem in listed if "feedback is missing" in problem and "banks/water.yaml:7:" in problem]
    assert patterns([single(n, n % 3) for n in range(3)]) == []


def test_right_answers_must_not_stand_in_one_place():
    assert any("it is option 2. Expected at most 2." in problem for problem in patterns([single(n, 1) for n in range(4)]))
    assert patterns([single(n, n % 3) for n in range(6)]) == []


def test_right_answers_must_not_be_the_longest():
    long = [single(n, n % 3, tuple("a long answer" if place == n % 3 else "short" for place in range(3))) for n in range(4)]
    assert any("the right answer is the longest in en" in problem for problem in patterns(long))
    assert any("the right answer is the longest in zh-Hans" in problem for problem in patterns(long))


def test_right_answers_must_not_be_the_shortest():
    short = [single(n, n % 3, tuple("one" if place == n % 3 else "a long answer" for place in range(3))) for n in range(4)]
    assert any("the right answer is the shortest in en. Expected at most 2." in problem for problem in patterns(short))
    assert any("the right answer is the shortest in zh-Hans" in problem for problem in patterns(short))


def test_statements_must_not_all_be_true():
    assert any("All 4 statements have the same answer" in problem for problem in patterns([statement(n, True) for n in range(4)]))
    assert patterns([statement(n, n != 0) for n in range(4)]) == []


def banks(groups):
    return {f"banks/b{n}.yaml": bank(questions)["banks/water.yaml"] for n, questions in enumerate(groups)}


def together(groups):
    return [problem for problem in found(banks(groups)) if problem.startswith("banks:0:")]


def test_banks_too_small_to_show_a_pattern_show_it_together():
    one_place = [[single(10 * n + k, 1) for k in range(3)] for n in range(4)]
    assert [problem for problem in found(banks(one_place)) if "it is option 2" in problem] == together(one_place)
    assert "In 12 of 13 questions with one right answer it is option 2. Expected at most 5." in together(one_place)[0]
    assert together([[single(10 * n + k, k) for k in range(3)] for n in range(4)]) == []
    assert together(one_place[:2]) == []


def test_statements_of_all_banks_are_a_mixture():
    leaning = [[statement(10 * n + k, n > 0 or k == 0) for k in range(3)] for n in range(5)]
    assert together(leaning) == ["banks:0: 13 of 15 statements are “true”. Expected a mixture."]
    assert together([[statement(10 * n + k, k > 0) for k in range(3)] for n in range(5)]) == []


@pytest.mark.parametrize("broken", ["[", "questions: 5", "questions: [5, {options: [1], type: single, pairs: 3}]", ""])
def test_a_bank_that_cannot_be_read_is_left_to_the_check_of_the_format(broken):
    found({"banks/water.yaml": broken})


@pytest.mark.parametrize(("text", "language", "runs"), [
    ("联合国人居署（UN-Habitat）与SDG、A/RES/70/1、CO2", "zh-Hans", []),
    ("《百万人的声音》（A Million Voices）", "zh-Hans", []),
    ("这是 very good 的", "zh-Hans", ["very good"]),
    ("2021年的VLRs和Local2030", "zh-Hans", []),
    ("The county (县) and 村", "en", ["村"]),
    ("“Territorial planning” (国土规划, not 国土空间规划)", "en", []),
    ("没有外文。", "zh-Hans", []),
])
def test_runs_in_the_wrong_language(text, language, runs):
    assert list(foreign(text, language)) == runs


def test_pinned_words_may_be_spoken_about_in_quotation_marks():
    assert list(unpinned("不要写成“去中心化合作”。")) == []
    assert list(unpinned("去中心化合作")) == [("去中心化合作", "分散合作")]
    assert list(unpinned("地方化解矛盾，目标地方化")) == [("地方化", "可持续发展目标本地化")]


@pytest.mark.parametrize(("objective", "language", "right"), [
    ("Explain why.", "en", True), ("Understand why.", "en", False), ("To explain why.", "en", False),
    ("以现行规划为基础，拟出三步。", "zh-Hans", True), ("用自己的话界定本地化。", "zh-Hans", True), ("了解本地化。", "zh-Hans", False),
])
def test_objectives_begin_with_what_the_reader_can_do(objective, language, right):
    assert begins_with_verb(objective, language) is right


def test_words_and_characters_are_counted_as_people_count_them():
    assert length("The 2030 Agenda's 17 Goals, well-known.", "en") == 6
    assert length("2030年议程有17项目标（SDGs）。", "zh-Hans") == 10


def test_sentences_end_where_they_end():
    assert sentences("It rose by 3.5 per cent, e.g. In cities. “Why?” he asked. So be it") == [
        "It rose by 3.5 per cent, e.g. In cities.", "“Why?” he asked.", "So be it",
    ]


def test_lines_of_a_lesson_are_told_apart():
    body = LINES
    assert [(each.part, each.words) for each in said(body, 0)] == [
        (Part.HEADING, "Head"), (Part.TEXT, "Text here"), (Part.ALTERNATIVE, "Alt"), (Part.CAPTION, "Cap"), (Part.QUESTION, "Why?"),
        (Part.ITEM, "Item"), (Part.CAPTION, "T"), (Part.CELLS, "a | b"),
    ]
    assert [(shape.kind, shape.size) for shape in shapes(body, 0)][:4] == [("##", ()), ("figure", ()), ("think", ()), ("list", (1,))]


def test_a_glossary_is_judged_but_for_other_names_of_a_term():
    text = "terms:\n  - {id: a, term: {en: A, zh-Hans: 甲}, also: {zh-Hans: [some words]}, definition: {en: A., zh-Hans: 目标在地化。}}\n"
    assert [str(problem) for problem in judge_glossary(text, ("en", "zh-Hans"))] == [
        "glossary.yaml:2: Found “在地化”. Expected the pinned term “可持续发展目标本地化”.",
    ]


SURVEY = "languages: [zh-Hans, en]\ntitle: {en: Plan, zh-Hans: 规划}\nsummary: {en: Look., zh-Hans: 看看。}\n"


def said_of_survey(text):
    return [str(problem) for problem in judge_questionnaire(text, "plan.yaml", ("en", "zh-Hans"))]


def test_questionnaires_of_the_library_are_in_every_language_and_in_its_words():
    assert said_of_survey(SURVEY) == []
    [missing] = said_of_survey(SURVEY.replace("[zh-Hans, en]", "[en]"))
    assert missing == "plan.yaml:1: The questionnaire is not in zh-Hans. A shipped questionnaire is in every language."
    [foreign_words] = said_of_survey(SURVEY.replace("看看。", "看看 the plan。"))
    assert foreign_words.startswith("plan.yaml:3: “the plan” is in another language")
    assert said_of_survey("[") == said_of_survey("") == []


def test_the_check_of_all_courses_judges_the_library(shipped):
    (shipped / "surveys").mkdir()
    (shipped / "surveys" / "plan.yaml").write_text(SURVEY.replace("Look.", "Look at localisation."))
    run = CliRunner().invoke
    assert "surveys/plan.yaml:3: Found “localisation”" in run(cli.courses, ["check", str(shipped), "--strict", "--language", "en"]).output
    assert "surveys" not in run(cli.courses, ["check", str(shipped), "--format-only", "--language", "en"]).output


@given(st.text(max_size=400), st.sampled_from(["en", "zh-Hans"]))
def test_any_text_can_be_judged(text, language):
    list(foreign(text, language))
    list(unpinned(text))
    list(said(text, 0))
    shapes(text, 0)
    sentences(text)
    begins_with_verb(text, language)


def test_the_gate_is_for_the_shipped_courses_unless_it_is_asked(shipped, monkeypatch):
    run = CliRunner().invoke
    assert run(cli.courses, ["check", str(shipped)]).exit_code == 0
    assert "Expected 700 to 1200" in run(cli.courses, ["check", str(shipped), "--strict", "--language", "en"]).output
    assert "700" in run(cli.courses, ["check", str(shipped), "--strict", "--language", "zh-Hans"]).output
    monkeypatch.setattr(cli, "shipped", lambda _name: shipped)
    assert run(cli.courses, ["check", str(shipped / "water")]).exit_code == 1
    assert run(cli.courses, ["check", str(shipped), "--format-only"]).exit_code == 0


def test_the_shared_files_are_checked_with_the_courses(shipped):
    (shipped / "reference").mkdir()
    (shipped / "reference" / "sources.yaml").write_text("sources:\n  - {id: A}\n")
    result = CliRunner().invoke(cli.courses, ["check", str(shipped), "--language", "en"])
    assert f"{shipped}/reference/sources.yaml:2: The key “title” is missing." in result.output
    assert result.exit_code == 1


def test_an_unchanged_small_course_is_the_measure():
    assert FILES
    assert new({}) == []
