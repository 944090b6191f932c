"""One training for a county, from the first talks to the published report, in Chinese, by the interface alone.

A trainer at a desk runs it for forty people. Three of them hold a phone: one signs in, two have the link from their mail. Programme
staff review the report. Jobs that nobody waits for are run by the test. Pictures for docs/trainers.*.md:
`pytest tests/browser/test_training.py --shots FOLDER`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from tests.browser.answers import answer_all, wrong_token
from tests.browser.reader import DESK, PHONE
from tests.browser.test_pages import TOO_WIDE, broken_rules
from tests.browser.test_surveys import FILL
from webapp.accounts import services_roles, zones
from webapp.accounts.models import Person, Role
from webapp.certificates.jobs import issue_training_certificates
from webapp.core import clock
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.places.queries import by_code
from webapp.questionnaires.jobs import send_surveys
from webapp.trainings import importing, jobs_tests
from webapp.trainings.jobs_surveys import prepare_training_surveys
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import Participant
from webapp.trainings.services_tests import paper_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.reader import Opens, Reader
    from tests.browser.world import Account, World

pytestmark = pytest.mark.browser

COUNTY, COUNTY_NAME = "530921", "凤庆县"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
OFFICES = ("发展和改革局", "统计局", "水务局", "卫生健康局", "农业农村局")
PEOPLE, ABSENT = 40, 2
LATE_MORNING = (7, 8, 9)
ROW = {"who": "凤庆县发展和改革局", "first-step": "下周召集有关部门核对", "recommendation": "将对照表列为中期评估材料"}
SENTENCE = "培训围绕本县规划展开，学员逐条对照，找出差距，提出下一步安排。"


@dataclass(frozen=True)
class Story:
    """Who takes part, and where what was seen is kept."""

    world: World
    desk: Reader
    folder: Path | None
    home: str = ""

    def run(self, *jobs: object) -> None:
        """Do what the scheduler would do within a minute."""
        with self.world.app.app_context():
            for job in jobs:
                job(clock.now())  # type: ignore[operator]

    def fits(self, reader: Reader) -> None:
        """Nothing is cut off, and the page can be used by everybody."""
        assert not reader.page.evaluate(TOO_WIDE, reader.look.width)
        assert not broken_rules(reader)

    def picture(self, reader: Reader, name: str, *, whole: bool = False) -> None:
        """For the guide."""
        if self.folder is not None:
            reader.page.screenshot(path=self.folder / f"training-{name}.png", full_page=whole)


def official(number: int) -> tuple[str, str]:
    """Name and office of a row of the list."""
    return SURNAMES[number % 20] + ("建国" if number < 20 else "晓兰"), OFFICES[number % len(OFFICES)]


def pasted(known: Account, mailed: tuple[str, str]) -> str:
    """Forty rows as copied from a spreadsheet: three with an address."""
    addresses = [known.email, *mailed]
    rows = ["姓名\t单位\t职务层级\t性别\t邮箱"]
    for number in range(PEOPLE):
        name, office = (known.name, OFFICES[0]) if number == 0 else official(number)
        level = ("中层管理人员", "基层管理人员", "一般工作人员")[number % 3]
        rows.append("\t".join([name, office, level, "女" if number % 2 else "男", addresses[number] if number < 3 else ""]))
    return "\n".join(rows)


def zone_of_a_morning() -> str:
    """A zone where the working day has just begun, so that the whole training fits into today."""
    now = clock.now()
    return next(name for name, _text in zones.choices("en") if now.astimezone(ZoneInfo(name)).hour in LATE_MORNING)


def role(world: World, account: Account, wanted: Role) -> None:
    """A role for the county."""
    with world.app.app_context(), unit_of_work():
        services_roles.grant_role(
            person=db.session.get_one(Person, account.person_id), role=wanted, place=by_code("CN", COUNTY), reason="Test", until=None,
            now=clock.now(), actor_id=None, trees=None,
        )


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path | None:
    """Where pictures go, if somebody wants them."""
    wanted: Path | None = request.config.getoption("--shots")
    return wanted


def test_a_county_training_from_the_first_talks_to_the_published_report(opens: Opens, world: World, folder: Path | None) -> None:
    trainer, staff, learner = world.person("陆文涛"), world.person("周敏"), world.person("沈佳宁")
    role(world, trainer, Role.TRAINER)
    role(world, staff, Role.STAFF)
    story = Story(world, opens(DESK, trainer), folder)
    story = plans(story)
    takes_the_agenda_from_the_guide(story)
    announces(story)
    brings_a_list(story, learner)
    invites_everybody(story)
    phones = [opens(PHONE, learner), opens(PHONE), opens(PHONE)]
    codes = links_of(story)
    for phone, code in zip(phones, codes, strict=True):
        registers(story, phone, code)
    registers_the_others(story)
    story.run(prepare_training_surveys, send_surveys, jobs_tests.due_tests)
    for number, (phone, code) in enumerate(zip(phones, codes, strict=True)):
        takes_the_test(story, phone, code, Moment.BEFORE, right=False)
        says_what_they_need(story, phone, code, signed_in=number == 0)
    looks_at_what_comes_before(story)
    takes_attendance(story, phones, codes)
    ends(story)
    for phone, code in zip(phones, codes, strict=True):
        takes_the_test(story, phone, code, Moment.AFTER, right=True)
        says_how_it_was(story, phone, code)
    looks_at_what_came_after(story)
    writes_the_report(story)
    reviews(story, opens(DESK, staff))
    publishes(story, opens(DESK))


def plans(story: Story) -> Story:
    """A training in negotiation."""
    desk, page = story.desk, story.desk.page
    desk.go("/trainings/")
    desk.follow("Plan a training")
    zone = zone_of_a_morning()
    today = clock.now().astimezone(ZoneInfo(zone)).date().isoformat()
    page.locator("[data-place-picker] input[name$='-query']").fill(COUNTY_NAME)
    page.get_by_role("option").filter(has_text=COUNTY_NAME).first.click()
    for name, value in {
        "purpose": "帮助县直部门把规划任务与可持续发展目标对上号。", "host": "凤庆县发展和改革局", "first_day": today, "last_day": today,
        "venue": "凤庆县委党校", "room": "报告厅", "room_capacity": "60", "seats": str(PEOPLE), "hours": "6",
    }.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=zone]").select_option(zone)
    page.locator("[name=courses]").first.check()
    page.locator("[name=test_course_id]").select_option(index=1)
    story.picture(desk, "plan")
    story.fits(desk)
    desk.press("Plan the training")
    expect(page.locator("h1")).to_contain_text(COUNTY_NAME)
    stands(desk, "洽谈中")
    return replace(story, home=page.url.removeprefix(desk.url).rstrip("/"))


def stands(desk: Reader, word: str) -> None:
    """The state of the training, below its title."""
    expect(desk.page.locator(".badge").first).to_have_text(re.compile(word))


def moves(story: Story, state: str) -> None:
    """Into the next state, by the page of states."""
    desk = story.desk
    desk.go(f"{story.home}/state?to={state}")
    desk.page.locator(f"[name=to][value={state}]").check()
    desk.press("Change the state")
    desk.at(f"{story.home}/")


def takes_the_agenda_from_the_guide(story: Story) -> None:
    """One day, the morning beginning soon, the afternoon behind it."""
    desk, page = story.desk, story.desk.page
    moves(story, "preparation")
    desk.go(f"{story.home}/agenda/guide")
    page.locator("ul.plans a").first.click()
    now = clock.now().astimezone(ZoneInfo(zone_of_a_morning()))
    page.locator("[name=starts-0]").fill(f"{now + timedelta(minutes=30):%H:%M}")
    page.locator("[name=starts-1]").fill(f"{now + timedelta(hours=5):%H:%M}")
    desk.press("Take over")
    expect(page.locator("main")).to_contain_text("从千年发展目标到可持续发展目标")
    story.picture(desk, "agenda")
    story.fits(desk)


def announces(story: Story) -> None:
    """The training stands in the list of those that were announced."""
    moves(story, "announced")
    stands(story.desk, "已发通知")


def facts(reader: Reader) -> list[int]:
    """The big numbers of a page, in their order."""
    expect(reader.page.locator("main .facts").first).to_be_visible()
    texts = reader.page.locator("main .facts dt + dd").all_inner_texts()
    return [int(each) for each in texts if each.strip().isdigit()]


def brings_a_list(story: Story, learner: Account) -> None:
    """Paste, say what the columns hold, look, begin; a job does it."""
    desk, page = story.desk, story.desk.page
    desk.go(f"{story.home}/people/")
    desk.follow("Paste or import a list")
    page.locator("[name=pasted]").fill(pasted(learner, ("lixl@example.org", "zhanggq@example.org")))
    story.picture(desk, "list")
    desk.press("Go on")
    desk.press("Show what would happen")
    assert facts(desk)[:4] == [PEOPLE - 1, 1, 0, 0]
    story.picture(desk, "preview")
    story.fits(desk)
    desk.press("Begin the import")
    story.run(importing.carry_out_due)
    page.reload()
    desk.follow("To the participants")
    with story.world.app.app_context():
        assert len(db.session.scalars(select(Participant.id)).all()) == PEOPLE


def in_bulk(story: Story, action: str) -> None:
    """An action for everybody on the list, after its preview."""
    desk, page = story.desk, story.desk.page
    page.locator("select[name=action]").select_option(action)
    page.locator('input[name=all][value="1"]').check()
    desk.press("Preview")
    page.locator("form.confirm button.btn, form .acts button.btn").first.click()
    desk.at(f"{story.home}/people/")


def invites_everybody(story: Story) -> None:
    """Forty are asked; three have an address."""
    story.desk.go(f"{story.home}/people/")
    in_bulk(story, "invite")
    with story.world.app.app_context():
        mails = [mail for mail in db.session.scalars(select(OutboxMail)) if "/trainings/mine/" in mail.text]
        assert len(mails) == 3
        assert all(mail.calendar and "BEGIN:VEVENT" in mail.calendar for mail in mails)


def links_of(story: Story) -> list[str]:
    """The codes in the mails, in the order of the list."""
    wanted = {}
    with story.world.app.app_context():
        for mail in db.session.scalars(select(OutboxMail)):
            found = re.search(r"/trainings/mine/([0-9A-Z-]+)", mail.text)
            if found:
                wanted[mail.recipient] = found[1]
    known = [to for to in wanted if to not in ("lixl@example.org", "zhanggq@example.org")]
    return [wanted[known[0]], wanted["lixl@example.org"], wanted["zhanggq@example.org"]]


def registers(story: Story, phone: Reader, code: str) -> None:
    """From the mail to a seat."""
    phone.go(f"/trainings/mine/{code}")
    phone.sees("You are invited. Please say whether you come.")
    phone.follow("Yes, I come: register")
    phone.press("Register")
    phone.sees("You have a seat. We look forward to seeing you.")
    story.picture(phone, "own-page")
    story.fits(phone)


def registers_the_others(story: Story) -> None:
    """Those without an address said so by telephone."""
    desk = story.desk
    desk.go(f"{story.home}/people/")
    in_bulk(story, "register")
    assert facts(desk)[:4] == [PEOPLE, 0, 0, 0]
    story.picture(desk, "people")
    story.fits(desk)


def takes_the_test(story: Story, phone: Reader, code: str, moment: Moment, *, right: bool) -> None:
    """A knowledge test on a phone; wrong ones tick what is not right where there is something to tick."""
    phone.go(f"/trainings/mine/{code}/test/{moment.value}")
    phone.press("Begin the test")
    expect(phone.page.locator("#answers")).to_be_visible()
    with story.world.app.app_context():
        sitting = db.session.scalars(
            select(Sitting).join(Participant).where(Participant.code == code, Sitting.moment == moment)
        ).one()
        paper = paper_of(sitting)
    if right:
        answer_all(phone.page, paper)
    else:
        for number, asked in enumerate(paper, 1):
            token = wrong_token(asked)
            if token is not None:
                phone.page.locator(f'input[name="q{number}"][value="{token}"]').check()
    phone.press("Check all answers and submit")
    phone.press("Submit")
    phone.sees("Thank you. Your test is submitted.")


def says_what_they_need(story: Story, phone: Reader, code: str, *, signed_in: bool) -> None:
    """The needs survey: with a sign-in a sheet, without one a form by code."""
    phone.go(f"/trainings/mine/{code}")
    phone.follow("Answer the survey")
    if signed_in:
        phone.press("Begin the survey")
        hands_in(phone)
    else:
        sends(phone)


def hands_in(phone: Reader) -> None:
    """A sheet, part by part."""
    page = phone.page
    onward = page.locator("form#sheet button.btn[name=_go]:not(.second)")
    for _part in range(8):
        ranks(phone)
        for _turn in range(3):
            page.evaluate(FILL)
            page.wait_for_timeout(150)
        if not onward.count():
            break
        onward.click()
    page.locator("form[data-hand-in] button").click()
    expect(page.locator(".alert.ok").first).to_be_visible()


def ranks(phone: Reader) -> None:
    """Three places, where there is something to put in order; no more, however often one comes back to the page."""
    page = phone.page
    add, ranked = page.locator('[name=_rank][value$=":add"]:visible'), page.locator("[data-ranking] [data-ranked]")
    if add.count():
        for place in range(ranked.count(), 3):
            add.first.click()
            expect(ranked).to_have_count(place + 1)


def sends(phone: Reader) -> None:
    """Fill in what is asked and send it."""
    ranks(phone)
    for _turn in range(3):
        phone.page.evaluate(FILL)
        phone.page.wait_for_timeout(200)
    phone.press("Send the answers")
    assert not phone.page.locator(".errors").count(), phone.page.locator(".errors").inner_text()
    phone.sees("Your answer has arrived")


def looks_at_what_comes_before(story: Story) -> None:
    """Three of forty took the test before."""
    desk = story.desk
    desk.go(f"{story.home}/before")
    expect(desk.page.locator("main")).to_contain_text("3")
    story.picture(desk, "before")
    story.fits(desk)


def takes_attendance(story: Story, phones: list[Reader], codes: list[str]) -> None:
    """The first checks in by the code on the projector; the others stand on the trainer's list."""
    desk, page = story.desk, story.desk.page
    moves(story, "running")
    desk.go(f"{story.home}/attendance")
    sessions = page.locator("table.chart tbody a")
    addresses = [sessions.nth(number).get_attribute("href") or "" for number in range(sessions.count())]
    assert len(addresses) == 2
    desk.go(addresses[0])
    desk.follow("Show the check-in code")
    story.picture(desk, "check-in")
    digits = page.locator("[data-part=digits]").inner_text()
    checks_in(phones[0], digits, None)
    checks_in(phones[1], digits, codes[1])
    story.picture(phones[1], "checked-in")
    for number, address in enumerate(addresses):
        marks(story, address, taken=2 if number == 0 else 0)
    desk.go(f"{story.home}/attendance")
    cells = page.locator("table.chart tbody tr").first.locator("td.n")
    expect(cells.nth(0)).to_have_text(str(PEOPLE - ABSENT))
    expect(cells.nth(2)).to_have_text(str(ABSENT))
    story.picture(desk, "attendance")
    story.fits(desk)


