"""What the authors' pages show is what the check accepts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from webapp.core.config import ROOT
from webapp.courses import svg
from webapp.courses.agenda_file import AgendaFile
from webapp.courses.bibliography import read_sources
from webapp.courses.glossary import read_terms
from webapp.courses.problems import Findings
from webapp.courses.schema_errors import check
from webapp.courses.schemas import QUESTIONS, CourseFile, LessonFront, QuizFile
from webapp.courses.yaml_text import load

PAGES = ["authors.md", "authors.zh-Hans.md"]


def blocks(page: str, language: str) -> list[str]:
    text = Path(ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_are_right(page):
    findings = Findings()
    course, sources, terms, bank, quiz, agenda = (load(text, page, findings) for text in blocks(page, "yaml"))
    front = load(blocks(page, "markdown")[0].split("---\n")[1], page, findings)
    languages = ("zh-Hans", "en")
    for model, document in ((CourseFile, course), (QuizFile, quiz), (LessonFront, front), (AgendaFile, agenda)):
        check(model, document, findings, languages=languages)
    for index, question in enumerate(bank.value["questions"]):
        check(QUESTIONS[question["type"]], bank, findings, at=("questions", index), value=question, languages=languages)
    assert set(read_sources(sources, languages, findings)) == {"agenda"}
    assert read_terms(terms, languages, findings).find("en", "localization") is not None
    assert findings.sorted() == ()


@pytest.mark.parametrize("page", PAGES)
def test_the_drawing_is_right(page):
    findings = Findings()
    texts = dict.fromkeys(("title", "desc", "spring"), "x")
    drawn = svg.inline(blocks(page, "xml")[0].encode(), file=page, texts=texts, texts_file=page, prefix="f-", findings=findings)
    assert findings.sorted() == ()
    assert drawn.startswith("<svg ")


@pytest.mark.parametrize("page", PAGES)
def test_every_question_type_is_described(page):
    text = Path(ROOT / "docs" / page).read_text(encoding="utf-8")
    assert all(f"| `{kind}`" in text for kind in QUESTIONS)
