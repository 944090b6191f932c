"""What accounts hold about a person, and what is left of it when they are erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import joinedload

from webapp.accounts import rules
from webapp.accounts.models import MailToken, Person, RoleGrant, Session, SignIn, SignUp
from webapp.accounts.models_data import Consent, ErasureRequest
from webapp.accounts.models_invitations import InvitationCode, InvitationUse
from webapp.accounts.models_mail import StoppedMail
from webapp.accounts.models_people import DifferentPeople, PersonSpell
from webapp.accounts.models_signing import EmailChange, KnownDevice, OutsideIdentity, RecoveryCode, SecondFactor
from webapp.accounts.models_tokens import AccessToken
from webapp.core.database import db
from webapp.core.i18n import _
from webapp.core.late_rooms import all_tables
from webapp.core.own_data import plain, table_of
from webapp.core.signals import OwnDataAsked, OwnTable, PersonErased, own_data, person_erased


def tables(asked: OwnDataAsked) -> list[OwnTable]:
    """Answer of the accounts. A fixed number of queries."""
    return [_person(asked), *_work(asked), *_sign_in(asked), *_say(asked)]


def _person(asked: OwnDataAsked) -> OwnTable:
    row = db.session.scalars(
        select(Person).where(Person.id == asked.person_id).options(joinedload(Person.place), joinedload(Person.organisation))
    ).one()
    columns = {
        "id": _("Identifier"), "name": _("Name"), "language": _("Language"), "time_zone": _("Time zone"),
        "position_level": _("Position level"), "sex": _("Sex"), "birth_year": _("Year of birth"), "phone": _("Telephone"),
        "created_at": _("Added"),
    }
    values: dict[str, Any] = {name: plain(getattr(row, name)) for name in columns}
    values |= {"place": row.place.name() if row.place else None, "organisation": row.organisation.name if row.organisation else None}
    labels = [*columns.items(), ("place", _("Place")), ("organisation", _("Organisation"))]
    return OwnTable("person", _("You"), labels, [values], covers=("people",))


def _work(asked: OwnDataAsked) -> list[OwnTable]:
    since = {"valid_from": _("From"), "valid_until": _("Until before")}
    return [
        table_of(
            PersonSpell, PersonSpell.person_id == asked.person_id, key="work", title=_("Where you worked"), order=PersonSpell.valid_from,
            columns={**since, "place_id": _("Place"), "organisation_id": _("Organisation"), "position_level": _("Position level")},
        ),
        table_of(
            RoleGrant, RoleGrant.person_id == asked.person_id, key="roles", title=_("Your roles"), order=RoleGrant.granted_at,
            columns={
                "role": _("Role"), "place_id": _("Place"), "reason": _("Reason"), "granted_at": _("Granted"), "until": _("Until"),
                "revoked_at": _("Ended"), "revoke_reason": _("Reason for the end"),
            },
        ),
    ]


def _sign_in(asked: OwnDataAsked) -> list[OwnTable]:
    """Without hashes and secrets: they are of no use to anybody, and whoever finds the file shall find none."""
    mine, made = asked.sign_in_id, {"created_at": _("Made")}
    return [
        table_of(SignIn, SignIn.person_id == asked.person_id, key="sign-in", title=_("Your sign-in"), columns={
            "email": _("E-mail"), "email_key": _("Signs in with"), "verified_at": _("Confirmed"), "disabled_at": _("Disabled"), **made,
        }, note=_("The password itself is not known to us; its hash is left out.")),
        table_of(Session, Session.sign_in_id == mine, key="sessions", title=_("Where you were signed in"), columns={
            "device": _("Device"), **made, "expires_at": _("Ends at the latest"), "ended_at": _("Ended"),
        }),
        table_of(KnownDevice, KnownDevice.sign_in_id == mine, key="devices", title=_("Browsers that we know"), columns=made),
        table_of(SecondFactor, SecondFactor.sign_in_id == mine, key="second-factor", title=_("Second factor"), columns={
            **made, "confirmed_at": _("Confirmed"),
        }),
        table_of(RecoveryCode, RecoveryCode.sign_in_id == mine, key="recovery-codes", title=_("Recovery codes"), columns={
            **made, "used_at": _("Used"),
        }),
        table_of(
            OutsideIdentity, OutsideIdentity.sign_in_id == mine, key="outside", title=_("Accounts elsewhere with which you sign in"),
            columns={"issuer": _("Provider"), "subject": _("Identifier there"), **made},
        ),
        table_of(AccessToken, AccessToken.sign_in_id == mine, key="access-tokens", title=_("Your access tokens"), columns={
            "name": _("What it is for"), **made, "expires_at": _("Valid until"), "last_used_on": _("Last used"), "revoked_at": _("Revoked"),
        }),
        table_of(EmailChange, EmailChange.sign_in_id == mine, key="email-changes", title=_("Changes of your address"), columns={
            "old_email": _("Before"), "new_email": _("After"), **made, "confirmed_at": _("Confirmed"), "undone_at": _("Taken back"),
        }),
        table_of(MailToken, MailToken.sign_in_id == mine, key="links", title=_("Links mailed to you"), columns={
            "purpose": _("Purpose"), **made, "expires_at": _("Valid until"), "used_at": _("Used"),
        }),
    ]


def _say(asked: OwnDataAsked) -> list[OwnTable]:
    return [
        table_of(Consent, Consent.person_id == asked.person_id, key="consents", title=_("Your consent"), order=Consent.given_at, columns={
            "version": _("Version of the notice"), "language": _("Language"), "given_at": _("Given"), "withdrawn_at": _("Withdrawn"),
        }),
        table_of(ErasureRequest, ErasureRequest.person_id == asked.person_id, key="erasures", title=_("Your wishes to be erased"), columns={
            "asked_at": _("Asked"), "due_at": _("Due"), "undone_at": _("Taken back"), "done_at": _("Done on"),
        }),
        table_of(StoppedMail, StoppedMail.person_id == asked.person_id, key="stopped-mails", title=_("Mails that you stopped"), columns={
            "kind": _("Kind"), "stopped_at": _("Stopped"),
        }),
        table_of(InvitationUse, InvitationUse.person_id == asked.person_id, key="invitations", title=_("Invitations you used"), columns={
            "invitation_id": _("Invitation"), "used_at": _("Used"),
        }),
        table_of(
            DifferentPeople,
            or_(*(column == asked.person_id for column in (
                DifferentPeople.first_id, DifferentPeople.second_id, DifferentPeople.marked_by_id,
            ))),
            key="different", title=_("Whom you were told apart from, or told apart"), columns={"marked_at": _("Marked")},
        ),
        table_of(
            InvitationCode, or_(InvitationCode.person_id == asked.person_id, InvitationCode.made_by_id == asked.person_id),
            key="invitation-codes", title=_("Invitation codes for you, or made by you"),
            columns={"note": _("Note"), "created_at": _("Made"), "until": _("Valid until")},
        ),
    ]


def erase(event: PersonErased) -> None:
    """Handler of `person_erased`: the row stays without what it said, the sign-in goes with everything that hangs on it."""
    person = db.session.get_one(Person, event.person_id)
    person.name, person.time_zone = "", "UTC"
    person.place_id = person.organisation_id = person.position_level = person.sex = person.birth_year = person.phone = None
    person.erased_at = event.at
    theirs = update(RoleGrant).where(RoleGrant.person_id == person.id)
    db.session.execute(theirs.where(RoleGrant.revoked_at.is_(None)).values(revoked_at=event.at))
    # Reasons and notes are free text, in which somebody may have written the name.
    db.session.execute(theirs.values(reason="", revoke_reason=None))
    db.session.execute(delete(InvitationCode).where(InvitationCode.person_id == person.id))
    db.session.execute(update(InvitationCode).where(InvitationCode.made_by_id == person.id).values(note=""))
    db.session.execute(delete(StoppedMail).where(StoppedMail.person_id == person.id))
    db.session.execute(delete(PersonSpell).where(PersonSpell.person_id == person.id))
    db.session.execute(delete(DifferentPeople).where(or_(DifferentPeople.first_id == person.id, DifferentPeople.second_id == person.id)))
    keys = [rules.email_key(email) for email in event.emails]
    db.session.execute(delete(SignUp).where(SignUp.email_key.in_(keys)))
    db.session.flush()
    for sign_in_id in db.session.scalars(select(SignIn.id).where(SignIn.person_id == person.id)).all():
        _cut(sign_in_id)
    db.session.expire_all()


def _cut(sign_in_id: Any) -> None:
    """Delete a sign-in and every row that points to it, whatever tables there will be."""
    home = SignIn.metadata.tables[SignIn.__tablename__]
    for table in reversed(all_tables().sorted_tables):
        for column in table.columns:
            if any(key.column.table is home for key in column.foreign_keys):
                db.session.execute(table.delete().where(column == sign_in_id))
    db.session.execute(delete(SignIn).where(SignIn.id == sign_in_id))


def wire() -> None:
    """Answer and act."""
    own_data.connect(tables)
    person_erased.connect(erase)
