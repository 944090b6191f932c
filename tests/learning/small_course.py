"""A course of four steps, written as an author would and read by the courses room: content edits do not touch these tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.courses.catalogue import Shelf

if TYPE_CHECKING:
    from pathlib import Path

SPRINGS, RIVERS, CHECK, FINAL = "springs", "rivers", "halfway", "final"
WATER, SOIL = "water-basics", "soil-basics"

COURSE = """\
languages: [zh-Hans, en]
title: {{en: {en}, zh-Hans: {zh}}}
subtitle: {{en: For tests, zh-Hans: 测试用}}
summary: {{en: "What a county should know about {en}.", zh-Hans: "县里应当了解的{zh}知识。"}}
hours: 1.5
goal: 6
objectives:
  - {{en: "Tell one kind from another.", zh-Hans: "能分辨不同类型。"}}
authors: [Test authors]
licence: CC-BY-4.0
revised: 2026-09-01
steps:
{steps}
completion:
  lessons: all
  quizzes: [{quizzes}]
certificate: {certificate}
edition: "2026"
"""

LESSON = """\
---
title: {title}
minutes: 4
goals: [6]
objectives:
  - {title} 1
points:
  - {title} 2
---

## {title} 3 {{#one}}

{title} 4
"""

BANK = """\
questions:
  - id: wet
    type: truefalse
    prompt: {en: "Water is wet.", zh-Hans: "水是湿的。"}
    points: 1
    tags: [goal-6]
    difficulty: 1
    answer: true
    feedback: {en: "It is.", zh-Hans: "是的。"}
"""

QUIZ = """\
title: {{en: {en}, zh-Hans: {zh}}}
intro: {{en: "One question.", zh-Hans: "一道题。"}}
kind: {kind}
draws:
  - {{bank: water, count: 1}}
pass_mark: 80
"""


def write(root: Path) -> Path:
    """Write two courses: water with quizzes and a certificate, soil with one lesson and none; the root."""
    water, soil = root / WATER, root / SOIL
    for folder in (water / "lessons", water / "banks", water / "quizzes", soil / "lessons"):
        folder.mkdir(parents=True)
    steps = "\n".join(f"  - {kind}: {step}" for kind, step in (("lesson", SPRINGS), ("lesson", RIVERS), ("quiz", CHECK), ("quiz", FINAL)))
    (water / "course.yaml").write_text(
        COURSE.format(en="Water", zh="水", steps=steps, quizzes=FINAL, certificate="true"), encoding="utf-8"
    )
    (soil / "course.yaml").write_text(
        COURSE.format(en="Soil", zh="土壤", steps="  - lesson: layers", quizzes="", certificate="false"), encoding="utf-8"
    )
    for folder, lesson, english, chinese in (
        (water, SPRINGS, "Springs", "泉"), (water, RIVERS, "Rivers", "河"), (soil, "layers", "Layers", "土层"),
    ):
        (folder / "lessons" / f"{lesson}.en.md").write_text(LESSON.format(title=english), encoding="utf-8")
        (folder / "lessons" / f"{lesson}.zh-Hans.md").write_text(LESSON.format(title=chinese), encoding="utf-8")
    (water / "banks" / "water.yaml").write_text(BANK, encoding="utf-8")
    (water / "quizzes" / f"{CHECK}.yaml").write_text(QUIZ.format(en="Halfway", zh="中途小测", kind="check"), encoding="utf-8")
    (water / "quizzes" / f"{FINAL}.yaml").write_text(QUIZ.format(en="Final", zh="结业测验", kind="final"), encoding="utf-8")
    (root / "order.yaml").write_text(f"[{WATER}, {SOIL}]\n", encoding="utf-8")
    return root


def shelve(root: Path) -> Shelf:
    """A shelf of these courses that is read now and asks nothing later; inside an application context."""
    shelf = Shelf(root)
    shelf.follow_every = float("inf")
    found = shelf.current()
    assert not found.problems, found.problems
    return shelf
