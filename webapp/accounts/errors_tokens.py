"""Why an access token is not made, or opens nothing."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _


class TokenInvalid(DomainError):
    """Unknown, revoked, expired, or its owner's sign-in is closed: which of them is nobody's business."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self) -> None:
        super().__init__(_("This access token does not work. It may be mistyped, expired or revoked."))


class OwnerWithoutRole(DomainError):
    """The owner holds no role any more from which the token could take its power, or owes a second factor."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("The owner of this access token may not do this any more: a role ended, or a second factor is missing."))


class TooManyTokens(DomainError):
    """There is a limit to what one can keep an eye on."""

    def __init__(self, most: int) -> None:
        super().__init__(_("You have %(most)d access tokens that work. Revoke one first.", most=most))


class TokenOutside(DomainError):
    """A token for a place in which its owner holds no role."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("You can make access tokens for the places of your roles only."))
