"""The page of the definitions says what the program counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from webapp.core.i18n import speaking
from webapp.statistics.definitions import FIGURES, Figure
from webapp.statistics.outcomes import OUTCOMES

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_page_of_the_figures_is_current(app, language):
    text = (DOCS / f"figures.{language}.md").read_text(encoding="utf-8")
    with speaking(language):
        for each in (*FIGURES, *OUTCOMES):
            counted = f" {each.events} | {each.counted} |" if isinstance(each, Figure) else ""
            line = f"| {each.label} | {each.definition} |{counted} {each.version} | {each.since.isoformat()} |"
            assert line in text, f"{each.key}: run python tools/figures_page.py"
