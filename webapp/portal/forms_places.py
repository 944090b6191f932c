"""Forms of operations on places: what is typed becomes a request."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from wtforms import StringField, TextAreaField
from wtforms.validators import StopValidation

from webapp.core.forms import REQUIRED, Form
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.places import queries
from webapp.places.forms import PlaceField, WithPlace
from webapp.places.models import Place
from webapp.places.plans import MOST_MERGED, MOST_PARTS
from webapp.places.requests import Close, Merge, Move, NewPlace, Rename, Request, Split
from webapp.places.rules import CODE
from webapp.places.tables import LONGEST_NAME, LONGEST_READING

EARLIEST, LATEST = date(1949, 1, 1), date(2100, 12, 31)


class DayField(StringField):
    """A calendar day, typed as 2026-01-31."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms' signature
        """Read the day."""
        try:
            self.day = date.fromisoformat((self.data or "").strip())
        except ValueError:
            self.day = None
        if self.day is None or not EARLIEST <= self.day <= LATEST:
            raise StopValidation(_("Please give a day, such as 2026-01-31."))


def printable(_form: Any, field: Any) -> None:
    """One line of a sensible length."""
    limit = LONGEST_READING if field.name.endswith("reading") else LONGEST_NAME
    if len(field.data or "") > limit or not (field.data or "").isprintable():
        raise StopValidation(_("Please write one line of at most %(limit)d characters.", limit=limit))


class OperationForm(WithPlace, Form):
    """What every operation asks: from which day on it holds."""

    day = DayField(lazy("Holds from"))

    def __init__(self, place: Place, today: date, **rest: Any) -> None:
        self.place = place
        super().__init__(data={"day": today.isoformat(), **self.present(place)}, **rest)

    def present(self, place: Place) -> dict[str, Any]:  # noqa: ARG002  forms that show the present state need it
        """What the fields show at first."""
        return {}

    @abstractmethod
    def request(self) -> Request:
        """What is asked, typed; only after the form was found right."""


class RenameForm(OperationForm):
    """Names in each language of the interface; names in other languages stay."""

    name_zh = StringField(lazy("Name in Chinese"), validators=[printable])
    short_zh = StringField(lazy("Short name in Chinese"), validators=[printable])
    name_en = StringField(lazy("Name in English"), validators=[printable])
    short_en = StringField(lazy("Short name in English"), validators=[printable])
    reading = StringField(lazy("Syllables"), validators=[printable])

    def present(self, place: Place) -> dict[str, Any]:
        """The names as they are."""
        return {
            "name_zh": place.names.get("zh-Hans", ""), "short_zh": place.short_names.get("zh-Hans", ""),
            "name_en": place.names.get("en", ""), "short_en": place.short_names.get("en", ""), "reading": place.reading,
        }

    def validate_name_en(self, field: Any) -> None:
        """One name at least."""
        if not field.data and not self.name_zh.data:
            raise StopValidation(_("Please give the name in one language at least."))

    def request(self) -> Request:
        """The names, those of other languages kept."""
        return Rename(
            place_id=self.place.id, reading=self.reading.data or "",
            names=_names(self.place.names, {"zh-Hans": self.name_zh.data, "en": self.name_en.data}),
            short_names=_names(self.place.short_names, {"zh-Hans": self.short_zh.data, "en": self.short_en.data}),
        )


class MergeForm(OperationForm):
    """Into which place, and which others go up in it too."""

    into = PlaceField(lazy("Goes up in"))
    others = TextAreaField(lazy("Other places that go up in it too"))
    found: tuple[UUID, ...] = ()

    def validate_into(self, field: Any) -> None:
        """A successor is named."""
        if field.data is None:
            raise StopValidation(str(REQUIRED))

    def validate_others(self, field: Any) -> None:
        """Every code is that of an open place."""
        codes = list(dict.fromkeys(re.split(r"[\s,;，、；]+", (field.data or "").strip()))) if (field.data or "").strip() else []
        if len(codes) >= MOST_MERGED:
            raise StopValidation(_("At most %(most)d places can be merged at once.", most=MOST_MERGED))
        known = queries.by_codes(self.place.country, codes)
        unknown = [code for code in codes if code not in known]
        if unknown:
            raise StopValidation(_("No open place has the code %(code)s.", code=unknown[0][:40]))
        self.found = tuple(known[code].id for code in codes)

    def request(self) -> Request:
        """The places, this one first."""
        return Merge(place_ids=tuple(dict.fromkeys((self.place.id, *self.found))), into_id=self.into.data)


