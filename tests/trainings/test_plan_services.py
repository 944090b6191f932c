"""Writing the plan, on both databases: two editors, copies, states, one lead, the county profile."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from tests.trainings.conftest import FIRST_DAY, NOW
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires.models import MemberRole, SheetCell, SheetMember
from webapp.trainings import conflicts, hooks, profile, queries, rules, rules_plan, services, waiting
from webapp.trainings.models import AgendaItem, ItemKind, TrainerPart, Training, TrainingMove, TrainingSession, TrainingState
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import Participant, ParticipantState
from webapp.trainings.records import locked

S = TrainingState
pytestmark = pytest.mark.usefixtures("database")


def plan(cast, **columns) -> rules_plan.Plan:
    values = {
        "place_id": cast.places.county.id, "language": "zh-Hans", "zone": "Asia/Shanghai", "first_day": FIRST_DAY,
        "last_day": FIRST_DAY + timedelta(days=1), "venue": "长安区委党校", "courses": ("tot-1-introduction",),
        "prework": (("tot-1-introduction", "from-mdgs-to-sdgs"),),
    }
    return rules_plan.Plan(**{**values, **columns})


@pytest.fixture
def training(cast):
    with unit_of_work():
        return services.create(plan=plan(cast), actor_id=cast.ids["trainer"], now=NOW)


def parts(training) -> dict:
    return {each.person_id: each.part for each in queries.team(training)}


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)))


def test_who_plans_a_training_leads_it_and_it_begins_in_negotiation(cast, training):
    assert training.state is S.NEGOTIATION
    assert training.prework == [["tot-1-introduction", "from-mdgs-to-sdgs"]]
    assert parts(training) == {cast.ids["trainer"]: TrainerPart.LEAD}
    assert [(each.before, each.after, each.name) for each in queries.moves(training.id)] == [(None, S.NEGOTIATION, "李建国")]
    assert actions()[-1] == "training.created"


def test_of_two_who_change_the_plan_at_once_the_second_is_told(cast, training):
    wanted = plan(cast)
    with unit_of_work():
        changed = services.change(
            training=locked(training.id), plan=replace(wanted, seats=40), version=1, actor_id=cast.ids["trainer"], now=NOW,
        )
    assert changed == {"seats"}
    with pytest.raises(rules.EditedMeanwhile), unit_of_work():
        services.change(training=locked(training.id), plan=replace(wanted, title="x"), version=1, actor_id=cast.ids["staff"], now=NOW)
    row = locked(training.id)
    assert (row.seats, row.title, row.version) == (40, "", 2)


def test_saving_what_is_there_changes_nothing(cast, training):
    with unit_of_work():
        assert services.change(training=locked(training.id), plan=plan(cast), version=1, actor_id=cast.ids["trainer"], now=NOW) == set()
    assert locked(training.id).version == 1
    assert actions()[-1] == "training.created"


def test_sessions_move_with_the_days_and_those_with_attendance_stay(cast, training, make_session, make_participant):
    held, free = make_session(training), make_session(training, starts=time(14), ends=time(17))
    someone = make_participant(training)
    db.session.add(Attendance(
        session_id=held.id, participant_id=someone.id, presence=Presence.PRESENT, minutes=180, changed_at=NOW,
    ))
    db.session.commit()
    later = plan(cast, first_day=date(2027, 1, 4), last_day=date(2027, 1, 5))
    seen = []
    hooks.on_changed.connect(seen.append)
    try:
        with unit_of_work():
            services.change(training=locked(training.id), plan=later, version=1, actor_id=cast.ids["trainer"], now=NOW)
    finally:
        hooks.on_changed._handlers.remove(seen.append)
    db.session.refresh(held)
    db.session.refresh(free)
    assert (held.day, free.day, free.version) == (FIRST_DAY, date(2027, 1, 4), 2)
    assert queries.figures(locked(training.id)).outside == 1
    assert locked(training.id).calendar_sequence == 1
    assert [each.columns for each in seen] == [frozenset({"first_day", "last_day"})]


def test_the_plan_of_a_closed_training_stays(cast, training):
    training.state = S.CLOSED
    db.session.commit()
    with pytest.raises(rules_plan.PlanFixed), unit_of_work():
        services.change(training=locked(training.id), plan=plan(cast, seats=3), version=1, actor_id=cast.ids["trainer"], now=NOW)
    with pytest.raises(rules_plan.PlanFixed), unit_of_work():
        services.set_part(
            training=locked(training.id), person_id=cast.ids["staff"], part=TrainerPart.CO, actor_id=cast.ids["trainer"], now=NOW,
        )


@pytest.mark.parametrize("columns", [{"first_day": None, "last_day": None}, {"venue": ""}])
def test_an_announced_training_keeps_days_and_venue(cast, training, columns):
    training.state = S.ANNOUNCED
    db.session.commit()
    with pytest.raises(rules.BadPlan), unit_of_work():
        services.change(training=locked(training.id), plan=plan(cast, **columns), version=1, actor_id=cast.ids["trainer"], now=NOW)


def test_a_copy_takes_plan_trainers_and_agenda_to_new_days_and_nobody_else(cast, training, make_session, make_participant, add_trainer):
    add_trainer(training, cast.staff, TrainerPart.CO)
    first = make_session(training)
    second = make_session(training, day=FIRST_DAY + timedelta(days=1))
    make_session(training, starts=time(19), ends=time(20), cancelled=True)
    db.session.add(AgendaItem(
        session_id=second.id, position=1, minutes=40, kind=ItemKind.TALK, titles={"en": "Talk"}, leader_id=cast.ids["staff"],
        held_minutes=55,
    ))
    make_participant(training)
    db.session.commit()
    with unit_of_work():
        wanted = services.Copy(cast.places.second_county.id, date(2027, 3, 1))
        copy = services.copy(earlier=locked(training.id), wanted=wanted, actor_id=cast.ids["staff"], now=NOW)
    assert (copy.first_day, copy.last_day, copy.state, copy.venue) == (date(2027, 3, 1), date(2027, 3, 2), S.NEGOTIATION, "")
    assert (copy.courses, copy.copied_from_id) == (["tot-1-introduction"], training.id)
    assert parts(copy) == {cast.ids["trainer"]: TrainerPart.LEAD, cast.ids["staff"]: TrainerPart.CO}
    sessions = db.session.scalars(
        select(TrainingSession).where(TrainingSession.training_id == copy.id).order_by(TrainingSession.day)
    ).all()
    assert [each.day for each in sessions] == [date(2027, 3, 1), date(2027, 3, 2)]
    assert first.secret not in {each.secret for each in sessions}
    item = db.session.scalars(select(AgendaItem).where(AgendaItem.session_id == sessions[1].id)).one()
    assert (item.minutes, item.held_minutes, item.leader_id) == (40, None, cast.ids["staff"])
    assert db.session.scalars(select(Participant).where(Participant.training_id == copy.id)).all() == []


def test_a_move_is_kept_with_its_note_and_others_hear_of_it(cast, training):
    seen = []
    hooks.on_moved.connect(seen.append)
    try:
        with unit_of_work():
            services.move(training=locked(training.id), after=S.CANCELLED, note=" 汛期 ", actor_id=cast.ids["staff"], now=NOW)
    finally:
        hooks.on_moved._handlers.remove(seen.append)
    assert [(each.before, each.after, each.note) for each in seen] == [(S.NEGOTIATION, S.CANCELLED, "汛期")]
    last = queries.moves(training.id)[-1]
    assert (last.after, last.name, last.note) == (S.CANCELLED, "赵敏", "汛期")
    assert actions()[-1] == "training.moved"


def test_a_move_that_is_refused_leaves_no_trace(cast, training):
    with pytest.raises(rules.MoveRefused), unit_of_work():
        services.move(training=locked(training.id), after=S.CLOSED, note="", actor_id=cast.ids["trainer"], now=NOW)
    assert db.session.scalars(select(TrainingMove.after).where(TrainingMove.training_id == training.id)).all() == [S.NEGOTIATION]


def set_part(cast, training, name, part):
    with unit_of_work():
        services.set_part(training=locked(training.id), person_id=cast.ids[name], part=part, actor_id=cast.ids["trainer"], now=NOW)


def test_there_is_one_lead_and_the_former_becomes_a_co_trainer(cast, training):
    set_part(cast, training, "staff", TrainerPart.LEAD)
    assert parts(training) == {cast.ids["trainer"]: TrainerPart.CO, cast.ids["staff"]: TrainerPart.LEAD}
    with pytest.raises(rules_plan.NoLead):
        set_part(cast, training, "staff", TrainerPart.OBSERVER)
    with pytest.raises(rules_plan.NoLead), unit_of_work():
        services.remove_trainer(training=locked(training.id), person_id=cast.ids["staff"], actor_id=cast.ids["trainer"], now=NOW)


def test_who_has_no_role_can_only_look_on(cast, training):
    set_part(cast, training, "outsider", TrainerPart.OBSERVER)
    with pytest.raises(rules_plan.NotATrainer):
        set_part(cast, training, "outsider", TrainerPart.CO)
    assert parts(training)[cast.ids["outsider"]] is TrainerPart.OBSERVER


def test_who_is_taken_off_leads_no_line_of_the_agenda(cast, training, make_session):
    set_part(cast, training, "staff", TrainerPart.CO)
    item = AgendaItem(
        session_id=make_session(training).id, position=1, minutes=40, kind=ItemKind.TALK, titles={"en": "Talk"},
        leader_id=cast.ids["staff"],
    )
    db.session.add(item)
    db.session.commit()
    with unit_of_work():
        services.remove_trainer(training=locked(training.id), person_id=cast.ids["staff"], actor_id=cast.ids["trainer"], now=NOW)
    db.session.refresh(item)
    assert item.leader_id is None
    assert set(parts(training)) == {cast.ids["trainer"]}


def members(sheet_id) -> dict:
    return {each.person_id: each.role for each in db.session.scalars(select(SheetMember).where(SheetMember.sheet_id == sheet_id))}


def begin_profile(cast, training):
    with unit_of_work():
        return profile.begin(training=locked(training.id), lead=cast.trainer, actor_id=cast.ids["trainer"], now=NOW).id


def test_the_profile_belongs_to_the_lead_and_follows_the_trainers(cast, training):
    set_part(cast, training, "staff", TrainerPart.CO)
    sheet_id = begin_profile(cast, training)
    assert begin_profile(cast, training) == sheet_id
    assert members(sheet_id) == {cast.ids["trainer"]: MemberRole.OWNER, cast.ids["staff"]: MemberRole.EDITOR}
    set_part(cast, training, "staff", TrainerPart.OBSERVER)
    assert members(sheet_id) == {cast.ids["trainer"]: MemberRole.OWNER}


def write(sheet_id, **values):
    for path, value in values.items():
        db.session.add(SheetCell(
            sheet_id=sheet_id, path=path, field_id=path.split("/")[0], value=value, version=1, changed_at=NOW,
        ))
    db.session.commit()


def test_the_digest_tells_plan_objectives_and_challenges_as_far_as_the_county_allows(cast, training, app):
    sheet_id = begin_profile(cast, training)
    rows = {f"challenges/r{number}": {"at": "abc"[number]} for number in range(2)}
    said = {f"challenges/r{number}/challenge": text for number, text in enumerate(("Clinics are far", "Few young people"))}
    write(sheet_id, **{"plan-name": "15th plan", "first-year": "2026", "last-year": "2030", **rows, **said})
    row = locked(training.id)
    with app.test_request_context("/?lang=en"):
        lines = dict(profile.digest(row))
        assert lines["Name of the plan"] == "15th plan"
        assert lines["Term of the plan"] == "2026–2030"
        assert lines["The main challenges"] == "Clinics are far; Few young people"
        assert profile.digest(row, profile.Audience.REPORT) == []
        write(sheet_id, showing="participants")
        assert profile.digest(row, profile.Audience.REPORT) == []
        assert dict(profile.digest(row, profile.Audience.PARTICIPANTS)) == lines


def test_a_trainer_and_a_room_at_one_time_in_two_trainings_collide(cast, training, make_training, make_session, max_queries):
    make_session(training)
    same = make_training(venue="长安区 委党校", place_id=cast.places.other_county.id)
    make_session(same, starts=time(11, 30), ends=time(12, 30))
    beside_it = make_training(venue="别处")
    make_session(beside_it, starts=time(12), ends=time(14))
    row = locked(training.id)
    with max_queries(1):
        hits = conflicts.beside(row, [cast.ids["trainer"]])
    assert [(each.other.id, each.person_id) for each in hits] == [(same.id, cast.ids["trainer"]), (same.id, None)]
    found, sessions = conflicts.among([row, same, beside_it], FIRST_DAY, FIRST_DAY)
    assert {(each.one.id, each.other.id) for each in found} == {(training.id, same.id), (same.id, beside_it.id)}
    assert {key: len(listed) for key, listed in sessions.items()} == {training.id: 1, same.id: 1, beside_it.id: 1}
    same.state = S.CANCELLED
    db.session.commit()
    assert conflicts.beside(locked(training.id), [cast.ids["trainer"]]) == []


def test_what_waits_for_a_participant_is_what_is_not_over(cast, make_training, make_participant, max_queries):
    coming = make_training()
    make_participant(coming, person=cast.learner, state=ParticipantState.INVITED)
    make_participant(make_training(state=S.CLOSED), person=cast.learner)
    make_participant(make_training(), person=cast.learner, state=ParticipantState.LISTED)
    person_id = cast.ids["learner"]
    with max_queries(1):
        lines = waiting.waiting(person_id)
    assert [(each.first_day, each.state) for each in lines] == [(FIRST_DAY, ParticipantState.INVITED)]
    assert db.session.scalar(select(waiting.fact()), {"person": person_id})
    assert not db.session.scalar(select(waiting.fact()), {"person": cast.ids["staff"]})


def test_figures_count_each_person_once_in_one_query(training, make_session, make_participant, max_queries):
    sessions = [make_session(training), make_session(training, starts=time(14), ends=time(17))]
    for number, state in enumerate([ParticipantState.REGISTERED] * 3 + [ParticipantState.WAITING, ParticipantState.APPLIED]):
        someone = make_participant(training, state=state, invited_at=NOW, completed_at=NOW if number == 0 else None)
        if number < 2:
            for session in sessions:
                db.session.add(Attendance(
                    session_id=session.id, participant_id=someone.id, presence=Presence.PRESENT, minutes=180, changed_at=NOW,
                ))
    db.session.commit()
    row = db.session.get_one(Training, training.id)
    with max_queries(1):
        counted = queries.figures(row)
    assert (counted.listed, counted.invited, counted.registered, counted.waiting, counted.applied) == (5, 5, 3, 1, 1)
    assert (counted.attended, counted.completed, counted.sessions, counted.outside) == (2, 1, 2, 0)


def test_the_course_of_the_tests_stays_once_somebody_sat_one(database, cast, make_training, make_participant):
    training = make_training(test_course_id="tot-1-introduction", courses=["tot-1-introduction", "tot-3-monitoring-reporting"])
    entry = make_participant(training)
    db.session.add(Sitting(
        training_id=training.id, participant_id=entry.id, moment=Moment.BEFORE, form="a", course_id="tot-1-introduction",
        course_revision="r", language="en", paper=[], maximum=10, started_at=NOW,
    ))
    db.session.commit()
    values = {name: getattr(training, name) for name in rules_plan.COLUMNS}
    values |= {name: tuple(tuple(pair) for pair in values[name]) for name in ("exercises", "prework")}
    values |= {"courses": tuple(values["courses"]), "test_course_id": "tot-3-monitoring-reporting"}
    with pytest.raises(rules.BadPlan, match="has taken a test already"):
        services.change(
            training=training, plan=rules_plan.Plan(**values), version=training.version, actor_id=cast.ids["trainer"], now=NOW,
        )
