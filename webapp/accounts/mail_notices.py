"""Notices about a sign-in, so that what somebody else did is noticed. Nothing that a stranger typed is in them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.accounts import zones
from webapp.accounts.devices import Device
from webapp.accounts.mail import letter, link
from webapp.accounts.models import Person, SignIn
from webapp.accounts.queries import Holder
from webapp.core.database import db
from webapp.core.i18n import _, _n, babel_locale, speaking
from webapp.core.mail.services import queue
from webapp.core.ui.dates import moment_text


def holder(sign_in_id: UUID) -> Holder:
    """Whom a notice goes to. One query."""
    row = db.session.execute(
        select(SignIn.person_id, SignIn.email, Person.language, Person.time_zone).join(Person, Person.id == SignIn.person_id)
        .where(SignIn.id == sign_in_id)
    ).one()
    return Holder(*row)


def new_device(to: Holder, *, device: Device, now: datetime) -> None:
    """Somebody signed in from a browser that was never seen before."""
    with speaking(to.language):
        subject = _("New sign-in to your LocalGoals account")
        moment = moment_text(now, to.language, ZoneInfo(to.time_zone))
        zone = zones.spoken(to.time_zone, now, babel_locale(to.language))
        text = letter(
            _("Your LocalGoals account was used on a device from which you had not signed in before."),
            _("Device: %(device)s", device=device) + "\n" + _("Time: %(moment)s (%(zone)s)", moment=moment, zone=zone),
            _("If it was you, there is nothing to do. If not, sign that device out and change your password:"),
            link("/me/sessions", lang=to.language) + "\n" + link("/forgotten-password", lang=to.language),
        )
    _queue(to, subject, text, now)


def second_factor_changed(to: Holder, *, on: bool, now: datetime) -> None:
    """It was set up or switched off."""
    with speaking(to.language):
        if on:
            subject = _("Second factor set up for your LocalGoals account")
            said = _("From now on signing in to LocalGoals asks for a code from your phone. Other browsers were signed out.")
        else:
            subject = _("Second factor switched off for your LocalGoals account")
            said = _("Signing in to LocalGoals no longer asks for a code from your phone.")
        text = letter(said, *_not_you(to))
    _queue(to, subject, text, now)


def recovery_code_used(to: Holder, *, left: int, now: datetime) -> None:
    """A code on paper was used in place of the phone."""
    with speaking(to.language):
        subject = _("A recovery code of your LocalGoals account was used")
        text = letter(
            _("Somebody, we hope you, used a recovery code in place of the phone."),
            _n("%(num)d recovery code is left.", "%(num)d recovery codes are left.", left), *_not_you(to),
        )
    _queue(to, subject, text, now)


def identity_connected(to: Holder, *, label: str, now: datetime) -> None:
    """From now on the account can be opened with the outside identity."""
    with speaking(to.language):
        subject = _("A new way to sign in to your LocalGoals account")
        text = letter(_("From now on you can also sign in to LocalGoals with: %(label)s.", label=label), *_not_you(to))
    _queue(to, subject, text, now)


def confirm_new_address(to: Holder, *, email: str, token: str, now: datetime) -> None:
    """To the new address: the proof that it is theirs."""
    with speaking(to.language):
        subject = _("Confirm your new e-mail address for LocalGoals")
        text = letter(
            _("The holder of a LocalGoals account wants to sign in with this address from now on."),
            _("If it was you, sign in to that account and press the button on this page:"),
            link(f"/me/email/confirm/{token}", lang=to.language),
            _("The link works once, within 24 hours. If it was not you, there is nothing to do."),
        )
    queue(to=email, subject=subject, text=text, language=to.language, now=now, person_id=to.person_id)


def address_has_account(to: Holder, *, email: str, now: datetime) -> None:
    """To an address that has an account already and that somebody wanted for theirs."""
    with speaking(to.language):
        subject = _("This address already has a LocalGoals account")
        text = letter(
            _("The holder of another LocalGoals account wanted to sign in with this address. It belongs to an account already."),
            _("Nothing was changed. If you have two accounts, sign in with this address or write to the programme office."),
        )
    queue(to=email, subject=subject, text=text, language=to.language, now=now)


def address_will_change(to: Holder, *, undo: str, now: datetime) -> None:
    """To the old address: what is under way, and how to stop it or take it back."""
    with speaking(to.language):
        subject = _("The e-mail address of your LocalGoals account is being changed")
        text = letter(
            _("Somebody, we hope you, asked that your LocalGoals account be opened with another e-mail address."),
            _("If it was you, there is nothing to do here: open the link in the mail to the new address."),
            _("If it was not you, stop it or take it back on this page; every browser is then signed out:"),
            link(f"/email-undo/{undo}", lang=to.language),
            _("The link works once, within 7 days."),
        )
    _queue(to, subject, text, now)


def address_changed(to: Holder, *, now: datetime) -> None:
    """To the old address once more, when it is done. The way back was in the mail before."""
    with speaking(to.language):
        subject = _("The e-mail address of your LocalGoals account was changed")
        text = letter(
            _("Your LocalGoals account no longer has this address."),
            _("If it was not you, open the link in our earlier mail, which takes the change back."),
        )
    _queue(to, subject, text, now)


def _not_you(to: Holder) -> tuple[str, str]:
    return _("If it was not you, choose a new password at once on this page:"), link("/forgotten-password", lang=to.language)


def _queue(to: Holder, subject: str, text: str, now: datetime) -> None:
    queue(to=to.email, subject=subject, text=text, language=to.language, now=now, person_id=to.person_id)
