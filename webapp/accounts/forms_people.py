"""Forms by which administrators look after people and organisations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.accounts import labels, rules
from webapp.accounts.forms import ProfileForm, keeps, one_of, required, text_field
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.forms import Form
from webapp.core.i18n import _, lazy
from webapp.places.forms import PlaceField, WithPlace
from webapp.places.models import Place
from webapp.places.queries import find

OUTSIDE = lazy("This place lies outside the places that you administer.")


def today() -> date:
    """The day in the programme's zone, by which changes are dated."""
    return clock.today(settings().programme_zone)


class DayField(DateField):
    """A day whose sentence for what is none is ours."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read `2026-09-14`."""
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = date.fromisoformat(valuelist[0].strip())
            except ValueError as error:
                raise ValueError(_("Please write a day such as 2026-09-14.")) from error


def day_needed(_form: Any, field: Any) -> None:
    """A day up to today."""
    if field.errors:
        raise StopValidation
    if field.data is None:
        raise StopValidation(_("Please write a day such as 2026-09-14."))
    if not date(1950, 1, 1) <= field.data <= today():
        raise StopValidation(_("Please choose a day that is not in the future."))


class _Scoped:
    """Beside a form with `place_id`: the place must lie where the administrator may put somebody."""

    may_use: Callable[[Place | None], bool]

    def validate_place_id(self, field: Any) -> None:
        """Refuse places outside, and no place at all for those who administer some places only."""
        if not self.may_use(find(field.data) if field.data else None):
            raise StopValidation(str(OUTSIDE) if field.data else _("Please choose a place."))


class PersonForm(_Scoped, ProfileForm):
    """Everything known about a person; a change of the work has its day."""

    since = DayField(lazy("The work changed on"), validators=[day_needed])

    def __init__(self, *, may_use: Callable[[Place | None], bool], **rest: Any) -> None:
        super().__init__(**rest)
        self.may_use = may_use


class NewPersonForm(_Scoped, ProfileForm):
    """Somebody new, with or without a sign-in."""

    email = text_field(lazy("E-mail"))

    def __init__(self, *, may_use: Callable[[Place | None], bool], **rest: Any) -> None:
        super().__init__(**rest)
        self.may_use = may_use

    def validate_email(self, field: Any) -> None:
        """An address, if there is one."""
        if field.data:
            keeps(rules.email_of, "email")(self, field)


class SignInEmailForm(Form):
    """The address for a person who gets a sign-in."""

    email = text_field(lazy("E-mail"), keeps(rules.email_of, "email"))


class MoveForm(_Scoped, WithPlace, Form):
    """Where many people work from a day on."""

    place_id = PlaceField(lazy("New place"))
    organisation = text_field(lazy("New organisation"), keeps(rules.organisation_of, "organisation"))
    organisation_type = one_of(SelectField, lazy("Type of organisation"))
    since = DayField(lazy("From this day on"), validators=[day_needed])

    def __init__(self, *, may_use: Callable[[Place | None], bool], **rest: Any) -> None:
        super().__init__(**rest)
        self.may_use = may_use
        self.organisation_type.choices = _optional(labels.ORGANISATION_TYPES.items())

    def validate_organisation_type(self, field: Any) -> None:
        """An organisation that is named has a type; statistics count by it."""
        if self.organisation.data and not field.data:
            raise StopValidation(_("Please choose the type of the organisation."))


class OrganisationForm(_Scoped, WithPlace, Form):
    """An organisation: what it is called, what it is, where it is."""

    name = text_field(lazy("Name of the organisation"), required, keeps(rules.organisation_of, "organisation"))
    type = one_of(SelectField, lazy("Type of organisation"))
    government_level = one_of(SelectField, lazy("Level of government"))
    sector = one_of(SelectField, lazy("Sector"))
    place_id = PlaceField(lazy("Place"))

    def __init__(self, *, may_use: Callable[[Place | None], bool], **rest: Any) -> None:
        super().__init__(**rest)
        self.may_use = may_use
        self.type.choices = [SelectChoice(kind.value, str(text)) for kind, text in labels.ORGANISATION_TYPES.items()]
        self.government_level.choices = _optional(labels.GOVERNMENT_LEVELS.items())
        self.sector.choices = _optional(labels.SECTORS.items())


class AliasForm(Form):
    """Another name of an organisation."""

    alias = text_field(lazy("Other name"), required, keeps(rules.organisation_of, "organisation"))


def _optional(pairs: Iterable[tuple[Any, Any]]) -> list[Any]:
    return [SelectChoice("", _("Not stated")), *(SelectChoice(kind.value, str(text)) for kind, text in pairs)]

