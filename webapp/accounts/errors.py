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


class NoSecondFactor(DomainError):
    """Nothing is being set up, or it took too long."""

    def __init__(self) -> None:
        super().__init__(_("Setting up took too long or was done before. Begin again."))


class HalfwayOver(DomainError):
    """The password was given too long ago, or this sign-in was finished."""

    def __init__(self) -> None:
        super().__init__(_("It took too long. Sign in again."))


class InvitationUnknown(DomainError):
    """Mistyped, used up, closed, too old or never issued: which of them is nobody's business."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__(_("This code does not work. Check each character; perhaps it was used already or is too old."))


class IdentityTaken(DomainError):
    """The identity at the provider opens another account."""

    def __init__(self) -> None:
        super().__init__(_("This identity is connected with another account already."))


class LastWayIn(DomainError):
    """Without it nobody could sign in any more."""

    def __init__(self) -> None:
        super().__init__(_("This is your only way to sign in. Choose a password first."))


class PhoneTaken(DomainError):
    """Somebody else signs in with the number. The sentence tells no more than that it will not do."""

    def __init__(self) -> None:
        super().__init__(_("This number cannot be used to sign in. Use another one, or ask who gave you the code."))
