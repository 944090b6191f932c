"""What the builder of questionnaires refuses, and why."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class NoSuchPart(DomainError):
    """The section or field is gone, perhaps since somebody else took it out."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("This part is not in the draft any more."))


class TooMuch(DomainError):
    """A list is full."""

    def __init__(self, limit: int) -> None:
        super().__init__(_("There are %(limit)d already; more cannot be added.", limit=limit))


class DraftChanged(DomainError):
    """Somebody else saved since the page was opened."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else changed this draft since you opened the page. Look at it again, then repeat your change."))


class DraftExists(DomainError):
    """The id is in use."""

    def __init__(self) -> None:
        super().__init__(_("This id is taken. Choose another one, or edit the questionnaire that has it."))


class NotReadyToPublish(DomainError):
    """The draft has problems."""

    def __init__(self) -> None:
        super().__init__(_("The draft has problems; mend them before you publish."))
