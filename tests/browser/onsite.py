"""A training under way in the world of the browser tests, made by services as a trainer would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from webapp.accounts.models import Person, Role, RoleGrant
from webapp.core import clock
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.places.models import Place
from webapp.trainings.models import TrainerPart, Training, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_onsite import Attendance, AttendanceMark
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

if TYPE_CHECKING:
    from tests.browser.world import Account, World

NAMES = ("周海燕", "段文秀", "高建国", "和春梅", "李志强", "陈立新", "Amina Diallo", "欧阳若兰")


@dataclass(frozen=True)
class Onsite:
    """A training today, its session from now on, and codes of its participants by name."""

    trainer: Account
    training_id: UUID
    session_id: UUID
    participants: dict[str, UUID]
    codes: dict[str, str]

    @property
    def home(self) -> str:
        """Address of the training."""
        return f"/trainings/{self.training_id}"

    @property
    def list(self) -> str:
        """Address of the session's list."""
        return f"{self.home}/attendance/{self.session_id}"


def onsite(world: World) -> Onsite:
    """Make a running training with a session that began a while ago, in a zone where that is in the same day."""
    trainer, now = world.person("王佳宁"), clock.now()
    # A zone in which it is around noon, so that the session does not run into another day.
    hour = (12 - now.astimezone(UTC).hour + 12) % 24 - 12
    zone = f"Etc/GMT{-hour:+d}"
    local = now + timedelta(hours=hour)
    starts = time(local.hour, local.minute)
    with world.app.app_context(), unit_of_work():
        place = db.session.scalars(sa.select(Place).where(Place.level == "county").order_by(Place.code).limit(1)).one()
        db.session.add(RoleGrant(person_id=trainer.person_id, role=Role.TRAINER, place_id=place.id, granted_at=now))
        training = Training(
            id=new_id(), code=new_code(), state=TrainingState.RUNNING, place_id=place.id, language="zh-Hans", zone=zone,
            first_day=local.date(), last_day=local.date(), venue="石桥县委党校", room="一楼报告厅", created_by_id=trainer.person_id,
            created_at=now, changed_at=now, seats=40,
        )
        db.session.add(training)
        db.session.flush()
        db.session.add(TrainingTrainer(training_id=training.id, person_id=trainer.person_id, part=TrainerPart.LEAD, added_at=now))
        session = TrainingSession(
            id=new_id(), training_id=training.id, day=local.date(), starts=starts, ends=time(local.hour + 4, local.minute),
            secret=new_code(), changed_at=now,
        )
        db.session.add(session)
        people, codes = {}, {}
        for name in NAMES:
            person = Person(id=new_id(), name=name, language="zh-Hans", place_id=place.id, created_at=now)
            db.session.add(person)
            db.session.flush()
            row = Participant(
                id=new_id(), training_id=training.id, person_id=person.id, state=ParticipantState.REGISTERED, joined_by=JoinedBy.TRAINER,
                code=new_code(), form_before="a", listed_at=now, registered_at=now, rounds=1,
            )
            db.session.add(row)
            people[name], codes[name] = row.id, row.code
        return Onsite(trainer, training.id, session.id, people, codes)


def held(world: World, place: Onsite) -> dict[str, tuple[str, bool]]:
    """What the server holds: by name, the presence and whether marks clash."""
    names = {value: key for key, value in place.participants.items()}
    with world.app.app_context():
        rows = db.session.scalars(sa.select(Attendance).where(Attendance.session_id == place.session_id))
        return {names[row.participant_id]: (row.presence.value, row.clash_id is not None) for row in rows}


def marks(world: World, place: Onsite) -> list[tuple[str, datetime, datetime, datetime]]:
    """Every mark: whose, by the device's clock, by ours, and when it came."""
    names = {value: key for key, value in place.participants.items()}
    with world.app.app_context():
        rows = db.session.scalars(sa.select(AttendanceMark).where(AttendanceMark.session_id == place.session_id))
        return [(names[row.participant_id], row.device_at, row.marked_at, row.received_at) for row in rows]
