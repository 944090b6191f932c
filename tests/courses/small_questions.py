"""Questions for banks and tests, to be spoilt one by one."""

from __future__ import annotations

from typing import Any

import yaml

Question = dict[str, Any]


def single(number: int, right: int, texts: tuple[str, ...] = ("one", "two", "six")) -> Question:
    """One right answer at a place counted from 0; Chinese texts are as long as the English ones."""
    options = [
        {"id": "abc"[n], "text": {"en": words, "zh-Hans": "水" * len(words)}, "feedback": {"en": "Why.", "zh-Hans": "为何。"},
         **({"right": True} if n == right else {})}
        for n, words in enumerate(texts)
    ]
    return {"id": f"q{number}", "type": "single", "prompt": {"en": "Which?", "zh-Hans": "哪个？"}, "options": options}


def statement(number: int, answer: bool, en: str = "Is it?", zh: str = "是吗？") -> Question:
    """True or false."""
    return {
        "id": f"t{number}", "type": "truefalse", "answer": answer, "prompt": {"en": en, "zh-Hans": zh},
        "feedback_true": {"en": "Yes.", "zh-Hans": "是。"}, "feedback_false": {"en": "No.", "zh-Hans": "否。"},
    }


def bank(questions: list[Question]) -> dict[str, str]:
    """The only bank of the small course."""
    return {"banks/water.yaml": yaml.safe_dump({"questions": questions}, allow_unicode=True)}


def form(letter: str, questions: list[Question]) -> dict[str, str]:
    """One of the two tests."""
    head = "title: {en: Test, zh-Hans: 测试}\nintro: {en: Think., zh-Hans: 想一想。}\n"
    return {f"forms/{letter}.yaml": head + yaml.safe_dump({"questions": questions}, allow_unicode=True)}
