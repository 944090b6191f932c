"""Fixtures of trainings: a training of the cast's county with its lead trainer, its sessions and people."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from tests.cast import Cast, password_hash
from webapp.accounts import privacy
from webapp.accounts.models import Person, Role, RoleGrant, SignIn
from webapp.accounts.models_data import Consent
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.trainings.models import TrainerPart, Training, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState
from webapp.trainings.rules_plan import room_key

if TYPE_CHECKING:
    from webapp.places.models import Place

# 14:00 in the county, a good three weeks before the training.
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 12, 14), date(2026, 12, 15)


class MakeTraining(Protocol):
    """`make_training(state=…, seats=30, lead=None)`: any columns; `lead` is the cast's trainer unless given, None for nobody."""

    def __call__(self, *, lead: Person | None = ..., **columns: Any) -> Training: ...


class MakeSession(Protocol):
    """`make_session(training, day=…, starts=…)`: the morning of the training's first day unless given."""

    def __call__(self, training: Training, **columns: Any) -> TrainingSession: ...


class MakeParticipant(Protocol):
    """`make_participant(training, name=…, state=…)`; `person` takes somebody who is there, otherwise one is made."""

    def __call__(
        self, training: Training, *, name: str = ..., state: ParticipantState = ..., person: Person | None = ..., **columns: Any,
    ) -> Participant: ...


class MakeTrainer(Protocol):
    """`make_trainer("co_trainer", place)`: a person with that role there, for whom `login_as("co_trainer")` works."""

    def __call__(self, key: str, place: Place | None = ..., *, role: Role | None = ..., name: str = ...) -> Person: ...


class AddTrainer(Protocol):
    """`add_trainer(training, person, part)`."""

    def __call__(self, training: Training, person: Person, part: TrainerPart = ...) -> None: ...


@pytest.fixture
def trainer(cast: Cast) -> Person:
    """The cast's trainer, who holds the role for the county: `login_as("trainer")`."""
    return cast.trainer


@pytest.fixture
def make_trainer(cast: Cast) -> MakeTrainer:
    """Make somebody with a role for a place and a sign-in: `login_as(key)`. Without a role: an observer or a guest."""

    def make(key: str, place: Place | None = None, *, role: Role | None = Role.TRAINER, name: str = "") -> Person:
        where = place or cast.places.county
        person = Person(
            id=new_id(), name=name or key, language="zh-Hans", time_zone="Asia/Shanghai", place_id=where.id, created_at=NOW,
        )
        db.session.add(person)
        db.session.flush()
        email = Cast.email(key)
        entry = SignIn(
            id=new_id(), person_id=person.id, email=email, email_key=email, password_hash=password_hash(), verified_at=NOW, created_at=NOW,
        )
        db.session.add_all([entry, Consent(person_id=person.id, version=privacy.current(), language="en", given_at=NOW)])
        if role is not None:
            db.session.add(RoleGrant(person_id=person.id, role=role, place_id=where.id, granted_at=NOW))
        cast.ids[key], cast.sign_in_ids[key] = person.id, entry.id
        db.session.commit()
        return person

    return make


@pytest.fixture
def other_trainer(cast: Cast, make_trainer: MakeTrainer) -> Person:
    """A trainer of another county, who sees nothing of this one: `login_as("other_trainer")`."""
    return make_trainer("other_trainer", cast.places.other_county, name="马文")


@pytest.fixture
def add_trainer() -> AddTrainer:
    """Make somebody a trainer of a training."""

    def add(training: Training, person: Person, part: TrainerPart = TrainerPart.CO) -> None:
        db.session.add(TrainingTrainer(training_id=training.id, person_id=person.id, part=part, added_at=NOW))
        db.session.commit()

    return add


@pytest.fixture
def make_training(cast: Cast) -> MakeTraining:
    """Make an announced training of two days in the cast's county; any column may be given."""
    trainer = cast.trainer

    def make(*, lead: Person | None = trainer, **columns: Any) -> Training:
        values: dict[str, Any] = {
            "id": new_id(), "code": new_code(), "state": TrainingState.ANNOUNCED, "place_id": cast.places.county.id,
            "language": "zh-Hans", "zone": "Asia/Shanghai", "first_day": FIRST_DAY, "last_day": LAST_DAY, "venue": "长安区委党校",
            "created_by_id": cast.ids["trainer"], "created_at": NOW, "changed_at": NOW,
        }
        values |= columns
        values.setdefault("room_key", room_key(values["venue"], values.get("room", "")))
        training = Training(**values)
        db.session.add(training)
        db.session.flush()
        if lead is not None:
            db.session.add(TrainingTrainer(training_id=training.id, person_id=lead.id, part=TrainerPart.LEAD, added_at=NOW))
        db.session.commit()
        return training

    return make


@pytest.fixture
def make_session() -> MakeSession:
    """Make a half-day of a training."""

    def make(training: Training, **columns: Any) -> TrainingSession:
        values: dict[str, Any] = {
            "id": new_id(), "training_id": training.id, "day": training.first_day or FIRST_DAY, "starts": time(9), "ends": time(12),
            "secret": new_code(), "changed_at": NOW,
        }
        session = TrainingSession(**{**values, **columns})
        db.session.add(session)
        db.session.commit()
        return session

    return make


@pytest.fixture
def make_participant(cast: Cast) -> MakeParticipant:
    """Make a participant of a training, registered unless another state is given."""
    county_id = cast.places.county.id

    def make(
        training: Training, *, name: str = "周海燕", state: ParticipantState = ParticipantState.REGISTERED, person: Person | None = None,
        **columns: Any,
    ) -> Participant:
        if person is None:
            person = Person(
                id=new_id(), name=name, language="zh-Hans", time_zone="Asia/Shanghai", place_id=county_id, created_at=NOW,
            )
            db.session.add(person)
            db.session.flush()
        registered = state is ParticipantState.REGISTERED
        values: dict[str, Any] = {
            "id": new_id(), "training_id": training.id, "person_id": person.id, "state": state, "joined_by": JoinedBy.TRAINER,
            "code": new_code(), "queue": 1 if state is ParticipantState.WAITING else None, "form_before": "a", "listed_at": NOW,
            "rounds": int(registered), "registered_at": NOW if registered else None,
        }
        participant = Participant(**{**values, **columns})
        db.session.add(participant)
        db.session.commit()
        return participant

    return make
