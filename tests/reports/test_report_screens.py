"""The report page and what is written on it, in a browser without scripts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from webapp.core.database import db
from webapp.questionnaires.models import SheetMember
from webapp.reports import queries
from webapp.reports.models import Report, ReportEdition
from webapp.trainings.models import Training


def url_of(world, tail=""):
    return f"/trainings/{world.training.id}/report{tail}"


def test_one_click_drafts_the_report_and_a_second_finds_it(login_as, world):
    browser = login_as("trainer")
    page = browser.get(url_of(world) + "?lang=en").text
    assert "Draft the report from the record" in page
    for _click in range(2):
        assert browser.post(url_of(world), data={"key": "k"}).status_code == 303
    assert db.session.query(Report).count() == 1
    page = browser.get(url_of(world) + "?lang=en").text
    assert "Report being written" in page
    assert "Go on writing" in page


@pytest.mark.parametrize("tail", ["", "/figures", "/preview.pdf", "/preview.docx"])
def test_an_outsider_finds_no_report(login_as, begun, other_trainer, tail):
    for who in ("outsider", "other_trainer", "learner"):
        assert login_as(who).get(url_of(begun, tail)).status_code == 404


def test_an_observer_looks_and_changes_nothing(login_as, begun):
    browser = login_as("observer")
    assert browser.get(url_of(begun)).status_code == 200
    assert "Go on writing" not in browser.get(url_of(begun) + "?lang=en").text
    assert browser.post(url_of(begun, "/join")).status_code == 403
    assert browser.post(url_of(begun, "/languages"), data={"language": "en"}).status_code == 403
    assert browser.post(url_of(begun, "/move"), data={"move": "submit", "version": 1}).status_code == 403


def test_pages_ask_eight_queries_at_most(login_as, begun, max_queries):
    browser, addresses = login_as("trainer"), [url_of(begun), url_of(begun, "/figures")]
    browser.get(addresses[1])
    for address in addresses:
        with max_queries(8):
            assert browser.get(address).status_code == 200


def test_both_trainers_write_and_the_sheet_leads_back_to_the_report(login_as, begun):
    (written,) = queries.opened(begun.training.id, None).texts
    assert db.session.query(SheetMember).filter_by(sheet_id=written.sheet.id).count() == 2
    page = login_as("co_trainer").get(f"/sheets/{written.sheet.id}/context-page?lang=zh-Hans").text
    assert url_of(begun) in page
    assert "初稿" in page


def test_the_sheet_of_a_report_is_not_handed_in_by_itself(login_as, finished):
    (written,) = queries.opened(finished.training.id, None).texts
    answer = login_as("trainer").post(f"/sheets/{written.sheet.id}/state", data={"to": "shared"})
    assert answer.location.endswith(url_of(finished))
    assert queries.opened(finished.training.id, None).texts[0].sheet.state.value == "draft"


def test_a_second_language_has_a_draft_of_its_own(login_as, begun):
    browser = login_as("trainer")
    for _click in range(2):
        assert browser.post(url_of(begun, "/languages"), data={"language": "en"}).status_code == 303
    texts = queries.opened(begun.training.id, None).texts
    assert [each.language for each in texts] == ["zh-Hans", "en"]
    assert browser.post(url_of(begun, "/languages"), data={"language": "xx"}).status_code == 400


def test_bad_moves_are_refused_in_words(login_as, begun):
    browser = login_as("trainer")
    answer = browser.post(url_of(begun, "/move") + "?lang=en", data={"move": "submit", "version": 1})
    assert answer.status_code == 422
    assert "to be finished" in answer.text
    assert browser.get(url_of(begun, "/move")).location.endswith(url_of(begun))
    assert browser.post(url_of(begun, "/move"), data={"move": "dance", "version": 1}).status_code == 400
    assert browser.post(url_of(begun, "/move"), data={"move": "submit", "version": "x"}).status_code == 400


def test_lists_of_trainings_tell_where_the_report_stands(database, begun):
    asked = select(queries.state_of_training()).select_from(Training).where(Training.id == begun.training.id)
    assert db.session.scalar(asked) == "draft"
    report = db.session.query(Report).one()
    db.session.add(ReportEdition(
        report_id=report.id, number=1, code="c", figures={}, texts={}, cut_off_at=report.created_at, published_at=report.created_at,
        published_by_id=report.created_by_id,
    ))
    db.session.commit()
    assert db.session.scalar(asked) == "published"