class MoveForm(OperationForm):
    """Below which place, and its code there."""

    parent = PlaceField(lazy("New place above"))
    code = StringField(lazy("Place code"))

    def present(self, place: Place) -> dict[str, Any]:
        """Where it is."""
        return {"parent": place.parent_id, "code": place.code}

    def validate_code(self, field: Any) -> None:
        """A code, or the one it has."""
        if field.data and not CODE.fullmatch(field.data):
            raise StopValidation(_("This is no code: 1 to 20 letters, digits, dots, dashes or underscores."))

    def request(self) -> Request:
        """The move."""
        return Move(place_id=self.place.id, parent_id=self.parent.data, code=self.code.data or "")


class CloseForm(OperationForm):
    """Nothing but the day."""

    def request(self) -> Request:
        """The end."""
        return Close(place_id=self.place.id)


@dataclass
class PartTyped:
    """One part of a split as typed."""

    code: str
    name_zh: str
    name_en: str
    reading: str

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not (self.code or self.name_zh or self.name_en)


class SplitForm(OperationForm):
    """Two or more parts, typed in rows; empty rows are left out."""

    heir = StringField(lazy("The successor"))

    def __init__(self, place: Place, today: date, typed: Mapping[str, str], **rest: Any) -> None:
        super().__init__(place, today, **rest)
        count = typed.get("rows", "")
        self.rows = min(max(int(count) if count.isascii() and count.isdigit() else 2, 2), MOST_PARTS)
        if "more" in typed:
            self.rows = min(self.rows + 1, MOST_PARTS)
        self.parts = [self._part(typed, number) for number in range(self.rows)]
        if not any(not part.empty for part in self.parts):
            # Mostly the first part goes on under the old name.
            self.parts[0] = PartTyped(place.code, place.names.get("zh-Hans", ""), place.names.get("en", ""), place.reading)
        self.part_errors: list[tuple[str, str]] = []

    def _part(self, typed: Mapping[str, str], number: int) -> PartTyped:
        given = [typed.get(f"part-{number}-{name}", "").strip() for name in ("code", "zh", "en", "reading")]
        return PartTyped(*given)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """The parts have what they need."""
        right = super().validate(*args, **kwargs)
        for number, part in enumerate(self.parts):
            if not part.empty and (sentence := _wrong(part)):
                self.part_errors.append((f"part-{number}-code", _("Part %(number)d: %(sentence)s", number=number + 1, sentence=sentence)))
        return bool(right) and not self.part_errors

    def request(self) -> Request:
        """The parts that were typed."""
        kept = [(number, part) for number, part in enumerate(self.parts) if not part.empty]
        chosen = [number for number, _part in kept]
        marked = self.heir.data or ""
        heir = int(marked) if marked.isascii() and marked.isdigit() and int(marked) in chosen else (chosen or [0])[0]
        return Split(place_id=self.place.id, heir=chosen.index(heir) if chosen else 0, parts=tuple(
            NewPlace(code=part.code, names=_names({}, {"zh-Hans": part.name_zh, "en": part.name_en}), reading=part.reading)
            for _number, part in kept
        ))


def _wrong(part: PartTyped) -> str:
    if not CODE.fullmatch(part.code):
        return _("This is no code: 1 to 20 letters, digits, dots, dashes or underscores.")
    if not (part.name_zh or part.name_en):
        return _("Please give the name in one language at least.")
    texts = (part.name_zh, part.name_en, part.reading)
    if any(len(text) > LONGEST_NAME or not text.isprintable() for text in texts):
        return _("Please write one line of at most %(limit)d characters.", limit=LONGEST_NAME)
    return ""


def _names(kept: Mapping[str, str], typed: Mapping[str, Any]) -> dict[str, str]:
    """Names of other languages stay; one that is emptied goes."""
    return {tag: name for tag, name in {**kept, **{tag: text or "" for tag, text in typed.items()}}.items() if name}
