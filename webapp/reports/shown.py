"""Figures as they are read: words, links to their rows, tables and charts in the language in force. No query.

The same for the page of the trainers, for the page that everybody sees, and for the printed report: what was withheld says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from webapp.accounts.labels import ORGANISATION_TYPES, POSITION_LEVELS, SEXES
from webapp.accounts.models import OrganisationType, PositionLevel, Sex
from webapp.core.charts.shapes import Bar, Bars, Chart, Compared, Pair, Stack, Stacked
from webapp.core.charts.shapes import figures as number
from webapp.core.frozen import dataclass
from webapp.core.hours import hours
from webapp.core.i18n import _, current_language, localised
from webapp.core.ui.dates import day_text
from webapp.reports import labels
from webapp.reports.figures import DIMENSIONS, STAGES, Figures
from webapp.trainings.labels import SURVEYS, span_text, times_text
from webapp.trainings.models_learning import SurveyKind

FULL = 100


@dataclass(frozen=True)
class Fact:
    """A number with what it counts, its definition, and the address of its rows below the record's (None: there are none to see)."""

    value: str
    label: str
    definition: str
    rows: str | None = None


@dataclass(frozen=True)
class Grid:
    """A table: heads of columns, rows of texts, the first cell naming the row. `rows_at` as in `Fact`."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    rows_at: str | None = None
    note: str = ""


@dataclass(frozen=True)
class Half:
    """A session of the agenda as held: when, and its lines as (title, planned, held)."""

    when: str
    title: str
    lines: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Answers:
    """A survey: who answered in a sentence, and charts of the answers."""

    kind: str
    title: str
    sentence: str
    charts: Sequence[Chart]
    rows: str | None = None


@dataclass(frozen=True)
class Shown:
    """Everything a report shows of its figures."""

    figures: Figures

    @property
    def public(self) -> bool:
        """Whether small groups are withheld."""
        return bool(self.figures.get("public"))

    @property
    def cut_off(self) -> datetime:
        """The moment the figures stand for."""
        return datetime.fromisoformat(self.figures["cut_off"])

    @property
    def days(self) -> str:
        """The days of the training; empty before they are set."""
        about = self.figures["about"]
        return span_text(*map(date.fromisoformat, (about["first_day"], about["last_day"]))) if about["first_day"] else ""

    @staticmethod
    def day(iso: str) -> str:
        """An ISO day in words; nothing for nothing."""
        return day_text(date.fromisoformat(iso), current_language(), UTC) if iso else ""

    @property
    def headlines(self) -> list[Fact]:
        """The numbers everybody asks for first."""
        return [self._count(name) for name in labels.HEADLINES]

    @property
    def further(self) -> list[Fact]:
        """Numbers that explain the first ones, where there are any."""
        return [self._count(name) for name in labels.FURTHER if self.figures["counts"].get(name) != 0]

    def _count(self, name: str) -> Fact:
        label, definition = labels.COUNTED[name]
        return Fact(said(self.figures["counts"].get(name, 0)), str(label), str(definition), ROWS[name])

    @property
    def hours(self) -> list[Fact]:
        """Hours held and attended."""
        hours, counts = self.figures["hours"], self.figures["counts"]
        attended = hours["attended_minutes"]
        each = attended / counts["attended"] if attended is not None and counts["attended"] else None
        return [
            Fact(in_hours(hours["held_minutes"]), _("hours held"), _("Length of the sessions at which anybody was present, by the plan"),
                 "agenda"),
            Fact(in_hours(attended), _("hours of attendance"), _("Hours of attendance of everybody together"), "attendance"),
            Fact(in_hours(each), _("hours a person"), _("Hours attended, divided by the number of people who attended"), "attendance"),
        ]

    @property
    def people(self) -> list[Grid]:
        """Who took part, by each dimension."""
        return [self._dimension(name) for name in DIMENSIONS if self.figures["people"][name]]

    def _dimension(self, name: str) -> Grid:
        lines = self.figures["people"][name]
        stages = [stage for stage in STAGES if any(stage in each for each in lines.values())]
        ordered = sorted(lines.items(), key=lambda each: _order(name, each[0]))
        rows = [[value_words(name, value), *(said(line[stage]) for stage in stages)] for value, line in ordered]
        totals = [said(self.figures["counts"][stage]) for stage in stages]
        heads = ["", *(str(labels.COUNTED[stage][0]) for stage in stages)]
        return Grid(
            str(labels.DIMENSIONS[name]), heads, [*rows, [_("Total"), *totals]], "people/",
            _("Groups of fewer than five people are not shown, nor what would give them away.") if self.public else "",
        )

    @property
    def attendance(self) -> Chart | None:
        """People present by session; of what is published the band in which attendance lies."""
        sessions = self.figures["sessions"]
        if not any(each.get("present") or each.get("band") is not None for each in sessions):
            return None
        title = _("Attendance by session")
        if self.public:
            bands = labels.bands()
            bars = [Bar(when(each), each["band"], said=bands[each["band"]] if each["band"] is not None else hidden()) for each in sessions]
            return Bars(title, rows=_("Session"), numbers=_("Share of those who attended"), bars=bars, end=FULL)
        bars = [Bar(when(each), each["present"], note=each["title"]) for each in sessions]
        return Bars(title, rows=_("Session"), numbers=_("People present"), bars=bars, end=self.figures["counts"]["attended"])

    @property
    def learning(self) -> Compared | None:
        """Mean scores before and after: of the whole test, then by topic."""
        tests = self.figures["tests"]
        if not tests or not tests["gain"]:
            return None
        known = [each for each in tests["topics"] if each["after"] is not None]
        topics = [Pair(localised(each["label"]), _one(each["before"]), _one(each["after"])) for each in known]
        return Compared(
            _("Knowledge before and after, per cent of the points"), rows=_("Topic"), before=_("Before the training"),
            after=_("After the training"), start=0, end=FULL,
            pairs=[Pair(_("Whole test"), _one(tests["gain"]["before"]), _one(tests["gain"]["after"])), *topics],
        )

    @property
    def tested(self) -> list[Fact]:
        """Who took the tests, and what was gained."""
        tests = self.figures["tests"]
        if not tests:
            return []
        gain = tests["gain"] or {}
        found = [Fact(said(tests[name]), label, definition, "after") for name, label, definition in (
            ("before", _("took the test before"), _("People with a seat who submitted the test before the training")),
            ("after", _("took the test after"), _("People with a seat who submitted the test after the training")),
            ("both", _("took both"), _("Only these are compared; the others would change the means by staying away")),
        )]
        if gain:
            said_of_it = _("Mean difference of the scores after and before, in percentage points.")
            if gain.get("low") is not None:
                said_of_it = join(said_of_it, _(
                    "With 95 per cent confidence it lies between %(low)s and %(high)s (Student’s t).", low=signed(gain["low"]),
                    high=signed(gain["high"]),
                ))
            found.append(Fact(signed(gain["gain"]), _("mean gain"), said_of_it, "after"))
        if gain.get("normalized") is not None:
            found.append(Fact(number(gain["normalized"]), _("normalized gain"),
                              _("Share of what could still be gained: gain divided by 100 minus the mean before (Hake 1998)"), "after"))
        return found

    def survey(self, kind: SurveyKind) -> Answers | None:
        """A survey of the training that was sent."""
        found = self.figures["surveys"].get(kind.value)
        if not found:
            return None
        sentence = _("%(answered)s of %(asked)s people asked have answered.", answered=said(found["answered"]), asked=said(found["asked"]))
        charts = [*_scales(found["scales"]), *(self._grid(each) for each in found["grids"]), *(_choice(each) for each in found["choices"])]
        return Answers(kind.value, str(SURVEYS[kind]), sentence, charts, "before" if kind is SurveyKind.NEEDS else "after")

    @property
    def surveys(self) -> list[Answers]:
        """All surveys that were sent, in their order."""
        return [found for found in map(self.survey, SurveyKind) if found is not None]

    def _grid(self, grid: Mapping[str, Any]) -> Chart:
        title = localised(grid["label"])
        columns = [localised(each) for each in grid["columns"]]
        if not self.public:
            stacks = [Stack(localised(row["label"]), row["counts"], f"n = {sum(row['counts'])}") for row in grid["rows"]]
            return Stacked(title, rows=_("Statement"), series=columns, stacks=stacks)
        bars = [Bar(localised(row["label"]), row["mean"]) for row in grid["rows"]]
        scale = _("mean, 1 = %(first)s, %(last)d = %(best)s", first=columns[0], last=len(columns), best=columns[-1])
        return Bars(f"{title} ({scale})", rows=_("Statement"), numbers=_("Mean"), bars=bars, end=len(columns))

    @property
    def agenda(self) -> list[Half]:
        """The agenda by sessions, as planned and as held."""
        found = []
        for session in self.figures["sessions"]:
            lines = [each for each in self.figures["agenda"] if each["session"] == session["id"]]
            told = [(localised(each["titles"]), number(each["minutes"]), _held(each)) for each in lines]
            found.append(Half(when(session), session["title"], told))
        return found

    @property
    def held_noted(self) -> bool:
        """Whether it was noted how long anything took."""
        return bool(self.figures["agenda_minutes"]["noted"])

    @property
    def definitions(self) -> list[tuple[str, str]]:
        """Every number of the report and what it counts."""
        facts = [*self.headlines, *self.further, *self.hours, *self.tested]
        return [(each.label, each.definition) for each in facts]


ROWS: Mapping[str, str | None] = {
    "invited": "people/", "registered": "people/?state=registered", "attended": "attendance", "completed": "after",
    "certificates": "certificates", "plans": "after/plans", "walk_ins": "attendance", "substitutes": "people/", "withdrawn": "people/",
}


def hidden() -> str:
    """In place of a number that is withheld."""
    return _("not shown")


def said(count: int | None) -> str:
    """A number of people."""
    return hidden() if count is None else number(count)


def join(*sentences: str) -> str:
    """Sentences behind each other: Chinese ones without spaces."""
    return ("" if current_language().startswith("zh") else " ").join(each for each in sentences if each)


def signed(value: float) -> str:
    """A difference with its sign."""
    return f"+{number(round(value, 1))}" if value > 0 else number(round(value, 1))


def _one(value: float | None) -> float | None:
    """A score with one decimal."""
    return None if value is None else round(value, 1)


def in_hours(minutes: float | None) -> str:
    """Minutes as hours."""
    return hidden() if minutes is None else number(hours(minutes))


def _held(line: Mapping[str, Any]) -> str:
    if line["held"] is None:
        return ""
    return number(line["held"]) if line["held"] else _("left out")


def when(session: Mapping[str, Any]) -> str:
    """Day and times of a session at its venue."""
    day = day_text(date.fromisoformat(session["day"]), current_language(), UTC)
    gap = " "
    starts, ends = (datetime.strptime(session[each], "%H:%M").time() for each in ("starts", "ends"))  # noqa: DTZ007  the venue's wall clock
    return f"{day}{gap}{times_text(starts, ends)}"


def value_words(dimension: str, value: str) -> str:
    """A value of a dimension in words."""
    if value == "":
        return _("Not known")
    if dimension == "organisation_type":
        return str(ORGANISATION_TYPES[OrganisationType(value)])
    return str(POSITION_LEVELS[PositionLevel(int(value))] if dimension == "position_level" else SEXES[Sex(value)])


def _order(dimension: str, value: str) -> tuple[int, int, str]:
    """Types and sexes in the order of their lists, levels from the highest, what nobody stated last."""
    if value == "":
        return 1, 0, ""
    if dimension == "position_level":
        return 0, -int(value), ""
    members: list[Any] = list(OrganisationType if dimension == "organisation_type" else Sex)
    return 0, [each.value for each in members].index(value), ""


def _scales(scales: Sequence[Mapping[str, Any]]) -> list[Chart]:
    """Means of scales, those of one length together."""
    found: list[Chart] = []
    for ends in dict.fromkeys((each["from"], each["to"]) for each in scales):
        mine = [each for each in scales if (each["from"], each["to"]) == ends]
        title = _("Means on a scale from %(first)d to %(last)d", first=ends[0], last=ends[1])
        bars = [Bar(localised(each["label"]), round(each["mean"], 1), note=f"n = {each['n']}") for each in mine]
        found.append(Bars(title, rows=_("Question"), numbers=_("Mean"), bars=bars, end=ends[1]))
    return found


def _choice(choice: Mapping[str, Any]) -> Chart:
    options = sorted(choice["options"], key=lambda each: -each["count"])
    bars = [Bar(localised(each["label"]), each["count"]) for each in options]
    return Bars(localised(choice["label"]), rows=_("Answer"), numbers=_("People"), bars=bars, end=choice["n"])


