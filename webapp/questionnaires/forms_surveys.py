"""Forms with which surveys are planned: shape and type only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from wtforms import BooleanField, DateTimeLocalField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older than the library
from wtforms.validators import StopValidation

from webapp.core import clock
from webapp.core.config import settings
from webapp.core.forms import REQUIRED, TOO_LONG, Form
from webapp.core.i18n import _, lazy
from webapp.places.forms import PlaceField, WithPlace
from webapp.questionnaires.labels_surveys import GROUPINGS, MODES
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.rules_surveys import EARLIEST_REMINDER, MOST_REMINDERS
from webapp.questionnaires.section_form import uuid_of
from webapp.questionnaires.services_surveys import Plan

TITLE_LONGEST = 200
LONGEST = timedelta(days=366 * 2)
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


class MomentField(DateTimeLocalField):
    """A moment of the programme's zone; older browsers show a line of text for it."""

    def __init__(self, label: Any, **rest: Any) -> None:
        super().__init__(label, format=MOMENTS, **rest)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError with our sentence."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            self.data = None
            raise ValueError(_("Please write day and time as in 2026-11-20 09:00.")) from error


def aware(moment: datetime | None) -> datetime:
    """A typed moment in the programme's zone. None is a bug."""
    assert moment is not None
    return moment.replace(tzinfo=settings().programme_zone)


def local(moment: datetime) -> datetime:
    """A moment as it is typed."""
    return moment.astimezone(settings().programme_zone).replace(tzinfo=None)


class SurveyForm(WithPlace, Form):
    """What is put to whom, when, and how."""

    questionnaire = SelectField(lazy("Questionnaire"), validate_choice=False)
    title = StringField(lazy("Title"))
    place_id = PlaceField(lazy("Place"))
    mode = RadioField(lazy("Are answers kept with names?"), validate_choice=False)
    opens_at = MomentField(lazy("Opens"))
    closes_at = MomentField(lazy("Closes"))
    remind_days = StringField(lazy("Reminders, days before the closing"))
    by_link = BooleanField(lazy("Also by a link, without signing in"))
    earlier_id = SelectField(lazy("Earlier round to compare with"), validate_choice=False)

    def __init__(
        self, *, questionnaires: Sequence[tuple[str, str]], earlier: Sequence[tuple[str, str]], everywhere: bool, **rest: Any,
    ) -> None:
        super().__init__(**rest)
        self._everywhere = everywhere
        self.questionnaire.choices = [SelectChoice(key, text) for key, text in questionnaires]
        self.earlier_id.choices = [SelectChoice("", _("None")), *[SelectChoice(key, text) for key, text in earlier]]
        self.mode.choices = [SelectChoice(mode.value, str(text)) for mode, text in MODES.items()]

    def validate_questionnaire(self, field: Any) -> None:
        """One of the list."""
        _one_of(field)

    def validate_earlier_id(self, field: Any) -> None:
        """One of the list, or none."""
        field.data = field.data or ""
        _one_of(field)

    def validate_title(self, field: Any) -> None:
        """May be empty: then the survey is called as its questionnaire."""
        field.data = " ".join((field.data or "").replace("\0", "").split())
        if len(field.data) > TITLE_LONGEST:
            raise StopValidation(str(TOO_LONG % {"max": TITLE_LONGEST}))

    def validate_place_id(self, field: Any) -> None:
        """Who looks after some places asks in one of them."""
        if field.data is None and not self._everywhere:
            raise StopValidation(_("Please choose a place that you look after."))

    def validate_mode(self, field: Any) -> None:
        """One of the two."""
        if field.data not in {mode.value for mode in SurveyMode}:
            raise StopValidation(_("Please choose one of the two: those who answer must know."))

    def validate_opens_at(self, field: Any) -> None:
        """Given."""
        _given(field)

    def validate_closes_at(self, field: Any) -> None:
        """Given, after the opening, within two years."""
        _given(field)
        opens = self.opens_at.data
        if opens is not None and not opens < field.data <= opens + LONGEST:
            raise StopValidation(_("The closing comes after the opening, within two years."))

    def validate_remind_days(self, field: Any) -> None:
        """At most five whole numbers of days, from 1 to 60."""
        days = days_of(field.data)
        if days is None:
            raise StopValidation(_(
                "Please write at most %(most)d whole numbers from 1 to %(longest)d, for example 7, 1.", most=MOST_REMINDERS,
                longest=EARLIEST_REMINDER,
            ))

    @property
    def plan(self) -> Plan:
        """What the form says, after it was found valid."""
        return Plan(
            title=str(self.title.data), mode=SurveyMode(self.mode.data), place_id=self.place_id.data, opens_at=aware(self.opens_at.data),
            closes_at=aware(self.closes_at.data), remind_days=days_of(self.remind_days.data) or (), by_link=bool(self.by_link.data),
            earlier_id=uuid_of(self.earlier_id.data),
        )


