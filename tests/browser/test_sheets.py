"""One sheet under the fingers of several people: at once, without network, without scripts, with the keyboard alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reader import DESK, ENGLISH, PHONE, Look, Opens, Reader
from tests.browser.test_pages import TOO_WIDE, broken_rules
from tests.browser.world import Account, World
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.accounts.models import Person
from webapp.core import clock
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import queries, services
from webapp.questionnaires.models import MemberRole, Sheet

pytestmark = pytest.mark.browser

NO_SCRIPT = Look("en", 1280, 900, script=False)


@dataclass
class Shared:
    """A sheet of two people."""

    world: World
    id: UUID
    owner: Account
    mate: Account

    def at(self, section: str = "plan") -> str:
        return f"/sheets/{self.id}/{section}"

    @property
    def values(self) -> dict[str, Any]:
        with self.world.app.app_context():
            return dict(queries.stored(self.id).values)

    @property
    def conflicts(self) -> int:
        with self.world.app.app_context():
            return len(queries.conflicts(self.id))


@pytest.fixture
def shared(world: World) -> Shared:
    owner, mate = world.person(), world.person("Amina Diallo", "en")
    with world.app.app_context(), unit_of_work():
        person, now = db.session.get_one(Person, owner.person_id), clock.now()
        sheet = services.begin(questionnaire=QUESTIONNAIRE, person=person, language="zh-Hans", now=now)
        services.give_part(sheet=db.session.get_one(Sheet, sheet.id), person_id=mate.person_id, role=MemberRole.EDITOR, now=now)
        return Shared(world, sheet.id, owner, mate)


def saved(page: Page) -> None:
    """The bar says that all is saved."""
    expect(page.locator("[data-saving]")).to_have_attribute("data-now", "saved")


def open_at(opens: Opens, shared: Shared, look: Look, who: Account, section: str = "plan") -> Reader:
    """A browser at a section, with its rules read."""
    reader = opens(look, who)
    if look.script:
        with reader.page.expect_response(re.compile(r"rules\.json")):
            reader.go(shared.at(section))
        saved(reader.page)
    else:
        reader.go(shared.at(section))
    return reader


def test_two_people_write_at_once_and_one_loses_the_network(opens: Opens, shared: Shared) -> None:
    one, two = open_at(opens, shared, DESK, shared.owner), open_at(opens, shared, ENGLISH, shared.mate)
    one.page.locator('[name="plan-name"]').fill("德清县国土空间总体规划")
    saved(one.page)
    two.lose_network(lost=True)
    two.page.locator('[name="summary"]').fill("Clean water for every village.")
    expect(two.page.locator("[data-saving]")).to_have_attribute("data-now", re.compile("offline|failed"))
    one.page.locator('[name="people"]').fill("５４９,０００")
    one.page.locator('[name="people"]').blur()
    saved(one.page)
    two.lose_network(lost=False)
    saved(two.page)
    expect(two.page.locator('[name="plan-name"]')).to_have_value("德清县国土空间总体规划")
    expect(two.page.locator('[name="people"]')).to_have_value("549000")
    assert shared.values == {"plan-name": "德清县国土空间总体规划", "people": "549000", "summary": "Clean water for every village."}


def test_what_was_typed_without_network_survives_a_closed_tab(opens: Opens, shared: Shared) -> None:
    reader = open_at(opens, shared, DESK, shared.owner)
    reader.lose_network(lost=True)
    reader.page.locator('[name="summary"]').fill("让每个村都喝上干净水。")
    reader.page.locator('[name="summary"]').blur()
    expect(reader.page.locator("[data-saving]")).to_have_attribute("data-now", re.compile("offline|failed"))
    assert shared.values == {}
    reader.lose_network(lost=False)
    reader.page.reload()
    expect(reader.page.locator('[name="summary"]')).to_have_value("让每个村都喝上干净水。")
    saved(reader.page)
    assert shared.values == {"summary": "让每个村都喝上干净水。"}


def test_two_versions_stand_side_by_side_until_somebody_chooses(opens: Opens, shared: Shared) -> None:
    one, two = open_at(opens, shared, DESK, shared.owner), open_at(opens, shared, ENGLISH, shared.mate)
    two.lose_network(lost=True)
    two.page.locator('[name="plan-name"]').fill("Spatial plan")
    two.page.locator('[name="plan-name"]').blur()
    one.page.locator('[name="plan-name"]').fill("国土空间规划")
    one.page.locator('[name="plan-name"]').blur()
    saved(one.page)
    two.lose_network(lost=False)
    clash = two.page.locator("#f-plan-name .clash")
    expect(clash).to_contain_text("Spatial plan")
    expect(clash).to_contain_text("国土空间规划")
    assert not broken_rules(two)
    clash.locator("summary").click()
    clash.locator("textarea").fill("国土空间规划 (Spatial plan)")
    clash.locator('button[value="both"]').click()
    expect(two.page.locator(".clash")).to_have_count(0)
    expect(two.page.locator('[name="plan-name"]')).to_have_value("国土空间规划 (Spatial plan)")
    assert shared.values["plan-name"] == "国土空间规划 (Spatial plan)"
    assert shared.conflicts == 0


def test_each_sees_the_rows_of_the_other_and_who_is_there(opens: Opens, shared: Shared) -> None:
    one, two = open_at(opens, shared, DESK, shared.owner, "alignment"), open_at(opens, shared, ENGLISH, shared.mate, "alignment")
    rows = one.page.locator('[data-table="objectives"] tbody tr')
    rows.nth(0).locator('[name$="/what"]').fill("供水")
    rows.nth(0).locator('[name$="/cost"]').fill("12.5")
    saved(one.page)
    two.page.locator('[data-table="objectives"]').scroll_into_view_if_needed()
    theirs = two.page.locator('[data-table="objectives"] tbody tr [name$="/what"]')
    two.page.locator('[name="all-goals"]').first.focus()
    expect(theirs.filter(visible=True).first).to_be_visible()
    expect(two.page.locator('[data-total="objectives.cost"]')).to_have_text("12.5", timeout=25_000)
    expect(two.page.locator('[data-calculated="sum"]')).to_have_text("12.5 million")
    expect(one.page.locator("[data-others]")).to_contain_text("Amina Diallo", timeout=25_000)
    expect(two.page.locator("#f-links tbody th")).to_contain_text("供水")


def test_rows_are_pasted_moved_removed_and_put_back(opens: Opens, shared: Shared) -> None:
    reader = open_at(opens, shared, ENGLISH, shared.owner, "alignment")
    page = reader.page
    cell = page.locator('[data-table="objectives"] tbody tr [name$="/what"]').first
    cell.focus()
    page.evaluate("""(text) => { const data = new DataTransfer(); data.setData("text/plain", text);
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})); }""",
                  "Water\tSDG 6\t6.1\tNew\t10\nRoads\t9, 11\t11.2\tOld\t20\nSchools\t4\t4.1\tOld\t30\n")
    expect(page.locator('[data-total="objectives.cost"]')).to_have_text("60")
    saved(page)
    stored = page.locator('[data-table="objectives"] tbody tr:not([data-offered])')
    expect(stored).to_have_count(3)
    stored.nth(2).locator('button[value$=":up"]').press("Enter")
    saved(page)
    words = [values for path, values in sorted(shared.values.items()) if path.endswith("/what")]
    assert sorted(words) == ["Roads", "Schools", "Water"]
    expect(stored.nth(1).locator('[name$="/what"]')).to_have_value("Schools")
    stored.nth(0).locator('button[value$=":remove"]').press("Enter")
    expect(page.locator('[data-total="objectives.cost"]')).to_have_text("50")
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.locator('[data-total="objectives.cost"]')).to_have_text("60")
    saved(page)
    reader.expects(422)
    page.locator("[data-paste] summary").click()
    page.locator("[data-paste-text]").fill("Parks\t15\t15.1\tNew\tmuch")
    page.get_by_role("button", name="Add these rows").click()
    expect(page.locator('[data-table-says="objectives"]')).to_contain_text("much")
    # Typed in by the browser's own editing ten thousand lines would take a minute.
    page.locator("[data-paste-text]").evaluate("(area) => { area.value = 'x\\n'.repeat(10000); }")
    page.get_by_role("button", name="Add these rows").click()
    expect(page.locator('[data-table-says="objectives"]')).to_contain_text("10000")
    assert len([path for path in shared.values if path.endswith("/what")]) == 3


def test_the_keyboard_alone_fills_a_section(opens: Opens, shared: Shared) -> None:
    reader = open_at(opens, shared, ENGLISH, shared.owner, "alignment")
    page = reader.page
    page.locator('[data-table="objectives"] tbody tr [name$="/what"]').first.focus()
    page.keyboard.type("Water")
    page.keyboard.press("Tab")
    page.keyboard.type("饮用")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+a")
    page.keyboard.type("6")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    saved(page)
    assert [value for path, value in shared.values.items() if path.endswith("/goals")] == [[6]]
    page.locator("#all-targets").focus()
    page.keyboard.type("公共空间")
    expect(page.locator('#f-all-targets .found:not([hidden]) [role="option"]')).not_to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    saved(page)
    assert shared.values["all-targets"] == ["11.7"]


def test_answers_show_and_hide_what_depends_on_them(opens: Opens, shared: Shared) -> None:
    reader = open_at(opens, shared, PHONE, shared.owner)
    page = reader.page
    expect(page.locator("#f-city-name")).to_be_hidden()
    page.locator('[name="level"][value="city"]').check()
    expect(page.locator("#f-city-name")).to_be_visible()
    expect(page.locator('[data-tab="late"]')).to_be_visible()
    page.locator('#f-first button[value="first:roads:add"]').click()
    page.locator('#f-first button[value="first:water:add"]').click()
    page.locator('#f-first button[value="first:water:up"]').click()
    saved(page)
    assert shared.values["first"] == ["water", "roads"]
    page.locator('[name="people"]').fill("viele")
    page.locator('[name="people"]').blur()
    expect(page.locator("#people-error")).to_be_visible()
    page.reload()
    expect(page.locator('[name="people"]')).to_have_value("viele")
    expect(page.locator("#people-error")).to_be_visible()


def test_none_of_these_and_the_others_take_each_others_place(opens: Opens, shared: Shared) -> None:
    page = open_at(opens, shared, DESK, shared.owner).page
    for value in ("data", "time", "nothing"):
        page.locator(f'[name="lacks"][value="{value}"]').check()
    saved(page)
    expect(page.locator('[name="lacks"]:checked')).to_have_count(1)
    assert shared.values["lacks"] == ["nothing"]
    page.locator('[name="lacks"][value="time"]').check()
    saved(page)
    assert shared.values["lacks"] == ["time"]


def test_without_scripts_the_same_page_saves(opens: Opens, shared: Shared) -> None:
    reader = open_at(opens, shared, NO_SCRIPT, shared.owner)
    page = reader.page
    page.locator('[name="plan-name"]').fill("Spatial plan")
    page.locator('[name="means"][value="rules"]').check()
    page.locator('#f-first button[value="first:roads:add"]').click()
    page.locator('button[name="_go"][value="alignment"]').click()
    reader.at(shared.at("alignment"))
    page.locator('[data-table="objectives"] tbody tr [name$="/what"]').first.fill("Water")
    page.get_by_role("button", name="Add a row").click()
    expect(page.locator('[data-table="objectives"] tbody tr')).to_have_count(2)
    values = shared.values
    assert (values["plan-name"], values["means"], values["first"]) == ("Spatial plan", ["rules"], ["roads"])
    assert [value for path, value in values.items() if path.endswith("/what")] == ["Water"]


def test_a_comment_is_said_and_answered_beside_its_field(opens: Opens, shared: Shared) -> None:
    one, two = open_at(opens, shared, ENGLISH, shared.owner), open_at(opens, shared, ENGLISH, shared.mate)
    one.page.locator('[data-talk="plan-name"]').click()
    one.page.locator("#f-plan-name .talk textarea").fill("Is this the one in force?")
    one.page.locator("#f-plan-name .talk").get_by_role("button", name="Comment", exact=True).click()
    expect(one.page.locator("#f-plan-name .talk .word")).to_contain_text("Is this the one in force?")
    two.page.reload()
    two.page.locator('[data-talk="plan-name"]').click()
    two.page.locator("#f-plan-name .thread textarea").fill("Yes, since 2024.")
    two.page.locator("#f-plan-name .thread").get_by_role("button", name="Reply").click()
    expect(two.page.locator("#f-plan-name .thread .word")).to_have_count(2)
    assert not broken_rules(two)


@pytest.mark.parametrize("section", ["plan", "alignment", "where"])
@pytest.mark.parametrize(
    "look",
    [Look("zh-Hans", 360, 740), Look("en", 360, 740, dark=True), Look("en", 1280, 900), Look("zh-Hans", 1280, 900, dark=True)],
    ids=str,
)
def test_the_page_is_fit_for_everybody(opens: Opens, shared: Shared, look: Look, section: str, request: pytest.FixtureRequest) -> None:
    reader = open_at(opens, shared, look, shared.owner, section)
    if section == "alignment":
        reader.page.locator('[data-table="objectives"] tbody tr [name$="/what"]').first.fill("Water for all 供水")
        reader.page.locator('[data-table="objectives"] tbody tr [name$="/cost"]').first.fill("1200.5")
        saved(reader.page)
        expect(reader.page.locator("#f-links tbody th")).to_have_count(1)
    broken = broken_rules(reader)
    assert not broken, "\n".join(broken)
    assert reader.page.evaluate(TOO_WIDE, look.width) == []
    folder = request.config.getoption("--shots")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        reader.snap(folder, f"sheet-{section}")
