"""What the tests before and after show, all told: numbers only, no person. Reports freeze them as they are.

Gains are of people with both tests; how many that are, and how many are missing, belongs to every figure. Groups and topics of
fewer than five people are withheld, and with them what would give them away (`core.suppression`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.suppression import LEAST, hide_line, small
from webapp.courses.catalogue import catalogue
from webapp.quizzes.questions import read_paper
from webapp.trainings import queries_tests
from webapp.trainings.gains import Forms, Gain, compare_forms, gain
from webapp.trainings.models_learning import Moment
from webapp.trainings.queries_tests import Seat
from webapp.trainings.topics import Points, Topics

WEAKEST = 3


@dataclass(frozen=True)
class Taken:
    """One submitted test: per cent of its points, its form, points by topic."""

    percent: float
    form: str
    topics: Mapping[str, Points]
    on_paper: bool = False


@dataclass(frozen=True)
class TopicResult:
    """A topic: mean per cent of its points before and after, of `n` people. `titles` by language, empty where the course has none."""

    key: str
    titles: Mapping[str, str]
    n: int
    before: float | None
    after: float | None


@dataclass(frozen=True)
class GroupResult:
    """A group of those with both tests. None, `n` too, where it is withheld. `key` is what the group is called, empty: in none."""

    key: str
    n: int | None
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Response:
    """How many of a group took the test before. None, both, where it is withheld."""

    key: str
    taken: int | None
    of: int | None


@dataclass(frozen=True)
class Results:
    """Before and after of a training. `registered` people have a seat; of them `before` and `after` took either test, `paired` both.

    `gain`, `forms`, `topics` and groups are empty or None where fewer than five people would stand behind them. `topics_before`
    are of all who took the test before. All values are plain: `as_json` is what a report keeps.
    """

    course_id: str | None
    registered: int
    before: int
    after: int
    paired: int
    before_on_paper: int
    after_on_paper: int
    gain: Gain | None
    forms: Forms | None
    topics: Sequence[TopicResult]
    topics_before: Sequence[TopicResult]
    groups: Sequence[GroupResult]
    organisation_types: Sequence[GroupResult]
    responses: Sequence[Response]

    @property
    def only_before(self) -> int:
        """People who took the test before and not the one after."""
        return self.before - self.paired

    @property
    def only_after(self) -> int:
        """People who took the test after and not the one before."""
        return self.after - self.paired

    @property
    def neither(self) -> int:
        """People with a seat who took no test."""
        return self.registered - self.before - self.after + self.paired

    @property
    def withheld(self) -> bool:
        """Whether there are pairs, and too few to show."""
        return small(self.paired)

    @property
    def weakest(self) -> Sequence[TopicResult]:
        """The topics with the lowest shares before, weakest first."""
        known = [each for each in self.topics_before if each.before is not None]
        return sorted(known, key=lambda each: (each.before or 0.0, each.key))[:WEAKEST]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON to publish, with what is missing.

        Figures of all who took the test before stay out of it: less those of the pairs, they would tell of the few who came once.
        """
        told = asdict(self)
        del told["topics_before"], told["responses"]
        if told["forms"]:
            del told["forms"]["mean_a"], told["forms"]["mean_b"]
        return {
            **told, "only_before": self.only_before, "only_after": self.only_after, "neither": self.neither,
            "weakest": [{"key": each.key, "titles": dict(each.titles)} for each in self.weakest],
        }


Found = Mapping[tuple[UUID, Moment], Taken]


def results(training_id: UUID) -> Results:
    """Two queries; one more for questions that were changed since."""
    course_id, seats = queries_tests.seats(training_id)
    topics = topics_of(course_id)
    return summary(course_id, seats, taken(training_id, topics), topics)


def topics_of(course_id: str | None) -> Topics:
    """The topics of a course, as it is now."""
    return Topics.of(catalogue().course(course_id) if course_id else None)


def taken(training_id: UUID, topics: Topics) -> dict[tuple[UUID, Moment], Taken]:
    """What was submitted, by participant and moment. One query, one more for questions that were changed since."""
    rows = queries_tests.submitted(training_id)
    if not rows:
        return {}
    # All papers at once, so that old revisions cost one query and not one a sitting.
    course = catalogue().course(rows[0].course_id)
    entries = {entry["revision"]: entry for row in rows for entry in row.paper}
    asked = dict(zip(entries, read_paper(list(entries.values()), _Both(course) if course else None), strict=True))
    found = {}
    for row in rows:
        paper = [asked[entry["revision"]] for entry in row.paper]
        percent = row.score_thousandths / 10 / row.maximum
        found[row.participant_id, row.moment] = Taken(percent, row.form, topics.earned(paper, row.marks), row.on_paper)
    return found


