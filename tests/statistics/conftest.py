"""What the tests of this room share."""

from datetime import timedelta

import pytest

from tests.learning.fixtures import NOON, complete, courses_folder, enrol, finish, small_courses, soil, water
from tests.learning.small_course import SPRINGS
from tests.statistics.moments import SHOWN_AT
from webapp.core.database import db

__all__ = ["courses_folder", "small_courses", "soil", "water"]


@pytest.fixture
def people(cast, water, soil, at):
    """Three people of three counties in two courses, on the programme's 14th of September."""
    complete(cast.learner, water)
    finish(cast.second_learner, water, SPRINGS)
    enrol(cast.other_county, soil, NOON + timedelta(days=7))
    db.session.commit()
    at(SHOWN_AT)
    return cast
