# ruff: noqa: E501  the lines of a course file are as long as authors write them
"""A course with one question of every type, so that every screen meets every type."""

from __future__ import annotations

COURSE = """\
languages: [zh-Hans, en]
title: {en: Springs and rivers, zh-Hans: 泉与河}
summary: {en: About water., zh-Hans: 关于水。}
hours: 1
goal: 6
objectives:
  - {en: Explain it., zh-Hans: 说明。}
authors: [A team]
licence: CC-BY-4.0
revised: 2026-11-20
steps:
  - quiz: practice
  - quiz: final
  - quiz: later
completion:
  lessons: []
  quizzes: [final]
certificate: true
edition: "2026"
"""

BANK = """\
questions:
  - id: spring
    type: single
    prompt: {en: What is a *spring*?, zh-Hans: 什么是*泉*？}
    feedback: {en: GENERAL spring comes from the ground., zh-Hans: 总评一：泉水来自地下。}
    options:
      - {id: from-ground, text: {en: Water from the ground, zh-Hans: 地下涌出的水}, right: true, feedback: {en: GOOD spring., zh-Hans: 好一。}}
      - {id: fire, text: {en: A fire, zh-Hans: 火}, feedback: {en: BAD fire., zh-Hans: 坏一。}}
      - {id: air, text: {en: Air, zh-Hans: 空气}, feedback: {en: BAD air., zh-Hans: 坏二。}}
  - id: wet
    type: multiple
    points: 2
    prompt: {en: Which are wet?, zh-Hans: 哪些是湿的？}
    feedback: {en: GENERAL wet., zh-Hans: 总评二。}
    options:
      - {id: rain, text: {en: Rain, zh-Hans: 雨}, right: true, feedback: {en: GOOD rain., zh-Hans: 好雨。}}
      - {id: dust, text: {en: Dust, zh-Hans: 尘}, feedback: {en: BAD dust., zh-Hans: 坏尘。}}
      - {id: river, text: {en: River, zh-Hans: 河}, right: true, feedback: {en: GOOD river., zh-Hans: 好河。}}
      - {id: stone, text: {en: Stone, zh-Hans: 石}, feedback: {en: BAD stone., zh-Hans: 坏石。}}
  - id: rises
    type: truefalse
    prompt: {en: Water runs downhill., zh-Hans: 水往低处流。}
    answer: true
    feedback_true: {en: GOOD downhill., zh-Hans: 好，低处。}
    feedback_false: {en: BAD uphill., zh-Hans: 坏，高处。}
  - id: seas
    type: matching
    points: 3
    prompt: {en: Where does it end?, zh-Hans: 流入哪里？}
    feedback: {en: GENERAL seas., zh-Hans: 总评四。}
    pairs:
      - {id: yellow, left: {en: Yellow River, zh-Hans: 黄河}, right: {en: Bohai Sea, zh-Hans: 渤海}, feedback: {en: WHY yellow., zh-Hans: 因黄河。}}
      - {id: long, left: {en: Yangtze, zh-Hans: 长江}, right: {en: East China Sea, zh-Hans: 东海}, feedback: {en: WHY long., zh-Hans: 因长江。}}
      - {id: pearl, left: {en: Pearl River, zh-Hans: 珠江}, right: {en: South China Sea, zh-Hans: 南海}, feedback: {en: WHY pearl., zh-Hans: 因珠江。}}
    extra:
      - {id: caspian, text: {en: Caspian Sea, zh-Hans: 里海}}
  - id: course-of-water
    type: ordering
    points: 3
    prompt: {en: Put in order from the source., zh-Hans: 从源头起排序。}
    feedback: {en: GENERAL order., zh-Hans: 总评五。}
    items:
      - {id: first-source, text: {en: Source, zh-Hans: 源头}}
      - {id: second-brook, text: {en: Brook, zh-Hans: 小溪}}
      - {id: third-stream, text: {en: Stream, zh-Hans: 河流}}
      - {id: fourth-mouth, text: {en: Mouth, zh-Hans: 河口}}
  - id: length
    type: numeric
    points: 2
    prompt: {en: How long is it?, zh-Hans: 有多长？}
    feedback: {en: GENERAL length., zh-Hans: 总评六。}
    answer: 1137
    tolerance: 0.5
    unit: {en: kilometres, zh-Hans: 公里}
"""

FINAL = """\
title: {en: Final quiz, zh-Hans: 结业测验}
intro: {en: All about water., zh-Hans: 关于水的一切。}
kind: final
draws:
  - {bank: water, count: 6}
pass_mark: 80
attempts: 3
wait_minutes: 30
time_limit_minutes: 40
review: after_submit
per_page: 20
"""

PRACTICE = """\
title: {en: Practice, zh-Hans: 练习}
intro: {en: As often as you like., zh-Hans: 次数不限。}
kind: check
draws:
  - {bank: water, count: 6}
shuffle_questions: false
pass_mark: 50
attempts: 0
review: after_submit
per_page: 2
"""

LATER = """\
title: {en: Answers later, zh-Hans: 稍后公布}
intro: {en: Two attempts., zh-Hans: 两次机会。}
kind: final
draws:
  - {bank: water, count: 6}
pass_mark: 80
attempts: 2
review: after_last
"""

FILES = {
    "course.yaml": COURSE, "banks/water.yaml": BANK, "quizzes/final.yaml": FINAL, "quizzes/practice.yaml": PRACTICE,
    "quizzes/later.yaml": LATER,
}

# What an open attempt must never tell: ids, feedback, tolerance, the words of a review.
SECRETS = (
    "GOOD", "BAD", "GENERAL", "WHY", "总评", "好一", "坏一", "好，", "坏，", "因黄河", "from-ground", "first-source", "fourth-mouth", "yellow",
    "pearl", "caspian", "1137", "1136.5", "feedback", "right-answer", "data-right",
)
