"""The form of a training's plan: shape and type only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from wtforms import BooleanField, DateField, DateTimeLocalField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.accounts import labels as account_labels
from webapp.accounts import rules as account_rules
from webapp.accounts import zones
from webapp.core.forms import REQUIRED, TOO_LONG, Form
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _, babel_locale, current_language, lazy, localised
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course, StepKind
from webapp.places import queries as places
from webapp.places.forms import PlaceField, WithPlace
from webapp.trainings import labels
from webapp.trainings.models import TestsNeeded, Training
from webapp.trainings.rules_plan import LONGEST, Plan

CHOOSE = lazy("Please choose one from the list.")
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
MOST_PEOPLE = 5000
MOST_HOURS = 400
EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
_EMPTY: tuple[Any, ...] = (None, "", "None")


def line(label: Any, longest: int) -> StringField:
    """One line of text; spaces are folded."""
    return StringField(label, filters=[_folded], validators=[_no_longer_than(longest)])


def _folded(value: Any) -> Any:
    return " ".join(value.replace("\0", "").split()) if isinstance(value, str) else value


def _clean(value: Any) -> Any:
    return value.replace("\0", "").replace("\r\n", "\n") if isinstance(value, str) else value


def _no_longer_than(longest: int) -> Any:
    def check(_form: Any, field: Any) -> None:
        if len(field.data or "") > longest:
            raise StopValidation(str(TOO_LONG % {"max": longest}))

    return check


class DayField(DateField):
    """A day, or nothing; older browsers show a line of text for it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Say how a day is written."""
        text = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if not text:
            return
        try:
            found = date.fromisoformat(re.sub(r"[/.年月]", "-", text).rstrip("日"))
        except ValueError as error:
            raise ValueError(_("Please write the day as in 2026-11-20.")) from error
        if not EARLIEST <= found < LATEST:
            raise ValueError(_("Please write the day as in 2026-11-20."))
        self.data = found


class MomentField(DateTimeLocalField):
    """A moment by the clock of the venue, or nothing."""

    def __init__(self, label: Any, **rest: Any) -> None:
        super().__init__(label, format=MOMENTS, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Say how a moment is written."""
        if not "".join(valuelist).strip():
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            self.data = None
            raise ValueError(_("Please write day and time as in 2026-11-20 09:00.")) from error


