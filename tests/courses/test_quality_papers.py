"""The gate for what trainers are given: alike in both languages, in the right words, every source cited."""

from __future__ import annotations

import pytest

from tests.courses.small_course import files
from tests.courses.small_facilitator import FACILITATOR
from webapp.courses.library import Library
from webapp.courses.quality import judge

GUIDE, GUIDE_ZH = "facilitator/guide.en.md", "facilitator/guide.zh-Hans.md"


def found(changes=None):
    listed = judge(files({**FACILITATOR, **(changes or {})}), Library())
    return [str(problem) for problem in listed if problem.file.startswith("facilitator/")]


def spoilt(path, old, new):
    assert old in FACILITATOR[path]
    return found({path: FACILITATOR[path].replace(old, new, 1)})


def test_the_small_papers_pass():
    assert found() == []


@pytest.mark.parametrize(("path", "old", "new", "problem"), [
    (GUIDE_ZH, "## 课前准备", "## Before 课前准备", f"{GUIDE_ZH}:11: “Before” is in another language"),
    (GUIDE_ZH, "summary: 怎样", "summary: Some words 怎样", f"{GUIDE_ZH}:3: “Some words” is in another language"),
    (GUIDE, "Stay inside.", "Stay inside. Mind the ==well==.", "“well” is not in the glossary."),
    (GUIDE, "**first**.[^un-70-1]", "**first**.", f"{GUIDE}:6: The source “un-70-1” is not cited."),
    (GUIDE, "| 09:30 | Walk | All |\n", "", "a table of 3 rows and 3 columns"),
    (GUIDE, "2. Listen:", "2. Listen:\n3. Taste:", "a list of"),
    (GUIDE, "## At the spring", "### At the spring", "`###`"),
    ("facilitator/slides.zh-Hans.md", "## ", "## A hill ", "“A hill” is in another language"),
])
def test_each_rule_names_what_and_where(path, old, new, problem):
    listed = spoilt(path, old, new)
    assert any(problem in each for each in listed), listed


def test_a_line_to_write_on_inside_a_list_leaves_it_one_list():
    page = "---\ntitle: T\n---\n1. One\n\n    ......\n\n2. Two\n"
    chinese = "---\ntitle: 甲\n---\n1. 一\n2. 二\n"
    assert found({"facilitator/handouts/x.en.md": page, "facilitator/handouts/x.zh-Hans.md": chinese}) == []


WORDS = """\
---
title: Words
---
| Word | Chinese | Meaning |
| --- | --- | --- |
| Spring | 泉 | Water that comes out |
| Well | 井 | Water that is drawn |
| Five Ps | 五个P | Words to remember |
"""


def test_a_list_of_words_may_have_a_column_in_the_other_language_and_no_single_cell():
    path = "facilitator/handouts/x.en.md"
    assert found({path: WORDS}) == []
    cards = "---\ntitle: Cards\n---\n| | | | |\n| --- | --- | --- | --- |\n| Spring | 泉 | Well | 井 |\n| Rain | 雨 | Snow | 雪 |\n"
    assert found({path: cards}) == []
    [problem] = found({path: WORDS.replace("Water that is drawn", "打上来的水")})
    assert problem.startswith(f"{path}:7: “打上来的水” is in another language")


def test_the_mark_of_the_speaker_s_notes_is_the_same_in_every_language():
    page = "---\ntitle: 幻灯片\n---\n## 开场\n\n- 问好\n\nNotes: 请学员介绍自己。\n"
    assert not any("Notes" in problem for problem in found({"facilitator/slides.zh-Hans.md": page}))


@pytest.mark.parametrize("broken", ["", "no front matter", "---\n[\n---\ntext", "---\nsources: 5\n---\ntext"])
def test_a_paper_that_cannot_be_read_is_left_to_the_check_of_the_format(broken):
    found({GUIDE: broken})
