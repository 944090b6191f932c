"""The alignment matrix of a county plan: two people fill it in Chinese, one loses the network, and a document comes out."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import docx
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.reader import DESK, Opens, Reader
from tests.browser.test_sheets import Shared, open_at, saved
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import services
from webapp.questionnaires.models import MemberRole, Sheet

if TYPE_CHECKING:
    from docx.document import Document as DocumentObject

    from tests.browser.world import World

pytestmark = pytest.mark.browser

# Task, chapter, link, targets, evidence, budget, amount, lead: as copied from a spreadsheet.
ROWS = """新建改建城乡公厕120座，农村卫生厕所普及率达到98%	4.1	直接	6.2、11.1		已安排	2600	县住建局
县域生活垃圾分类覆盖全部行政村	4.2	直接	11.6、12.5	2025年分类覆盖率74%	部分安排	1800	县综合执法局
主要河流断面水质全部达到Ⅲ类以上	4.3	直接	6.3、6.6	生态环境分局月报，七个断面中六个达标	已安排	5200	生态环境分局
建成区人均公园绿地面积达到15平方米	4.4	间接	11.7	城市建设统计年报：13.8平方米	不清楚		县自然资源局
举办生态文化节	4.5	无			未安排		县文广旅局
"""
TASKS = 5
PASTE = """(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }"""
NAME = "国民经济和社会发展第十五个五年规划纲要（送审稿）"
EVIDENCE = "县住建局2025年底台账：普及率91.6%"
REASON = "目标9的产业内容，已列入县产业园区专项规划。"
GAP, SITUATION, PROPOSAL = "10.2", "残疾人4300名，31处公共场所中仅9处无障碍", "在明年工作计划中列入一项举措"
STEP = ("增设“公共场所无障碍改造率”指标", "县残联", "指标列入正式文本")
# Documents in which nothing may be left over: words that stand for emptiness, for the machine, or in another language.
NOT_FOR_A_MAYOR = re.compile(r"None|null|\{|\}|undefined|Objective|direct\b")


@pytest.fixture
def matrix(world: World) -> Shared:
    owner, mate = world.person("王晓兰"), world.person("刘洋", "zh-Hans")
    with world.app.app_context(), unit_of_work():
        person, now = db.session.get_one(Person, owner.person_id), clock.now()
        sheet = services.begin(questionnaire=surveys()["plan-alignment"], person=person, language="zh-Hans", now=now)
        services.give_part(sheet=db.session.get_one(Sheet, sheet.id), person_id=mate.person_id, role=MemberRole.EDITOR, now=now)
        return Shared(world, sheet.id, owner, mate)


def rows(page: Page, column: str, table: str = "aim") -> Locator:
    return page.locator(f'[data-table="{table}"] tbody tr:not([data-offered]) [name$="/{column}"]')


def write(page: Page, name: str, text: str) -> None:
    page.locator(name).first.fill(text)
    page.locator(name).first.blur()


def describe(reader: Reader) -> None:
    """The first page: which plan."""
    write(reader.page, '[name="plan-name"]', NAME)
    reader.page.locator('[name="plan-kind"][value="overall"]').check()
    reader.page.locator('[name="stage"][value="draft"]').check()
    write(reader.page, '[name="first-year"]', "2026")
    write(reader.page, '[name="last-year"]', "２０３０")
    write(reader.page, '[name="scope"]', "第四章“生态环境与人居环境”")
    saved(reader.page)


def judge(reader: Reader, matrix: Shared) -> None:
    """The pages after the table: what is left aside, the gap that matters, what will change."""
    reader.go(matrix.at("empty-goals"))
    saved(reader.page)
    expect(reader.page.locator("#f-goal-6")).to_be_hidden()
    reader.page.locator('[name="goal-9"][value="elsewhere"]').check()
    write(reader.page, '[name="purpose-reasons"]', REASON)
    saved(reader.page)
    reader.go(matrix.at("gaps"))
    saved(reader.page)
    reader.page.locator('[data-table="gap-list"] [role="combobox"]').first.focus()
    reader.page.keyboard.type(GAP)
    reader.page.keyboard.press("ArrowDown")
    reader.page.keyboard.press("Enter")
    write(reader.page, '[data-table="gap-list"] [name$="/situation"]', SITUATION)
    write(reader.page, '[data-table="gap-list"] [name$="/proposal"]', PROPOSAL)
    saved(reader.page)
    reader.go(matrix.at("next-steps"))
    saved(reader.page)
    for column, words in zip(("change", "owner", "proof"), STEP, strict=True):
        write(reader.page, f'[data-table="steps"] [name$="/{column}"]', words)
    write(reader.page, '[name="presented-to"]', "3月县政府常务会议")
    saved(reader.page)


def test_two_fill_the_matrix_of_a_county_plan_and_a_document_for_the_mayor_comes_out(
    opens: Opens, matrix: Shared, request: pytest.FixtureRequest,
) -> None:
    one, two = open_at(opens, matrix, DESK, matrix.owner), open_at(opens, matrix, DESK, matrix.mate, "matrix")
    describe(one)
    one.go(matrix.at("matrix"))
    saved(one.page)
    one.page.locator('[data-table="aim"] [name$="/objective"]').first.focus()
    one.page.evaluate(PASTE, ROWS)
    expect(rows(one.page, "objective")).to_have_count(TASKS)
    saved(one.page)
    expect(rows(two.page, "objective")).to_have_count(TASKS, timeout=25_000)

    two.lose_network(lost=True)
    write(two.page, '[data-table="aim"] tbody tr:not([data-offered]) [name$="/evidence"]', EVIDENCE)
    expect(two.page.locator("[data-saving]")).to_have_attribute("data-now", re.compile("offline|failed"))
    write(one.page, '[data-table="aim"] tbody tr:not([data-offered]) [name$="/amount"]', "2750")
    saved(one.page)
    two.lose_network(lost=False)
    saved(two.page)
    expect(rows(two.page, "amount").nth(0)).to_have_value("2750")
    expect(rows(one.page, "evidence").nth(0)).to_have_value(EVIDENCE, timeout=25_000)
    assert matrix.conflicts == 0

    judge(two, matrix)
    two.go(matrix.at("picture"))
    expect(two.page.locator('[data-calculated="direct"]')).to_contain_text("3")
    expect(two.page.locator('[data-calculated="without-evidence"]')).to_contain_text("0")
    file = document(one, matrix)
    folder = request.config.getoption("--shots")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "plan-alignment.docx").write_bytes(file)
    reads_well(docx.Document(io.BytesIO(file)))


def document(reader: Reader, matrix: Shared) -> bytes:
    answer = reader.page.request.get(f"{reader.url}/sheets/{matrix.id}.docx")
    assert answer.ok
    return answer.body()


def reads_well(read: DocumentObject) -> None:
    """All that was written is there, once and in Chinese; headings lead through it, tables repeat their heads, charts are described."""
    cells = [cell.text for table in read.tables for row in table.rows for cell in row.cells]
    words = "\n".join([each.text for each in read.paragraphs] + cells)
    for expected in (
        NAME, EVIDENCE, "2750", "11.6", "举办生态文化节", "县综合执法局", "第四章", "总体发展规划", "2026", "2030", GAP, SITUATION,
        PROPOSAL, REASON, "已列入其他章节或规划", "3月县政府常务会议", *STEP,
    ):
        assert expected in words, expected
    assert not NOT_FOR_A_MAYOR.search(words)
    assert "9750" in words.replace(",", "").replace(" ", ""), "the sum of the money"
    headings = [each.text for each in read.paragraphs if each.style and each.style.name.startswith("Heading")]
    assert [each for each in headings if "对照" in each or "规划概况" in each or "下一步" in each]
    pictures = [shape._inline.docPr.get("descr") for shape in read.inline_shapes]
    assert len(pictures) >= 2
    assert all(pictures)
    assert read.core_properties.language == "zh-Hans" or "zh" in (read.core_properties.language or "")
    assert read.core_properties.title