class CountField(StringField):
    """A whole number from `least` to `most`, or nothing. `.number` is what was read."""

    def __init__(self, label: Any, *, least: int, most: int, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.least, self.most = least, most

    @property
    def number(self) -> int | None:
        """The number; None for nothing."""
        text = str(self.data if self.data is not None else "").strip()
        return int(text) if text else None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  the signature is WTForms' own
        """A whole number within the bounds."""
        text = str(self.data if self.data is not None else "").strip()
        if text and not (text.isascii() and text.isdigit() and len(text) < 7 and self.least <= int(text) <= self.most):
            raise StopValidation(_("Please write a whole number from %(least)d to %(most)d.", least=self.least, most=self.most))


class KeptPlaceField(PlaceField):
    """A place that may stay although it has closed meanwhile: `kept` is the one that the training has."""

    kept: UUID | None = None

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no open place, unless it was there before."""
        if self.data is None or self.data != self.kept:
            super().pre_validate(form)


class PlanForm(WithPlace, Form):
    """Everything that is planned, in the order in which it is usually settled."""

    place_id = KeptPlaceField(lazy("Place"))
    title = line(lazy("Title of the training"), 200)
    purpose = TextAreaField(lazy("Purpose of the training"), filters=[_clean], validators=[_no_longer_than(4000)])
    host = line(lazy("Host organisation"), 200)
    host_type = SelectField(lazy("Type of organisation"), validate_choice=False)
    language = RadioField(lazy("Language of the training"), validate_choice=False)
    first_day = DayField(lazy("First day of the training"))
    last_day = DayField(lazy("Last day of the training"))
    zone = SelectField(lazy("Time zone of the venue"), validate_choice=False)
    venue = line(lazy("Venue"), 200)
    address = line(lazy("Address"), 300)
    room = line(lazy("Room"), 120)
    room_capacity = CountField(lazy("People the room holds"), least=1, most=MOST_PEOPLE)
    accessibility = TextAreaField(lazy("Access for everybody"), filters=[_clean], validators=[_no_longer_than(2000)])
    seats = CountField(lazy("Seats"), least=1, most=MOST_PEOPLE)
    approval = BooleanField(lazy("Trainers approve every registration by the link"))
    link_open = BooleanField(lazy("The link for registration is open"))
    registers_until = MomentField(lazy("Registration until"))
    courses = SelectMultipleField(lazy("Courses that are covered"), validate_choice=False)
    exercises = SelectMultipleField(lazy("Exercises that are done"), validate_choice=False)
    prework = SelectMultipleField(lazy("Steps to do online before the training"), validate_choice=False)
    test_course_id = SelectField(lazy("Tests before and after"), validate_choice=False)
    hours = StringField(lazy("Least attendance, in hours"))
    tests_needed = RadioField(lazy("Tests that the certificate asks for"), validate_choice=False)
    least_score = CountField(lazy("Least score of the test after, in per cent"), least=0, most=100)

    def __init__(self, *, zone: str, kept_place_id: UUID | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.place_id.kept = kept_place_id
        self.host_type.choices = [SelectChoice(key.value, str(text)) for key, text in account_labels.ORGANISATION_TYPES.items()]
        self.language.choices = [SelectChoice(tag, NATIVE_NAMES[tag]) for tag in LANGUAGES]
        listed = zones.choices(babel_locale(current_language()))
        kept = [] if zone in {name for name, _label in listed} else [(zone, zone)]
        self.zone.choices = [SelectChoice(key, text) for key, text in [*kept, *listed]]
        courses = catalogue().courses
        self.courses.choices = [SelectChoice(each.id, localised(each.title)) for each in courses]
        self.exercises.choices = [choice for each in courses for choice in _steps(each, exercises_only=True)]
        self.prework.choices = [choice for each in courses for choice in _steps(each, exercises_only=False)]
        tested = [SelectChoice(each.id, localised(each.title)) for each in courses if {"a", "b"} <= set(each.forms)]
        self.test_course_id.choices = [SelectChoice("", _("None")), *tested]
        self.tests_needed.choices = [SelectChoice(key.value, str(text)) for key, text in labels.TESTS.items()]

    def validate_place_id(self, field: Any) -> None:
        """A training is for a place."""
        if field.data is None:
            raise StopValidation(_("Please choose the place for which the training is."))

    def validate_host(self, field: Any) -> None:
        """May stay empty; otherwise it is called something."""
        if field.data:
            try:
                account_rules.organisation_of(field.data)
            except account_rules.Refused as refused:
                raise StopValidation(_("Please write the name of the organisation with letters or characters.")) from refused

    def validate_host_type(self, field: Any) -> None:
        """One of the list."""
        _known(field)

    def validate_language(self, field: Any) -> None:
        """One of the list."""
        _known(field)

    def validate_zone(self, field: Any) -> None:
        """A zone that the system has."""
        if not zones.known(str(field.data)):
            raise StopValidation(str(CHOOSE))

    def validate_last_day(self, field: Any) -> None:
        """Both days or neither, in order, within two months."""
        first = self.first_day.data
        if first is None and field.data is not None and not self.first_day.errors:
            raise StopValidation(_("Please write the first day too."))
        if first is not None and field.data is None and not field.errors:
            field.data = first
        if first is not None and field.data is not None and not first <= field.data <= first + LONGEST:
            raise StopValidation(_("The last day is the first or comes after it, within two months."))

    def validate_seats(self, field: Any) -> None:
        """No more than the room holds."""
        capacity = None if self.room_capacity.errors else self.room_capacity.number
        if field.number is not None and capacity is not None and field.number > capacity:
            raise StopValidation(_("There are more seats than the room holds."))

    def validate_registers_until(self, field: Any) -> None:
        """Before the training is over."""
        last = self.last_day.data or self.first_day.data
        if field.data is not None and last is not None and field.data.date() > last:
            raise StopValidation(_("Registration ends before the training does."))

    def validate_courses(self, field: Any) -> None:
        """Of the catalogue."""
        _all_known(field)

    def validate_exercises(self, field: Any) -> None:
        """Of the catalogue."""
        _all_known(field)

    def validate_prework(self, field: Any) -> None:
        """Of the catalogue."""
        _all_known(field)

    def validate_test_course_id(self, field: Any) -> None:
        """A course with two forms, or none."""
        field.data = "" if field.data in _EMPTY else field.data
        _known(field)

    def validate_hours(self, field: Any) -> None:
        """Hours with at most two decimals."""
        if minutes_of(field.data) is None:
            raise StopValidation(_("Please write hours as a number, for example 6 or 7.5."))

    def validate_tests_needed(self, field: Any) -> None:
        """What is not tested cannot be asked for."""
        _known(field)
        if field.data != TestsNeeded.NONE and not self.test_course_id.data:
            raise StopValidation(_("Choose the course of the tests first, or ask for no test."))

    def validate_least_score(self, field: Any) -> None:
        """Only where a test is asked for."""
        if field.data and self.tests_needed.data == TestsNeeded.NONE:
            raise StopValidation(_("A least score needs a test: choose one above, or leave this empty."))

    def plan(self, host_id: Any) -> Plan:
        """What the form says, after it was found valid."""
        zone, until = str(self.zone.data), self.registers_until.data
        return Plan(
            place_id=self.place_id.data, language=self.language.data, zone=zone, title=self.title.data or "",
            purpose=self.purpose.data or "", host_id=host_id, first_day=self.first_day.data, last_day=self.last_day.data,
            venue=self.venue.data or "", address=self.address.data or "", room=self.room.data or "",
            room_capacity=self.room_capacity.number, accessibility=self.accessibility.data or "", seats=self.seats.number,
            approval=bool(self.approval.data), link_open=bool(self.link_open.data),
            registers_until=until.replace(tzinfo=ZoneInfo(zone)) if until else None, courses=_in_order(self.courses),
            exercises=_pairs(self.exercises), prework=_pairs(self.prework), test_course_id=self.test_course_id.data or None,
            least_minutes=minutes_of(self.hours.data) or 0, tests_needed=TestsNeeded(self.tests_needed.data),
            least_score=self.least_score.number,
        )


class CopyForm(WithPlace, Form):
    """What is new about a copy."""

    place_id = PlaceField(lazy("Place"))
    title = line(lazy("Title of the training"), 200)
    first_day = DayField(lazy("First day of the training"))

    def validate_place_id(self, field: Any) -> None:
        """A training is for a place."""
        if field.data is None:
            raise StopValidation(_("Please choose the place for which the training is."))

    def validate_first_day(self, field: Any) -> None:
        """Sessions need a day."""
        if field.data is None:
            raise StopValidation(str(field.errors[0] if field.errors else REQUIRED))


def _steps(course: Course, *, exercises_only: bool) -> list[Any]:
    kinds = {StepKind.EXERCISE} if exercises_only else set(StepKind)
    return [
        SelectChoice(f"{course.id}/{step.id}", localised(course.step_title(step))) for step in course.steps if step.kind in kinds
    ]


def _known(field: Any) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise StopValidation(str(CHOOSE))


def _all_known(field: Any) -> None:
    """Of the list; what was chosen once and left the catalogue since is dropped."""
    known = {choice.value for choice in field.choices}
    field.data = [each for each in field.data or [] if each in known]


def _in_order(field: Any) -> tuple[str, ...]:
    chosen = set(field.data or ())
    return tuple(choice.value for choice in field.choices if choice.value in chosen)


def _pairs(field: Any) -> tuple[tuple[str, str], ...]:
    return tuple((course, step) for course, _slash, step in (each.partition("/") for each in _in_order(field)))


def minutes_of(text: str | None) -> int | None:
    """`7.5` hours in whole minutes, 0 for nothing; None for what is no such number."""
    written = (text or "").strip().replace("，", ".").replace(",", ".")
    if not written:
        return 0
    try:
        hours = Decimal(written) if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", written) else None
    except InvalidOperation:
        return None
    return int(hours * 60) if hours is not None and hours <= MOST_HOURS else None


def hours_text(minutes: int) -> str:
    """Minutes as hours, as they are typed: `7.5`; empty for none."""
    return f"{Decimal(minutes) / 60:.2f}".rstrip("0").rstrip(".") if minutes else ""


def filled(training: Training) -> dict[str, Any]:
    """The form's values for a training that is changed. The host must be loaded."""
    same = (
        "place_id", "title", "purpose", "language", "first_day", "last_day", "zone", "venue", "address", "room", "accessibility",
        "approval", "link_open", "courses",
    )
    host = training.host
    return {
        **{name: getattr(training, name) for name in same}, "host": host.name if host else "",
        "host_type": host.type.value if host else "government", "test_course_id": training.test_course_id or "",
        **{name: _shown(getattr(training, name)) for name in ("seats", "room_capacity", "least_score")},
        **{name: [f"{course}/{step}" for course, step in getattr(training, name)] for name in ("exercises", "prework")},
        "registers_until": _local(training.registers_until, training.zone), "hours": hours_text(training.least_minutes),
        "tests_needed": training.tests_needed.value,
    }


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _local(moment: datetime | None, zone: str) -> datetime | None:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment else None


def meanwhile(form: PlanForm, training: Training) -> Sequence[tuple[str, str, str]]:
    """What stands now beside what was typed, where they differ: (label, stored, typed), in words. The host must be loaded."""
    stored, found = filled(training), []
    for field in form:
        if field.name not in stored:
            continue
        now, typed = _words(field, stored[field.name]), _words(field, field.data)
        if now != typed:
            found.append((str(field.label.text), now or "–", typed or "–"))
    return found


def _words(field: Any, value: Any) -> str:
    """The value of a field as it is read: choices by their texts."""
    if isinstance(field, PlaceField):
        place = places.find(value) if value else None
        return place.name() if place else ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    texts = {choice.value: str(choice.label) for choice in getattr(field, "choices", None) or ()}
    if isinstance(value, (list, tuple)):
        return _(", ").join(texts.get(each, str(each)) for each in value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value in _EMPTY else texts.get(str(value), str(value))
