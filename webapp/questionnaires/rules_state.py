"""Pure decisions about states and parts, and what stands in the way of handing in."""

from __future__ import annotations

from http import HTTPStatus

from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n
from webapp.courses.questionnaire.answers import Lack
from webapp.questionnaires.models import MemberRole, SheetState
from webapp.questionnaires.rules import WRITERS, WRITTEN, NoSuchMove, NotYourPart

MOST_MEMBERS = 100


@dataclass(frozen=True)
class Missing:
    """What stands in the way of handing in: places of the sheet, and how many open conflicts."""

    lacks: tuple[Lack, ...] = ()
    conflicts: int = 0

    @property
    def nothing(self) -> bool:
        """Whether it can be handed in."""
        return not self.lacks and not self.conflicts

    def must_be_nothing(self) -> None:
        """Raise `NotReady` unless it can be handed in."""
        if not self.nothing:
            raise NotReady(self)


class NotReady(DomainError):
    """A sheet is handed in that lacks something."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, missing: Missing) -> None:
        self.missing = missing
        count = len(missing.lacks) + missing.conflicts
        super().__init__(_n("%(num)d place has to be completed first.", "%(num)d places have to be completed first.", count))


class WordsNeeded(DomainError):
    """Something is said without words."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self) -> None:
        super().__init__(_("Please write what you want to say."))


class TooManyMembers(DomainError):
    """More people than one sheet holds."""

    def __init__(self) -> None:
        super().__init__(_("%(most)d people have a part in this sheet; more cannot join.", most=MOST_MEMBERS))


class NotYours(DomainError):
    """Somebody who is no owner says who has a part."""

    status = HTTPStatus.FORBIDDEN

    def __init__(self) -> None:
        super().__init__(_("Only the owner of the sheet says who has a part in it."))


class NoLongerOpen(DomainError):
    """Somebody joins a sheet that is handed in already."""

    def __init__(self) -> None:
        super().__init__(_("This sheet has been handed in already. Ask its owner to take it back if you should still join."))


def may_hand_in(role: MemberRole | None, state: SheetState) -> None:
    """Raise `NotYourPart` or `NoSuchMove` unless this member may hand the sheet in now."""
    if role not in WRITERS:
        raise NotYourPart
    if state not in WRITTEN:
        raise NoSuchMove


def may_join(state: SheetState, members: int) -> None:
    """Raise `NoLongerOpen` or `TooManyMembers` unless somebody more may join."""
    if state not in WRITTEN:
        raise NoLongerOpen
    if members >= MOST_MEMBERS:
        raise TooManyMembers


def decides(role: MemberRole | None, *, guides: bool) -> bool:
    """Whether somebody gives feedback: a role of theirs covers the place, and they do not write on the sheet themselves."""
    return guides and role not in WRITERS


def must_own(role: MemberRole | None) -> None:
    """Raise `NotYours` unless this is the owner."""
    if role is not MemberRole.OWNER:
        raise NotYours
