"""Attendance written by several at once and to both databases; people who come by the door; paper and files."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from tests.cast import plant_places
from webapp.accounts.models import Organisation, OrganisationType, Person
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.participation.models import Channel, EventKind, ParticipationEvent
from webapp.participation.origin import Origin
from webapp.trainings import queries_attendance, services_attendance, services_check_in
from webapp.trainings.attendance_rules import Said
from webapp.trainings.attendance_sheet import BadCell, cell_text, read_cell
from webapp.trainings.attendance_shown import table
from webapp.trainings.check_in import Ticket
from webapp.trainings.errors_attendance import TicketUsed
from webapp.trainings.models import Training, TrainingSession, TrainingState
from webapp.trainings.models_onsite import Attendance, AttendanceMark, CheckInTicket, MarkChannel, MarkIsWritten, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.services_attendance import Sent

MORNING = datetime(2026, 12, 14, 1, 5, tzinfo=UTC)
DAY = date(2026, 12, 14)
ORIGIN = Origin("zh-Hans")
PRESENT, ABSENT = Said(Presence.PRESENT), Said(Presence.ABSENT)


def count(table, *where):
    return db.session.scalar(sa.select(sa.func.count()).select_from(table).where(*where))


@pytest.fixture
def morning(make_training, make_session, make_participant, at):
    at(MORNING)
    training = make_training(state=TrainingState.RUNNING)
    return SimpleNamespace(training=training, session=make_session(training), one=make_participant(training), make=make_participant)


def mark(morning, said=PRESENT, *, after=(), device="", mark_id=None, channel=MarkChannel.LIST, now=MORNING):
    sent = Sent(mark_id or uuid4(), morning.one.id, said, after=tuple(after), device=device)
    with unit_of_work():
        done = services_attendance.apply_marks(
            morning.training, morning.session, [sent], channel=channel, person_id=morning.training.created_by_id, origin=ORIGIN, now=now,
        )
    return done[0]


def held(morning):
    return db.session.get(Attendance, (morning.session.id, morning.one.id), populate_existing=True)


def test_a_mark_is_kept_merged_and_counted(database, morning):
    assert mark(morning, Said(Presence.PRESENT, time(9, 40))).outcome == "applied"
    assert (held(morning).minutes, held(morning).version, held(morning).rounds) == (140, 1, 1)
    event = db.session.scalars(sa.select(ParticipationEvent).where(ParticipationEvent.kind == EventKind.ATTENDED)).one()
    assert (event.channel, event.training_id) == (Channel.ONSITE, morning.training.id)
    assert event.happened_at == datetime(2026, 12, 14, 1, 0, tzinfo=UTC)


def test_two_devices_clash_and_a_choice_ends_it(database, morning):
    mark(morning, device="a")
    assert mark(morning, ABSENT, device="b", now=MORNING.replace(minute=20)).outcome == "conflict"
    clash = held(morning).clash_id
    assert clash is not None
    claims = queries_attendance.claims(morning.session.id, [morning.one.id])[morning.one.id]
    assert [each.said for each in claims] == [ABSENT, PRESENT]
    with unit_of_work():
        services_attendance.settle(
            morning.training, morning.session, morning.one.id, claims[1].mark_id, person_id=morning.training.created_by_id, origin=ORIGIN,
            now=MORNING.replace(minute=25),
        )
    assert (held(morning).presence, held(morning).clash_id) == (Presence.PRESENT, None)


def test_a_mark_that_comes_after_the_one_that_took_its_place_changes_nothing(database, morning):
    first = uuid4()
    mark(morning, ABSENT, after=[first], device="a")
    assert mark(morning, PRESENT, mark_id=first, device="a", now=MORNING.replace(minute=30)).outcome == "older"
    assert held(morning).presence is Presence.ABSENT
    assert count(ParticipationEvent, ParticipationEvent.kind == EventKind.ATTENDED) == 0


def test_present_absent_present_counts_once_with_one_event_taken_back(database, morning):
    for said in (PRESENT, ABSENT, PRESENT):
        mark(morning, said, after=[held(morning).mark_id] if held(morning) else [])
    assert held(morning).rounds == 2
    assert count(ParticipationEvent, ParticipationEvent.kind == EventKind.ATTENDED) == 2
    assert count(ParticipationEvent, ParticipationEvent.kind == EventKind.RETRACTED) == 1


def minutes_of(training_id):
    """Minutes of everybody who was there at all, as the table of the training says."""
    return {line.person.participant_id: line.minutes for line in table(training_id).lines if line.minutes}


def minutes_that_count():
    corrected = sa.select(ParticipationEvent.corrects_id).where(ParticipationEvent.corrects_id.is_not(None))
    return list(db.session.scalars(sa.select(ParticipationEvent.minutes).where(
        ParticipationEvent.kind == EventKind.ATTENDED, ParticipationEvent.id.not_in(corrected),
    )))


def test_another_length_is_another_event(database, morning):
    mark(morning)
    assert minutes_that_count() == [180]
    mark(morning, Said(Presence.PRESENT, time(9, 40)), after=[held(morning).mark_id])
    assert minutes_that_count() == [140]
    mark(morning, Said(Presence.PRESENT, time(9, 40)), after=[held(morning).mark_id])
    assert held(morning).rounds == 2


def test_what_comes_from_paper_says_so(database, morning):
    mark(morning, channel=MarkChannel.PAPER)
    event = db.session.scalars(sa.select(ParticipationEvent).where(ParticipationEvent.kind == EventKind.ATTENDED)).one()
    assert event.channel is Channel.PAPER


def test_a_session_moved_after_attendance_was_taken_keeps_it(database, morning):
    mark(morning, Said(Presence.PRESENT, time(9, 40)))
    with unit_of_work():
        session = db.session.get(TrainingSession, morning.session.id)
        session.starts, session.ends = time(14), time(16)
        assert services_attendance.recount(morning.training, session, origin=ORIGIN, now=MORNING) == 1
    assert held(morning).minutes == 120
    assert minutes_that_count() == [120]
    assert minutes_of(morning.training.id) == {morning.one.id: 120}


def test_a_cancelled_session_counts_no_minutes(database, morning):
    mark(morning)
    with unit_of_work():
        db.session.get(TrainingSession, morning.session.id).cancelled = True
    assert minutes_of(morning.training.id) == {}


def test_a_mark_cannot_be_changed(database, morning):
    mark(morning)
    row = db.session.scalars(sa.select(AttendanceMark)).one()
    row.device = "other"
    with pytest.raises(MarkIsWritten):
        db.session.flush()
    db.session.rollback()


def settled():
    """A training with committed rows, as threads see them: ids only."""
    with unit_of_work():
        places = plant_places()
        person = Person(id=new_id(), name="培训师", language="zh-Hans", created_at=MORNING)
        db.session.add(person)
        db.session.flush()
        training = Training(
            id=new_id(), code=new_code(), state=TrainingState.RUNNING, place_id=places.county.id, language="zh-Hans", zone="Asia/Shanghai",
            first_day=DAY, last_day=DAY, created_by_id=person.id, created_at=MORNING, changed_at=MORNING,
        )
        db.session.add(training)
        db.session.flush()
        session = TrainingSession(
            id=new_id(), training_id=training.id, day=DAY, starts=time(9), ends=time(12), secret=new_code(), changed_at=MORNING,
        )
        member = Person(id=new_id(), name="周海燕", language="zh-Hans", created_at=MORNING)
        db.session.add_all([session, member])
        db.session.flush()
        participant = Participant(
            id=new_id(), training_id=training.id, person_id=member.id, state=ParticipantState.REGISTERED, joined_by=JoinedBy.TRAINER,
            code=new_code(), form_before="a", listed_at=MORNING, rounds=1,
        )
        db.session.add(participant)
        # Before the commit: a look at a row afterwards would begin a transaction that the threads wait for.
        return training.id, session.id, participant.id, person.id


def at_once(app, deed, times=6):
    def run(number):
        with app.app_context():
            try:
                with unit_of_work():
                    return deed(number)
            except TicketUsed as used:
                return used

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_six_presses_of_check_in_at_once_make_one(committed):
    training_id, session_id, participant_id, _person = settled()

    def enter(number):
        session, training = queries_attendance.session_with_training(session_id)
        who = db.session.execute(
            sa.select(Participant, Person).join(Person, Person.id == Participant.person_id).where(Participant.id == participant_id)
        ).one()
        # Three times the same page, three times pages of their own.
        ticket = Ticket(session_id, "one" if number < 3 else str(number))
        return services_check_in.check_in(training, session, who, ticket, origin=ORIGIN, now=MORNING).again

    assert sorted(at_once(committed, enter)) == [False, True, True, True, True, True]
    assert count(CheckInTicket) == count(AttendanceMark) == 1
    assert count(ParticipationEvent, ParticipationEvent.kind == EventKind.ATTENDED) == 1
    assert minutes_of(training_id) == {participant_id: 180}


def test_devices_that_send_at_once_lose_nothing_and_count_once(committed):
    training_id, session_id, participant_id, person_id = settled()
    same = uuid4()

    def send(number):
        session, training = queries_attendance.session_with_training(session_id)
        marks = [
            Sent(same, participant_id, PRESENT, device="same"),
            Sent(UUID(int=number + 1), participant_id, PRESENT if number % 2 else ABSENT, device=f"device-{number}"),
        ]
        return [
            each.outcome for each in services_attendance.apply_marks(
                training, session, marks, channel=MarkChannel.LIST, person_id=person_id, origin=ORIGIN, now=MORNING,
            )
        ]

    outcomes = at_once(committed, send)
    assert sum(each[0] == "known" for each in outcomes) == 5
    assert count(AttendanceMark) == 7
    row = db.session.get(Attendance, (session_id, participant_id))
    assert row.clash_id is not None
    attended = count(ParticipationEvent, ParticipationEvent.kind == EventKind.ATTENDED)
    assert attended == row.rounds
    assert attended - count(ParticipationEvent, ParticipationEvent.kind == EventKind.RETRACTED) == (row.presence is Presence.PRESENT)
    assert training_id


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", None), ("1", PRESENT), ("√", PRESENT), (" 到 ", PRESENT), ("0", ABSENT), ("缺", ABSENT),
        ("9:40", Said(Presence.PRESENT, time(9, 40))),
        ("０９４０", Said(Presence.PRESENT, time(9, 40))), ("-11:00", Said(Presence.PRESENT, None, time(11))),
        ("9:40～11:00", Said(Presence.PRESENT, time(9, 40), time(11))),
    ],
)
def test_cells_are_read_as_people_type_them(typed, said):
    assert read_cell(typed) == said
    if said is not None:
        assert read_cell(cell_text(said)) == said


@pytest.mark.parametrize("typed", ["2", "25:00", "9:61", "vielleicht", "-", "9:40-x"])
def test_other_cells_are_refused(typed):
    with pytest.raises(BadCell):
        read_cell(typed)


def test_the_grid_saves_what_was_changed_and_names_what_cannot_be_read(login_as, database, morning):
    two = morning.make(morning.training, name="段文秀")
    name, other = f"{morning.one.id}-{morning.session.id}", f"{two.id}-{morning.session.id}"
    url, one = f"/trainings/{morning.training.id}/attendance/paper", morning.one.id
    page = login_as("trainer").post(f"{url}?lang=en", data={
        "key": str(uuid4()), f"c-{name}": "9:40", f"was-{name}": "|", f"c-{other}": "quatsch", f"was-{other}": "|",
    })
    assert page.status_code == 422
    assert "“quatsch” is neither 1 nor 0" in page.text
    assert 'value="quatsch"' in page.text
    assert db.session.scalars(sa.select(Attendance)).one().participant_id == one


def test_the_saved_table_comes_back_filled_in(login_as, morning):
    url, trainer = f"/trainings/{morning.training.id}/attendance", login_as("trainer")
    morning.make(morning.training, name="段文秀")
    saved = trainer.post(f"{url}.xlsx")
    book = load_workbook(io.BytesIO(saved.data))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][3] == "2026-12-14 09:00"
    sheet.cell(2, 4).value, sheet.cell(3, 4).value = 1, "9:30"
    filled = io.BytesIO()
    book.save(filled)
    for _time in range(2):
        form = {"file": (io.BytesIO(filled.getvalue()), "a.xlsx")}
        answer = trainer.post(f"{url}/paper/file", data=form, content_type="multipart/form-data")
        assert answer.status_code == 303
    assert sorted(db.session.scalars(sa.select(Attendance.minutes))) == [150, 180]
    assert count(AttendanceMark) == 2
    assert ",1," in trainer.post(f"{url}.csv").text


def test_a_file_of_strangers_is_refused_row_by_row(login_as, morning):
    content = "Name,2026-12-14 09:00\n周海燕,1\n没有人,1\n".encode()
    answer = login_as("trainer").post(
        f"/trainings/{morning.training.id}/attendance/paper/file?lang=en", data={"file": (io.BytesIO(content), "a.csv")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert "Row 3" in answer.text
    assert count(AttendanceMark) == 1


def walk_in(client, morning, **form):
    return client.post(
        f"/trainings/{morning.training.id}/attendance/{morning.session.id}/walk-in?lang=en",
        data={
            "key": str(uuid4()), "name": "高建国", "organisation": "住房和城乡建设局", "phone": "13800138000", "sex": "male", "level": "30",
            **form,
        },
    )


def test_a_walk_in_is_registered_beyond_the_seats_and_present(login_as, database, morning):
    training_id, session_id, place_id = morning.training.id, morning.session.id, morning.training.place_id
    with unit_of_work():
        db.session.get(Training, training_id).seats = 1
    assert walk_in(login_as("trainer"), morning).status_code == 303
    came = db.session.scalars(sa.select(Participant).where(Participant.joined_by == JoinedBy.WALK_IN)).one()
    person = db.session.get(Person, came.person_id)
    assert (came.state, person.phone, person.sex.value, person.position_level, person.place_id) == (
        ParticipantState.REGISTERED, "+8613800138000", "male", 30, place_id,
    )
    assert db.session.get(Attendance, (session_id, came.id)).presence is Presence.PRESENT


def test_a_double_click_registers_one_walk_in(login_as, morning):
    trainer, key = login_as("trainer"), str(uuid4())
    for _click in range(2):
        assert walk_in(trainer, morning, key=key).status_code == 303
    assert count(Participant, Participant.joined_by == JoinedBy.WALK_IN) == 1


def test_who_was_invited_and_comes_stays_one_person(login_as, morning):
    invited = morning.make(morning.training, name="高建国", state=ParticipantState.INVITED)
    invited_id = invited.id
    assert walk_in(login_as("trainer"), morning).status_code == 303
    assert db.session.get(Participant, invited_id).state is ParticipantState.REGISTERED
    assert count(Person, Person.name == "高建国") == 1


def test_somebody_known_by_name_and_organisation_stays_one_person(login_as, morning):
    with unit_of_work():
        office = Organisation(
            name="住房和城乡建设局", name_key="住房和城乡建设局", type=OrganisationType.GOVERNMENT, place_id=morning.training.place_id,
            created_at=MORNING,
        )
        db.session.add(office)
        db.session.flush()
        db.session.add(Person(id=new_id(), name="高建国", language="zh-Hans", organisation_id=office.id, created_at=MORNING))
    assert walk_in(login_as("trainer"), morning).status_code == 303
    assert count(Person, Person.name == "高建国") == 1


def test_the_same_name_is_asked_about(login_as, morning):
    trainer = login_as("trainer")
    page = walk_in(trainer, morning, name="周海燕")
    assert page.status_code == 422
    assert "is on the list already" in page.text
    assert walk_in(trainer, morning, name="周海燕", another="y").status_code == 303
    assert count(Person, Person.name == "周海燕") == 2


@pytest.mark.parametrize(("form", "said"), [({"name": ""}, "Name: please fill this in"), ({"phone": "eins"}, "Telephone:")])
def test_what_cannot_be_is_said_at_its_field(login_as, morning, form, said):
    page = walk_in(login_as("trainer"), morning, **form)
    assert page.status_code == 422
    assert said in page.text
    assert "住房和城乡建设局" in page.text


def test_a_substitute_takes_seat_and_group_and_nobody_moves_up(login_as, database, morning):
    one, training_id, session_id = morning.one.id, morning.training.id, morning.session.id
    waiting = morning.make(morning.training, name="等候", state=ParticipantState.WAITING).id
    with unit_of_work():
        db.session.get(Training, training_id).seats = 1
        db.session.get(Participant, one).group = "第一组"
    answer = login_as("trainer").post(f"/trainings/{training_id}/attendance/substitute", data={
        "key": str(uuid4()), "for": str(one), "session": str(session_id), "name": "高建国", "organisation": "",
    })
    assert answer.status_code == 303
    came = db.session.scalars(sa.select(Participant).where(Participant.substitute_for_id == one)).one()
    assert (came.state, came.group, came.joined_by) == (ParticipantState.REGISTERED, "第一组", JoinedBy.SUBSTITUTE)
    assert db.session.get(Participant, one).state is ParticipantState.WITHDRAWN
    assert db.session.get(Participant, waiting).state is ParticipantState.WAITING
    assert db.session.get(Attendance, (session_id, came.id)).presence is Presence.PRESENT
    assert clock.now() == MORNING
