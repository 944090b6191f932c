"""Home, my learning and about."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from tests.learning.fixtures import NOON, complete, enrol, finish
from tests.learning.small_course import RIVERS, SOIL, SPRINGS, WATER
from webapp.certificates.models import Certificate
from webapp.certificates.services import revoke
from webapp.core.database import db
from webapp.participation.models import ParticipationEvent

pytestmark = pytest.mark.usefixtures("small_courses")
LANGUAGES = ("en", "zh-Hans")


def text_of(page) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def section(page, name: str) -> str:
    """The section that is labelled so."""
    return re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', page.text, re.DOTALL)[0]


@pytest.mark.parametrize(("language", "headline", "water", "begin"), [
    ("en", "Bring the Goals into the plans of your county", "Water", "Begin to read"),
    ("zh-Hans", "把可持续发展目标写进本县规划", "水", "开始阅读"),
])
def test_a_visitor_finds_the_courses_and_a_way_to_begin(client, language, headline, water, begin):
    page = client.get(f"/?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert headline in text_of(page)
    assert f'href="/courses/{WATER}/"' in section(page, "courses")
    assert water in section(page, "courses")
    assert re.search(rf'href="/courses/{WATER}/{SPRINGS}/"[^>]*>\s*{begin}', page.text)
    assert 'action="/verify"' in page.text
    assert len(re.findall(r"<li>", section(page, "goals"))) == 17
    assert 'href="/me/"' not in page.text


def test_a_learner_finds_the_step_they_stopped_at(login_as, cast, water, soil):
    enrol(cast.learner, soil)
    finish(cast.learner, water, SPRINGS, now=NOON + timedelta(hours=1))
    db.session.commit()
    learner = login_as("learner")
    for address in ("/?lang=en", "/me/?lang=en"):
        resume = section(learner.get(address), "next")
        assert f'href="/courses/{WATER}/{RIVERS}/"' in resume
        assert "1 of 4 steps done." in resume
    assert "Sign up" not in section(learner.get("/?lang=en"), "courses")


@pytest.mark.parametrize(("language", "sentence"), [("en", "You are not enrolled in a course yet."), ("zh-Hans", "您尚未报名课程。")])
def test_somebody_new_is_told_where_to_begin(login_as, language, sentence):
    page = login_as("learner").get(f"/me/?lang={language}")
    assert f'<html lang="{language}">' in page.text
    assert sentence in text_of(page)
    assert 'id="mine"' not in page.text
    assert f"/courses/{SOIL}/" in section(page, "others")


@pytest.mark.parametrize("language", LANGUAGES)
def test_ones_own_page_holds_courses_and_certificates_and_nobody_elses(login_as, cast, water, soil, language):
    complete(cast.learner, water)
    complete(cast.second_learner, water)
    enrol(cast.learner, soil)
    db.session.commit()
    certificates = {row.person_id: row.code for row in db.session.query(Certificate)}
    page = login_as("learner").get(f"/me/?lang={language}")
    assert certificates[cast.ids["learner"]] in section(page, "certificates")
    assert certificates[cast.ids["second_learner"]] not in page.text
    assert {"en": "Issued on 14 September 2026", "zh-Hans": "2026年9月14日签发"}[language] in section(page, "certificates")
    assert f"/courses/{WATER}/" in section(page, "mine")
    assert 'id="others"' not in page.text
    assert f"/courses/{SOIL}/layers/" in section(page, "next"), "a completed course is nothing to go on with"


def test_a_revoked_certificate_is_called_so(login_as, cast, water):
    complete(cast.learner, water)
    revoke(code=db.session.query(Certificate).one().code, reason="A mistake", actor_id=None, now=NOON)
    db.session.commit()
    own = section(login_as("learner").get("/me/?lang=en"), "certificates")
    assert "Revoked" in own
    assert "Issued on" not in own


@pytest.mark.parametrize(("language", "sentence"), [
    ("en", "your name holds a character that cannot be printed"), ("zh-Hans", "姓名中有无法印制的字符"),
])
def test_a_waiting_certificate_says_what_to_do(login_as, cast, water, language, sentence):
    cast.learner.name = "王𓀀"
    complete(cast.learner, water)
    db.session.commit()
    page = login_as("learner").get(f"/me/?lang={language}")
    assert sentence in page.text
    assert 'href="/me/profile"' in page.text
    assert f'action="/courses/{WATER}/certificate"' in page.text


def test_a_certificate_of_an_earlier_edition_waits_for_nothing(login_as, cast, water):
    complete(cast.learner, water)
    db.session.query(Certificate).update({"edition": "2025"})
    db.session.commit()
    assert "Your certificate waits" not in login_as("learner").get("/me/?lang=en").text


def test_a_completed_course_that_awards_nothing_waits_for_nothing(login_as, cast, soil):
    finish(cast.learner, soil, "layers")
    db.session.commit()
    assert "Your certificate waits" not in login_as("learner").get("/me/?lang=en").text


def test_ones_own_page_is_not_for_visitors(client):
    response = client.get("/me/")
    assert (response.status_code, response.headers["Location"]) == (302, "/sign-in?next=%2Fme%2F")


@pytest.mark.parametrize(("language", "parts"), [
    ("en", ("About LocalGoals", "WCAG 2.2, level AA", "We set one cookie for the language", "LocalGoals training programme")),
    ("zh-Hans", ("关于LocalGoals", "AA级", "我们只使用三个Cookie", "LocalGoals培训项目")),
])
@pytest.mark.parametrize("who", ["visitor", "learner"])
def test_everybody_can_read_who_runs_this_and_what_is_kept(client, login_as, language, parts, who):
    page = (client if who == "visitor" else login_as(who)).get(f"/about?lang={language}")
    assert page.status_code == 200
    for part in parts:
        assert part in text_of(page)
    assert {'id="accessibility"', 'id="privacy"'} <= set(re.findall(r'id="\w+"', page.text))


def test_the_pages_keep_their_budgets_and_write_nothing(login_as, client, cast, water, soil, max_queries):
    for person in (cast.learner, cast.second_learner):
        complete(person, water)
        finish(person, soil)
    db.session.commit()
    before = db.session.query(ParticipationEvent).count()
    learner = login_as("learner")
    for address, budget in (("/", 4), ("/me/", 3), ("/about", 2)):
        with max_queries(budget):
            assert learner.get(address).status_code == 200
    for address in ("/", "/about"):
        with max_queries(0):
            assert client.get(address).status_code == 200
    assert db.session.query(ParticipationEvent).count() == before


def test_the_page_of_who_has_nothing_waiting_and_no_certificate_costs_two_queries(login_as, water, cast, max_queries):
    learner = login_as("learner")
    for _enrolled in range(2):
        with max_queries(2):
            assert learner.get("/me/").status_code == 200
        enrol(cast.learner, water)
        db.session.commit()


def test_without_a_published_course_the_page_says_so(client, small_courses):
    small_courses.catalogue = type(small_courses.catalogue)((), {})
    for address in ("/?lang=en", "/courses/?lang=en"):
        page = client.get(address)
        assert page.status_code == 200
        assert "No course is published yet." in text_of(page)
