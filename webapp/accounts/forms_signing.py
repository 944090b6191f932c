"""Forms of signing in with more than a password, of changing the address, and of invitations."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, PasswordField
from wtforms.validators import StopValidation

from webapp.accounts import rules
from webapp.accounts.forms import NewPasswordForm, agreed, keeps, required, text_field
from webapp.core.forms import Form
from webapp.core.i18n import _, lazy


class CodeForm(Form):
    """A code of the app or a recovery code."""

    code = text_field(lazy("Code from the app"), required)


class PasswordForm(Form):
    """The present password, before something that matters."""

    current = PasswordField(lazy("Present password"), validators=[required])


class EmailForm(Form):
    """A new address, and the password for who has one."""

    email = text_field(lazy("New e-mail address"), keeps(rules.email_of, "email"))
    current = PasswordField(lazy("Present password"), validators=[required])

    def __init__(self, *, own: str, has_password: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self._own = own
        if not has_password:
            del self.current

    def validate_email(self, field: Any) -> None:
        """It must be another one."""
        if field.data and rules.email_key(field.data) == rules.email_key(self._own):
            raise StopValidation(_("This is your address already."))


class InvitationForm(Form):
    """The code that somebody types."""

    code = text_field(lazy("Invitation code"), required)


class OwnSignInForm(NewPasswordForm):
    """What somebody whom others registered chooses to sign in with."""

    email = text_field(lazy("E-mail or telephone number"))
    agree = BooleanField(lazy("I have read the privacy notice and agree to it"), validators=[agreed])

    def __init__(self, *, name: str, by_phone: bool, **rest: Any) -> None:
        super().__init__(email="", name=name, **rest)
        self._by_phone = by_phone

    @property
    def phone(self) -> str:
        """The telephone number that was typed, empty for an address."""
        return "" if "@" in (self.email.data or "") else self.email.data or ""

    def validate_email(self, field: Any) -> None:
        """An address, or a telephone number; for who signs in with a number already, a number."""
        if self.phone or not field.data or self._by_phone:
            required(self, field)
            keeps(rules.phone_of, "phone_needed")(self, field)
        else:
            keeps(rules.email_of, "email")(self, field)

    def known_email(self) -> str:
        """What the password must not be."""
        return self.email.data or ""
