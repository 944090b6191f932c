"""What pages show of the tests before and after: charts and sentences made of `tests_results`, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from babel.lists import format_list
from markupsafe import Markup

from webapp.accounts.labels import ORGANISATION_TYPES
from webapp.accounts.models import OrganisationType
from webapp.core.charts.drawn import markup
from webapp.core.charts.shapes import Bar, Bars, Compared, Pair, figures
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, babel_locale, current_language, localised
from webapp.core.suppression import LEAST
from webapp.trainings import queries_tests, services_tests, tests_results, tests_rules
from webapp.trainings.gains import Interval
from webapp.trainings.models_learning import Moment
from webapp.trainings.records import Record
from webapp.trainings.tests_results import GroupResult, Results, TopicResult
from webapp.trainings.tests_rules import Window

results = tests_results.results


@dataclass(frozen=True)
class Before:
    """The test before, as it stands: who took it in numbers, shares by topic, the weakest topics, response by group.

    `groups` are (name, taken, of); both None where a group is withheld. `few`: some took it, too few to show topics.
    """

    window: Window
    url: str
    registered: int
    taken: int
    on_paper: int
    few: bool
    chart: Markup | None
    weakest: Sequence[str]
    groups: Sequence[tuple[str, int | None, int | None]]

    @property
    def missing(self) -> int:
        """People with a seat who have not taken it."""
        return self.registered - self.taken

    @property
    def weakest_said(self) -> str:
        """The weakest topics as a sentence lists them."""
        return format_list(self.weakest, locale=babel_locale(current_language()))


def before(record: Record, now: datetime, known: Results | None = None) -> Before | None:
    """The results of the test before as they come; None if the training has no test. Three queries, one more for changed questions.

    `known` are the results where the caller has read them already: then it is one query.
    """
    training = record.training
    if services_tests.test_course(training) is None:
        return None
    found = known or tests_results.results(training.id)
    opened = tests_rules.window(Moment.BEFORE, training.state, queries_tests.spans(training), now)
    return Before(
        opened, f"{record.home}tests/{Moment.BEFORE.value}", found.registered, found.before, found.before_on_paper,
        0 < found.before < LEAST, _shares(found), [name_of(each) for each in found.weakest],
        [(each.key or _("In no group"), each.taken, each.of) for each in found.responses],
    )


def name_of(topic: TopicResult) -> str:
    """A topic's title in the reader's language."""
    return localised(topic.titles) or topic.key or _("Other questions")


def percent(value: float | None) -> float | None:
    """Per cent to one decimal."""
    return None if value is None else round(value, 1)


def _shares(found: Results) -> Markup | None:
    if not found.topics_before:
        return None
    bars = [Bar(name_of(each), percent(each.before), said=f"{figures(percent(each.before))} %") for each in found.topics_before]
    return markup(Bars(
        _("Share of points by topic before the training"), _("Topic"), _("Mean share"), bars, end=100,
        summary=_("Mean share of the points of each topic, of all %(num)d people who took the test before.", num=found.before),
    ))


@dataclass(frozen=True)
class After:
    """Before and after as the page shows them. `facts`: (value, label, definition); `sentences`: how to read them and who is missing."""

    found: Results
    facts: Sequence[tuple[str, str, str]]
    missing: str
    forms: str
    overall: Markup | None
    topics: Markup | None
    groups: Markup | None
    organisation_types: Markup | None
    weakest: Sequence[str]

    @property
    def weakest_said(self) -> str:
        """The topics that are weakest still, as a sentence lists them."""
        return format_list(self.weakest, locale=babel_locale(current_language()))


def after(training_id: UUID) -> After:
    """Everything the page of results shows. Two queries, one more for changed questions."""
    found = tests_results.results(training_id)
    return After(
        found, _facts(found), missing_sentence(found), forms_sentence(found), _overall(found), _topics(found),
        _groups(_("Before and after by group"), _("Group"), [(each, each.key or _("In no group")) for each in found.groups]),
        _groups(_("Before and after by type of organisation"), _("Type of organisation"), [
            (each, str(ORGANISATION_TYPES[OrganisationType(each.key)]) if each.key else _("Not known")) for each in found.organisation_types
        ]),
        [name_of(each) for each in sorted(found.topics, key=lambda each: (each.after or 0.0, each.key))[:tests_results.WEAKEST]],
    )


def missing_sentence(found: Results) -> str:
    """How many people stand behind the figures, and how many are missing."""
    if not found.registered:
        return _("Nobody is registered.")
    if found.paired == found.registered:
        return _n("The one registered person took both tests.", "All %(num)d registered people took both tests.", found.registered)
    return _(
        "Only the %(paired)d of %(registered)d registered people with both tests are compared. %(before)d took only the test before, "
        "%(after)d only the test after, %(neither)d neither.",
        paired=found.paired, registered=found.registered, before=found.only_before, after=found.only_after, neither=found.neither,
    )


def forms_sentence(found: Results) -> str:
    """Whether the two forms were equally hard."""
    forms = found.forms
    if forms is None or forms.difference is None or forms.interval is None:
        return _(
            "Each person got one of the two forms at random. Whether the forms are equally hard cannot be said: at least %(least)d people "
            "must have taken each before the training.", least=LEAST,
        )
    facts = {
        "difference": signed(forms.difference), "low": signed(forms.interval.low), "high": signed(forms.interval.high),
        "a": forms.n_a, "b": forms.n_b,
    }
    if forms.differ:
        return _(
            "The two forms were not equally hard before the training: form A minus form B is %(difference)s percentage points "
            "(95%% interval %(low)s to %(high)s; %(a)d and %(b)d people). Since half of the people had each form first, this falls on "
            "both sides of the comparison.", **facts,
        )
    return _(
        "As far as so few people show, the two forms were equally hard before the training: form A minus form B is %(difference)s "
        "percentage points (95%% interval %(low)s to %(high)s; %(a)d and %(b)d people).", **facts,
    )


def signed(value: float) -> str:
    """`+12.5`, `−3`, `0`, to one decimal."""
    rounded = round(value, 1) or 0.0
    return f"+{figures(rounded)}" if rounded > 0 else figures(rounded)


def interval_text(interval: Interval | None) -> str:
    """`+8.1 to +16.4`."""
    return _("%(low)s to %(high)s", low=signed(interval.low), high=signed(interval.high)) if interval else "–"


def _facts(found: Results) -> list[tuple[str, str, str]]:
    gain = found.gain
    if gain is None:
        return []
    said = [
        (f"{figures(percent(gain.before))} %", _("Mean before"), _("Mean share of all points, of people with both tests.")),
        (f"{figures(percent(gain.after))} %", _("Mean after"), _("The same people, on the form they had not had.")),
        (
            signed(gain.mean_gain), _("Mean gain, percentage points"),
            _("95%% confidence interval: %(interval)s.", interval=interval_text(gain.interval)),
        ),
    ]
    if gain.normalized is not None:
        said.append((
            figures(round(gain.normalized, 2)), _("Normalized gain"),
            _("Of what could still be gained, what was gained (Hake 1998). Mean of single gains, which is not the same: %(each)s.",
              each=figures(None if gain.normalized_each is None else round(gain.normalized_each, 2))),
        ))
    if gain.effect is not None:
        said.append((
            figures(round(gain.corrected if gain.corrected is not None else gain.effect, 2)), _("Effect size"),
            _("Mean gain by its spread: Cohen’s d for pairs, with Hedges’ correction; without it %(effect)s.",
              effect=figures(round(gain.effect, 2))),
        ))
    return said


def _overall(found: Results) -> Markup | None:
    gain = found.gain
    if gain is None:
        return None
    return _compared(
        _("Before and after the training"), _("People"),
        [Pair(_n("%(num)d person with both tests", "%(num)d people with both tests", gain.n), percent(gain.before), percent(gain.after))],
        _("The mean share of points went from %(before)s to %(after)s per cent.",
          before=figures(percent(gain.before)), after=figures(percent(gain.after))),
    )


def _compared(title: str, rows: str, pairs: Sequence[Pair], summary: str = "") -> Markup:
    return markup(Compared(title, rows, _("Before training"), _("After training"), pairs, 0, 100, summary))


def _topics(found: Results) -> Markup | None:
    if not found.topics:
        return None
    pairs = [Pair(name_of(each), percent(each.before), percent(each.after)) for each in found.topics]
    summary = _("Mean share of points of each topic before and after, of the %(num)d people with both tests.", num=found.paired)
    return _compared(_("Before and after by topic"), _("Topic"), pairs, summary)


def _groups(title: str, rows: str, groups: Sequence[tuple[GroupResult, str]]) -> Markup | None:
    if not any(each.n for each, _name in groups):
        return None
    return _compared(title, rows, [
        Pair(name, percent(each.before), percent(each.after), note=_("n = %(num)d", num=each.n) if each.n else _("not shown"))
        for each, name in groups
    ])
