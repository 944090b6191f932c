"""The page of the definitions says what the program counts."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from webapp.core.i18n import speaking
from webapp.statistics.definitions import FIGURES, Figure
from webapp.statistics.outcomes import OUTCOMES

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_definitions_says_from_what_every_figure_is_counted_and_how(login_as):
    page = html.unescape(login_as("staff").get("/statistics/definitions?lang=en").text)
    with speaking("en"):
        for each in FIGURES:
            row = page.split(f'id="def-{each.key}"')[1].split("</tr>")[0]
            assert all(f">{said}<" in row for said in (each.label, each.definition, each.events, each.counted, each.version))
        for each in OUTCOMES:
            assert str(each.definition) in page.split(f'id="def-{each.key}"')[1].split("</tr>")[0]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_of_the_figures_is_current(app, language):
    text = (DOCS / f"figures.{language}.md").read_text(encoding="utf-8")
    with speaking(language):
        for each in (*FIGURES, *OUTCOMES):
            counted = f" {each.events} | {each.counted} |" if isinstance(each, Figure) else ""
            line = f"| {each.label} | {each.definition} |{counted} {each.version} | {each.since.isoformat()} |"
            assert line in text, f"{each.key}: run python tools/figures_page.py"
