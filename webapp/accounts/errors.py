"""What can go wrong with an account, each with the sentence that people see."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class EmailTaken(DomainError):
    """The address has a sign-in already. Never shown to somebody who is signing up."""

    def __init__(self) -> None:
        super().__init__(_("This e-mail address belongs to somebody else's account."))


class DeadLink(DomainError):
    """A mailed link that leads nowhere (any more)."""

    status = HTTPStatus.GONE


class LinkUnknown(DeadLink):
    """Never issued, or cut off by the mail program."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("This link is not one of ours. Perhaps your mail program cut it off: copy the whole address from the mail."))


class LinkExpired(DeadLink):
    """Too old."""

    def __init__(self) -> None:
        super().__init__(_("This link is too old. For your safety links from our mails work for a limited time only."))


class LinkUsed(DeadLink):
    """Used before, or made void by a newer one."""

    def __init__(self) -> None:
        super().__init__(_("This link has been used already. Each link works once."))


class NoSuchGrant(DomainError):
    """A role that was not granted, or was revoked before."""

    def __init__(self) -> None:
        super().__init__(_("This role is no longer held."))