def days_of(text: str | None) -> list[int] | None:
    """`7, 1` as numbers, the longest first; None for what is no such list."""
    parts = [part for part in re.split(r"[\s,，、;；]+", text or "") if part]
    if len(parts) > MOST_REMINDERS or not all(re.fullmatch(r"[0-9]{1,2}", part) for part in parts):
        return None
    days = sorted({int(part) for part in parts}, reverse=True)
    return days if all(1 <= day <= EARLIEST_REMINDER for day in days) else None


def _one_of(field: Any) -> None:
    if field.data not in {choice.value for choice in field.choices}:
        raise StopValidation(_("Please choose one from the list."))


def _given(field: Any) -> None:
    if field.data is None:
        raise StopValidation(str(field.errors[0] if field.errors else REQUIRED))


class ClosingForm(Form):
    """Until when a survey that has closed takes answers again."""

    closes_at = MomentField(lazy("Closes"))

    def validate_closes_at(self, field: Any) -> None:
        """In the future, within two years."""
        _given(field)
        if not clock.now() < aware(field.data) <= clock.now() + LONGEST:
            raise StopValidation(_("The new closing lies in the future, within two years."))


class PasteForm(Form):
    """People by their addresses, numbers or names, one a line."""

    lines = TextAreaField(lazy("E-mail addresses, telephone numbers or names, one a line"))
    group = StringField(lazy("Group"))

    def validate_group(self, field: Any) -> None:
        """Short."""
        if len(field.data or "") > GROUP_LONGEST:
            raise StopValidation(str(TOO_LONG % {"max": GROUP_LONGEST}))

    def validate_lines(self, field: Any) -> None:
        """Something."""
        if not (field.data or "").strip():
            raise StopValidation(str(REQUIRED))


GROUP_LONGEST = 120


class GroupForm(Form):
    """How people who are added are grouped in the response rate."""

    grouping = RadioField(lazy("Group in the response rate"), validate_choice=False)
    group = StringField(lazy("Name of the group"))

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.grouping.choices = [SelectChoice(key, str(text)) for key, text in GROUPINGS.items()]

    def validate_grouping(self, field: Any) -> None:
        """One of the list."""
        _one_of(field)

    def validate_group(self, field: Any) -> None:
        """Short."""
        if len(field.data or "") > GROUP_LONGEST:
            raise StopValidation(str(TOO_LONG % {"max": GROUP_LONGEST}))


def filled(survey: Survey) -> dict[str, Any]:
    """The form's values for a survey that is changed."""
    return {
        "questionnaire": survey.questionnaire_id, "title": survey.title, "place_id": survey.place_id, "mode": survey.mode.value,
        "opens_at": local(survey.opens_at), "closes_at": local(survey.closes_at), "by_link": survey.link_code is not None,
        "remind_days": ", ".join(str(each) for each in survey.remind_days), "earlier_id": str(survey.earlier_id or ""),
    }
