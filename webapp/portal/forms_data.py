"""Forms of the pages on one's own data."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, PasswordField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.accounts.forms import required
from webapp.core.forms import Form
from webapp.core.i18n import _, lazy

KEEP, WITHDRAW = "keep", "withdraw"


class EraseForm(Form):
    """What becomes of the certificates, and the password once more."""

    certificates = RadioField(lazy("Your certificates"), validate_choice=False)
    sure = BooleanField(lazy("I know that nobody can bring my data back"))
    password = PasswordField(lazy("Present password"))

    def __init__(self, *, has_password: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self.certificates.choices = [
            SelectChoice(KEEP, _("They stay verifiable by their code, without my name")),
            SelectChoice(WITHDRAW, _("They are withdrawn; whoever checks the code is told so")),
        ]
        self.has_password = has_password
        if not has_password:
            del self.password

    def validate_certificates(self, field: Any) -> None:
        """One must be chosen: neither is what everybody wants."""
        if field.data not in (KEEP, WITHDRAW):
            raise StopValidation(_("Please choose what becomes of your certificates."))

    def validate_sure(self, field: Any) -> None:
        """The box must be ticked."""
        if not field.data:
            raise StopValidation(_("Please tick the box to go on."))

    def validate_password(self, field: Any) -> None:
        """It is asked of those who have one."""
        required(self, field)
