"""A small right course, to be spoilt by tests in one place each."""

from __future__ import annotations

from webapp.courses.files import CourseFiles
from webapp.courses.problems import BadCourse, Problem
from webapp.courses.reading import read

COURSE = """\
languages: [zh-Hans, en]
title: {en: Water, zh-Hans: 水}
summary: {en: About water., zh-Hans: 关于水。}
hours: 1.5
goal: 6
objectives:
  - {en: Explain it., zh-Hans: 说明。}
authors: [A team]
licence: CC-BY-4.0
revised: 2026-11-20
steps:
  - lesson: springs
  - quiz: final
completion:
  lessons: all
  quizzes: [final]
certificate: true
edition: "2026"
"""

LESSON_EN = """\
---
title: Springs
minutes: 5
goals: [6]
objectives:
  - Name a spring.
points:
  - Water flows.
sources:
  - id: un-70-1
    title: Transforming our world
    publisher: United Nations
    year: 2015
---
## Where it comes from

A ==spring== is where water comes out.[^un-70-1]

![A hill and a spring](media/hill.svg "A spring")

::: think Where is yours?
Ask the village.
:::
"""

LESSON_ZH = """\
---
title: 泉
minutes: 5
goals: [6]
objectives:
  - 说出一处泉。
points:
  - 水会流动。
sources:
  - id: un-70-1
    title: 变革我们的世界
    publisher: 联合国
    year: 2015
---
## 从哪里来

==泉==是水流出的地方。[^un-70-1]

![一座山和一处泉](media/hill.svg "泉")

::: think 你那里的泉在哪里？
问问村里人。
:::
"""

BANK = """\
questions:
  - id: spring
    type: single
    prompt: {en: "What is a spring?", zh-Hans: 什么是泉？}
    tags: [water, goal-6]
    options:
      - {id: a, text: {en: Water, zh-Hans: 水}, right: true}
      - {id: b, text: {en: Fire, zh-Hans: 火}}
      - {id: c, text: {en: Air, zh-Hans: 气}}
  - id: share
    type: numeric
    prompt: {en: "How many?", zh-Hans: 多少？}
    answer: 29
    tolerance: 0.5
    decimals: 0
"""

QUIZ = """\
title: {en: Final quiz, zh-Hans: 结业测验}
intro: {en: Two questions., zh-Hans: 两道题。}
kind: final
draws:
  - {bank: water, count: 2}
pass_mark: 80
"""

SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 100" role="img" aria-labelledby="hill-t hill-d">
  <title id="hill-t">{{title}}</title>
  <desc id="hill-d">{{desc}}</desc>
  <path class="line" d="M0 90 L200 10 L400 90"/>
  <circle class="dot" data-goal="6" cx="200" cy="50" r="5"/>
</svg>
"""

EXERCISE = """\
title: {en: Spring sheet, zh-Hans: 泉水练习}
summary: {en: Map a spring and who keeps it., zh-Hans: 画出一处泉，写明由谁管护。}
kind: worksheet
minutes: 10
goals: [6]
targets: ["14.1"]
sections:
  - id: one
    title: {en: The place, zh-Hans: 位置}
    fields:
      - {id: where, type: text, label: {en: Nearest hamlet, zh-Hans: 最近的村庄}}
      - id: keepers
        type: table
        label: {en: Keepers, zh-Hans: 管护人}
        columns:
          - {id: who, type: text, label: {en: Custodian, zh-Hans: 负责人}}
"""
# The small course with an exercise as its second step.
WITH_EXERCISE = {
    "exercises/sheet.yaml": EXERCISE,
    "course.yaml": COURSE.replace("  - quiz: final\ncompletion", "  - exercise: sheet\n  - quiz: final\ncompletion"),
}

FILES = {
    "course.yaml": COURSE,
    "lessons/springs.en.md": LESSON_EN,
    "lessons/springs.zh-Hans.md": LESSON_ZH,
    "banks/water.yaml": BANK,
    "quizzes/final.yaml": QUIZ,
    "media/hill.svg": SVG,
    "media/hill.en.yaml": "title: A hill\ndesc: Water below a hill & more\n",
    "media/hill.zh-Hans.yaml": "title: 山\ndesc: 山下有水\n",
}


def files(changes: dict[str, str | bytes | None] | None = None) -> CourseFiles:
    """The small course with files replaced, added or (None) left out."""
    merged: dict[str, str | bytes | None] = {**FILES, **(changes or {})}
    return CourseFiles("water", {k: v if isinstance(v, bytes) else v.encode() for k, v in merged.items() if v is not None})


def problems(changes: dict[str, str | bytes | None]) -> list[Problem]:
    """What the check says about the changed course."""
    try:
        read(files(changes))
    except BadCourse as error:
        return list(error.problems)
    return []


def edited(path: str, old: str, new: str) -> dict[str, str | bytes | None]:
    """One file with one passage replaced; the passage must be there."""
    assert old in FILES[path], old
    return {path: FILES[path].replace(old, new, 1)}
