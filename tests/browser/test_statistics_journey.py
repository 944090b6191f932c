"""Programme staff who never saw the site: from the programme's figures to one county, a saved view, its mail and the workbook."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.office import appoint
from tests.browser.reader import ENGLISH, PHONE, Look, Opens, Reader
from webapp.accounts.models import Role
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.places import queries as places
from webapp.statistics import snapshot
from webapp.trainings.models import Training, TrainingState

if TYPE_CHECKING:
    from tests.browser.world import Account, World

pytestmark = pytest.mark.browser
# The way down, and next to it a county in another province.
PROVINCE, CITY, COUNTY, ELSEWHERE = "330000", "330500", "330523", "130102"
HERE, THERE = 7, 5


@pytest.fixture(scope="module")
def staff(served: tuple[World, str]) -> Account:
    """Staff of everywhere; officials were trained in two counties."""
    world = served[0]
    person = world.person("周敏", login="programme-staff")
    appoint(world, person, Role.STAFF)
    people = [world.person(f"学员{number}") for number in range(HERE + THERE)]
    with world.app.app_context():
        with unit_of_work():
            for code, those in ((COUNTY, people[:HERE]), (ELSEWHERE, people[HERE:])):
                hold(code, those, person)
        snapshot.refresh(clock.now())
    return person


def hold(code: str, people: list[Account], staff: Account) -> None:
    """A training yesterday in a county, where these people of middle level were present."""
    place, at = places.by_code("CN", code), clock.now() - timedelta(days=1)
    assert place is not None
    held = Training(
        id=new_id(), code=new_code(), place_id=place.id, language="zh-Hans", zone="Asia/Shanghai", first_day=at.date(), last_day=at.date(),
        state=TrainingState.CLOSED, title="", created_by_id=staff.person_id, created_at=at, changed_at=at,
    )
    db.session.add(held)
    db.session.flush()
    for each in people:
        db.session.add(ParticipationEvent(
            id=new_id(), kind=EventKind.ATTENDED, person_id=each.person_id, happened_at=at, recorded_at=at, source=f"test:{each.email}",
            training_id=held.id, place_id=place.id, place_path=place.path, position_level=30, language="zh-Hans", device=Device.UNKNOWN,
            channel=Channel.ONSITE, minutes=180,
        ))


def name(world: World, code: str, language: str) -> str:
    """What a place is called."""
    with world.app.app_context():
        place = places.by_code("CN", code)
        assert place is not None
        return place.name(language)


def workbook(reader: Reader) -> dict[str, list[tuple[object, ...]]]:
    """The workbook of the page, sheet by sheet."""
    with reader.page.expect_download() as download:
        reader.button("XLSX").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book.worksheets}


@pytest.mark.parametrize("look", [PHONE, ENGLISH], ids=str)
def test_from_the_figures_to_a_county_a_view_a_mail_and_the_workbook(opens: Opens, staff: Account, look: Look) -> None:
    reader = opens(look, staff)
    page, world = reader.page, reader.world
    reader.go("/")
    if look.phone:
        page.locator("header summary").last.click()
    page.get_by_role("link", name=reader.says("Statistics"), exact=True).first.click()
    middle = page.locator("dl.facts > div", has_text=reader.says("officials attended, middle level and above"))
    expect(middle.locator("dd").first).to_have_text(str(HERE + THERE))
    expect(middle.locator("dd").last).not_to_be_empty()

    page.get_by_role("navigation", name=reader.says("Pages of statistics")).get_by_role(
        "link", name=reader.says("Places"), exact=True,
    ).click()
    for code in (PROVINCE, CITY, COUNTY):
        page.locator("table.figures").get_by_role("link", name=name(world, code, look.language), exact=True).click()
        expect(page.locator("main .mast")).to_contain_text(name(world, code, look.language))
    total = page.locator("table.figures tr", has=page.get_by_role("rowheader", name=reader.says("Total"), exact=True))
    expect(total.locator("td").nth(5)).to_have_text(str(HERE))

    saved = f"安吉 {look}"
    reader.link("Save this view under a name").click()
    page.get_by_label(reader.says("Name of the view"), exact=True).fill(saved)
    page.get_by_label(reader.says("Mail it to me"), exact=True).select_option("monthly")
    reader.button("Save").click()
    row = page.locator("tr", has=page.get_by_role("link", name=saved, exact=True))
    expect(row).to_contain_text(reader.says("after each month"))

    row.get_by_role("link", name=saved, exact=True).click()
    expect(page.locator("main .mast")).to_contain_text(name(world, COUNTY, look.language))
    sheets = list(workbook(reader).values())
    cells = [cell for rows in sheets for line in rows for cell in line]
    assert HERE in cells
    assert HERE + THERE not in cells
    assert any(name(world, COUNTY, look.language) in str(cell) for cell in cells)
    assert any(reader.says("People who were present at least at one half-day session; each counted once.") == cell for cell in cells)


@pytest.mark.parametrize("look", [PHONE, ENGLISH], ids=str)
def test_totals_of_former_years_are_looked_at_brought_in_and_taken_back(opens: Opens, staff: Account, look: Look) -> None:
    reader = opens(look, staff)
    page, world, title = reader.page, reader.world, f"2023 {look}"
    year = 2022 if look.phone else 2023
    reader.go("/statistics/past")
    page.get_by_label(reader.says("Title"), exact=True).fill(title)
    page.get_by_label(reader.says("Source")).fill("年度总结，第7页")
    table = f"place,period,figure,value\n{COUNTY},{year},views,4321\n"
    page.get_by_label(reader.says("File of totals")).set_input_files({
        "name": "totals.csv", "mimeType": "text/csv", "buffer": (table + f"{PROVINCE},{year},views,7\n").encode(),
    })
    reader.press("Look at it first")
    reader.sees("4,321")
    expect(page.locator("main")).to_contain_text(reader.says(
        "%(part)s is more than the %(whole)s of row %(row)d, in which this place and period lie.", part="4,321", whole="7", row=3,
    ))
    reader.press("Forget the files")
    reader.sees("The files are forgotten.")

    page.get_by_label(reader.says("Title"), exact=True).fill(title)
    page.get_by_label(reader.says("Source")).fill("年度总结，第7页")
    page.get_by_label(reader.says("File of totals")).set_input_files({
        "name": "totals.csv", "mimeType": "text/csv", "buffer": table.encode(),
    })
    reader.press("Look at it first")
    expect(page.get_by_role("row", name=name(world, COUNTY, look.language))).to_contain_text("4,321")
    reader.press("Bring it all in")
    reader.sees("The batch is brought in. Figures show it where former years are asked for, after the next refresh.")
    reader.follow("Figures with former years")
    former = page.locator("section", has=page.locator("#table-former"))
    expect(former).to_contain_text("4,321")
    page.go_back()
    reader.follow("Take the batch back")
    reader.press("Take the batch back")
    reader.sees("The batch is taken back.")
    expect(page.get_by_role("row", name=title)).to_contain_text(reader.says("Taken back"))
    reader.go("/statistics/?past=1")
    expect(former).to_contain_text(reader.says("No totals of former years were brought in for these places and days."))
