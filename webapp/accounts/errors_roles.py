"""Why a role was not granted or not ended."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class BeyondYourTree(DomainError):
    """A role for a place that the administrator does not look after."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("You can grant and end roles for the places that you administer only."))


class LastAdministrator(DomainError):
    """Nobody would be left who administers everything."""

    def __init__(self) -> None:
        super().__init__(_("This is the last person who administers everything. Make somebody else an administrator everywhere first."))


class EndsInThePast(DomainError):
    """A role that would have ended before it began."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__(_("The last day of a role is today or later."))
