"""Forms with which roles are granted and ended."""

from __future__ import annotations

from datetime import date
from typing import Any

from wtforms import DateField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.accounts import labels, rules
from webapp.core.forms import REQUIRED, TOO_LONG, Form
from webapp.core.i18n import _, lazy
from webapp.places.forms import PlaceField, WithPlace

REASON_LONGEST = 300


class _WithReason:
    """Beside `Form`: a reason is asked of everybody who changes what somebody may do."""

    def validate_reason(self, field: Any) -> None:
        """Something that can be read, at most 300 characters."""
        field.data = rules.one_line(field.data or "")
        if not any(each.isalnum() for each in field.data):
            raise StopValidation(str(REQUIRED))
        if len(field.data) > REASON_LONGEST:
            raise StopValidation(str(TOO_LONG) % {"max": REASON_LONGEST})


class GrantForm(_WithReason, WithPlace, Form):
    """Which role, where, why, until when."""

    role = RadioField(
        lazy("Role"), choices=lambda: [SelectChoice(role.value, str(text)) for role, text in labels.ROLES.items()], validate_choice=False,
    )
    place_id = PlaceField(lazy("Place"))
    reason = TextAreaField(lazy("Reason"))
    until = DateField(lazy("Last day"))

    def __init__(self, *, today: date, everywhere: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self._today = today
        self._everywhere = everywhere

    def validate_role(self, field: Any) -> None:
        """One of the four."""
        if field.data not in {role.value for role in labels.ROLES}:
            raise StopValidation(_("Please choose a role."))

    def validate_place_id(self, field: Any) -> None:
        """Without a place a role holds everywhere, which only those grant who administer everything."""
        if field.data is None and not self._everywhere:
            raise StopValidation(_("Please choose a place that you administer."))

    def validate_until(self, field: Any) -> None:
        """Empty, or today or later."""
        if field.data is None:
            # WTForms finds an empty field wrong, and browsers send one that was left empty.
            field.errors = []
            raise StopValidation(_("Please choose a day.") if any(field.raw_data or ()) else "")
        if not self._today <= field.data <= date(self._today.year + 20, 12, 31):
            raise StopValidation(_("The last day of a role is today or later."))


class EndForm(_WithReason, Form):
    """Why a role ends."""

    reason = TextAreaField(lazy("Reason"))
