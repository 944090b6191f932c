"""What the page for authors shows is what the check accepts."""

from __future__ import annotations

import re

import pytest

from webapp.core.config import ROOT
from webapp.courses.questionnaire.fields import Cell, ChartKind, FieldType
from webapp.courses.questionnaire.functions import FUNCTIONS
from webapp.courses.questionnaire.reading import read_text

PAGES = ["questionnaires.md", "questionnaires.zh-Hans.md"]


def text_of(page: str) -> str:
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_the_example_is_right(page):
    example = re.search(r"^```yaml\n(.*?)^```", text_of(page), re.MULTILINE | re.DOTALL)
    assert read_text(example[1], "our-plan", page).fields


def test_both_languages_show_the_same_definition():
    examples = [re.search(r"^```yaml\n(.*?)^```", text_of(page), re.MULTILINE | re.DOTALL)[1] for page in PAGES]
    assert len({read_text(example, "our-plan", "x").revision for example in examples}) == 1


@pytest.mark.parametrize("page", PAGES)
def test_every_type_kind_and_function_is_described(page):
    text = text_of(page)
    assert [kind for kind in FieldType if f"| `{kind}`" not in text] == []
    assert [kind for kind in (*Cell, *ChartKind) if f"`{kind}`" not in text and f"cell: {kind}`" not in text] == []
    assert [name for name in FUNCTIONS if f"{name}(" not in text and f"`{name}`" not in text] == []
