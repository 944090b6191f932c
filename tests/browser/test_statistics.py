"""The pages of statistics on a phone and at a desk: accessible, whole; filters fold on a phone and work without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.office import appoint
from tests.browser.reader import ENGLISH, PHONE, Look, Opens
from tests.browser.test_pages import TOO_WIDE, broken_rules
from tests.browser.world import COURSE
from webapp.accounts.models import Role
from webapp.core import clock
from webapp.core.unit_of_work import unit_of_work
from webapp.statistics import closing, publications, snapshot
from webapp.statistics.answers import source

if TYPE_CHECKING:
    from tests.browser.world import Account, World

pytestmark = pytest.mark.browser

PAGES = (
    "", "funnel?period=2026&against=year", "places", "map", "time?by=week", "people", f"courses/{COURSE}", "trainings", "left-behind",
    "outcomes", "goals", "goals/set", "past", "periods", "periods/{period}", "public", "views", "views/new?page=places", "rows",
    "pivot?rows=county&columns=month&figures=views,passed", "definitions", "?choose=place", "?choose=training&sex=female", "?from=tomorrow",
)
WIDTHS = {PHONE: (320, 360), ENGLISH: (768, 1280)}


def close_last_month(staff: Account) -> str:
    """Close and publish the month before this one; its id."""
    now = clock.now()
    last = now.date().replace(day=1) - timedelta(days=1)
    with unit_of_work():
        row = closing.close(text=f"{last:%Y-%m}", found=source(now), actor_id=staff.person_id, now=now)
        publications.publish(row=row, actor_id=staff.person_id, now=now)
        period = str(row.id)
    publications.carry_out_due(now)
    return period


@pytest.fixture(scope="module")
def periods() -> dict[str, str]:
    """Ids of closed periods, by the name in the addresses."""
    return {}


@pytest.fixture(scope="module")
def analyst(served: tuple[World, str], periods: dict[str, str]) -> Account:
    """Programme staff of everywhere, with figures to look at and a month that was published."""
    world = served[0]
    person = world.person("周分析", login="analyst")
    appoint(world, person, Role.STAFF)
    with world.app.app_context():
        snapshot.refresh(clock.now())
        periods["period"] = close_last_month(person)
    return person


@pytest.mark.parametrize("look", WIDTHS, ids=str)
def test_the_pages_are_fit_for_everybody(opens: Opens, analyst: Account, periods: dict[str, str], look: Look) -> None:
    reader, wrong = opens(look, analyst), list[str]()
    for number, path in enumerate(PAGES):
        reader.page.emulate_media(color_scheme="dark" if number % 2 else "light", reduced_motion="reduce")
        if "tomorrow" in path:
            reader.expects(400)
        reader.go(f"/statistics/{path.format(**periods)}")
        expect(reader.page.locator("h1")).to_have_count(1)
        wrong += [f"{path}: {each}" for each in broken_rules(reader)]
        for width in WIDTHS[look]:
            reader.page.set_viewport_size({"width": width, "height": look.height})
            wrong += [f"{path} at {width} px: {each}" for each in reader.page.evaluate(TOO_WIDE, width)]
    assert not wrong, "\n".join(wrong)


def test_filters_are_folded_on_a_phone_and_open_at_a_desk(opens: Opens, analyst: Account) -> None:
    phone = opens(PHONE, analyst)
    phone.go("/statistics/funnel")
    form = phone.page.locator("form.filters")
    expect(form).to_be_hidden()
    phone.page.locator("details.fold > summary").click()
    expect(form).to_be_visible()
    form.locator("#period").select_option("this-year")
    form.locator("button").first.click()
    phone.page.wait_for_url("**/statistics/funnel?period=this-year")
    desk = opens(ENGLISH, analyst)
    desk.go("/statistics/funnel")
    expect(desk.page.locator("form.filters")).to_be_visible()
    desk.go("/statistics/")
    expect(desk.page.locator("form.filters")).to_be_hidden()
    desk.page.locator("details.fold > summary").click()
    expect(desk.page.locator("form.filters")).to_be_visible()


def test_the_overview_fits_one_screen_with_its_definitions(opens: Opens, analyst: Account) -> None:
    desk = opens(ENGLISH, analyst)
    desk.page.set_viewport_size({"width": 1280, "height": 800})
    desk.go("/statistics/")
    box = desk.page.locator("dl.facts").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 800
