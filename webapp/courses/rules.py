"""Why a course could not be published, withdrawn or exported."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class UnknownCourse(DomainError):
    """There is no course with this id."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self, course_id: str) -> None:
        super().__init__(_("There is no course “%(id)s”.", id=course_id))


class UnknownRevision(DomainError):
    """The revision of the course was never imported."""

    def __init__(self, course_id: str) -> None:
        super().__init__(_("This revision of “%(id)s” was not imported.", id=course_id))


class NotPublished(DomainError):
    """No imported revision of the course is published."""

    def __init__(self, course_id: str) -> None:
        super().__init__(_("No imported revision of “%(id)s” is published.", id=course_id))
