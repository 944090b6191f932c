"""What happens to second factors, identities, devices, changes of address and invitations when a person is erased, merged, or asks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from webapp.accounts.models import SignIn
from webapp.accounts.models_invitations import InvitationCode, InvitationUse
from webapp.accounts.models_signing import EmailChange, HalfSignIn, KnownDevice, OutsideIdentity, RecoveryCode, SecondFactor
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.signals import OwnDataAsked, OwnTable, PeopleMerged, PersonErased, own_data, people_merged, person_erased

OF_A_SIGN_IN = (SecondFactor, RecoveryCode, HalfSignIn, KnownDevice, OutsideIdentity, EmailChange)


def wire() -> None:
    """Connect the handlers; called by the factory."""
    person_erased.connect(erased)
    people_merged.connect(merged)
    own_data.connect(held)


def erased(event: PersonErased) -> None:
    """Everything of the sign-in goes, and the codes that would give the person a new one. Counts of joined people stay."""
    sign_ins = select(SignIn.id).where(SignIn.person_id == event.person_id)
    for table in OF_A_SIGN_IN:
        db.session.execute(delete(table).where(table.sign_in_id.in_(sign_ins)).execution_options(synchronize_session=False))
    db.session.execute(delete(InvitationUse).where(InvitationUse.person_id == event.person_id))
    _close(event.person_id, event.at)


def merged(event: PeopleMerged) -> None:
    """Codes of the one who is gone open nothing; the kept one has a sign-in or gets a new code."""
    _close(event.gone_id, event.at)


def _close(person_id: object, at: object) -> None:
    db.session.execute(
        update(InvitationCode).where(InvitationCode.person_id == person_id, InvitationCode.closed_at.is_(None)).values(closed_at=at)
        .execution_options(synchronize_session=False)
    )


def held(asked: OwnDataAsked) -> Sequence[OwnTable]:
    """What is held, without what would open the account: no secret, no hash, no code."""
    own = asked.sign_in_id
    factor = db.session.scalars(select(SecondFactor).where(SecondFactor.sign_in_id == own)).all()
    left = db.session.scalars(select(RecoveryCode).where(RecoveryCode.sign_in_id == own)).all()
    devices = db.session.scalars(select(KnownDevice).where(KnownDevice.sign_in_id == own)).all()
    identities = db.session.scalars(select(OutsideIdentity).where(OutsideIdentity.sign_in_id == own)).all()
    changes = db.session.scalars(select(EmailChange).where(EmailChange.sign_in_id == own)).all()
    uses = db.session.scalars(select(InvitationUse).where(InvitationUse.person_id == asked.person_id)).all()
    return [
        OwnTable(
            "second_factor", _("Second factor"), [("since", _("Set up at")), ("codes", _("Recovery codes"))],
            [{"since": row.confirmed_at, "codes": len(left)} for row in factor], ("second_factors", "recovery_codes", "half_sign_ins"),
            note=_("The key and the codes themselves are left out: with them the file would open your account."),
        ),
        OwnTable(
            "known_devices", _("Browsers that you signed in with"), [("since", _("First seen"))],
            [{"since": row.created_at} for row in devices], ("known_devices",),
        ),
        OwnTable(
            "identities", _("Identities for single sign-on"),
            [("issuer", _("Provider")), ("subject", _("Your number there")), ("since", _("Since"))],
            [{"issuer": row.issuer, "subject": row.subject, "since": row.created_at} for row in identities], ("outside_identities",),
        ),
        OwnTable(
            "email_changes", _("Changes of the e-mail address"),
            [("old", _("Old address")), ("new", _("New address")), ("asked", _("Asked at")), ("done", _("Confirmed at"))],
            [{"old": row.old_email, "new": row.new_email, "asked": row.created_at, "done": row.confirmed_at} for row in changes],
            ("email_changes",),
        ),
        OwnTable(
            "invitations", _("Invitations that you used"), [("at", _("Used at"))], [{"at": row.used_at} for row in uses],
            ("invitation_uses", "invitation_codes"),
        ),
    ]
