"""How a report goes on: who may move it, what is refused, what is told to whom, and what an edition keeps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Cast
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail
from webapp.core.signals import PeopleMerged, PeopleParted, people_merged, people_parted
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import ParticipationEvent
from webapp.questionnaires.models import SheetCell, SheetState
from webapp.reports import queries, rules
from webapp.reports.models import ReportEdition, ReportMove, ReportState
from webapp.reports.rules import Move, Right
from webapp.trainings.models import Training
from webapp.trainings.models_onsite import Attendance

S = ReportState
ALL = frozenset(Right)


def editions():
    db.session.expire_all()
    return db.session.query(ReportEdition).order_by(ReportEdition.number).all()


def mails_to(name):
    return [mail.subject for mail in db.session.query(OutboxMail).filter_by(recipient=Cast.email(name))]


@given(st.sampled_from(Move), st.sampled_from(S), st.sets(st.sampled_from(Right)))
def test_a_move_is_made_from_its_states_by_its_people_only(move, state, rights):
    step = rules.STEPS[move]
    if state in step.before and step.right in rights:
        assert rules.step(move, state, frozenset(rights), "words").after is step.after
        assert move in rules.possible(state, frozenset(rights))
    else:
        with pytest.raises((rules.NotYourMove, rules.MovedMeanwhile)):
            rules.step(move, state, frozenset(rights), "words")
        assert move not in rules.possible(state, frozenset(rights))


@pytest.mark.parametrize("move", [Move.RETURN, Move.CORRECT])
def test_who_returns_or_corrects_says_why(move):
    state = next(iter(rules.STEPS[move].before))
    with pytest.raises(rules.SayWhy):
        rules.step(move, state, ALL, "  ")
    with pytest.raises(rules.WordsTooLong):
        rules.step(move, state, ALL, "x" * 2001)


def test_from_the_draft_to_the_published_edition(go, finished, state_of):
    training = finished.training
    events = db.session.query(ParticipationEvent).count()
    before = db.session.get_one(Training, training.id).state
    assert go("trainer", "submit").status_code == 303
    assert state_of(training) is S.SUBMITTED
    assert go("trainer", "approve").status_code == 403
    assert go("co_trainer", "return", words="Please name the township.").status_code == 303
    assert state_of(training) is S.RETURNED
    assert queries.opened(training.id, None).report.cut_off_at is None
    assert go("co_trainer", "submit").status_code == 303
    assert go("trainer", "approve").status_code == 303
    assert go("co_trainer", "publish").status_code == 403
    answer = go("trainer", "publish")
    assert answer.status_code == 303
    (edition,) = editions()
    assert answer.location.endswith(f"/reports/{edition.code}")
    assert edition.texts.keys() == {"zh-Hans"}
    assert state_of(training) is S.PUBLISHED
    assert db.session.get_one(Training, training.id).state is before
    assert db.session.query(ParticipationEvent).count() == events
    assert [row.after for row in db.session.query(ReportMove).order_by(ReportMove.at, ReportMove.id)] == [
        S.DRAFT, S.SUBMITTED, S.RETURNED, S.SUBMITTED, S.APPROVED, S.PUBLISHED,
    ]
    actions = [row.action for row in db.session.query(AuditEntry).filter_by(subject_kind="report").order_by(AuditEntry.number)]
    assert actions == [
        "report.begun", "report.text_begun", "report.submitted", "report.returned", "report.submitted", "report.approved",
        "report.published",
    ]


def test_the_other_side_is_told_in_its_language(go, finished):
    go("trainer", "submit")
    assert len(mails_to("co_trainer")) == 1
    assert len(mails_to("staff")) == 1
    assert mails_to("other_county") == mails_to("observer") == mails_to("trainer") == []
    go("staff", "return", words="请补充乡镇名称。")
    assert len(mails_to("trainer")) == 1
    assert "请补充乡镇名称。" in db.session.query(OutboxMail).filter_by(recipient=Cast.email("trainer")).one().text


def test_staff_of_the_place_may_review_and_publish_and_others_may_not(go, finished, state_of):
    go("trainer", "submit")
    assert go("other_county", "approve").status_code == 404
    assert go("observer", "approve").status_code == 403
    assert go("staff", "approve").status_code == 303
    assert go("staff", "publish").status_code == 303
    assert state_of(finished.training) is S.PUBLISHED


def test_who_was_slower_is_told_and_changes_nothing(go, finished, state_of):
    go("trainer", "submit", version=1)
    again = go("trainer", "submit", version=1)
    assert again.status_code == 409
    assert "Somebody else has moved this report on" in again.text
    assert go("staff", "return", words="kept words", version=1).status_code == 409
    assert "kept words" in go("staff", "return", words="kept words", version=1).text
    assert state_of(finished.training) is S.SUBMITTED
    assert db.session.query(ReportMove).filter_by(after=S.SUBMITTED).count() == 1


def test_taken_back_it_can_be_written_again(go, finished, state_of):
    go("trainer", "submit")
    assert queries.opened(finished.training.id, None).texts[0].sheet.state is SheetState.SHARED
    assert go("co_trainer", "take-back").status_code == 303
    found = queries.opened(finished.training.id, None)
    assert (found.report.state, found.report.figures, found.texts[0].sheet.state) == (S.DRAFT, None, SheetState.DRAFT)


def publish(go):
    for who, move in (("trainer", "submit"), ("staff", "approve"), ("trainer", "publish")):
        assert go(who, move).status_code == 303


def test_a_correction_is_a_new_edition_and_the_old_one_stays(go, finished, client, state_of):
    publish(go)
    (first,) = editions()
    code, kept, texts = first.code, first.figures, first.texts
    page = client.get(f"/reports/{code}?lang=en").text
    assert go("trainer", "correct").status_code == 422
    assert go("trainer", "correct", words="Attendance of the last half-day").status_code == 303
    assert state_of(finished.training) is S.DRAFT
    db.session.query(Attendance).filter_by(session_id=finished.sessions[3].id).delete()
    db.session.query(SheetCell).filter_by(field_id="thanks").delete()
    db.session.commit()
    assert client.get(f"/reports/{code}?lang=en").text == page
    publish(go)
    one, two = editions()
    assert (one.figures, one.texts) == (kept, texts)
    assert (two.number, two.correction) == (2, "Attendance of the last half-day")
    assert two.figures["hours"]["attended_minutes"] < kept["hours"]["attended_minutes"]
    assert "There is a newer edition" in client.get(f"/reports/{code}?lang=en").text
    assert "Attendance of the last half-day" in client.get(f"/reports/{two.code}?lang=en").text


def test_a_second_language_that_is_not_finished_stays_out(go, finished, login_as):
    login_as("trainer").post(f"/trainings/{finished.training.id}/report/languages", data={"language": "en"})
    publish(go)
    (edition,) = editions()
    assert edition.texts.keys() == {"zh-Hans"}


def test_merged_people_keep_what_they_did_and_part_again(database, go, finished, cast):
    go("trainer", "submit")
    kept, gone = cast.ids["staff"], cast.ids["trainer"]
    event = PeopleMerged(kept, gone, finished.participants[0].listed_at)
    with unit_of_work():
        people_merged.send(event)
    assert {row.person_id for row in db.session.query(ReportMove)} == {kept}
    with unit_of_work():
        people_parted.send(PeopleParted(kept, gone, event.at, event.moved))
    assert {row.person_id for row in db.session.query(ReportMove)} == {gone}
