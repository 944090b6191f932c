from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from tests.trainings.tests_world import EARLY, ENDED, LAST_HOUR, LATER, opened, right_fields, take, with_sessions
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.trainings import letters, queries_tests, services_tests
from webapp.trainings.models import TrainerPart, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_people import ParticipantState

JSON = {"Accept": "application/json"}


@pytest.fixture
def training(make_training, make_session, at):
    at(EARLY)
    return with_sessions(make_training, make_session)


@pytest.fixture
def participant(training, make_participant):
    return make_participant(training)


@pytest.fixture
def test_url(participant):
    return f"/trainings/mine/{participant.code}/test"


def sitting_of(participant_id, moment=Moment.BEFORE):
    return queries_tests.sitting(participant_id, moment)


def test_a_participant_takes_the_test_before_without_sign_in_or_script(client, participant, test_url):
    participant_id = participant.id
    page = client.get(f"{test_url}/before?lang=en").text
    assert "Begin the test" in page
    assert db.session.scalar(select(Sitting)) is None
    client.post(f"{test_url}/before/start")
    sitting = sitting_of(participant_id)
    page = client.get(f"{test_url}/before").text
    assert page.count('class="q"') == 15
    saved = client.post(f"{test_url}/before/answers", data={**right_fields(sitting, 14), "go": "check"})
    assert saved.headers["Location"].endswith("/before/submit")
    assert "1 question is not fully answered" in client.get(f"{test_url}/before/submit?lang=en").text
    client.post(f"{test_url}/before/submit")
    page = client.get(f"{test_url}/before?lang=en").text
    assert "You answered 14 questions." in page
    assert "Your test result" not in page
    assert sitting_of(participant_id).score_thousandths > 0


def test_the_page_tells_no_right_answer(client, participant, test_url):
    client.post(f"{test_url}/before/start")
    page = client.get(f"{test_url}/before?lang=en").text
    for asked in services_tests.paper_of(sitting_of(participant.id)):
        feedback = asked.question.feedback.get("en", "")
        assert not feedback or feedback[:40] not in page
    assert 'value="true"' not in page


def test_after_the_training_people_see_their_own_score_and_topics(client, at, training, participant, test_url):
    take(training, participant, Moment.AFTER, right=3, now=LAST_HOUR)
    at(LATER)
    page = client.get(f"{test_url}/after?lang=en").text
    assert "Your test result" in page
    assert "of 15 points" in page
    assert "Origins of the Goals" in page


def test_answers_come_one_by_one_from_the_script(client, participant, test_url):
    client.post(f"{test_url}/before/start")
    fields = {"asked": "1", "q1": "2", "tab": "abc", "sequence": "2", "age": "0"}
    assert client.post(f"{test_url}/before/answers", data=fields, headers=JSON).json["remaining"] is None
    late = client.post(f"{test_url}/before/answers", data={**fields, "q1": "3", "sequence": "1"}, headers=JSON)
    assert late.status_code == 200
    sitting = sitting_of(participant.id)
    assert sitting.responses["1"]["value"] == services_tests.paper_of(sitting)[0].order[1]


def test_two_tabs_and_double_clicks_make_one_test(client, app, participant, test_url):
    other = app.test_client()
    for browser in (client, other, client):
        assert browser.post(f"{test_url}/before/start").status_code == 303
    assert len(db.session.scalars(select(Sitting)).all()) == 1
    for browser in (client, other):
        assert browser.post(f"{test_url}/before/submit", data={"asked": "1", "q1": "1"}).status_code == 303
    first = sitting_of(participant.id).submitted_at
    assert first is not None
    answer = other.post(f"{test_url}/before/answers", data={"asked": "2", "q2": "1"}, headers=JSON)
    assert (answer.status_code, answer.json["closed"]) == (409, True)
    assert list(sitting_of(participant.id).responses) == ["1"]


def test_a_test_takes_nothing_outside_its_time(client, at, participant, test_url):
    client.post(f"{test_url}/before/start")
    at(ENDED)
    answer = client.post(f"{test_url}/before/answers", data={"asked": "1", "q1": "1"}, headers=JSON)
    assert (answer.status_code, answer.json["closed"]) == (409, True)
    assert client.post(f"{test_url}/after/start").status_code == 409
    assert "This test is closed" in client.get(f"{test_url}/before?lang=en").text
    assert "This test is not open yet" in client.get(f"{test_url}/after?lang=en").text


def test_only_who_has_a_seat_takes_it(client, training, make_participant):
    waiting = make_participant(training, name="候补", state=ParticipantState.WAITING)
    assert client.post(f"/trainings/mine/{waiting.code}/test/before/start").status_code == 409
    assert "You have no seat in this training" in client.get(f"/trainings/mine/{waiting.code}/test/before?lang=en").text


def test_what_cannot_be_read_is_said_and_the_rest_is_kept(client, participant, test_url):
    client.post(f"{test_url}/before/start")
    sitting = sitting_of(participant.id)
    number = next(n for n, asked in enumerate(services_tests.paper_of(sitting), 1) if asked.question.type.value == "numeric")
    answer = client.post(f"{test_url}/before/answers?lang=en", data={"asked": ["1", str(number)], "q1": "1", f"q{number}": "many"})
    assert answer.status_code == 422
    assert "1 answer could not be saved" in answer.text
    assert 'value="many"' in answer.text
    assert list(sitting_of(participant.id).responses) == ["1"]


