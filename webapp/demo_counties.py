"""Invented county trainings of a year, in rows: who was invited, came, for how long, and what they knew before and after."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.accounts.models import Person, PositionLevel, Role, RoleGrant
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.ids import new_code, new_id
from webapp.courses import services as course_services
from webapp.courses.content import Course
from webapp.demo_crowd import Crowd, Somebody, add
from webapp.participation.models import Channel, EventKind, ParticipationEvent
from webapp.places.models import Place
from webapp.quizzes import grading
from webapp.quizzes.drawing import Asked, option_order
from webapp.quizzes.questions import paper_entry
from webapp.statistics import slow
from webapp.statistics.definitions import BY_KEY
from webapp.statistics.slices import Dimension, Slice
from webapp.trainings import events
from webapp.trainings.models import TestsNeeded, TrainerPart, Training, TrainingMove, TrainingSession, TrainingState, TrainingTrainer
from webapp.trainings.models_learning import Moment, Sitting
from webapp.trainings.models_onsite import Attendance, Presence
from webapp.trainings.models_people import JoinedBy, Participant, ParticipantState

# Counties with a training held and officials of middle level and above who came, by province: 39 and 1,137 in all.
PROVINCES = {"13": (3, 89), "36": (4, 121), "42": (5, 148), "51": (6, 171), "52": (7, 204), "53": (8, 236), "62": (6, 168)}
PLANNED_CITIES = 12
HALF_DAYS = ((0, time(9), time(12)), (0, time(14), time(17)), (1, time(9), time(12)), (1, time(14), time(16, 30)))
MIDDLE = int(PositionLevel.MIDDLE)
NOTHING = {"attended": 0, "counties": 0}
# When a training came to each state, in days from its first one.
LIFE = tuple(zip(tuple(TrainingState)[:6], (-70, -55, -30, 0, 1, 12), strict=True))
STATES = (TrainingState.NEGOTIATION, TrainingState.PREPARATION)


@dataclass(frozen=True)
class Held:
    """A training with its sessions and the moment at which each began."""

    row: Training
    sessions: Sequence[tuple[TrainingSession, datetime]]


def load(*, crowd: Crowd, course: Course, luck: random.Random, now: datetime) -> None:
    """Trainings that are over in the counties of seven provinces, and those that cities prepare. The caller commits.

    Counties in which the demo holds a training already, and who came to it, count towards the totals.
    """
    course_services.store_revisions([each for form in course.forms.values() for each in form.questions], now)
    taken = set(db.session.scalars(select(Training.place_id)))
    by = (Dimension.PROVINCE,)
    came = slow.count(Slice(cut_off=now, level_from=MIDDLE), by, [BY_KEY["attended"]])
    covered = slow.count(Slice(cut_off=now), by, [BY_KEY["counties"]])
    for code, (counties, officials) in PROVINCES.items():
        province = _one(code)
        trainer = _trainer(crowd, province, luck, now)
        free = [place for place in _below(province, "county") if place.id not in taken]
        chosen = luck.sample(free, counties - covered.get((province.path,), NOTHING)["counties"])
        missing = officials - came.get((province.path,), NOTHING)["attended"]
        for place, middle in zip(chosen, _shares(missing, len(chosen), luck), strict=True):
            _hold(crowd, course, place, trainer, middle, luck, now)
    _plan(luck, now)


def _one(code: str) -> Place:
    found = select(Place).where(Place.country == "CN", Place.code == f"{code}0000", Place.closed_on.is_(None))
    return db.session.scalars(found).one()


def _below(province: Place, level: str) -> list[Place]:
    query = select(Place).where(Place.path.startswith(province.path), Place.level == level, Place.closed_on.is_(None))
    return list(db.session.scalars(query.order_by(Place.code)))


def _shares(total: int, parts: int, luck: random.Random) -> list[int]:
    """A total in parts that are not all alike."""
    shares = [total // parts] * parts if parts else []
    for number in range(total - sum(shares)):
        shares[number % parts] += 1
    for _each in range(parts):
        one, other = luck.randrange(parts), luck.randrange(parts)
        moved = min(luck.randint(0, 6), max(0, shares[one] - 12))
        shares[one] -= moved
        shares[other] += moved
    return shares


def _trainer(crowd: Crowd, province: Place, luck: random.Random, now: datetime) -> Somebody:
    cities = _below(province, "county")
    somebody = crowd.people([luck.choice(cities)], [int(PositionLevel.SENIOR)])[0]
    db.session.add(RoleGrant(
        id=new_id(), person_id=somebody.id, role=Role.TRAINER, place_id=province.id, granted_at=now - timedelta(days=390),
        reason="demo",
    ))
    db.session.flush()
    return somebody


def _hold(
    crowd: Crowd, course: Course, place: Place, trainer: Somebody, middle: int, luck: random.Random, now: datetime,
) -> None:
    zone = settings().programme_zone
    first = (now - timedelta(days=luck.randint(20, 320))).astimezone(zone).date()
    first -= timedelta(days=first.weekday() - 1 if first.weekday() > 3 else 0)
    held = _training(course, place, trainer, first, luck, zone)
    lower, absent, declined = luck.randint(2, 6), luck.randint(1, 4), luck.randint(0, 5)
    levels = [luck.choice((30, 30, 30, 40, 40, 50)) for _each in range(middle)]
    levels += [luck.choice((10, 20)) for _each in range(lower)] + [luck.choice((10, 20, 30)) for _each in range(absent + declined)]
    people = crowd.people([place] * len(levels), levels)
    rows = [
        _participant(held.row, somebody, luck, first, says_no=number >= len(people) - declined) for number, somebody in enumerate(people)
    ]
    came = rows[: middle + lower]
    seen = [_seen(held, row["id"], luck) for row in came]
    ended = max(at for _session, at in held.sessions) + timedelta(hours=3)
    for row, marks in zip(came, seen, strict=True):
        enough = sum(mark["minutes"] for mark in marks) >= held.row.least_minutes
        row["completed_at"] = ended if enough else None
    add(Participant, rows)
    add(Attendance, (mark for marks in seen for mark in marks))
    add(ParticipationEvent, _events(held, list(zip(people, rows, strict=True)), seen))
    add(Sitting, _sittings(course, held, came, luck))


def _training(course: Course, place: Place, trainer: Somebody, first: date, luck: random.Random, zone: ZoneInfo) -> Held:
    opened = datetime.combine(first - timedelta(days=70), time(9), zone).astimezone(UTC)
    row = Training(
        id=new_id(), code=new_code(), state=TrainingState.CLOSED, place_id=place.id, language="zh-Hans", zone=zone.key, first_day=first,
        last_day=first + timedelta(days=1), venue="县委党校", room=luck.choice(("一号教室", "报告厅", "多功能厅")), room_capacity=80,
        seats=60, courses=[course.id], test_course_id=course.id, least_minutes=480, tests_needed=TestsNeeded.NONE,
        created_by_id=trainer.id, created_at=opened, changed_at=opened,
    )
    db.session.add(row)
    db.session.flush()
    db.session.add(TrainingTrainer(training_id=row.id, person_id=trainer.id, part=TrainerPart.LEAD, added_at=opened))
    before: TrainingState | None = None
    for after, back in LIFE:
        at = datetime.combine(first + timedelta(days=back), time(9), zone).astimezone(UTC)
        db.session.add(TrainingMove(id=new_id(), training_id=row.id, before=before, after=after, person_id=trainer.id, at=at, note=""))
        before = after
    sessions = []
    for day, starts, ends in HALF_DAYS:
        when = first + timedelta(days=day)
        session = TrainingSession(
            id=new_id(), training_id=row.id, day=when, starts=starts, ends=ends, secret=secrets.token_hex(32), changed_at=opened,
        )
        db.session.add(session)
        sessions.append((session, datetime.combine(when, starts, zone).astimezone(UTC)))
    db.session.flush()
    return Held(row, sessions)


def _participant(training: Training, somebody: Somebody, luck: random.Random, first: date, *, says_no: bool) -> dict[str, Any]:
    invited = datetime.combine(first - timedelta(days=28), time(2), UTC)
    joined = invited + timedelta(days=luck.randint(1, 14))
    return {
        "id": new_id(), "training_id": training.id, "person_id": somebody.id,
        "state": ParticipantState.DECLINED if says_no else ParticipantState.REGISTERED, "joined_by": JoinedBy.IMPORT,
        "code": new_code(), "queue": None, "group": "", "form_before": luck.choice("ab"), "rounds": 0 if says_no else 1,
        "listed_at": invited, "invited_at": invited, "answered_at": joined, "registered_at": None if says_no else joined, "reminders": 0,
        "diet": "", "access": "", "interpretation": "", "completed_at": None,
    }


def _seen(held: Held, participant_id: UUID, luck: random.Random) -> list[dict[str, Any]]:
    """Attendance of somebody who came at least once: most stay, some miss a half-day or come late."""
    missed = luck.randrange(4) if luck.random() < 0.18 else None
    marks = []
    for number, (session, begun) in enumerate(held.sessions):
        late = luck.choice((20, 35)) if luck.random() < 0.06 else 0
        there = number != missed
        marks.append({
            "session_id": session.id, "participant_id": participant_id, "presence": Presence.PRESENT if there else Presence.ABSENT,
            "minutes": session.minutes - late if there else 0,
            "arrived": (datetime.combine(session.day, session.starts) + timedelta(minutes=late)).time() if there and late else None,
            "left": None, "version": 1, "rounds": 1 if there else 0, "mark_id": None, "clash_id": None, "changed_at": begun,
        })
    return marks


def _events(
    held: Held, people: Sequence[tuple[Somebody, dict[str, Any]]], seen: Sequence[Sequence[dict[str, Any]]],
) -> Iterator[dict[str, Any]]:
    training_id, begun = held.row.id, {session.id: at for session, at in held.sessions}
    for somebody, row in people:
        invited, joined = row["invited_at"], row["registered_at"]
        yield somebody.event(EventKind.INVITED, invited, events.invited(row["id"]), training_id=training_id, channel=Channel.IMPORT)
        if joined is not None:
            yield somebody.event(EventKind.REGISTERED, joined, events.registered(row["id"], 1), training_id=training_id)
    for (somebody, row), marks in zip(people, seen, strict=False):
        for mark in marks:
            if mark["presence"] is Presence.PRESENT:
                yield somebody.event(
                    EventKind.ATTENDED, begun[mark["session_id"]], events.attended(row["id"], mark["session_id"], 1),
                    training_id=training_id, channel=Channel.ONSITE, minutes=mark["minutes"],
                )
        if row["completed_at"] is not None:
            yield somebody.event(
                EventKind.COMPLETED, row["completed_at"], events.completed(row["id"]), training_id=training_id, channel=Channel.ONSITE,
            )


def _sittings(course: Course, held: Held, came: Sequence[dict[str, Any]], luck: random.Random) -> Iterator[dict[str, Any]]:
    """Tests before and after: most took both, and know more after."""
    first = held.sessions[0][1]
    for row in came:
        skill = luck.uniform(0.25, 0.65)
        moments = ((Moment.BEFORE, 0.94, first - timedelta(days=2)), (Moment.AFTER, 0.88, first + timedelta(days=1, hours=8)))
        for moment, chance, at in moments:
            if luck.random() > chance:
                continue
            form = row["form_before"] if moment is Moment.BEFORE else {"a": "b", "b": "a"}[row["form_before"]]
            known = skill if moment is Moment.BEFORE else min(0.95, skill + luck.uniform(0.1, 0.4))
            questions = course.forms[form].questions
            marks = [Fraction(each.points) if luck.random() < known else Fraction(0) for each in questions]
            yield {
                "id": new_id(), "training_id": held.row.id, "participant_id": row["id"], "moment": moment, "form": form,
                "course_id": course.id, "course_revision": course.revision, "language": "zh-Hans", "responses": {}, "version": 1,
                "paper": [paper_entry(Asked(each, option_order(each, 1))) for each in questions],
                "maximum": sum(each.points for each in questions), "started_at": at, "saved_at": at, "submitted_at": at, "on_paper": False,
                "entered_by_id": None, "marks": grading.marks_text(marks),
                "score_thousandths": grading.thousandths(sum(marks, Fraction(0))),
            }


def _plan(luck: random.Random, now: datetime) -> None:
    """Cities with which a training is being agreed or prepared, as many as are missing."""
    zone = settings().programme_zone
    there = db.session.scalar(
        select(func.count(Training.place_id.distinct())).join(Place, Place.id == Training.place_id)
        .where(Training.state.in_(STATES), Place.level == "city")
    ) or 0
    trainers = {grant.place_id: grant.person_id for grant in db.session.scalars(select(RoleGrant).where(RoleGrant.reason == "demo"))}
    taken = set(db.session.scalars(select(Training.place_id)))
    for number, code in enumerate((tuple(PROVINCES) * 2)[: PLANNED_CITIES - there]):
        province = _one(code)
        city = luck.choice([place for place in _below(province, "city") if place.id not in taken])
        taken.add(city.id)
        trainer = db.session.get_one(Person, trainers[province.id])
        begun = now - timedelta(days=luck.randint(5, 60))
        row = Training(
            id=new_id(), code=new_code(), state=STATES[number % 2], place_id=city.id, language="zh-Hans", zone=zone.key,
            created_by_id=trainer.id, created_at=begun, changed_at=begun,
        )
        db.session.add(row)
        db.session.flush()
        db.session.add(TrainingTrainer(training_id=row.id, person_id=trainer.id, part=TrainerPart.LEAD, added_at=begun))
        db.session.add(TrainingMove(
            id=new_id(), training_id=row.id, before=None, after=row.state, person_id=trainer.id, at=begun, note="",
        ))
    db.session.flush()
