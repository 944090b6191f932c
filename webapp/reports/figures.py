"""The figures of a report: everything that is counted, computed from the record as it stands at a moment.

They are plain content that JSON holds, so that a report can freeze them with their cut-off. Nobody's name is in them, trainers are
ids; words that somebody may change later (of places, courses, questions) are kept in both languages. Shape:

    {"cut_off": iso, "about": {...}, "counts": {name: int}, "hours": {...}, "people": {dimension: {value: {stage: int}}},
     "sessions": [...], "agenda": [...], "tests": {...} | None, "surveys": {kind: {...}}, "photos": [{"file", "caption"}]}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from webapp.core.i18n import LANGUAGES, localised, speaking
from webapp.courses.catalogue import catalogue
from webapp.reports import facts as records
from webapp.reports import figures_learning
from webapp.reports.facts import Facts, Group
from webapp.trainings.models import ItemKind, Training
from webapp.trainings.models_people import JoinedBy, ParticipantState
from webapp.trainings.records import title_of

Figures = dict[str, Any]
STAGES = ("registered", "attended", "completed")
DIMENSIONS = ("organisation_type", "position_level", "sex")


def compute(training: Training, now: datetime) -> Figures:
    """The figures of a training as of `now`; its place must be loaded.

    Five queries at most, and one or two where definitions were not read yet.
    """
    found = records.read(training.id)
    return {
        "cut_off": now.isoformat(), "about": about(training, found), **counted(found),
        "tests": figures_learning.tests(training.id), "surveys": figures_learning.surveys(found.surveys, now),
        "photos": [{"file": photo.file_id, "caption": photo.caption} for photo in found.photos],
    }


def people_only(training: Training, now: datetime) -> Figures:
    """The same without what tests and surveys tell. One query."""
    found = records.read(training.id)
    return {
        "cut_off": now.isoformat(), "about": about(training, found), **counted(found), "tests": None, "surveys": {},
        "photos": [{"file": photo.file_id, "caption": photo.caption} for photo in found.photos],
    }


def about(training: Training, found: Facts) -> Figures:
    """What the training is."""
    courses = [catalogue().course(course_id) for course_id in training.courses]
    return {
        "titles": about_titles(training), "place": {tag: localised(training.place.names, tag) for tag in LANGUAGES},
        "first_day": training.first_day.isoformat() if training.first_day else None,
        "last_day": training.last_day.isoformat() if training.last_day else None, "zone": training.zone,
        "venue": training.venue, "host": found.host, "purpose": training.purpose,
        "language": training.language, "seats": training.seats, "courses": [dict(each.title) for each in courses if each is not None],
        "trainers": [{"person": person_id, "part": part.value} for person_id, _name, part in found.trainers],
    }


def about_titles(training: Training) -> dict[str, str]:
    """What the training is called in each language."""
    titles = {}
    for tag in LANGUAGES:
        with speaking(tag):
            titles[tag] = title_of(training)
    return titles


def counted(found: Facts) -> Figures:
    """Everything that is counted of facts: pure."""
    held = [line for line in found.agenda if line.kind != ItemKind.BREAK.value]
    return {
        "counts": counts(found), "hours": hours(found), "people": people(found.groups),
        "sessions": [
            {
                "id": each.id, "day": each.day.isoformat(), "starts": each.starts, "ends": each.ends, "title": each.title,
                "planned": each.length, "present": each.present, "absent": each.absent, "minutes": each.minutes,
            }
            for each in found.sessions
        ],
        "agenda": [
            {"session": each.session_id, "titles": dict(each.titles), "kind": each.kind, "minutes": each.minutes, "held": each.held}
            for each in found.agenda
        ],
        "agenda_minutes": {
            "planned": sum(each.minutes for each in held),
            "held": sum(each.minutes if each.held is None else each.held for each in held),
            "noted": any(each.held is not None for each in found.agenda),
        },
    }


def counts(found: Facts) -> dict[str, int]:
    """Numbers of people, each person once."""
    def of(wanted: Iterable[Group]) -> int:
        return sum(group.people for group in wanted)

    groups = found.groups
    return {
        "invited": of(each for each in groups if each.invited),
        "registered": of(each for each in groups if each.state is ParticipantState.REGISTERED),
        "attended": of(each for each in groups if each.attended),
        "completed": of(each for each in groups if each.completed),
        "walk_ins": of(each for each in groups if each.attended and each.joined_by is JoinedBy.WALK_IN),
        "substitutes": of(each for each in groups if each.attended and each.joined_by is JoinedBy.SUBSTITUTE),
        "withdrawn": of(each for each in groups if each.state in (ParticipantState.WITHDRAWN, ParticipantState.DECLINED)),
        "certificates": found.certificates, "plans": found.plans,
    }


def hours(found: Facts) -> dict[str, int]:
    """Minutes: of the sessions held (those with anybody present), of attendance by everybody together; and how many were held."""
    held = [each for each in found.sessions if each.present]
    return {
        "sessions": len(found.sessions), "held": len(held), "held_minutes": sum(each.length for each in held),
        "attended_minutes": sum(each.minutes for each in held),
    }


def people(groups: Iterable[Group]) -> dict[str, dict[str, dict[str, int]]]:
    """Participants by organisation type, position level and sex: how many reached each stage. What nobody stated is under ''."""
    found: dict[str, dict[str, dict[str, int]]] = {dimension: {} for dimension in DIMENSIONS}
    for group in groups:
        stages = reached(group)
        if not any(stages.values()):
            continue
        for dimension in DIMENSIONS:
            line = found[dimension].setdefault(getattr(group, dimension), dict.fromkeys(STAGES, 0))
            for stage, yes in stages.items():
                line[stage] += group.people if yes else 0
    return {dimension: dict(sorted(lines.items(), key=lambda each: (each[0] == "", each[0]))) for dimension, lines in found.items()}


def reached(group: Group) -> Mapping[str, bool]:
    """Which stages those of a group have reached."""
    return {
        "registered": group.state is ParticipantState.REGISTERED, "attended": group.attended, "completed": group.completed,
    }


def base_of(figures: Figures) -> str:
    """Which stage tables of people show: who attended, or, before anybody has, who is registered."""
    return "attended" if figures["counts"]["attended"] else "registered"
