"""Pure decisions about sheets, and why something is refused."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.i18n import _
from webapp.questionnaires.models import MemberRole, SheetState

WRITERS = frozenset({MemberRole.OWNER, MemberRole.EDITOR})
WRITTEN = frozenset({SheetState.DRAFT, SheetState.RETURNED})
# From which states a sheet may come into each.
MOVES = {
    SheetState.SHARED: WRITTEN,
    SheetState.DRAFT: frozenset({SheetState.SHARED}),
    SheetState.RETURNED: frozenset({SheetState.SHARED, SheetState.DONE}),
    SheetState.DONE: frozenset({SheetState.SHARED}),
}
MOST_CHANGES = 1000


class SheetIsClosed(DomainError):
    """Somebody writes on a sheet that is handed in or accepted."""

    def __init__(self, state: SheetState) -> None:
        self.state = state
        super().__init__(
            _("This sheet has been accepted; it can no longer be changed.") if state is SheetState.DONE
            else _("This sheet has been handed in. Take it back to change it.")
        )


class NotYourPart(DomainError):
    """A member does what their part in the sheet does not allow."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("You can read this sheet and comment on it. Its owner can let you write."))


class NoSuchMove(DomainError):
    """A sheet is moved to a state that it cannot come into from where it is."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else was faster: the sheet is not in the state that you saw. Look at it again."))


class TooManyChanges(DomainError):
    """More changes at once than any page sends."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self) -> None:
        super().__init__(_("At most %(limit)d changes are taken at once.", limit=MOST_CHANGES))


def may_write(role: MemberRole | None, state: SheetState) -> None:
    """Raise `NotYourPart` or `SheetIsClosed` unless a member may change values now."""
    if role not in WRITERS:
        raise NotYourPart
    if state not in WRITTEN:
        raise SheetIsClosed(state)


def may_move(state: SheetState, to: SheetState) -> None:
    """Raise `NoSuchMove` unless a sheet may go from one state to the other."""
    if state not in MOVES[to]:
        raise NoSuchMove
