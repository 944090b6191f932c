"""Forms of accounts: shape, and each refusal as a sentence at its field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.accounts import labels, passwords, rules, zones
from webapp.core import clock
from webapp.core.config import settings
from webapp.core.forms import REQUIRED, Form, too_long
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _, babel_locale, current_language, lazy
from webapp.places.forms import PlaceField, WithPlace

CHOOSE = lazy("Please choose one of these.")
_EMAIL = lazy("Please write an e-mail address such as name@example.org.")
REASONS = {
    "name": {
        "empty": REQUIRED, "long": too_long(rules.NAME_LONGEST),
        "link": lazy("A name cannot hold a web address."),
        "name": lazy("Please write the name with letters or characters."),
    },
    "email": {"empty": REQUIRED, "long": _EMAIL, "email": _EMAIL},
    "organisation": {
        "long": too_long(rules.ORGANISATION_LONGEST), "name": lazy("Please write the name with letters or characters."),
    },
    "phone": {"phone": lazy("Please write a telephone number with its area code, or leave it empty.")},
    "phone_needed": {"phone": lazy("Please write a telephone number such as 138 0013 8000, or an e-mail address.")},
    "birth_year": {"year": lazy("Please write the year of birth with four digits (ages 14 to 100), or leave it empty.")},
    "password": {
        "long": too_long(passwords.LONGEST), "nul": lazy("This password holds a character that cannot be typed everywhere."),
        "own": lazy("Please choose a password that is neither your name nor your e-mail address."),
        "common": lazy(
            "This password is among the first that others would try. A sentence of a few words is easy to keep and hard to guess."
        ),
    },
}


def without_nul(value: Any) -> Any:
    """Text without the one character that databases refuse."""
    return value.replace("\0", "") if isinstance(value, str) else value


def keeps(rule: Callable[[str], Any], field_name: str) -> Callable[[Any, Any], None]:
    """A validator that asks a rule; the refusal becomes its sentence."""

    def validate(_form: Any, field: Any) -> None:
        try:
            rule(field.data or "")
        except rules.Refused as refused:
            raise StopValidation(str(REASONS[field_name][refused.reason])) from refused

    return validate


def required(_form: Any, field: Any) -> None:
    """Something must be typed."""
    if not field.data:
        raise StopValidation(str(REQUIRED))


def agreed(_form: Any, field: Any) -> None:
    """The box must be ticked."""
    if not field.data:
        raise StopValidation(_("Please read the privacy notice and tick the box. Without it there can be no account."))


def new_password(form: Any, field: Any) -> None:
    """The rules for a new password; e-mail and name are taken from the form."""
    least = settings().password_minimum
    try:
        passwords.check(field.data or "", minimum=least, email=form.known_email(), name=form.known_name())
    except rules.Refused as refused:
        if refused.reason == "short":
            raise StopValidation(_("Please use at least %(min)d characters.", min=least)) from refused
        raise StopValidation(str(REASONS["password"][refused.reason])) from refused


def text_field(label: Any, *validators: Any) -> StringField:
    """A line of text without the character that databases refuse."""
    return StringField(label, validators=list(validators), filters=[without_nul])


def one_of(kind: Any, label: Any) -> Any:
    """A field whose choices are set when the form is made; WTForms' own sentence for a wrong one is English."""
    return kind(label, invalid_choice_message=CHOOSE)


class SignInForm(Form):
    """E-mail, or the telephone number of those without one, and password; and where to go then."""

    email = text_field(lazy("E-mail or telephone number"), required)
    password = PasswordField(lazy("Password"), validators=[required])
    next = HiddenField()


class SignUpForm(Form):
    """Who wants to join."""

    name = text_field(lazy("Name"), keeps(rules.name_of, "name"))
    email = text_field(lazy("E-mail"), keeps(rules.email_of, "email"))
    password = PasswordField(lazy("Password"), validators=[new_password])
    invitation = text_field(lazy("Invitation code, if you have one"))
    agree = BooleanField(lazy("I have read the privacy notice and agree to it"), validators=[agreed])
    next = HiddenField()

    def known_email(self) -> str:
        """What the password must not be."""
        return self.email.data or ""

    def known_name(self) -> str:
        """What the password must not be either."""
        return self.name.data or ""


class ForgottenPasswordForm(Form):
    """The address of an account."""

    email = text_field(lazy("E-mail"), keeps(rules.email_of, "email"))


class NewPasswordForm(Form):
    """A new password for an account that is known already."""

    password = PasswordField(lazy("New password"), validators=[new_password])

    def __init__(self, *, email: str, name: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._own = (email, name)

    def known_email(self) -> str:
        """What the password must not be."""
        return self._own[0]

    def known_name(self) -> str:
        """What the password must not be either."""
        return self._own[1]


class ChangePasswordForm(NewPasswordForm):
    """The same for somebody signed in, who shows that they know the old one."""

    current = PasswordField(lazy("Present password"), validators=[required])


class WelcomeForm(WithPlace, Form):
    """What a person says about their work and, if they like, about themselves. Everything may be left out."""

    place_id = PlaceField(lazy("Place where you work"))
    organisation = text_field(lazy("Organisation"), keeps(rules.organisation_of, "organisation"))
    organisation_type = one_of(SelectField, lazy("Type of organisation"))
    position_level = one_of(SelectField, lazy("Position level"))
    sex = one_of(RadioField, lazy("Sex"))
    birth_year = text_field(lazy("Year of birth"), keeps(lambda text: rules.birth_year_of(text, clock.now().year), "birth_year"))
    next = HiddenField()

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        unsaid = SelectChoice("", _("Not stated"))
        self.organisation_type.choices = [unsaid, *_choices((kind.value, text) for kind, text in labels.ORGANISATION_TYPES.items())]
        self.position_level.choices = [unsaid, *_choices((str(level.value), text) for level, text in labels.POSITION_LEVELS.items())]
        self.sex.choices = [*_choices((sex.value, text) for sex, text in labels.SEXES.items()), unsaid]

    def validate_organisation_type(self, field: Any) -> None:
        """An organisation that is named has a type; statistics count by it."""
        if self.organisation.data and not field.data:
            raise StopValidation(_("Please choose the type of the organisation."))


class ProfileForm(WelcomeForm):
    """The same and how a person is called and reached, in which language and time."""

    name = text_field(lazy("Name"), keeps(rules.name_of, "name"))
    phone = text_field(lazy("Telephone"), keeps(rules.phone_of, "phone"))
    language = one_of(RadioField, lazy("Language"))
    time_zone = one_of(SelectField, lazy("Time zone"))

    def __init__(self, *, zone: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.language.choices = _choices((tag, NATIVE_NAMES[tag]) for tag in LANGUAGES)
        listed = zones.choices(babel_locale(current_language()))
        kept = [] if zone in {name for name, _label in listed} else [(zone, zone)]
        self.time_zone.choices = _choices([*kept, *listed])


def _choices(pairs: Iterable[tuple[str, Any]]) -> list[Any]:
    return [SelectChoice(value, str(text)) for value, text in pairs]
