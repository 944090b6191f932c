"""What the scheduler runs for this room."""

from __future__ import annotations

from datetime import datetime

from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.participation.origin import Origin
from webapp.quizzes import queries, services

AT_ONCE = 200


def close_expired(now: datetime) -> int:
    """Grade attempts whose time is up, each in a unit of work of its own; the number graded.

    Safe beside other runners and beside the learner's own click: whoever has the lock first grades, the others find it done.
    An attempt at a course that is no longer offered waits until the course is back.
    """
    graded = 0
    for attempt_id in queries.overdue(now, AT_ONCE):
        with unit_of_work():
            found = queries.overdue_locked(attempt_id)
            course = catalogue().course(found.attempt.course_id) if found else None
            if found and course:
                graded += services.submit(owned=found, course=course, origin=Origin(found.attempt.language), now=now)
    return graded
