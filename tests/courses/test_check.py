from __future__ import annotations

import pytest

from tests.courses.small_course import COURSE, FILES, LESSON_EN, SVG, edited, files, problems
from webapp.courses.reading import read

OPTION_B = "{id: b, text: {en: Fire, zh-Hans: 火}}"
EN = "lessons/springs.en.md"
ZH = "lessons/springs.zh-Hans.md"


def test_a_right_course_has_no_problems():
    assert read(files()).id == "water"


@pytest.mark.parametrize(("path", "old", "new", "line", "says"), [
    ("course.yaml", "hours: 1.5", "hours: three", 4, "found “three”, expected a number"),
    ("course.yaml", "hours: 1.5", "hours: -1", 4, "expected more than 0"),
    ("course.yaml", 'edition: "2026"', "edition: 2026", 18, "put numbers and dates in quotes"),
    ("course.yaml", "licence: CC-BY-4.0", "license: CC-BY-4.0", 9, "Did you mean “licence”?"),
    ("course.yaml", "licence: CC-BY-4.0\n", "", 1, "The key “licence” is missing"),
    ("course.yaml", "{en: Water, zh-Hans: 水}", "{en: Water}", 2, "has no text for zh-Hans"),
    ("course.yaml", "{en: Water, zh-Hans: 水}", "{en: Water, zh-Hans: 水, fr: Eau}", 2, "has a text for fr"),
    ("course.yaml", "goal: 6", "goal: 18", 5, "found the number 18, expected 17 or less"),
    ("course.yaml", "[zh-Hans, en]", "[zh-Hans, en, xx]", 1, "Found the language “xx”"),
    ("course.yaml", "hours: 1.5", "hours: 1.5\nhours: 2", 5, "The key “hours” comes twice"),
    ("course.yaml", "hours: 1.5", "hours: 1: 2", 4, "not valid YAML"),
    ("course.yaml", "hours: 1.5", "hours: &h 1.5", 4, "Anchors"),
    ("course.yaml", "hours: 1.5", "hours: *h", 4, "aliases"),
    ("course.yaml", "hours: 1.5", "hours: !!python/name:os.system 1", 4, "Tags"),
    ("course.yaml", "  - quiz: final", "  - quiz: other", 13, "There is no quiz “other”"),
    ("course.yaml", "  - quiz: final", "  - exam: final", 13, "The key “exam” is not known"),
    ("course.yaml", "  - quiz: final", "  - quiz: final\n  - quiz: final", 14, "comes twice"),
    ("course.yaml", "quizzes: [final]", "quizzes: [finale]", 16, "“finale” is not a step of this kind"),
    ("course.yaml", "quizzes: [final]", "quizzes: []", 17, "A certificate says that a quiz was passed"),
    ("course.yaml", "  - lesson: springs", "  - lesson: media", 12, "kept for the system"),
    ("banks/water.yaml", "right: true", "right: false", 6, "No option is right"),
    ("banks/water.yaml", OPTION_B, OPTION_B[:-1] + ", right: true}", 6, "2 options are right"),
    ("banks/water.yaml", "{en: Fire, zh-Hans: 火}", "{en: water, zh-Hans: 火}", 8, "“water” stands here twice in en"),
    ("quizzes/final.yaml", "kind: final", "kind: check", None, "is a check, which nobody has to pass"),
    ("banks/water.yaml", "{id: b,", "{id: a,", 8, "The id “a” comes twice"),
    ("banks/water.yaml", "- id: share", "- id: spring", 10, "already used in banks/water.yaml:2"),
    ("banks/water.yaml", "type: single", "type: essay", 3, "Found the question type “essay”"),
    ("banks/water.yaml", "tolerance: 0.5", "tolerance: -0.5", 14, "found the number -0.5, expected 0 or more"),
    ("banks/water.yaml", "answer: 29\n    tolerance: 0.5", "answer: 29.4\n    tolerance: 0.1", 14, "lies outside the tolerance 0.1"),
    ("banks/water.yaml", "goal-6", "goal-18", 5, "expected a goal from 1 to 17"),
    ("banks/water.yaml", "goal-6", "target-6.9", 5, "There is no target 6.9"),
    ("banks/water.yaml", "What is a spring?", "[" * 60, 4, "long runs of brackets"),
    ("quizzes/final.yaml", "count: 2", "count: 3", 5, "Draws 3 questions from “water”, where only 2 fit"),
    ("quizzes/final.yaml", "count: 2", "count: 2, types: [single]", 5, "where only 1 fit"),
    ("quizzes/final.yaml", "- {bank: water, count: 2}", "- {bank: water, count: 2}\n  - {bank: water, count: 1}", 6, "may have taken 2"),
    ("quizzes/final.yaml", "bank: water", "bank: fire", 5, "There is no bank “fire”"),
    ("quizzes/final.yaml", "pass_mark: 80", "pass_mark: 101", 6, "found the number 101, expected 100 or less"),
    ("quizzes/final.yaml", "pass_mark: 80", "pass_mark: 80\nwait_minutes: -1", 7, "expected 0 or more"),
    ("quizzes/final.yaml", "kind: final", "kind: exam", 3, "expected one of: final, check"),
    (EN, "minutes: 5", "minutes: 0", 3, "expected 1 or more"),
    (EN, "goals: [6]", 'goals: [6]\ntargets: ["6.9"]', 5, "There is no target 6.9"),
    (EN, "goals: [6]", "goals: [6]\ntargets: [6.1]", 5, "found the number 6.1, expected a text; put numbers and dates in quotes"),
    (EN, "goals: [6]", 'goals: [6]\ntargets: ["6.1", "6.1"]', 5, "The id “6.1” comes twice"),
    (EN, "goals: [6]", 'goals: [6]\ntargets: ["6.1"]', 5, "“targets” differs from lessons/springs.zh-Hans.md: 6.1"),
    (EN, "[^un-70-1]", "", 10, "The source “un-70-1” is not cited"),
    (EN, "[^un-70-1]", "[^un-70-1][^un-71-1]", 17, "“[^un-71-1]” is neither a source"),
    (EN, "[^un-70-1]", "[^un-70-1] [x](fire)", 17, "The link leads nowhere: “fire”"),
    (EN, "[^un-70-1]", "[^un-70-1] [x](javascript:1)", 17, "The link leads nowhere"),
    (EN, "media/hill.svg", "media/dale.svg", 19, "The image “media/dale.svg” is missing"),
    (EN, "media/hill.svg", "../hill.svg", 19, "is not an image of this course"),
    (EN, "![A hill and a spring]", "![]", 19, "no alternative text"),
    (ZH, "![一座山和一处泉]", "![]", 19, "no alternative text"),
    ("media/hill.zh-Hans.yaml", "desc: 山下有水\n", "", None, "“{{desc}}” has no text in media/hill.zh-Hans.yaml"),
    ("banks/water.yaml", "text: {en: Fire, zh-Hans: 火}", "text: {en: Fire}", 8, "“text” has no text for zh-Hans"),
    ("banks/water.yaml", 'prompt: {en: "How many?", zh-Hans: 多少？}', "prompt: {zh-Hans: 多少？}", 12, "“prompt” has no text for en"),
    (EN, ' "A spring"', "", 19, "no caption"),
    (EN, "## Where", "# Where", 15, "Headings are `##` or `###`"),
    (EN, "A ==spring==", "A <b>spring</b>", 17, "HTML is not used"),
    (EN, "::: think", "::: thought", 21, "The block “thought” is not known"),
    (EN, "Ask the village.\n:::\n", "Ask.\n", 21, "The block is not closed"),
    (EN, "Ask the village.", "[" * 8000, 22, "long run of brackets"),
    (EN, "Ask the village.", "Table: No table\n\nText.", 22, "A table must follow its caption"),
    (EN, "Ask the village.", "[^note-a]: Never used.", 22, "is not referred to"),
    (EN, "Ask the village.", "```\ncode", 22, "not closed"),
    ("media/hill.svg", "<path ", "<path onclick='x' ", 4, "onclick"),
    ("media/hill.svg", "{{desc}}", "{{other}}", 3, "“{{other}}” has no text in media/hill.en.yaml"),
    ("media/hill.svg", ' role="img"', "", 1, "<svg> lacks role"),
    ("media/hill.svg", "</svg>", "", 7, "not valid SVG"),
])
def test_a_mistake_is_named_with_file_line_and_what_was_expected(path, old, new, line, says):
    found = problems(edited(path, old, new))
    assert any((line is None or (p.file, p.line) == (path, line)) and says in p.message for p in found), [str(p) for p in found]


