"""The alignment matrix of a county plan: two people fill it in Chinese, one loses the network, and a document comes out."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import docx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import DESK, Opens
from tests.browser.test_sheets import Shared, open_at, saved
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import services
from webapp.questionnaires.models import MemberRole, Sheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.world import World

pytestmark = pytest.mark.browser

# Task, chapter, link, targets, evidence, budget, amount, lead: as copied from a spreadsheet.
ROWS = """新建改建城乡公厕120座，农村卫生厕所普及率达到98%	4.1	直接	6.2、11.1		已安排	2600	县住建局
县域生活垃圾分类覆盖全部行政村	4.2	直接	11.6、12.5	2025年分类覆盖率74%	部分安排	1800	县综合执法局
举办生态文化节	4.5	无			未安排		县文广旅局
"""
NAME = "国民经济和社会发展第十五个五年规划纲要（送审稿）"
PASTE = """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
EVIDENCE = "县住建局2025年底台账：普及率91.6%"


@pytest.fixture
def matrix(world: World) -> Shared:
    owner, mate = world.person(), world.person("刘洋", "zh-Hans")
    with world.app.app_context(), unit_of_work():
        person, now = db.session.get_one(Person, owner.person_id), clock.now()
        sheet = services.begin(questionnaire=surveys()["plan-alignment"], person=person, language="zh-Hans", now=now)
        services.give_part(sheet=db.session.get_one(Sheet, sheet.id), person_id=mate.person_id, role=MemberRole.EDITOR, now=now)
        return Shared(world, sheet.id, owner, mate)


def rows(page: Page, column: str) -> Locator:
    return page.locator(f'[data-table="aim"] tbody tr:not([data-offered]) [name$="/{column}"]')


def test_two_fill_the_matrix_of_a_county_plan_and_save_a_document(opens: Opens, matrix: Shared, tmp_path: Path) -> None:
    one = open_at(opens, matrix, DESK, matrix.owner)
    one.page.locator('[name="plan-name"]').fill(NAME)
    one.page.locator('[name="plan-name"]').blur()
    saved(one.page)
    one.go(matrix.at("matrix"))
    saved(one.page)
    one.page.locator('[data-table="aim"] [name$="/objective"]').first.focus()
    one.page.evaluate(PASTE, ROWS)
    expect(rows(one.page, "objective")).to_have_count(3)
    saved(one.page)

    two = open_at(opens, matrix, DESK, matrix.mate, "matrix")
    two.lose_network(lost=True)
    rows(two.page, "evidence").nth(0).fill(EVIDENCE)
    rows(two.page, "evidence").nth(0).blur()
    expect(two.page.locator("[data-saving]")).to_have_attribute("data-now", re.compile("offline|failed"))
    rows(one.page, "amount").nth(0).fill("2750")
    rows(one.page, "amount").nth(0).blur()
    saved(one.page)
    two.lose_network(lost=False)
    saved(two.page)
    expect(rows(two.page, "amount").nth(0)).to_have_value("2750")
    expect(rows(one.page, "evidence").nth(0)).to_have_value(EVIDENCE, timeout=25_000)
    assert matrix.conflicts == 0
    kept = {path.rpartition("/")[2]: value for path, value in sorted(matrix.values.items()) if value in ("2750", EVIDENCE)}
    assert kept == {"amount": "2750", "evidence": EVIDENCE}

    two.go(matrix.at("picture"))
    expect(two.page.locator("main")).to_contain_text("4")
    answer = one.page.request.get(f"{one.page.url.split('/sheets/')[0]}/sheets/{matrix.id}.docx")
    assert answer.ok
    (tmp_path / "matrix.docx").write_bytes(answer.body())
    read = docx.Document(io.BytesIO(answer.body()))
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    words = "\n".join([each.text for each in read.paragraphs] + cells)
    for expected in (NAME, EVIDENCE, "2750", "11.6", "举办生态文化节", "县综合执法局"):
        assert expected in words, expected
