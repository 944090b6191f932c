"""The pages about those who take part, through the browser: they work, outsiders are refused, bad input is kept."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import func, select

from tests.trainings.conftest import NOW
from webapp.accounts.models import Person
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.mail.models import MailState, OutboxMail
from webapp.participation.models import ParticipationEvent
from webapp.trainings.models import TrainerPart, TrainingState
from webapp.trainings.models_people import Participant, ParticipantState

P = ParticipantState


@pytest.fixture(autouse=True)
def today(at):
    at(NOW)


@pytest.fixture
def browser(login_as):
    return english(login_as("trainer"))


def english(client):
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def home(training, tail=""):
    return f"/trainings/{training.id}/people/{tail}"


def page(client, url, status=HTTPStatus.OK):
    answer = client.get(url)
    assert answer.status_code == status, answer.text[:300]
    return answer.text


def states():
    return dict(db.session.execute(select(Person.name, Participant.state).join(Person, Person.id == Participant.person_id)).all())


def test_the_list_shows_seats_waiting_list_and_everybody(browser, make_training, make_participant):
    training = make_training(seats=1)
    make_participant(training, name="周海燕", group="第一组", diet="素食")
    make_participant(training, name="何静", state=P.WAITING)
    text = page(browser, home(training))
    assert "1 seats, 0 left" in text
    assert "周海燕" in text
    assert "On the waiting list (1)" in text
    assert "第一组" in text
    assert "has needs, no e-mail" in text


def test_the_list_asks_as_often_for_200_as_for_three(browser, make_training, make_participant, max_queries):
    training = make_training(seats=300)
    for number in range(3):
        make_participant(training, name=f"周{number}", group="一")
    url = home(training)
    with max_queries(8) as few:
        page(browser, url)
    for number in range(200):
        make_participant(training, name=f"何{number}", group="二")
    with max_queries(8) as many:
        page(browser, url)
    assert len(few) == len(many)


def test_filters_and_search_narrow_the_list(browser, make_training, make_participant, cast):
    training = make_training()
    make_participant(training, name="周海燕", group="第一组")
    make_participant(training, person=cast.learner, state=P.INVITED)
    assert "王晓兰" not in page(browser, home(training, "?state=registered"))
    assert "周海燕" not in page(browser, home(training, "?group=-"))
    assert "王晓兰" not in page(browser, home(training, "?note=no-mail"))
    assert "周海燕" not in page(browser, home(training, "?q=wxl"))
    page(browser, home(training, "?state=nonsense"), HTTPStatus.BAD_REQUEST)


def test_who_is_registered_elsewhere_on_these_days_is_noted(browser, make_training, make_participant, cast):
    training, other = make_training(), make_training(title="另一培训")
    make_participant(other, person=cast.learner)
    participant = make_participant(training, person=cast.learner, state=P.INVITED)
    assert "other training on these days" in page(browser, home(training))
    assert "另一培训" in page(browser, home(training, f"{participant.id}/"))


@pytest.mark.parametrize("tail", ["", "add", "link", "import"])
def test_a_trainer_of_another_county_sees_nothing(login_as, other_trainer, make_training, tail):
    assert login_as("other_trainer").get(home(make_training(), tail)).status_code == HTTPStatus.NOT_FOUND


def test_an_observer_looks_and_changes_nothing(login_as, make_trainer, add_trainer, make_training, make_participant):
    training = make_training()
    participant = make_participant(training)
    add_trainer(training, make_trainer("observer", role=None), TrainerPart.OBSERVER)
    observer = english(login_as("observer"))
    text = page(observer, home(training))
    assert "周海燕" in text
    assert "Preview" not in text
    assert participant.code not in page(observer, home(training, f"{participant.id}/"))
    assert observer.post(home(training, f"{participant.id}/withdraw")).status_code == HTTPStatus.FORBIDDEN
    assert observer.get(home(training, "add")).status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_list_is_saved_as_a_file_and_that_is_written_down(browser, make_training, make_participant, form):
    training = make_training()
    make_participant(training, name="=1+1")
    answer = browser.post(home(training, f"export/{form}"))
    assert answer.status_code == HTTPStatus.OK
    if form == "csv":
        assert "'=1+1" in answer.text
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "list.exported")) == 1


def in_form(text, name):
    return re.search(rf'name="{name}" value="([^"]+)"', text)[1]


def bulk(browser, training, action, **fields):
    answer = browser.post(home(training, "bulk"), data={"action": action, "all": "1", **fields})
    assert answer.status_code == HTTPStatus.OK, answer.headers.get("Location")
    return answer.text


def test_all_who_are_listed_are_invited_after_a_dry_run(browser, make_training, make_session, make_participant, cast):
    training = make_training()
    make_session(training)
    make_participant(training, state=P.LISTED, person=cast.learner)
    make_participant(training, state=P.LISTED, name="周海燕")
    make_participant(training, name="何静")
    text = bulk(browser, training, "invite")
    assert "2 people" in text
    assert "1 chosen stay as they are" in text
    assert "please tell them by telephone: 周海燕" in text
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 0
    answer = browser.post(home(training, "bulk/invite"), data={"token": in_form(text, "token")})
    assert answer.status_code == HTTPStatus.SEE_OTHER
    assert states() == {"王晓兰": P.INVITED, "周海燕": P.INVITED, "何静": P.REGISTERED}
    assert list(db.session.scalars(select(OutboxMail.recipient))) == [cast.email("learner")]
    again = browser.post(home(training, "bulk/invite"), data={"token": in_form(text, "token")})
    assert again.status_code == HTTPStatus.SEE_OTHER
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 1


def test_invitations_without_a_venue_are_refused_with_a_sentence(browser, make_training, make_participant):
    training = make_training(venue="")
    make_participant(training, state=P.LISTED)
    answer = browser.post(home(training, "bulk"), data={"action": "invite", "all": "1"})
    assert "Please set the days and the venue of the training first" in page(browser, answer.headers["Location"])


@pytest.mark.parametrize(("action", "before", "after"), [
    ("approve", P.APPLIED, P.REGISTERED), ("refuse", P.APPLIED, P.REFUSED), ("register", P.LISTED, P.REGISTERED),
    ("remind", P.INVITED, P.INVITED),
])
def test_what_is_done_to_many(browser, make_training, make_session, make_participant, cast, action, before, after):
    training = make_training()
    make_session(training)
    make_participant(training, state=before, person=cast.learner)
    text = bulk(browser, training, action)
    browser.post(home(training, f"bulk/{action}"), data={"token": in_form(text, "token")})
    assert states() == {"王晓兰": after}
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 1


def test_a_group_is_given_to_those_ticked_and_a_long_name_is_kept_and_explained(browser, make_training, make_participant):
    training = make_training()
    one = make_participant(training, name="周海燕")
    make_participant(training, name="何静")
    text = bulk(browser, training, "group", all="", id=str(one.id))
    token = in_form(text, "token")
    wrong = browser.post(home(training, "bulk/group"), data={"token": token, "group": "长" * 121})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "长" * 121 in wrong.text
    browser.post(home(training, "bulk/group"), data={"token": token, "group": " 第一  组 "})
    assert list(db.session.scalars(select(Participant.group).order_by(Participant.group.desc()))) == ["第一 组", ""]


def test_somebody_listed_by_mistake_is_taken_off(browser, make_training, make_participant):
    training = make_training()
    make_participant(training, state=P.LISTED)
    text = bulk(browser, training, "take-off")
    browser.post(home(training, "bulk/take-off"), data={"token": in_form(text, "token")})
    assert states() == {}


def test_a_person_is_found_by_name_among_the_people_of_the_county_and_added(browser, make_training, cast):
    training = make_training(place_id=cast.places.county.id)
    text = page(browser, home(training, "add?q=wxl"))
    assert "王晓兰" in text
    assert "Nobody of that name is known in the places that you look after." in page(browser, home(training, "add?q=刘洋"))
    form = {"person": str(cast.ids["learner"]), "how": "list", "key": "k1"}
    first = browser.post(home(training, "add"), data=form)
    assert browser.post(home(training, "add"), data=form).headers["Location"] == first.headers["Location"]
    assert states() == {"王晓兰": P.LISTED}
    stranger = browser.post(home(training, "add"), data={"person": str(cast.ids["other_county"]), "how": "list"})
    assert stranger.status_code == HTTPStatus.NOT_FOUND


def test_somebody_new_without_e_mail_is_registered_at_once_and_only_once(browser, make_training):
    training = make_training()
    form = {"name": "周海燕", "organisation": "水务局", "phone": "138 0013 8000", "how": "register", "language": "zh-Hans"}
    assert browser.post(home(training, "add"), data=form).status_code == HTTPStatus.SEE_OTHER
    assert browser.post(home(training, "add"), data=form).status_code == HTTPStatus.SEE_OTHER
    assert states() == {"周海燕": P.REGISTERED}
    person = db.session.scalars(select(Person).where(Person.name == "周海燕")).one()
    assert person.phone == "+8613800138000"
    assert person.place_id == training.place_id
    assert db.session.scalar(select(func.count()).select_from(ParticipationEvent)) == 1


def test_what_cannot_be_read_is_kept_with_its_sentence(browser, make_training):
    form = {"name": "", "organisation": "水务局", "phone": "abc", "email": "nobody", "how": "list"}
    answer = browser.post(home(make_training(), "add"), data=form)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "The name is missing." in answer.text
    assert "is not understood as “Telephone”" in answer.text
    assert 'value="水务局"' in answer.text


def test_an_address_of_somebody_elsewhere_adds_nobody_of_another_name_and_tells_no_name(browser, make_training, cast):
    form = {"name": "周海燕", "email": cast.email("other_county"), "how": "list"}
    answer = browser.post(home(make_training(), "add"), data=form)
    assert "The e-mail address belongs to somebody of another name." in answer.text
    assert "刘洋" not in answer.text


def test_the_trainer_acts_for_one_person_and_asks_before_what_frees_a_seat(browser, make_training, make_participant):
    training = make_training(seats=1)
    one, two = make_participant(training, name="周海燕"), make_participant(training, name="何静", state=P.WAITING)
    assert "goes to the waiting list at once" in page(browser, home(training, f"{one.id}/?ask=withdraw"))
    browser.post(home(training, f"{one.id}/withdraw"))
    assert states() == {"周海燕": P.WITHDRAWN, "何静": P.REGISTERED}
    again = browser.post(home(training, f"{one.id}/withdraw"))
    assert "This has changed since the page was opened." in page(browser, again.headers["Location"])
    browser.post(home(training, f"{one.id}/seat"))
    assert db.session.get_one(Participant, two.id).state is P.REGISTERED
    assert browser.post(home(training, f"{one.id}/nonsense")).status_code == HTTPStatus.NOT_FOUND
    assert browser.post(home(training, f"{new_id()}/withdraw")).status_code == HTTPStatus.NOT_FOUND


def test_needs_that_were_told_by_telephone_are_noted(browser, make_training, make_participant):
    training = make_training()
    one = make_participant(training)
    browser.post(home(training, f"{one.id}/needs"), data={"diet": "清真", "access": "", "interpretation": ""})
    assert db.session.get_one(Participant, one.id).diet == "清真"
    long = browser.post(home(training, f"{one.id}/needs"), data={"diet": "素" * 201})
    assert long.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Meals: please write at most 200 characters." in long.text


def test_the_link_is_shown_with_its_picture_once_it_is_open(browser, make_training):
    training = make_training()
    assert "The link is closed" in page(browser, home(training, "link"))
    browser.post(home(training, "link"), data={"open": "1"})
    text = page(browser, home(training, "link"))
    assert f"http://localhost/join/{training.code}" in text
    assert "data:image/svg+xml" in text
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "training.link_opened")) == 1


def test_a_closed_training_keeps_its_list(browser, make_training):
    training = make_training(state=TrainingState.CLOSED)
    answer = browser.post(home(training, "add"), data={"name": "周海燕", "how": "list"})
    assert "This training is closed" in answer.text


def test_mails_that_did_not_go_out_are_shown_until_they_do(browser, make_training, make_session, make_participant, cast, at):
    training = make_training()
    make_session(training)
    one = make_participant(training, person=cast.learner, state=P.LISTED)
    browser.post(home(training, f"{one.id}/invite"))
    assert "Mails wait to be sent" not in page(browser, home(training))
    at(NOW + timedelta(hours=5))
    assert "1 mail to participants has not gone out yet" in page(browser, home(training))
    assert "1 mail to participants has not gone out yet" in page(browser, home(training, f"{one.id}/"))
    mail = db.session.scalars(select(OutboxMail)).one()
    mail.state = MailState.FAILED
    db.session.commit()
    assert "1 mail to participants was refused for good" in page(browser, home(training))
    mail.state = MailState.SENT
    db.session.commit()
    assert "Mails" not in page(browser, home(training))


def test_the_page_of_one_participant_asks_little(browser, make_training, make_participant, max_queries):
    training = make_training(seats=1)
    one = make_participant(training, state=P.WAITING)
    url = home(training, f"{one.id}/")
    with max_queries(8):
        page(browser, url)