@pytest.mark.parametrize("bad", ["/test/before/answers", "/test/after/answers"])
def test_answers_without_a_begun_test_find_nothing(client, participant, bad):
    assert client.post(f"/trainings/mine/{participant.code}{bad}", data={"asked": "1"}).status_code in (404, 409)


def test_a_made_up_code_opens_nothing(client):
    assert client.get("/trainings/mine/7KQ4-M2XD-9RTW-5B/test/before").status_code == 404


def url_of(training, moment="before"):
    return f"/trainings/{training.id}/tests/{moment}"


def test_the_list_says_who_took_it_and_never_how_well(login_as, training, make_participant):
    take(training, make_participant(training, name="甲甲"), right=4)
    make_participant(training, name="乙乙")
    page = login_as("trainer").get(f"{url_of(training)}?lang=en").text
    assert "1 of 2 registered people have taken it." in page
    assert page.index("乙乙") < page.index("甲甲")
    assert not re.search(r"\d+(\.\d+)? %|of \d+ points", page)


def test_trainers_of_other_counties_find_nothing_and_observers_change_nothing(
    login_as, training, participant, other_trainer, make_trainer, add_trainer,
):
    add_trainer(training, make_trainer("observer", role=None), TrainerPart.OBSERVER)
    for tail in ("before", "before/enter", f"before/enter/{participant.id}", "before/table.csv"):
        assert login_as("other_trainer").get(f"/trainings/{training.id}/tests/{tail}").status_code == 404
    observer = login_as("observer")
    assert observer.get(url_of(training)).status_code == 200
    assert observer.post(f"{url_of(training)}/forms", data={"participant": str(participant.id)}).status_code == 403
    assert observer.get(f"{url_of(training)}/enter").status_code == 403


def printed(browser, training, people, language="en", **more):
    answer = browser.post(f"{url_of(training)}/forms", data={"participant": [str(each) for each in people], "language": language, **more})
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_forms_are_printed_with_code_and_name_if_wanted(login_as, training, participant, language):
    browser = login_as("trainer")
    text = printed(browser, training, [participant.id], language, names="y")
    assert participant.code in text
    assert "周海燕" in text
    assert "周海燕" not in printed(browser, training, [participant.id], language)
    assert "A  " in text
    sitting = sitting_of(participant.id)
    assert sitting.submitted_at is None
    assert not sitting.on_paper


def test_somebody_must_be_chosen_to_print(login_as, training):
    answer = login_as("trainer").post(f"{url_of(training)}/forms?lang=en", data={})
    assert answer.status_code == 422
    assert "Please choose at least one person." in answer.text


def test_a_form_is_typed_in_by_its_code(login_as, training, participant):
    opened(training, participant)
    browser = login_as("trainer")
    found = browser.post(f"{url_of(training)}/enter", data={"code": participant.code.lower().replace("-", " ")})
    assert found.headers["Location"].endswith(f"/enter/{participant.id}")
    wrong = browser.post(f"{found.headers['Location']}?lang=en", data={"q1": "A", "q2": "ZZ"})
    assert wrong.status_code == 422
    assert 'value="ZZ"' in wrong.text
    assert 'value="A"' in wrong.text
    kept = browser.post(found.headers["Location"], data={"q1": "a", "q2": "b"})
    assert kept.headers["Location"].endswith("/tests/before/enter")
    sitting = sitting_of(participant.id)
    paper = services_tests.paper_of(sitting)
    assert sitting.on_paper
    assert sitting.responses["2"]["value"] == paper[1].order[1]
    assert 'value="B"' in browser.get(f"{url_of(training)}/enter/{participant.id}").text


def test_a_wrong_code_stays_in_the_field(login_as, training):
    answer = login_as("trainer").post(f"{url_of(training)}/enter?lang=en", data={"code": "7KQ4"})
    assert answer.status_code == 422
    assert 'value="7KQ4"' in answer.text


def right_letters(participant):
    from tests.quizzes.conftest import right_response  # noqa: PLC0415

    return [letters.write(asked, right_response(asked)) for asked in services_tests.paper_of(sitting_of(participant.id))]


def bring_in(browser, training, *rows):
    head = ",".join(["code", *map(str, range(1, 16))])
    data = "\n".join([head, *[",".join(row) for row in rows]]).encode()
    return browser.post(f"{url_of(training)}/table?lang=en", data={"file": (io.BytesIO(data), "t.csv")}, content_type="multipart/form-data")


