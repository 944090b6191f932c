"""The filters as a form: what can be chosen, what is chosen, and links that change one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from flask import request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Form

from webapp.core.config import settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy
from webapp.core.ui.fragments import HOLE
from webapp.core.ui.fragments import kept as kept_part
from webapp.core.ui.templating import address
from webapp.places.forms import PlaceField
from webapp.statistics import described, offered, words
from webapp.statistics.access import covers
from webapp.statistics.asking import RELATIVE, Asked, BadQuestion, query_of
from webapp.statistics.pages_time import choices as figure_choices
from webapp.statistics.rules import BadPeriod
from webapp.statistics.slices import TIMES, Dimension
from webapp.trainings.records import title_of

TABS: Mapping[str, Any] = {
    "overview": lazy("Overview"), "funnel": lazy("Funnel"), "places": lazy("Places"), "map": lazy("Map"), "time": lazy("Over time"),
    "people": lazy("People"), "courses": lazy("Courses"), "trainings": lazy("Trainings"), "left-behind": lazy("Who is left behind"),
    "outcomes": lazy("Outcomes"), "goals": lazy("Planned and reached"), "past": lazy("Former years"), "periods": lazy("Closed periods"),
    "pivot": lazy("Pivot table"), "views": lazy("Saved views"),
    "definitions": lazy("Definitions"),
}
MANY = (
    Dimension.ORGANISATION, Dimension.SEX, Dimension.AGE, Dimension.LANGUAGE, Dimension.DEVICE, Dimension.CHANNEL,
)
# Pages that are not asked by the filters.
APART = frozenset({"definitions", "views", "past", "periods"})
# What stands in the first row of the form.
FIRST = frozenset({"by", "figure", "place", "period", "from", "to", "course"})
# Further filters of which all readers have the same choices.
KEPT_CHOICES = ("level", "against", "past", *(each.value for each in MANY))


def of_picker(key: str) -> bool:
    """Whether a name in the address belongs to the place picker, not to the question."""
    return key == "choose" or key.startswith("place-")


class _PlaceForm(Form):
    """The place picker alone: the filters are a GET form, which changes nothing and needs no token."""

    place = PlaceField(lazy("Place"))


@dataclass(frozen=True)
class Picker:
    """The place picker: shown while the reader looks for a place; `redirects` once one was chosen."""

    field: PlaceField | None = None
    shown: bool = False
    redirects: bool = False

    @classmethod
    def read(cls, args: MultiDict[str, str]) -> Picker:
        """Where the reader is in looking for a place."""
        sent = any(key.startswith("place-") for key in args)
        if not sent and args.get("choose") != "place":
            return cls()
        field: PlaceField = _PlaceForm(args).place
        return cls(field, shown=not sent or field.redisplays, redirects=sent and not field.redisplays)

    @property
    def place(self) -> UUID | None:
        """The chosen place."""
        found: UUID | None = self.field.data if self.field is not None else None
        return found


def kept(asked: Asked, fixed: Mapping[str, str] | None = None) -> str:
    """The question without what only this page reads: for links to other pages."""
    return query_of(asked, **dict.fromkeys(asked.options), **fixed) if fixed else asked.carried


def tabs(page: str, query: str) -> list[tuple[str, str, bool]]:
    """Links to all pages, which are asked the same."""
    found = []
    for name, text in TABS.items():
        path = "/statistics/" if name == "overview" else f"/statistics/{name}"
        found.append((str(text), address(path) + (f"?{query}" if query and name not in APART else ""), name == page))
    return found


def tab_bar(page: str, query: str) -> Markup:
    """The links to all pages as HTML, kept but for the query."""
    held = kept_part("statistics/tabs.html", f"{page}?{bool(query)}", tabs=tabs, page=page, query=HOLE if query else "")
    return held.replace(HOLE, query)


def period_links(now: datetime) -> list[tuple[str, str, bool]]:
    """Quick choices of a period: words, address, whether it is chosen."""
    year = now.astimezone(settings().programme_zone).year
    chosen = request.args.get("period", "")
    offered = [("", _("all time")), *described.relative_words(), (str(year - 2), str(year - 2))]
    bare = not (request.args.get("from") or request.args.get("to"))
    every = _without_period()
    to_one = f"{every}{'&' if '?' in every else '?'}period="
    return [(text, to_one + value if value else every, bare and value == chosen) for value, text in offered]


def _without_period() -> str:
    """The same page of all time, on its first page of rows."""
    query: dict[str, Any] = {key: values for key, values in request.args.to_dict(flat=False).items() if not of_picker(key)}
    return address(request.path, **{**query, **dict.fromkeys(("from", "to", "period", "page"))})


@dataclass(frozen=True)
class Chip:
    """A filter that is set, in words, and the address without it."""

    text: str
    without: str


@dataclass(frozen=True)
class FilterForm:
    """What the template needs for the filters of a page. Queries: one for places where none was chosen, one for trainings."""

    page: str
    asked: Asked
    typed: MultiDict[str, str]
    picker: Picker
    refused: BadPeriod | BadQuestion | None

    @property
    def title(self) -> str:
        """What the page is called."""
        return str(TABS[self.page])

    @property
    def error_field(self) -> str | None:
        """The field to mend, if it is one of the form."""
        return self.refused.field if self.refused is not None and self.refused.field in self.fields else None

    def wrong(self, name: str) -> str:
        """The sentence on a control that is to be mended; empty for all others."""
        return str(self.refused) if self.refused is not None and self.error_field == name else ""

    @property
    def more_kept(self) -> str | None:
        """The name under which the further filters are kept as HTML; None where they are rendered for this page alone.

        All readers have the same choices there, trainings aside. With one of them chosen there are forty forms, with more too many.
        """
        if self.refused is not None or "training" in self.fields or self.typed.get("tree"):
            return None
        chosen = [(name, value) for name in KEPT_CHOICES for value in self.typed.getlist(name)]
        return None if len(chosen) > 1 else "=".join(chosen[0]) if chosen else ""

    @cached_property
    def fields(self) -> frozenset[str]:
        """Names of the controls that are shown."""
        own = {"from", "to", "period", "level", "tree", "against", "past", *(each.value for each in MANY)}
        if not request.view_args or "course_id" not in request.view_args:
            own.add("course")
        if not self.picker.shown:
            own.add("place")
        if self.chooses_training:
            own.add("training")
        return frozenset(own | set(self.asked.options))

    @property
    def chooses_training(self) -> bool:
        """Whether trainings are listed: only where one is chosen or wanted, since they cost a query."""
        return bool(self.typed.get("training")) or self.typed.get("choose") == "training"

    def value(self, name: str) -> str:
        """What was typed or chosen in a control."""
        return self.typed.get(name, "")

    def day_type(self, name: str) -> str:
        """Type of the control of a day: what is no date stands in a plain one, since a browser would hide it."""
        return "text" if self.refused is not None and self.refused.field == name else "date"

    def values(self, name: str) -> Sequence[str]:
        """What was chosen where several can be."""
        return self.typed.getlist(name)

    @property
    def opens(self) -> bool:
        """Whether the further filters are unfolded: while one of them is to be mended."""
        to_mend = self.error_field is not None and self.error_field not in FIRST
        return self.picker.shown or self.typed.get("choose") == "training" or to_mend

    @property
    def periods(self) -> list[tuple[str, str]]:
        """Periods by name, with the one of this address."""
        offered, chosen = described.relative_words(), self.value("period")
        return offered if not chosen or chosen in RELATIVE else [*offered, (chosen, chosen)]

    @property
    def places(self) -> list[tuple[str, str]]:
        """The places above, the chosen one, and those below it."""
        where = self.asked.standing
        above = [(str(each.id), "› " * depth + each.name) for depth, each in enumerate(where.above)]
        return [*above, *((str(each.id), "› " * len(where.above) + each.name) for each in where.below)]

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """The places above as links of this page, with the whole first; nothing where the whole is shown."""
        if not self.asked.standing.above:
            return []
        every = _("All places") if self.asked.allowed is None else _("Your places")
        above = [(each.name, self._with("place", str(each.id))) for each in self.asked.standing.above]
        return [(every, self._with("place", None)), *above]

    @property
    def courses(self) -> list[tuple[str, str]]:
        """Courses."""
        return words.choices(Dimension.COURSE)

    @property
    def levels(self) -> list[tuple[str, str]]:
        """Position levels, each with those above it."""
        return [(value, _("%(level)s and above", level=text)) for value, text in words.choices(Dimension.LEVEL)]

    @property
    def many(self) -> list[tuple[str, str, list[tuple[str, str]]]]:
        """Filters of which several values can be chosen: name, label, options."""
        return [(each.value, str(words.DIMENSIONS[each]), words.choices(each)) for each in MANY]

    @property
    def units(self) -> list[tuple[str, str]]:
        """Units of time."""
        return [(each.value, str(words.DIMENSIONS[each])) for each in TIMES]

    @property
    def figures(self) -> list[tuple[str, str]]:
        """Figures to draw."""
        return figure_choices()

    @cached_property
    def trainings(self) -> list[tuple[str, str]]:
        """Trainings of the reader's places, the latest first; only the chosen one where there are too many.

        One query, none where they were read with the chosen one.
        """
        asked, trees = self.asked, self.asked.trees
        rows = offered.trainings(trees) if asked.others is None else [each for each in asked.others if covers(trees, each.place)]
        if len(rows) > offered.MOST:
            rows = []
        if asked.training is not None and asked.training not in rows:
            rows.append(asked.training)
        return [(str(each.id), " ".join(filter(None, (title_of(each), str(each.first_day or ""))))) for each in rows]

    @property
    def chips(self) -> list[Chip]:
        """The filters that are set, each with the address without it. A filter that stands in the path has none."""
        asked, found = self.asked, list[Chip]()
        if asked.place is not None:
            found.append(Chip(_("%(label)s: %(value)s", label=_("Place"), value=asked.place.name), self._with("place", None)))
        if asked.part.first or asked.part.last:
            said = described.period_of(asked.part.first, asked.part.last)
            found.append(Chip(_("%(label)s: %(value)s", label=_("Period"), value=said), _without_period()))
        for each in described.chosen(asked):
            if all(name in self.fields for name in each.names):
                found.append(Chip(_("%(label)s: %(value)s", label=each.label, value=each.value), self._with(each.names[0], None)))
        return found

    def _with(self, name: str, value: str | None) -> str:
        query: dict[str, Any] = {key: values for key, values in request.args.to_dict(flat=False).items() if not of_picker(key)}
        return address(request.path, **{**query, "page": None, name: value})
