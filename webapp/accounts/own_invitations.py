"""What becomes of a person's own invitation code when two rows turn out to be one person."""

from __future__ import annotations

from sqlalchemy import update

from webapp.accounts.models_invitations import InvitationCode
from webapp.core.database import db
from webapp.core.signals import PeopleMerged, people_merged


def wire() -> None:
    """Connect the handler; called by the factory."""
    people_merged.connect(merged)


def merged(event: PeopleMerged) -> None:
    """Codes of the one who is gone open nothing; the kept one has a sign-in or gets a new code."""
    db.session.execute(
        update(InvitationCode).where(InvitationCode.person_id == event.gone_id, InvitationCode.closed_at.is_(None))
        .values(closed_at=event.at).execution_options(synchronize_session=False)
    )