@pytest.mark.parametrize(("changes", "file", "says"), [
    ({"lessons/rain.en.md": LESSON_EN}, "lessons/rain.en.md", "No step uses this lesson"),
    ({"quizzes/other.yaml": FILES["quizzes/final.yaml"]}, "quizzes/other.yaml", "No step uses this quiz"),
    ({ZH: None}, ZH, "The file is missing"),
    ({"course.yaml": None}, "course.yaml", "The file is missing"),
    ({"notes.docx": "x"}, "notes.docx", "in no known place"),
    ({"course.yaml": ""}, "course.yaml", "The file is empty"),
    ({"course.yaml": b"\xef\xbb\xbf" + COURSE.encode()}, "course.yaml", "byte order mark (BOM)"),
    ({"course.yaml": COURSE.encode("utf-16")}, "course.yaml", "UTF-16"),
    ({"course.yaml": COURSE.encode("gb18030")}, "course.yaml", "GB18030"),
    ({"course.yaml": b"\x89PNG\r\n\x1a\n\0\0"}, "course.yaml", "no text"),
    ({EN: LESSON_EN.removeprefix("---\n")}, EN, "The front matter is missing"),
    ({EN: LESSON_EN + "word " * 50_000}, EN, "longer than 200000 characters"),
    ({EN: LESSON_EN + "\x07"}, EN, "control character"),
    ({"course.yaml": COURSE + "x: " + "[" * 5000}, "course.yaml", "levels deep"),
    ({"media/hill.svg": SVG.replace("<svg", "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg")}, "media/hill.svg", "declares a document type"),
    ({"media/photo.png": b"GIF", EN: LESSON_EN.replace("hill.svg", "photo.png")}, "media/photo.png", "not an image of the kind"),
    ({"media/hill.en.yaml": FILES["media/hill.en.yaml"] + "more: x\n"}, "media/hill.en.yaml", "“more” is not used"),
])
def test_a_wrong_file_is_named(changes, file, says):
    found = problems(changes)
    assert any(p.file == file and says in p.message for p in found), [str(p) for p in found]