def checks_in(phone: Reader, digits: str, code: str | None) -> None:
    """Six digits from the screen, and one's own code unless signed in."""
    phone.go("/check-in")
    phone.page.locator("[name=code]").fill(digits)
    phone.press("On to the check-in")
    if code is None:
        phone.page.locator("main form button").first.click()
    else:
        phone.page.locator("[name=code]").fill(code)
        phone.press("Check in with this code")
    phone.sees("You are in")


def marks(story: Story, address: str, *, taken: int) -> None:
    """Tap everybody in; the last two never came."""
    desk, page = story.desk, story.desk.page
    desk.go(address)
    rows = page.locator("li[data-person]")
    assert rows.count() == PEOPLE
    assert page.locator('li[data-person][data-presence="present"]').count() == taken
    names = [official(PEOPLE - each)[0] for each in range(1, ABSENT + 1)]
    page.evaluate(
        """(absent) => document.querySelectorAll("li[data-person]").forEach((row) => {
          const gone = absent.includes(row.querySelector(".who b").textContent);
          if (row.dataset.presence !== "present") { row.querySelector(`.three input[value=${gone ? "absent" : "present"}]`).click(); }
        })""", names,
    )
    expect(page.locator("[data-part=net]")).to_contain_text(desk.says("All marks are sent."))


