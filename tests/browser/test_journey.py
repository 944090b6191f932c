"""From the home page to a certificate that anyone can verify, on a phone, with and without scripts, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.answers import answer, answer_all
from tests.browser.reader import PHONE, Look, Opens, Reader
from tests.browser.world import CHECK, COURSE, FINAL, LESSONS, Account, World
from tests.cast import PASSWORD
from webapp.courses.content import StepKind

pytestmark = pytest.mark.browser

HOME_OF_COURSE = f"/courses/{COURSE}/"
LOOKS = [replace(PHONE, language=tag, script=script) for tag in ("zh-Hans", "en") for script in (True, False)]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_a_newcomer_reads_signs_up_learns_passes_and_proves_it(opens: Opens, world: World, look: Look) -> None:
    reader = opens(look)
    reads_as_a_visitor(reader)
    account = signs_up(reader, f"newcomer-{look}@example.org".lower())
    says_where_they_work(reader)
    reader.at(f"{HOME_OF_COURSE}{LESSONS[0]}/")
    enrols_and_reads(reader, account)
    takes_the_final_quiz(reader, account)
    code = gets_the_certificate(reader, account)
    anyone_can_verify(opens(replace(look, dark=True)), code, account.name)


def reads_as_a_visitor(reader: Reader) -> None:
    page = reader.page
    reader.go("/")
    page.locator("header .menu summary").click()
    page.locator("header .menu").get_by_role("link", name=reader.says("Courses"), exact=True).click()
    reader.at("/courses/")
    title = reader.world.course().title[reader.language]
    page.get_by_role("link", name=title, exact=True).click()
    reader.heading(title)
    reader.follow("Begin with step 1")
    reader.at(f"{HOME_OF_COURSE}{LESSONS[0]}/")
    reader.heading(reader.world.course().lesson(LESSONS[0]).in_language(reader.language).title)
    reader.sees("You can read everything without an account")
    reader.follow("Sign up")
    reader.at("/sign-up")


def signs_up(reader: Reader, email: str) -> Account:
    page = reader.page
    name = "陈小雨" if reader.language == "zh-Hans" else "Thandiwe Mokoena"
    reader.fill("Name", name)
    reader.fill("E-mail", email)
    reader.fill("Password", PASSWORD)
    page.get_by_label(reader.says("I have read the privacy notice and agree to it")).check()
    reader.press("Sign up")
    reader.sees("We have sent a mail to %(email)s.", email=email)
    reader.follow("Open the mailbox")
    page.locator(".mailbox li", has_text=email).first.get_by_role("link").click()
    expect(page.locator(".letter")).to_have_attribute("lang", reader.language)
    page.locator(".letter a").first.click()
    reader.press("Confirm and sign in")
    reader.at("/me/welcome")
    reader.heading(reader.says("Welcome, %(name)s", name=name))
    return reader.world.account(email)


def says_where_they_work(reader: Reader) -> None:
    page, place = reader.page, "湖州市" if reader.language == "zh-Hans" else "Huzhou"
    query = page.locator("[data-place-picker] input[name$='-query']")
    query.fill("hzs")
    if reader.look.script:
        page.get_by_role("option").filter(has_text=place).first.click()
        expect(page.locator("[data-place-chosen]")).to_contain_text(place)
    else:
        reader.press("Search")
        page.get_by_role("radio", name=place).first.check()
    reader.fill("Organisation", "湖州市发展和改革委员会")
    page.get_by_label(reader.says("Type of organisation")).select_option("government")
    page.get_by_label(reader.says("Position level")).select_option(index=2)
    reader.press("Save and go on")


def enrols_and_reads(reader: Reader, account: Account) -> None:
    page = reader.page
    page.locator(".crumbs").get_by_role("link", name=reader.world.course().title[reader.language]).click()
    reader.press("Enrol and begin")
    for step in reader.world.course().steps[:-1]:
        reader.at(f"{HOME_OF_COURSE}{step.id}/")
        if step.id == CHECK:
            takes_the_check(reader, account)
        elif step.id in reader.world.course().completion.exercises:
            plans_what_to_do(reader, step.id)
            reader.go(f"{HOME_OF_COURSE}{FINAL}/")
        elif step.kind is not StepKind.LESSON:
            reader.go(f"{HOME_OF_COURSE}{reader.world.course().steps[step.number].id}/")
        else:
            reader.press("Done, go on to step %(number)d", number=step.number + 1)
    reader.at(f"{HOME_OF_COURSE}{FINAL}/")


def plans_what_to_do(reader: Reader, exercise: str) -> None:
    """Fill in the worksheet that the course asks for, part by part, and hand it in."""
    page, (start, steps, last) = reader.page, reader.world.course().exercise(exercise).questionnaire.sections
    page.locator("main form button").first.click()
    reader.heading(start.title[reader.language])
    page.locator("[name=change]").fill("偏远村的老人能就近领药。")
    page.locator(f'button[name=_go][value="{steps.id}"]').click()
    reader.heading(steps.title[reader.language])
    page.locator('[name$="/what"]').first.fill("为本科室讲一节微型课")
    page.locator('[name$="/by"]').first.fill("2027-01-20")
    page.locator(f'button[name=_go][value="{last.id}"]').click()
    reader.heading(last.title[reader.language])
    page.locator("[name=follow-up]").fill("2027-03-01")
    if reader.look.script:
        page.locator("[name=tell]").fill("本科室")
        page.locator("[name=tell]").blur()
        expect(page.locator("[data-saving]")).to_have_attribute("data-state", "done")
    else:
        page.locator("button[data-without-script]").click()
    page.locator("form[data-hand-in] button").click()
    expect(page.locator("main .alert.ok, main [role=status].ok, .alert.ok").first).to_be_visible()


def takes_the_check(reader: Reader, account: Account) -> None:
    reader.press("Start the quiz")
    reader.at(f"{HOME_OF_COURSE}{CHECK}/attempts/1/")
    answer_all(reader.page, reader.world.paper(account, CHECK))
    hands_in(reader)
    following = reader.world.course().steps[3]
    reader.page.locator(f'main a.btn[href="{HOME_OF_COURSE}{following.id}/"]').click()


def hands_in(reader: Reader) -> None:
    page = reader.page
    page.locator("button[name=go][value=check]").click()
    expect(page.locator("main .alert.ok")).to_be_visible()
    page.locator("form[data-hand-in] button").click()
    expect(page.locator(".result > [data-state=done]")).to_be_visible()


def takes_the_final_quiz(reader: Reader, account: Account) -> None:
    page = reader.page
    reader.press("Start the quiz")
    reader.at(f"{HOME_OF_COURSE}{FINAL}/attempts/1/")
    paper = reader.world.paper(account, FINAL)
    if reader.look.script:
        for number in (1, 2):
            answer(page, number, paper[number - 1])
        saved(page)
        page.reload()
        assert reader.world.answers(account, FINAL).keys() == {"1", "2"}
        expect(page.locator(".grid-no .done")).to_have_count(2)
    answer_all(page, paper)
    hands_in(reader)
    reader.at(f"{HOME_OF_COURSE}{FINAL}/attempts/1/review")
    expect(page.locator(".q .feedback")).to_have_count(len(paper))


def saved(page: Page) -> None:
    """The bar says that nothing is under way and all is saved."""
    expect(page.locator("[data-saving]")).to_have_attribute("data-state", "done")


def gets_the_certificate(reader: Reader, account: Account) -> str:
    page = reader.page
    reader.follow("Go to My learning")
    [code] = reader.world.codes(account)
    page.locator(f'a[href="/certificates/{code}"]').click()
    expect(page.locator(".cert")).to_contain_text(account.name)
    with page.expect_download() as download:
        reader.follow("Download PDF")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert code in download.value.suggested_filename
    return code


def anyone_can_verify(stranger: Reader, code: str, name: str) -> None:
    page = stranger.page
    stranger.go(f"/certificates/{code}")
    expect(page.locator(".cert")).to_contain_text(name)
    stranger.go("/verify")
    stranger.expects(400)
    mistyped = ("7" if code[0] != "7" else "8") + code[1:]
    stranger.fill("Certificate code", mistyped)
    stranger.press("Check")
    expect(page.get_by_role("alert")).to_be_visible()
    stranger.fill("Certificate code", code.lower().replace("-", " "))
    stranger.press("Check")
    stranger.at(f"/certificates/{code}")
    expect(page.locator(".verdict")).to_be_visible()