def test_a_table_is_brought_in_whole_and_again_without_change(database, login_as, training, make_participant):
    people = [make_participant(training, name=f"学员{number}") for number in range(3)]
    for each in people:
        opened(training, each)
    rows = [[each.code, *right_letters(each)] for each in people]
    browser = login_as("trainer")
    empty = browser.get(f"{url_of(training)}/table.csv").get_data(as_text=True)
    assert [row[0] in empty for row in rows] == [True] * 3
    assert bring_in(browser, training, *rows).status_code == 303
    ids = [each.id for each in people]
    assert all(sitting_of(each).score_thousandths == 15000 for each in ids)
    assert bring_in(browser, training, *rows).status_code == 303
    assert "3 forms had been entered so before." in browser.get(f"{url_of(training)}?lang=en").text
    entered = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "training.test_entered")).all()
    assert len(entered) == 3


def test_one_wrong_cell_keeps_the_whole_table_out(database, login_as, training, make_participant):
    good, bad, unprinted = (make_participant(training, name=name) for name in "甲乙丙")
    opened(training, good)
    opened(training, bad)
    answer = bring_in(
        login_as("trainer"), training, [good.code, *right_letters(good)], [bad.code, "Q", *right_letters(bad)[1:]],
        [unprinted.code, "A", *[""] * 14], ["7KQ4-0000", "A", *[""] * 14],
    )
    assert answer.status_code == 422
    for sentence in ("Row 3, 1:", "Row 4, code:", "Row 5, code:"):
        assert sentence in answer.text
    assert sitting_of(good.id).submitted_at is None


def test_the_page_after_states_the_missing_and_costs_the_same_for_many(
    login_as, make_training, make_session, make_participant, max_queries,
):
    training = with_sessions(make_training, make_session, state=TrainingState.REPORTING)
    url = f"/trainings/{training.id}/after?lang=en"
    browser = login_as("trainer")
    crowd(training, make_participant, 6)
    browser.get(url)
    with max_queries(8) as few:
        page = browser.get(url).text
    assert "Only the 6 of 7 registered people with both tests are compared" in page
    crowd(training, make_participant, 25)
    with max_queries(8) as many:
        page = browser.get(url).text
    assert len(few) == len(many)
    assert "Show it to the room" in page
    assert "学员" not in page


def crowd(training, make_participant, number):
    make_participant(training, name="学员缺")
    for index in range(number):
        participant = make_participant(training, name=f"学员{index}", form_before="ab"[index % 2])
        take(training, participant, right=3 + index % 5)
        take(training, participant, Moment.AFTER, right=8 + index % 5, now=LATER)


def test_wall_and_files_show_the_same_figures_and_no_person(login_as, make_training, make_session, make_participant):
    training = with_sessions(make_training, make_session, state=TrainingState.REPORTING)
    crowd(training, make_participant, 6)
    browser = login_as("trainer")
    home = f"/trainings/{training.id}/after"
    assert "学员" not in browser.get(f"{home}/wall").text
    table = browser.get(f"{home}/figures.csv?lang=en").get_data(as_text=True)
    assert "All,,6," in table
    assert browser.get(f"{home}/figures.xlsx").data.startswith(b"PK")


def test_single_results_carry_pseudonyms_and_leave_a_trace(
    login_as, make_training, make_session, make_participant, make_trainer, add_trainer,
):
    training = with_sessions(make_training, make_session, state=TrainingState.REPORTING)
    add_trainer(training, make_trainer("observer", role=None), TrainerPart.OBSERVER)
    crowd(training, make_participant, 5)
    url = f"/trainings/{training.id}/after/single-results"
    lines = login_as("trainer").post(url, data={"form": "csv"}).get_data(as_text=True).splitlines()
    assert len(lines) == 6
    assert "学员" not in "".join(lines)
    assert db.session.scalars(select(AuditEntry.action)).all() == ["training.results_exported"]
    assert login_as("observer").post(url).status_code == 403


def test_a_training_without_a_test_says_so(login_as, make_training):
    training = make_training()
    assert "No knowledge test was chosen" in login_as("trainer").get(f"/trainings/{training.id}/after?lang=en").text
    assert login_as("trainer").get(url_of(training)).status_code == 404


def test_forms_are_chosen_already_for_who_has_none(login_as, training, make_participant):
    opened(training, make_participant(training, name="甲"))
    without = make_participant(training, name="乙")
    page = login_as("trainer").get(f"{url_of(training)}?lang=en").text
    assert re.findall(r'name="participant" value="([^"]+)" checked', page) == [str(without.id)]
    assert "Form printed or opened" in page


def test_ones_own_page_tells_of_both_tests(client, at, training, participant):
    page = client.get(f"/trainings/mine/{participant.code}?lang=en").text
    assert f"/trainings/mine/{participant.code}/test/before" in page
    take(training, participant)
    at(LAST_HOUR)
    page = client.get(f"/trainings/mine/{participant.code}?lang=en").text
    assert "You have submitted this test. Thank you." in page
    assert f"/trainings/mine/{participant.code}/test/after" in page


def test_the_page_before_shows_weakest_topics_and_no_person(login_as, training, make_participant):
    for number in range(6):
        take(training, make_participant(training, name=f"学员{number}", group="一组"), right=3)
    page = login_as("trainer").get(f"/trainings/{training.id}/before?lang=en").text
    assert "6 of 6 registered people have taken it; 0 are missing." in page
    assert "Weakest topics so far:" in page