def ends(story: Story) -> None:
    """The sessions are over: tests after open, satisfaction is asked at once."""
    desk = story.desk
    moves(story, "reporting")
    story.run(prepare_training_surveys)
    desk.go(f"{story.home}/after")
    desk.press("Open now")
    story.run(prepare_training_surveys, send_surveys, jobs_tests.due_tests)


def says_how_it_was(story: Story, phone: Reader, code: str) -> None:
    """Satisfaction, without a name."""
    phone.go(f"/trainings/mine/{code}")
    phone.page.locator("section[aria-labelledby=part-satisfaction] .acts a").click()
    sends(phone)


def looks_at_what_came_after(story: Story) -> None:
    """Before and after of three; fewer than five answered, so nothing of satisfaction is told."""
    desk = story.desk
    story.run(issue_training_certificates)
    desk.go(f"{story.home}/after")
    expect(desk.page.locator("main")).to_contain_text(desk.says("fewer than 5"))
    story.picture(desk, "after")
    story.fits(desk)


def writes(desk: Reader, address: str) -> None:
    """A part of the text, until all is saved."""
    page = desk.page
    desk.go(address)
    for box in page.locator("form#sheet textarea:visible").all():
        box.fill(SENTENCE)
    for column, text in ROW.items():
        for box in page.locator(f'[name^="recommendations/"][name$="/{column}"]').all():
            box.fill(text)
    page.locator("form#sheet textarea").last.blur()
    expect(page.locator("[data-saving]")).to_have_attribute("data-state", "done")


