"""The form by which an access token is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.accounts import rules
from webapp.accounts.forms import required, text_field
from webapp.accounts.services_tokens import Scope
from webapp.core.forms import TOO_LONG, Form
from webapp.core.i18n import _, _n, lazy
from webapp.places.forms import PlaceField, WithPlace

NAME_LONGEST = 80
DAYS = (30, 90, 180, 365)
SCOPES = {
    Scope.PEOPLE_READ: lazy("Read people"),
    Scope.PEOPLE_WRITE: lazy("Register and change people"),
    Scope.ORGANISATIONS_READ: lazy("Read organisations"),
    Scope.ORGANISATIONS_WRITE: lazy("Add and change organisations"),
    Scope.PLACES_READ: lazy("Read places"),
    Scope.ENROLMENTS_READ: lazy("Read enrolments"),
    Scope.RESULTS_READ: lazy("Read results of quizzes"),
    Scope.CERTIFICATES_READ: lazy("Read certificates"),
    Scope.STATISTICS_READ: lazy("Read figures of participation"),
}


class TokenForm(WithPlace, Form):
    """What the token is for, what it may do, where, how long."""

    name = text_field(lazy("What it is for"), required)
    scopes = SelectMultipleField(
        lazy("What it may do"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), validate_choice=False,
    )
    place_id = PlaceField(lazy("Place"))
    days = RadioField(lazy("How long it works"), validate_choice=False, default=str(DAYS[1]))

    def __init__(self, *, offered: Sequence[Scope], **rest: Any) -> None:
        super().__init__(**rest)
        self.scopes.choices = [SelectChoice(scope.value, str(SCOPES[scope])) for scope in offered]
        self.days.choices = [SelectChoice(str(days), _n("%(num)d day", "%(num)d days", days)) for days in DAYS]

    def validate_name(self, field: Any) -> None:
        """A few words by which one knows it again."""
        field.data = rules.one_line(field.data or "")
        if len(field.data) > NAME_LONGEST:
            raise StopValidation(str(TOO_LONG) % {"max": NAME_LONGEST})

    def validate_scopes(self, field: Any) -> None:
        """At least one of those offered."""
        if not field.data or not set(field.data) <= {choice.value for choice in field.choices}:
            raise StopValidation(_("Please choose at least one."))

    def validate_days(self, field: Any) -> None:
        """One of those offered."""
        if field.data not in {str(days) for days in DAYS}:
            raise StopValidation(_("Please choose how long."))
