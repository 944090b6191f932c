"""Mails about accounts: plain text in the recipient's language, with one link to this site."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from webapp.core.config import settings
from webapp.core.i18n import _, speaking
from webapp.core.mail.services import queue


def link(path: str, **query: str) -> str:
    """The public address of a page of this site."""
    kept = {name: value for name, value in query.items() if value}
    return settings().public_url + path + (f"?{urlencode(kept)}" if kept else "")


def confirm_address(*, email: str, language: str, token: str, now: datetime) -> None:
    """To somebody who signed up. The typed name is not in it: it could carry a stranger's advertisement."""
    with speaking(language):
        subject = _("Confirm your e-mail address for LocalGoals")
        text = letter(
            _("Somebody, we hope you, signed up for LocalGoals with the address %(email)s.", email=email),
            _("To confirm the address, open this page and press the button on it:"),
            link(f"/verify-email/{token}", lang=language),
            _("The link works once, within 24 hours. Without it no account is made: if it was not you, there is nothing to do."),
        )
    queue(to=email, subject=subject, text=text, language=language, now=now)


def already_known(*, email: str, language: str, person_id: UUID, next_path: str, now: datetime) -> None:
    """To somebody who signed up again."""
    with speaking(language):
        subject = _("You already have a LocalGoals account")
        text = letter(
            _("Somebody, we hope you, tried to sign up for LocalGoals with the address %(email)s. It already has an account.", email=email),
            _("Sign in here:"),
            link("/sign-in", next=next_path, lang=language),
            _("If you do not remember the password, choose a new one here:"),
            link("/forgotten-password", lang=language),
            _("Nothing was changed. If it was not you, there is nothing to do."),
        )
    queue(to=email, subject=subject, text=text, language=language, now=now, person_id=person_id)


def new_password(*, email: str, language: str, person_id: UUID, token: str, now: datetime) -> None:
    """To somebody who forgot the password."""
    with speaking(language):
        subject = _("Choose a new password for LocalGoals")
        text = letter(
            _("Somebody, we hope you, asked for a new password for the LocalGoals account of %(email)s.", email=email),
            _("Choose it on this page:"),
            link(f"/reset-password/{token}", lang=language),
            _("The link works once, within 2 hours. Until you use it the old password stays. If it was not you, there is nothing to do."),
        )
    queue(to=email, subject=subject, text=text, language=language, now=now, person_id=person_id)


def no_account(*, email: str, language: str, now: datetime) -> None:
    """To an address that nobody has, for which a password was asked: perhaps they signed up with another one."""
    with speaking(language):
        subject = _("No LocalGoals account has this address")
        text = letter(
            _("Somebody, we hope you, asked for a new password for LocalGoals with the address %(email)s.", email=email),
            _("No account has this address. Perhaps you signed up with another one. You can also sign up here:"),
            link("/sign-up", lang=language),
            _("If it was not you, there is nothing to do."),
        )
    queue(to=email, subject=subject, text=text, language=language, now=now)


def first_password(*, email: str, language: str, person_id: UUID, token: str, now: datetime) -> None:
    """To somebody for whom others made an account."""
    with speaking(language):
        subject = _("Your LocalGoals account")
        text = letter(
            _("A LocalGoals account was made for you with the address %(email)s.", email=email),
            _("To use it, choose a password on this page:"),
            link(f"/reset-password/{token}", lang=language),
            _("The link works once, within 3 days."),
        )
    queue(to=email, subject=subject, text=text, language=language, now=now, person_id=person_id)


def password_changed(*, email: str, language: str, person_id: UUID, now: datetime) -> None:
    """To the holder, after every change, so that one made by somebody else is noticed."""
    with speaking(language):
        subject = _("Your LocalGoals password was changed")
        text = letter(
            _("The password of the LocalGoals account of %(email)s was changed just now. Other browsers were signed out.", email=email),
            _("If it was not you, choose a new password at once on this page:"),
            link("/forgotten-password", lang=language),
        )
    queue(to=email, subject=subject, text=text, language=language, now=now, person_id=person_id)


def letter(*parts: str) -> str:
    """Greeting, paragraphs, and the closing that every mail about an account has."""
    greeting = _("Hello,")
    closing = _("This mail was sent automatically. We never ask for your password, by mail or by telephone.")
    return "\n\n".join([greeting, *parts, closing, "LocalGoals\n" + settings().public_url]) + "\n"
