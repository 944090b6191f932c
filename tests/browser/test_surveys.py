"""A survey from the first plan to the thanks, on a phone and at a desk, in both languages, with and without scripts."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.browser.reader import DESK, ENGLISH, PHONE, Look, Opens, Reader
from tests.browser.test_pages import TOO_WIDE, broken_rules
from tests.browser.world import Account, World
from tests.questionnaires.survey_world import QUESTIONS
from webapp.accounts import services_roles
from webapp.accounts.models import Person, Role
from webapp.core import clock
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import demo_surveys, queries, services_answers, services_changes, services_surveys
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.services_surveys import Plan

pytestmark = pytest.mark.browser
ENGLISH_PHONE = replace(PHONE, language="en")
PLAIN = Look("en", 360, 740, script=False)


FILL = """() => document.querySelectorAll(".ask").forEach((ask) => {
  if (ask.closest("[hidden]") || !ask.querySelector("[data-required]:not([hidden])")) { return; }
  const radios = [...ask.querySelectorAll("[type=radio]")];
  [...new Set(radios.map((each) => each.name))].forEach((name) => {
    const group = radios.filter((each) => each.name === name);
    if (!group.some((each) => each.checked)) { group[0].click(); }
  });
  const boxes = [...ask.querySelectorAll("[type=checkbox]")];
  if (boxes.length && !boxes.some((each) => each.checked)) { boxes[0].click(); }
  if (ask.querySelector("[data-ranking]") && !ask.querySelector("[data-ranked]")) {
    for (let turn = 0; turn < 3; turn += 1) { ask.querySelector('[name=_rank][value$=":add"]').click(); }
  }
  ask.querySelectorAll("textarea, input.wide").forEach((each) => {
    if (!each.value) { each.value = "Examples"; each.dispatchEvent(new Event("input", {bubbles: true})); }
  });
})"""


def trainer(world: World) -> Account:
    """Somebody who looks after everything."""
    account = world.person("李建国", "en")
    with world.app.app_context(), unit_of_work():
        services_roles.grant_role(
            person=db.session.get_one(Person, account.person_id), role=Role.TRAINER, place=None, reason="Test", until=None, now=clock.now(),
            actor_id=account.person_id, trees=None,
        )
    return account


def plan(world: World, *people: Account, mode: SurveyMode = SurveyMode.ANONYMOUS, by_link: bool = False) -> UUID:
    """An open survey of these people."""
    now = clock.now()
    with world.app.app_context(), unit_of_work():
        settings = Plan("", mode, None, now - timedelta(hours=1), now + timedelta(days=5), (1,), by_link=by_link)
        survey = services_surveys.create(questionnaire=QUESTIONS, plan=settings, actor_id=people[0].person_id, now=now)
        services_surveys.ask(survey=survey, people={each.person_id: "" for each in people}, actor_id=people[0].person_id, now=now)
        return survey.id


def answers(world: World, survey: UUID) -> list[dict[str, object]]:
    """What was answered."""
    with world.app.app_context():
        return [dict(queries.stored(row.id).values) for row in db.session.scalars(select(Sheet).where(Sheet.survey_id == survey))]


def four_more(world: World, survey_id: UUID) -> None:
    """Four more people are asked, and answer."""
    people = [world.person() for _ in range(4)]
    with world.app.app_context(), unit_of_work():
        survey, one, now = db.session.get_one(Survey, survey_id), surveys()["needs-survey"], clock.now()
        services_surveys.ask(survey=survey, people={each.person_id: "" for each in people}, actor_id=people[0].person_id, now=now)
        for number, each in enumerate(people):
            person = db.session.get_one(Person, each.person_id)
            sheet_id = services_answers.begin(survey=survey, questionnaire=one, person=person, language="en", now=now)
            changes = [Wanted(uuid4(), path, 0, value) for path, value in demo_surveys.answers(one, random.Random(number)).items()]
            services_changes.apply(
                sheet=db.session.get_one(Sheet, sheet_id), questionnaire=one, changes=changes, person_id=person.id, now=now,
            )
            services_answers.hand_in(survey=survey, questionnaire=one, person_id=person.id, now=now)


def kept_in(page: Page) -> str:
    """What this browser keeps of surveys."""
    found: str = page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('answer:')).map((k) => localStorage[k]).join()")
    return found


def until_kept(page: Page, words: str) -> None:
    """Wait until this browser keeps the words."""
    for _turn in range(100):
        if words in kept_in(page):
            return
        page.wait_for_timeout(50)
    raise AssertionError(words)


def fits(reader: Reader) -> None:
    """Nothing is cut off, and the page can be used by everybody."""
    assert not reader.page.evaluate(TOO_WIDE, reader.look.width)
    assert not broken_rules(reader)


def picture(reader: Reader, name: str, folder: Path | None) -> None:
    """Kept where somebody wants to look."""
    if folder is not None:
        reader.page.screenshot(path=folder / f"survey-{name}-{reader.look}.png", full_page=True)


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path | None:
    """Where pictures go, if somebody wants them."""
    wanted: Path | None = request.config.getoption("--shots")
    return wanted


@pytest.mark.parametrize("look", [PHONE, ENGLISH_PHONE], ids=str)
def test_a_needs_survey_from_the_plan_to_the_thanks(opens: Opens, world: World, look: Look, folder: Path | None) -> None:
    learner, staff = world.person(), trainer(world)
    desk = opens(ENGLISH if look.language == "en" else DESK, staff)
    desk.go("/surveys/new?of=needs-survey")
    picture(desk, "new", folder)
    desk.page.get_by_label(desk.says("Anonymous: nobody can find out who answered what")).check()
    desk.page.get_by_label(desk.says("Opens")).fill("2026-01-05T09:00")
    desk.page.locator("#closes_at").fill("2027-12-31T18:00")
    desk.button("Plan the survey").click()
    expect(desk.page).to_have_url(re.compile("/people/add"))
    desk.page.get_by_label(desk.says("E-mail addresses, telephone numbers or names, one a line")).fill(learner.email)
    desk.button("Ask these people").click()
    expect(desk.page.locator("table")).to_contain_text(learner.name)
    picture(desk, "people", folder)
    fits(desk)

    reader = opens(look, learner)
    reader.go("/me/")
    reader.page.locator("main ul.todo a").first.click()
    expect(reader.page.locator("main")).to_contain_text(reader.says("Your answers are anonymous"))
    picture(reader, "answer", folder)
    fits(reader)
    reader.expects(422)
    reader.button("Send the answers").click()
    expect(reader.page.locator(".errors")).to_be_visible()
    # What an answer opens asks again.
    for _turn in range(3):
        reader.page.evaluate(FILL)
        reader.page.wait_for_timeout(200)
    reader.button("Send the answers").click()
    assert not reader.page.locator(".errors").count(), reader.page.locator(".errors").inner_text()
    expect(reader.page.locator("main")).to_contain_text(reader.says("Your answer has arrived"))
    picture(reader, "thanks", folder)
    fits(reader)
    assert not kept_in(reader.page)

    desk.go(desk.page.url.split("people/")[0])
    expect(desk.page.locator("main")).to_contain_text(desk.says("fewer than 5"))
    picture(desk, "overview", folder)
    fits(desk)
    desk.go(desk.page.url + "paper")
    picture(desk, "paper", folder)
    fits(desk)


def test_a_needs_survey_with_names_runs_from_assignment_to_results(opens: Opens, world: World) -> None:
    learner, staff = world.person("Amina Diallo", "en"), trainer(world)
    desk = opens(ENGLISH, staff)
    desk.go("/surveys/new?of=needs-survey")
    desk.page.locator('input[name="mode"][value="named"]').check()
    desk.page.locator("#opens_at").fill("2026-01-05T09:00")
    desk.page.locator("#closes_at").fill("2027-12-31T18:00")
    desk.button("Plan the survey").click()
    desk.page.get_by_label("E-mail addresses, telephone numbers or names, one a line").fill(learner.email)
    desk.button("Ask these people").click()
    home = desk.page.url.split("people/")[0]

    reader = opens(ENGLISH, learner)
    reader.go("/me/")
    reader.page.locator("main ul.todo a").first.click()
    reader.button("Begin the survey").click()
    for _page in range(9):
        expect(reader.page.locator("[data-saving]")).to_have_attribute("data-now", "saved")
        for _turn in range(3):
            reader.page.evaluate(FILL)
            reader.page.wait_for_timeout(200)
        expect(reader.page.locator("[data-saving]")).to_have_attribute("data-now", "saved")
        if reader.button("Send the answers").count():
            break
        reader.page.locator("main .acts .btn").first.click()
    reader.button("Send the answers").click()
    expect(reader.page.locator("main")).to_contain_text("Your answer has arrived")

    desk.go(f"{home}results")
    expect(desk.page.locator("main")).to_contain_text("Fewer than 5 answers")
    four_more(world, UUID(home.rstrip("/").rpartition("/")[2]))
    desk.go(f"{home}results")
    expect(desk.page.locator("main")).to_contain_text("5 answers")
    expect(desk.page.locator("main table").first).to_be_attached()
    expect(desk.page.locator("main")).to_contain_text("Topics that you need most")
    fits(desk)


def test_a_draft_stays_in_the_browser_only_and_survives_a_reload_and_another_language(opens: Opens, world: World) -> None:
    learner = world.person()
    survey = plan(world, learner)
    reader = opens(ENGLISH_PHONE, learner)
    reader.go(f"/surveys/{survey}/answer")
    page = reader.page
    page.locator('input[name="know"][value="4"]').check()
    page.locator('input[name="used"][value="yes"]').check()
    expect(page.locator("#f-where")).to_be_visible()
    page.locator("#where").fill("In the county plan")
    page.locator('[name="_row"][value="past:add"]').click()
    page.locator('[data-table="past"] tbody tr').nth(1).locator('[name$="/what"]').fill("Budget course")
    for item in ("roads", "water"):
        page.locator(f'[data-ranking="order"] [value="order:{item}:add"]').click()
    page.locator("#wish").fill("One wish")
    until_kept(page, "One wish")
    page.reload()
    for _turn in range(2):
        expect(page.locator("#where")).to_have_value("In the county plan")
        expect(page.locator("#wish")).to_have_value("One wish")
        expect(page.locator('input[name="know"][value="4"]')).to_be_checked()
        expect(page.locator('[data-ranking="order"] [data-ranked]')).to_have_count(2)
        expect(page.locator('[data-table="past"] tbody tr:not([data-offered]) [name$="/what"]').first).to_have_value("Budget course")
        page.goto(f"{reader.url}/surveys/{survey}/answer?lang=zh-Hans")
    assert answers(world, survey) == []
    page.locator('[name="_send"]').click()
    page.wait_for_load_state()
    assert not page.locator(".errors").count(), page.locator(".errors").inner_text()
    expect(page.locator("main")).to_contain_text(reader.says("Your answer has arrived"))
    [found] = answers(world, survey)
    assert found["where"] == "In the county plan"
    assert found["order"] == ["roads", "water"]
    assert "Budget course" in found.values()
    assert not kept_in(page)


def test_an_answer_that_was_cut_off_is_offered_again_and_counts_once(opens: Opens, world: World) -> None:
    learner = world.person()
    survey = plan(world, learner)
    reader = opens(ENGLISH_PHONE, learner)
    reader.go(f"/surveys/{survey}/answer")
    page = reader.page
    page.locator('input[name="know"][value="2"]').check()
    page.locator("#wish").fill("Not lost")
    ticket = page.locator('[name="_ticket"]').input_value()
    reader.lose_network(lost=True)
    page.locator('[name="_send"]').click()
    page.wait_for_timeout(300)
    reader.lose_network(lost=False)
    # The server had got as far as noting who has answered.
    with world.app.app_context(), unit_of_work():
        services_answers.mark(survey=db.session.get_one(Survey, survey), person_id=learner.person_id, ticket=ticket)
    reader.go(f"/surveys/{survey}/answer")
    expect(page.locator("[data-resend]")).to_be_visible()
    reader.button("Send it again").click()
    expect(page.locator("main")).to_contain_text("Your answer has arrived")
    [found] = answers(world, survey)
    assert found == {"know": 2, "wish": "Not lost"}


def test_with_a_name_the_draft_is_on_the_server_and_is_sent_from_its_last_page(opens: Opens, world: World) -> None:
    learner = world.person()
    survey = plan(world, learner, mode=SurveyMode.NAMED)
    reader = opens(PHONE, learner)
    reader.go(f"/surveys/{survey}/answer")
    reader.button("Begin the survey").click()
    page = reader.page
    expect(page.locator("[data-saving]")).to_have_attribute("data-now", "saved")
    page.locator('input[name="know"][value="5"]').check()
    expect(page.locator("[data-saving]")).to_have_attribute("data-now", "saved")
    fits(reader)
    page.locator("main .acts .btn").first.click()
    expect(page).to_have_url(re.compile("/more"))
    reader.button("Send the answers").click()
    expect(page.locator("main")).to_contain_text(reader.says("Your answer has arrived"))
    assert answers(world, survey) == [{"know": 5}]
    with world.app.app_context():
        assert db.session.get_one(SurveyPerson, (survey, learner.person_id)).answered


def test_without_scripts_and_without_an_account_by_the_link(opens: Opens, world: World) -> None:
    survey = plan(world, world.person(), by_link=True)
    with world.app.app_context():
        code = db.session.get_one(Survey, survey).link_code
    reader = opens(PLAIN)
    reader.expects(422)
    reader.go(f"/answer/{code}")
    reader.page.locator("#wish").fill("Plain words")
    reader.button("Send the answers").click()
    expect(reader.page.locator(".errors")).to_be_visible()
    reader.page.locator('input[name="know"][value="1"]').check()
    reader.page.locator('[name="_row"][value="past:add"]').click()
    expect(reader.page.locator("#wish")).to_have_value("Plain words")
    reader.button("Send the answers").click()
    expect(reader.page.locator("main")).to_contain_text("Your answer has arrived")
    assert answers(world, survey) == [{"know": 1, "wish": "Plain words"}]