class _Both:
    """Questions of both forms of a course."""

    def __init__(self, course: Any) -> None:
        self._forms = course.forms.values()

    def question(self, question_id: str) -> Any:
        """The question of either form with this id."""
        return next((found for found in (form.question(question_id) for form in self._forms) if found), None)


def summary(course_id: str | None, seats: Sequence[Seat], found: Found, topics: Topics) -> Results:
    """All figures from what was taken. Pure."""
    first, second = _at(Moment.BEFORE, seats, found), _at(Moment.AFTER, seats, found)
    both = [seat for seat in seats if seat.participant_id in first and seat.participant_id in second]
    shown = len(both) >= LEAST
    pairs = {seat.participant_id: (first[seat.participant_id], second[seat.participant_id]) for seat in both}
    return Results(
        course_id=course_id, registered=len(seats), before=len(first), after=len(second), paired=len(both),
        before_on_paper=sum(each.on_paper for each in first.values()), after_on_paper=sum(each.on_paper for each in second.values()),
        gain=gain([(early.percent, late.percent) for early, late in pairs.values()]) if shown else None,
        forms=_forms(list(first.values())),
        topics=_topics(topics, [early for early, _late in pairs.values()], [late for _early, late in pairs.values()]),
        topics_before=_topics(topics, list(first.values()), []),
        groups=_groups(both, pairs, lambda seat: seat.group),
        organisation_types=_groups(both, pairs, lambda seat: seat.organisation_type.value if seat.organisation_type else ""),
        responses=_responses(seats, first),
    )


def _at(moment: Moment, seats: Sequence[Seat], found: Found) -> dict[UUID, Taken]:
    return {seat.participant_id: found[seat.participant_id, moment] for seat in seats if (seat.participant_id, moment) in found}


def _forms(first: Sequence[Taken]) -> Forms | None:
    halves = {form: [each.percent for each in first if each.form == form] for form in ("a", "b")}
    return compare_forms(halves["a"], halves["b"]) if all(len(each) >= LEAST for each in halves.values()) else None


def _topics(topics: Topics, first: Sequence[Taken], second: Sequence[Taken]) -> list[TopicResult]:
    if len(first) < LEAST:
        return []
    # In the order of the forms, which is that of the course.
    keys = dict.fromkeys(key for each in (*first, *second) for key in each.topics)
    return [TopicResult(key, dict(topics.names(key)), len(first), _share(first, key), _share(second, key)) for key in keys]


def _share(tests: Sequence[Taken], key: str) -> float | None:
    """Mean per cent over people, so that everybody weighs alike."""
    found = [each.topics[key].percent for each in tests if key in each.topics]
    return fmean(found) if found else None


def _groups(both: Sequence[Seat], pairs: Mapping[UUID, tuple[Taken, Taken]], key: Callable[[Seat], str]) -> list[GroupResult]:
    """Means by group; nothing if nobody is in any. A group that is withheld keeps its name and shows no number."""
    names = sorted({key(seat) for seat in both}, key=lambda name: (not name, name))
    if names in ([], [""]):
        return []
    members = [[pairs[seat.participant_id] for seat in both if key(seat) == name] for name in names]
    hidden = hide_line([len(each) for each in members])
    return [
        GroupResult(name, None, None, None) if number in hidden.cells
        else GroupResult(name, len(each), fmean(early.percent for early, _late in each), fmean(late.percent for _early, late in each))
        for number, (name, each) in enumerate(zip(names, members, strict=True))
    ]


def _responses(seats: Sequence[Seat], first: Mapping[UUID, Taken]) -> list[Response]:
    names = sorted({seat.group for seat in seats}, key=lambda name: (not name, name))
    if names in ([], [""]):
        return []
    sizes = [sum(seat.group == name for seat in seats) for name in names]
    hidden = hide_line(sizes)
    return [
        Response(name, None, None) if number in hidden.cells
        else Response(name, sum(seat.group == name and seat.participant_id in first for seat in seats), sizes[number])
        for number, name in enumerate(names)
    ]