def writes_the_report(story: Story) -> None:
    """Drafted in one click, every part rewritten in place, submitted."""
    desk, page = story.desk, story.desk.page
    desk.go(f"{story.home}/report")
    desk.press("Draft the report from the record")
    parts = page.locator("section[aria-labelledby=text] ul.todo a")
    for address in [parts.nth(number).get_attribute("href") or "" for number in range(parts.count())]:
        writes(desk, address)
    desk.go(f"{story.home}/report")
    desk.press("Submit for review")
    story.picture(desk, "report")
    story.fits(desk)


def reviews(story: Story, office: Reader) -> None:
    """Staff return it once with words, the trainer submits again, staff approve."""
    office.go(f"{story.home}/report")
    office.page.locator("[name=words]").first.fill("请补充下一步的时间安排。")
    office.press("Return the report")
    story.desk.go(f"{story.home}/report")
    story.desk.sees("请补充下一步的时间安排。")
    story.desk.press("Submit for review")
    office.go(f"{story.home}/report")
    office.press("Approve the report")


def publishes(story: Story, visitor: Reader) -> None:
    """Anybody with the address reads it, and takes the file."""
    desk, page = story.desk, story.desk.page
    desk.go(f"{story.home}/report")
    desk.press("Publish the report")
    expect(page).to_have_url(re.compile(r"/reports/"))
    path = page.url.removeprefix(desk.url)
    visitor.go(path)
    expect(visitor.page.locator("main")).to_contain_text(SENTENCE)
    there = PEOPLE - ABSENT
    assert facts(visitor)[:5] == [PEOPLE, PEOPLE, there, there, there]
    story.picture(visitor, "published")
    story.fits(visitor)
    with visitor.page.expect_download() as download:
        visitor.page.locator('main a[href$=".pdf"], main a[href*=".pdf?"]').first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    moves(story, "closed")
    stands(story.desk, "已结束")
