"""Pages of what is asked before and after a training, the days of its surveys, its certificates; and a participant's own page."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

import pytest

from tests.trainings import surveyed
from tests.trainings.conftest import LAST_DAY, NOW
from tests.trainings.surveyed import BEGINS, ENDS
from webapp.accounts.models import Organisation, OrganisationType, Person
from webapp.certificates.models import Certificate
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.learning.models import Enrolment, StepProgress
from webapp.questionnaires.models_surveys import Survey
from webapp.trainings import services_surrounding
from webapp.trainings.models import TrainerPart, TrainingState
from webapp.trainings.models_learning import SurveyKind, TrainingSurvey

PREWORK = [["tot-1-introduction", "from-mdgs-to-sdgs"], ["tot-1-introduction", "the-17-goals"]]


@pytest.fixture
def training(make_training, make_session):
    made = make_training(courses=["tot-1-introduction"], prework=PREWORK, test_course_id="tot-1-introduction", least_minutes=300)
    make_session(made)
    make_session(made, day=LAST_DAY, starts=time(14), ends=time(17))
    return made


@pytest.fixture
def people(training, make_participant):
    return [make_participant(training, name=f"学员{number}") for number in range(7)]


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def page(browser, training, tail, language="en"):
    answer = browser.get(f"/trainings/{training.id}/{tail}?lang={language}")
    assert answer.status_code == 200, answer.status_code
    return text_of(answer)


def test_before_shows_response_results_and_what_deserves_more_time(app, login_as, at, training, people):
    surveyed.prepare(training)
    surveyed.answer(training, SurveyKind.NEEDS, people[:6], NOW)
    at(NOW + timedelta(hours=1))
    shown = page(login_as("trainer"), training, "before")
    assert "have answered 6 of 7 people asked" in shown
    assert "Wanted: “Priorities, synergies and trade-offs” is among the first three of 6 of 6 people." in shown
    assert "Wanted: “Budget and finance” is among the first three of 3 of 6 people." in shown
    assert "Principles" in shown
    assert "Words number" not in shown
    words = page(login_as("trainer"), training, "before/answers/able-to")
    assert words.count("Words number") == 6
    assert "学员" not in words


def test_fewer_than_five_answers_show_nothing_that_was_said(app, login_as, at, training, people):
    surveyed.prepare(training)
    surveyed.answer(training, SurveyKind.NEEDS, people[:4], NOW)
    at(NOW + timedelta(hours=1))
    shown = page(login_as("trainer"), training, "before")
    assert "What was answered is shown from five answers on." in shown
    assert "Nothing can be suggested yet" in shown
    assert "Words number" not in page(login_as("trainer"), training, "before/answers/able-to")


def test_response_by_type_of_organisation_puts_small_groups_together(app, cast, login_as, at, training, people, make_participant):
    more = [make_participant(training, name=f"旁听{number}") for number in range(3)]
    with unit_of_work():
        for kind, members in ((OrganisationType.GOVERNMENT, people[:5]), (OrganisationType.ACADEMIA, more)):
            office = Organisation(
                id=new_id(), name=kind.value, name_key=kind.value, type=kind, place_id=cast.places.county.id, created_at=NOW,
            )
            db.session.add(office)
            db.session.flush()
            for each in members:
                db.session.get_one(Person, each.person_id).organisation_id = office.id
    surveyed.prepare(training)
    surveyed.answer(training, SurveyKind.NEEDS, people[:3], NOW)
    at(NOW)
    shown = page(login_as("trainer"), training, "before")
    assert "Response rate by type of organisation" in shown
    assert "5 3 60 %" in shown
    assert "Smaller groups together 5 0 0 %" in shown
    assert "Not known" not in shown


def test_prework_is_shown_person_by_person_without_a_ranking(app, cast, login_as, at, training, people):
    with unit_of_work():
        enrolment = Enrolment(
            id=new_id(), person_id=people[2].person_id, course_id="tot-1-introduction", enrolled_at=NOW, enrolled_revision="r",
            last_active_at=NOW,
        )
        db.session.add(enrolment)
        db.session.flush()
        for _course, step in PREWORK:
            db.session.add(StepProgress(enrolment_id=enrolment.id, step_id=step, opened_at=NOW, done_at=NOW))
    at(NOW)
    shown = page(login_as("trainer"), training, "before")
    assert "1 of 7 people have done all of it." in shown
    row = re.search(r"学员2(.*?)学员3", shown)[1]
    assert "Not done" not in row


def test_without_a_needs_survey_the_page_before_says_what_holds_now(app, login_as, at, training):
    at(BEGINS - timedelta(minutes=1))
    assert "The needs survey opens by itself" in page(login_as("trainer"), training, "before")
    at(BEGINS)
    shown = page(login_as("trainer"), training, "before")
    assert "The first session has begun, so no needs survey opens any more." in shown
    assert "opens by itself" not in shown


@pytest.mark.parametrize("number", [2, 30])
def test_the_page_before_takes_eight_queries_however_many_there_are(
    app, login_as, at, max_queries, training, make_participant, number,
):
    people = [make_participant(training, name=f"学员{each}") for each in range(number)]
    surveyed.prepare(training)
    surveyed.answer(training, SurveyKind.NEEDS, people, NOW)
    at(NOW)
    browser, url = login_as("trainer"), f"/trainings/{training.id}/before"
    browser.get(url)
    with max_queries(8):
        browser.get(url)


def test_after_shows_levels_and_skills_once_the_survey_has_closed(app, login_as, at, training, people):
    later = surveyed.whole(training, people)
    at(ENDS + timedelta(days=1))
    shown = page(login_as("trainer"), training, "after")
    assert "results are shown when it has closed" in shown
    assert "Level 1" not in shown
    at(later)
    shown = page(login_as("trainer"), training, "after")
    for level in ("Level 1: how it was found", "Level 2: what was learned", "Level 3: what is put into practice", "Level 4"):
        assert level in shown
    assert "Skills before and now" in shown
    assert "have answered 6 of 7 people asked" in shown
    assert "More time" not in shown


def test_the_page_after_takes_eight_queries_in_all(app, login_as, at, max_queries, training, people):
    at(surveyed.whole(training, people))
    browser, url = login_as("trainer"), f"/trainings/{training.id}/after"
    browser.get(url)
    with max_queries(8):
        browser.get(url)


def test_days_are_moved_by_hand_with_what_was_typed_kept_when_it_cannot_be(app, login_as, at, training, people):
    surveyed.prepare(training)
    at(NOW)
    browser, url = login_as("trainer"), f"/trainings/{training.id}/surveys/follow_up_3"
    assert "They follow" not in page(browser, training, "surveys/follow_up_3")
    refused = browser.post(url, data={"opens_at": "2027-04-02T09:00", "closes_at": "2027-04-01T09:00"})
    assert refused.status_code == 422
    assert "2027-04-01T09:00" in refused.get_data(as_text=True)
    assert browser.post(url, data={"opens_at": "2027-04-02T09:00", "closes_at": "2027-04-20T18:00"}).status_code == 303
    link = db.session.query(TrainingSurvey).filter_by(kind=SurveyKind.FOLLOW_UP_3).one()
    assert link.fixed
    assert db.session.get_one(Survey, link.survey_id).closes_at == datetime.fromisoformat("2027-04-20T18:00+08:00")
    assert browser.post(f"{url}/follow").status_code == 303
    db.session.expire_all()
    assert not link.fixed


def test_reminding_and_opening_by_the_button(app, login_as, at, training, people):
    surveyed.prepare(training)
    at(NOW + timedelta(days=2))
    browser, home = login_as("trainer"), f"/trainings/{training.id}"
    assert browser.post(f"{home}/surveys/needs/remind?lang=en").status_code == 303
    assert "7 people are reminded" in page(browser, training, "before")
    assert browser.post(f"{home}/surveys/follow_up_6/open").status_code == 303
    assert "open" in page(browser, training, "after").lower()
    at(BEGINS + timedelta(hours=1))
    browser = login_as("trainer")
    browser.post(f"{home}/surveys/needs/remind?lang=en")
    assert "closed; no answers" in page(browser, training, "before")
    assert db.session.query(OutboxMail).count() == 0


@pytest.mark.parametrize("tail", ["before", "before/answers/able-to", "surveys/needs", "after/plans", "certificates", "certificates.pdf"])
def test_a_trainer_of_another_county_sees_nothing(app, login_as, other_trainer, training, people, tail):
    surveyed.prepare(training)
    assert login_as("other_trainer").get(f"/trainings/{training.id}/{tail}").status_code == 404


def test_an_observer_looks_and_presses_nothing(app, cast, login_as, make_trainer, add_trainer, training, people):
    add_trainer(training, make_trainer("observer", cast.places.other_county, role=None), TrainerPart.OBSERVER)
    surveyed.prepare(training)
    browser, home = login_as("observer"), f"/trainings/{training.id}"
    shown = page(browser, training, "before")
    assert "Remind" not in shown
    assert "学员" not in shown.split("Online preparation")[0]
    for tail in ("surveys/needs", "surveys/needs/remind", "surveys/needs/open", "surveys/needs/follow", "certificates"):
        assert browser.post(f"{home}/{tail}").status_code == 403
    assert browser.get(f"{home}/certificates").status_code == 403


def test_certificates_are_issued_by_the_button_and_printed_together(app, login_as, at, training, people):
    surveyed.attend(training, people[:3])
    with unit_of_work():
        db.session.get_one(type(training), training.id).state = TrainingState.RUNNING
    at(ENDS)
    browser, home = login_as("trainer"), f"/trainings/{training.id}/certificates"
    shown = page(browser, training, "certificates")
    assert "meet the rule and have none yet 3" in shown
    assert shown.count("No attendance is recorded.") == 4
    assert browser.get(f"{home}.pdf").status_code == 404
    for _press in range(2):
        assert browser.post(home).status_code == 303
    assert db.session.query(Certificate).count() == 3
    assert "have a certificate 3 of 7 participants" in page(browser, training, "certificates")
    printed = browser.get(f"{home}.pdf")
    assert printed.mimetype == "application/pdf"
    code = db.session.query(Certificate.code).first()[0]
    public = text_of(app.test_client().get(f"/certificates/{code}?lang=en"))
    assert "has taken part in this training and met its requirements: SDG localization training, Chang" in public
    assert "14 to 15 December 2026" in public
    assert "final quiz" not in public


def test_the_page_of_certificates_takes_eight_queries(app, login_as, at, max_queries, training, people):
    surveyed.attend(training, people)
    browser, url = login_as("trainer"), f"/trainings/{training.id}/certificates"
    browser.get(url)
    with max_queries(8):
        browser.get(url)


def test_a_training_that_has_not_begun_issues_nothing(app, login_as, training, people):
    assert login_as("trainer").post(f"/trainings/{training.id}/certificates").status_code == 409


def test_the_participant_sees_what_to_answer_and_answers_without_a_sign_in(app, cast, client, at, training, people, make_participant):
    member = make_participant(training, person=cast.learner)
    surveyed.prepare(training)
    at(NOW)
    mine = client.get(f"/trainings/mine/{people[0].code}?lang=en").get_data(as_text=True)
    assert "Needs survey" in mine
    link = re.search(r'href="([^"]*/answer/[^"]+)"', mine)[1]
    assert client.get(link).status_code == 200
    assert "0 of 2 steps done." in mine
    other = client.get(f"/trainings/mine/{member.code}").get_data(as_text=True)
    assert "/answer" in other
    assert not re.search(r'href="[^"]*/answer/', other)


def test_the_participant_finds_the_certificate(app, client, at, training, people):
    surveyed.attend(training, people)
    at(ENDS)
    assert "requirements" in client.get(f"/trainings/mine/{people[0].code}?lang=en").get_data(as_text=True)
    with unit_of_work():
        services_surrounding.db.session.get_one(type(training), training.id).state = TrainingState.REPORTING
    from webapp.certificates.jobs import issue_training_certificates  # noqa: PLC0415

    issue_training_certificates(ENDS)
    code = db.session.query(Certificate.code).filter_by(person_id=people[0].person_id).one()[0]
    assert code in client.get(f"/trainings/mine/{people[0].code}").get_data(as_text=True)


def test_my_page_shows_the_certificate_of_a_training_to_who_never_took_a_course(app, cast, login_as, at, training, make_participant):
    surveyed.attend(training, [make_participant(training, person=cast.learner)])
    with unit_of_work():
        db.session.get_one(type(training), training.id).state = TrainingState.REPORTING
    from webapp.certificates.jobs import issue_training_certificates  # noqa: PLC0415

    issue_training_certificates(ENDS)
    code = db.session.query(Certificate.code).one()[0]
    assert code in login_as("learner").get("/me/").get_data(as_text=True)
