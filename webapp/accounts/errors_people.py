"""What can go wrong when people and organisations are looked after, each with the sentence that people see."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class InTheFuture(DomainError):
    """A change is dated on a day that has not come."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(_("The day lies in the future. Enter the change when it has happened."))


class TooEarly(DomainError):
    """A change is dated before one that is already kept."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, earliest: date) -> None:
        super().__init__(_("A later change is already recorded. The earliest day possible is %(day)s.", day=earliest.isoformat()))


class NotYours(DomainError):
    """Somebody tried to change the sign-in of a person who may do more than they may, or their own."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("This sign-in belongs to you, or to somebody whose roles reach beyond the places that you administer."))


class NoSignIn(DomainError):
    """The person has no sign-in, or one that is disabled."""

    def __init__(self) -> None:
        super().__init__(_("This person has no sign-in that works."))


class HasSignIn(DomainError):
    """The person has a sign-in already."""

    def __init__(self) -> None:
        super().__init__(_("This person already has a sign-in."))


class NameTaken(DomainError):
    """An organisation of this name exists in this place."""

    def __init__(self) -> None:
        super().__init__(_("An organisation with this name already exists in this place. Merge the two instead."))


class CannotMerge(DomainError):
    """The two are one, or one of them is merged already."""

    def __init__(self) -> None:
        super().__init__(_("These two organisations cannot be merged: they are the same, or one of them was merged before."))


class CannotMergePeople(DomainError):
    """Two people cannot be made one; the sentence says why."""


class CannotPart(DomainError):
    """Two people cannot be parted again; the sentence says why."""


class UndoneAlready(DomainError):
    """The change was undone before."""

    def __init__(self) -> None:
        super().__init__(_("This change was undone already."))


class TooLateToUndo(DomainError):
    """The time for undoing is over."""

    def __init__(self, days: int) -> None:
        super().__init__(_("A change can be undone for %(days)d days; this one is older.", days=days))


class HasNoSecondFactor(DomainError):
    """There is nothing to switch off."""

    def __init__(self) -> None:
        super().__init__(_("Signing in asks this person for no second factor."))


class NoAddress(DomainError):
    """The person signs in with a telephone number, to which no mail goes."""

    def __init__(self) -> None:
        super().__init__(_("This person has no e-mail address. Print a new code for them under “Invitation codes”."))
