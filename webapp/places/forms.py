"""The place picker as a form field. It needs no JavaScript: searching and going down a level redisplay the same form.

    class Profile(WithPlace, Form):
        place_id = PlaceField(lazy("Where you work"))

In the template `{% from "places/picker.html" import place_picker %}`, `{{ place_picker(form.place_id) }}` and
`{{ ui.script("place-picker") }}`; the view calls `form.validate_on_submit()` as ever: while the reader is still
looking for a place it is False, no field complains, and the form comes back with everything that was typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import select
from wtforms import Field, PasswordField
from wtforms.validators import StopValidation
from wtforms.widgets import PasswordInput

from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, current_language
from webapp.places import queries
from webapp.places.models import Country, Place
from webapp.places.rules import LONGEST_QUERY, full_name

DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Step:
    """One select of the picker: options as (group or empty, [(id, name)]), the chosen one, what choosing none means."""

    name: str
    label: str
    groups: Sequence[tuple[str, Sequence[tuple[UUID, str]]]]
    value: UUID | None
    none: str


@dataclass(frozen=True, slots=True)
class Match:
    """One radio button of a search: the place, its kind, and its full name."""

    id: UUID
    name: str
    kind: str
    full_name: str


@dataclass(frozen=True, slots=True)
class Picker:
    """What the template shows. `found` is None where nothing was searched."""

    chosen: str
    steps: Sequence[Step]
    found: Sequence[Match] | None
    more: bool


class PlaceField(Field):
    """The id of a chosen open place of any level, or None. `country` limits what can be chosen to one country."""

    def __init__(self, label: Any = None, validators: Any = None, *, country: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.country = country
        self.query = ""
        self._searches = self._opens = False
        self._form: Any = None

    @property
    def opens(self) -> bool:
        """Whether the reader asked for the next level."""
        return self._opens

    @property
    def redisplays(self) -> bool:
        """Whether the reader is still looking: the form comes back and nothing is stored."""
        return self._searches or self._opens

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Keep the form's data, since one place comes in several inputs."""
        self._form = formdata
        super().process(formdata, *args, **kwargs)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the place from the script's hidden input, a radio button, or the lowest select, in this order."""
        given, name = self._form, self.name
        self.query = str(given.get(f"{name}-query", "")).strip()[:LONGEST_QUERY]
        asked = str(given.get(f"{name}-asked", "")).strip()
        picked = _uuid(valuelist[0] if valuelist else "") or _uuid(given.get(f"{name}-found"))
        steps = [_uuid(given.get(f"{name}-{number}")) for number in range(1, DEEPEST + 1)]
        self.data = picked or self._lowest([step for step in steps if step])
        self._opens = f"{name}-open" in given
        # The search button is the form's first, so Enter in any field presses it: then only a new question is a search.
        pressed = f"{name}-search" in given
        self._searches = bool(self.query) and not self._opens and not (picked and self.query == asked) and (pressed or self.data is None)
        if picked and not self._searches:
            self.query = ""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  the signature is WTForms' own
        """Refuse an id that is no open place of the country."""
        if self.data is None:
            return
        place = queries.find(self.data)
        if place is None or place.closed_on is not None or (self.country and place.country != self.country):
            self.data = None
            raise StopValidation(_("Please choose a place from the list."))

    def remind(self) -> None:
        """Say what to do where a name was typed, no place chosen from the list, and the whole form sent."""
        if self._searches and self.data is None and f"{self.name}-search" not in self._form:
            self.errors = [_("Please choose one of the places found.")]

    def _lowest(self, steps: Sequence[UUID]) -> UUID | None:
        """The lowest select that still belongs to the one above it. One query, none for no selects."""
        if not steps:
            return None
        found = db.session.execute(select(Place.id, Place.parent_id).where(Place.id.in_(steps)))
        parents = {row.id: row.parent_id for row in found}
        lowest: UUID | None = None
        for step in steps:
            if step not in parents or (lowest is not None and parents[step] != lowest):
                break
            lowest = step
        return lowest

    def picker(self) -> Picker:
        """Everything the template shows. At most five queries: three, and two more after a search."""
        countries = {country.code: country for country in queries.countries()}
        chain = queries.lineages([self.data]).get(self.data, []) if self.data else []
        found = queries.search(self.query, self.country) if self._searches else None
        return Picker(
            chosen=full_name(chain, current_language()) if chain else "",
            steps=list(self._steps(chain, countries)),
            found=None if found is None else [
                Match(each.place.id, each.place.name(), _kind(each.place, countries), each.full_name) for each in found
            ],
            more=found is not None and len(found) == queries.MOST_FOUND,
        )

    def _steps(self, chain: Sequence[Place], countries: Mapping[str, Country]) -> Iterator[Step]:
        options = queries.children_of([place.id for place in chain], self.country, tops=True)
        above: Place | None = None
        for number, chosen in enumerate([*chain, None], start=1):
            here = [place for place in options if place.parent_id == (above.id if above else None)]
            if not here or number > DEEPEST:
                return
            yield Step(
                name=f"{self.name}-{number}", label=_level_names(here, countries), value=chosen.id if chosen else None,
                groups=_grouped(here, countries), none=_("%(place)s itself", place=above.name()) if above else _("Not chosen"),
            )
            above = chosen


class WithPlace:
    """Beside `Form`: while a place is being looked for, the form comes back with what was typed and without complaints."""

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """False while a place is being looked for, else as the form decides."""
        fields: list[Any] = list(self)  # type: ignore[call-overload]
        looking = [field for field in fields if isinstance(field, PlaceField) and field.redisplays]
        if not looking:
            return bool(super().validate(*args, **kwargs))  # type: ignore[misc]
        for field in looking:
            field.remind()
        for field in fields:
            # Typed a moment ago by this reader: to lose it to a search would be worse than to send it back once.
            if isinstance(field, PasswordField):
                field.widget = PasswordInput(hide_value=False)
        return False


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None


def _kind(place: Place, countries: Mapping[str, Country]) -> str:
    level = countries[place.country].scheme.level_of(place.kind)
    return level.kinds[place.kind].get(current_language(), "") if level else ""


def _level_names(places: Sequence[Place], countries: Mapping[str, Country]) -> str:
    """The levels that stand among the options: under Hainan both cities and counties."""
    names = []
    for country, level_id in dict.fromkeys((place.country, place.level) for place in places):
        level = countries[country].scheme.level(level_id)
        if level is not None:
            names.append(level.names.get(current_language()) or next(iter(level.names.values())))
    return " / ".join(dict.fromkeys(names))


def _grouped(places: Sequence[Place], countries: Mapping[str, Country]) -> list[tuple[str, list[tuple[UUID, str]]]]:
    groups = [(code, [(place.id, place.name()) for place in each]) for code, each in groupby(places, lambda place: place.country)]
    return [(countries[code].name() if len(groups) > 1 else "", options) for code, options in groups]