def test_all_problems_are_told_at_once_by_file_and_line():
    changes = {
        **edited("course.yaml", "hours: 1.5", "hours: x"),
        **edited("banks/water.yaml", "right: true", "right: false"),
        **edited("quizzes/final.yaml", "pass_mark: 80", "pass_mark: 200"),
        **edited(EN, "minutes: 5", "minutes: 0"),
    }
    found = problems(changes)
    assert {p.file for p in found} == {"course.yaml", "banks/water.yaml", "quizzes/final.yaml", EN}
    assert found == sorted(found)


@pytest.mark.parametrize(("old", "new", "says"), [
    ("## Where it comes from", "## Where it comes from\n\n## More", "2 of `##`"),
    ('![A hill and a spring](media/hill.svg "A spring")\n', "", "0 of `![…](media/…)`"),
    ("::: think Where is yours?\nAsk the village.\n:::\n", "", "0 of `::: think`"),
    ("goals: [6]", "goals: [6, 11]", "“goals” differs"),
    ("  - Water flows.", "  - Water flows.\n  - Always.", "2 of points"),
])
def test_languages_of_a_lesson_have_the_same_parts(old, new, says):
    found = problems(edited(EN, old, new))
    assert any(p.file == EN and says in p.message for p in found), [str(p) for p in found]


def test_a_bad_question_does_not_hide_the_next_nor_accuse_the_quiz():
    changes = edited("banks/water.yaml", "type: single", "type: essay")
    changes["banks/water.yaml"] = str(changes["banks/water.yaml"]).replace("tolerance: 0.5", "tolerance: x")
    found = problems(changes)
    assert [p.line for p in found] == [3, 14]
    assert {p.file for p in found} == {"banks/water.yaml"}
