"""What the tests of this room share."""

from tests.learning.fixtures import courses_folder, small_courses, soil, water

__all__ = ["courses_folder", "small_courses", "soil", "water"]
