"""Forms with which administrators make invitation codes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.accounts import labels, rules
from webapp.accounts.forms import keeps, one_of, required, text_field
from webapp.accounts.services_invitations import MOST_USES
from webapp.core.forms import TOO_LONG, Form
from webapp.core.i18n import _, lazy
from webapp.places.forms import PlaceField, WithPlace

NOTE_LONGEST = 200
LONGEST_DAYS = 366


class _Day(DateField):
    """A date whose refusal is our sentence."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            self.data = None
            raise ValueError(_("Please choose a day.")) from error


class _Until:
    """Beside `Form`: the last day on which a code works."""

    def __init__(self, *, today: date, **rest: Any) -> None:
        super().__init__(**rest)
        self._today = today

    def validate_until(self, field: Any) -> None:
        """Between today and a year from now."""
        if field.data is None or not 0 <= (field.data - self._today).days <= LONGEST_DAYS:
            raise StopValidation(_("Please choose a day between today and a year from now."))


class GroupForm(_Until, WithPlace, Form):
    """A code for many."""

    place_id = PlaceField(lazy("Place"))
    organisation = text_field(lazy("Organisation"), keeps(rules.organisation_of, "organisation"))
    organisation_type = one_of(SelectField, lazy("Type of organisation"))
    most_uses = text_field(lazy("How many people may use it"), required)
    until = _Day(lazy("Last day"))
    note = text_field(lazy("Note for administrators"))

    def __init__(self, *, everywhere: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self._everywhere = everywhere
        kinds = [SelectChoice(kind.value, str(text)) for kind, text in labels.ORGANISATION_TYPES.items()]
        self.organisation_type.choices = [SelectChoice("", _("Not stated")), *kinds]

    def validate_place_id(self, field: Any) -> None:
        """Who administers some places invites to one of them."""
        if field.data is None and not self._everywhere:
            raise StopValidation(_("Please choose a place that you administer."))

    def validate_organisation_type(self, field: Any) -> None:
        """An organisation that is named has a type; statistics count by it."""
        if self.organisation.data and not field.data:
            raise StopValidation(_("Please choose the type of the organisation."))

    def validate_most_uses(self, field: Any) -> None:
        """A whole number within reason."""
        if not re.fullmatch(r"[0-9]{1,5}", field.data or "") or not 1 <= int(field.data) <= MOST_USES:
            raise StopValidation(_("Please write a whole number from 1 to %(most)d.", most=MOST_USES))

    def validate_note(self, field: Any) -> None:
        """Short."""
        if len(field.data or "") > NOTE_LONGEST:
            raise StopValidation(str(TOO_LONG % {"max": NOTE_LONGEST}))


class WhereForm(WithPlace, Form):
    """Whose people get codes of their own."""

    place_id = PlaceField(lazy("Place"))

    def validate_place_id(self, field: Any) -> None:
        """One must be chosen."""
        if field.data is None:
            raise StopValidation(_("Please choose a place from the list."))


class PeopleForm(_Until, Form):
    """Until when codes of single people work."""

    until = _Day(lazy("Last day"))
