"""Fixtures of rooms that stand on learning: the small courses on the shelf, and people in them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.learning.small_course import FINAL, SOIL, WATER, shelve, write
from webapp.learning import services
from webapp.participation.models import Device
from webapp.participation.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from webapp.courses.catalogue import Shelf
    from webapp.courses.content import Course

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
ORIGIN = Origin("zh-Hans", Device.PHONE)


@pytest.fixture(scope="session")
def courses_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("courses"))


@pytest.fixture
def small_courses(built_app: Flask, courses_folder: Path) -> Iterator[Shelf]:
    """The application shows the small courses instead of the shipped ones."""
    before = built_app.extensions.get("courses")
    with built_app.app_context():
        shelf = shelve(courses_folder)
    built_app.extensions["courses"] = shelf
    yield shelf
    if before is None:
        built_app.extensions.pop("courses")
    else:
        built_app.extensions["courses"] = before


@pytest.fixture
def water(small_courses: Shelf) -> Course:
    """The course with two lessons, a check, a final quiz and a certificate."""
    return small_courses.catalogue.course(WATER)


@pytest.fixture
def soil(small_courses: Shelf) -> Course:
    """The course with one lesson and no certificate."""
    return small_courses.catalogue.course(SOIL)


def enrol(person, course, now=NOON):
    return services.enrol(person=person, course=course, origin=ORIGIN, now=now)


def finish(person, course, *step_ids, now=NOON):
    """Mark steps done for somebody who is enrolled by it; the enrolment."""
    enrolment = enrol(person, course, now)
    for step_id in step_ids:
        services.finish_step(person=person, enrolment=enrolment, course=course, step=course.step(step_id), origin=ORIGIN, now=now)
    return enrolment


def complete(person, course, now=NOON):
    """Everything that the course asks for; the enrolment."""
    needed = [step.id for step in course.steps if step.id in (*course.completion.lessons, FINAL)]
    return finish(person, course, *needed, now=now)
