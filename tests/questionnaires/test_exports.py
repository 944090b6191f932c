"""A sheet as PDF, Word, CSV and JSON: what it says, for whom, and what hostile words become."""

from __future__ import annotations

import csv
import io
import json

import docx
import pypdf
import pytest
from sqlalchemy import select

from tests.questionnaires.conftest import NOW
from tests.questionnaires.test_states import handed, put, trainer  # noqa: F401  fixtures
from webapp.core.audit import AuditEntry
from webapp.core.database import db

FORMS = ("pdf", "docx", "csv", "json")
HOSTILE = '=HYPERLINK("x") <script>1</script> & 二〇二六'


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture
def filled(desk):
    desk.send(
        ("plan-name", HOSTILE), ("summary", "Clean water.\nFewer trips."), ("people", "58200"), ("level", "other:region"),
        ("objectives/aaaaaaaa", {"at": "a"}), ("objectives/aaaaaaaa/what", "Piped water"), ("objectives/aaaaaaaa/goals", [6]),
        ("objectives/aaaaaaaa/cost", "12.5"),
    )
    return desk


def saved(desk, form, language="en", client=None):
    answer = (client or desk.client).get(f"/sheets/{desk.id}.{form}?lang={language}")
    assert answer.status_code == 200, answer.text[:500]
    return answer


def pdf_text(content):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def word_text(content):
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_document_holds_title_answers_tables_and_what_is_open(database, filled, form):
    content = saved(filled, form).data
    text = pdf_text(content) if form == "pdf" else word_text(content)
    for words in ("County plan and the goals", "58,200 people", "Other: region", "Piped water", "12.5", "Objectives of the plan"):
        assert words in text
    assert "Not answered" in text
    assert "<script>" in text


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_document_speaks_the_language_of_its_reader(database, filled, form):
    content = saved(filled, form, "zh-Hans").data
    text = pdf_text(content) if form == "pdf" else word_text(content)
    assert "县域规划与可持续发展目标" in text
    assert "规划目标清单" in text
    assert "〓" not in text


def test_a_pdf_embeds_every_font(database, filled):
    reader = pypdf.PdfReader(io.BytesIO(saved(filled, "pdf").data))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    descriptors = [(each.get("/DescendantFonts") or [each])[0].get_object().get("/FontDescriptor") for each in fonts]
    assert descriptors
    assert all(each is not None and "/FontFile2" in each.get_object() for each in descriptors)


def test_a_table_for_programs_runs_no_formula_and_names_each_answer(database, filled):
    rows = list(csv.reader(io.StringIO(saved(filled, "csv").data.decode("utf-8-sig"))))
    answers = {row[0]: row[1:] for row in rows if len(row) == 3}
    assert answers["plan-name"] == ["Name of the plan", f"'{HOSTILE}"]
    assert answers["objectives/aaaaaaaa/cost"] == ["Objectives of the plan 1: Cost", "12.5"]


def test_json_holds_stored_values_with_their_revision(database, filled):
    content = json.loads(saved(filled, "json").data)
    assert content["values"]["people"] == "58200"
    assert content["revision"] == filled.questionnaire.revision
    assert {"path": "people", "label": "People who live here", "text": "58,200 people"} in content["answers"]


def test_a_file_is_called_as_the_sheet_in_the_language_of_its_reader(database, filled):
    assert "filename*=UTF-8''%E5%8E%BF%E5%9F%9F" in saved(filled, "pdf", "zh-Hans").headers["Content-Disposition"]


@pytest.mark.parametrize("form", FORMS)
def test_nobody_else_gets_a_file_of_a_draft(database, filled, login_as, form):
    for role in ("trainer", "staff", "second_learner"):
        client = login_as(role)
        assert client.get(f"/sheets/{filled.id}.{form}").status_code == 404
        assert client.post(f"/sheets/{filled.id}.{form}").status_code == 404


def test_who_reads_for_feedback_saves_by_a_button_and_that_is_written_down(database, handed, trainer):  # noqa: F811  fixtures
    client = trainer if hasattr(trainer, "get") and not hasattr(trainer, "url") else trainer.client
    assert client.get(f"/sheets/{handed.id}.pdf").status_code == 303
    answer = client.post(f"/sheets/{handed.id}.pdf")
    assert answer.status_code == 200
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "sheet.exported")).all()
    assert [(entry.subject_id, entry.after) for entry in entries] == [(str(handed.id), {"form": "pdf"})]


@pytest.mark.parametrize("form", FORMS)
def test_a_file_takes_few_queries(database, filled, max_queries, form):
    with max_queries(8):
        saved(filled, form)
