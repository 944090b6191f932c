"""The slow count against a plain recount of the same events, which needs no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import PLACES
from webapp.core.database import db
from webapp.core.ids import new_code, new_id
from webapp.participation.models import Channel, Device, EventKind, ParticipationEvent
from webapp.statistics import slow
from webapp.statistics.definitions import FIGURES, Measure
from webapp.statistics.slices import Slice
from webapp.trainings.models import Training

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 9, 14, 16, 0, tzinfo=UTC)
KINDS = tuple(dict.fromkeys(figure.kind for figure in FIGURES))
PATHS = {"province": "CN/130000/", "city": "CN/130000/130100/", "county": "CN/130000/130100/130102/", "other": "CN/130000/130200/130204/"}
NEIGHBOUR = "CN/13000/"
PEOPLE = ("learner", "second_learner", "staff", "outsider", None)
GRADED = (EventKind.STARTED, EventKind.SUBMITTED, EventKind.PASSED)
ONSITE = (EventKind.INVITED, EventKind.REGISTERED, EventKind.ATTENDED, EventKind.COMPLETED)
# Trainings by the path of their place.
HELD = (PATHS["county"], PATHS["other"])


@dataclass(frozen=True)
class Made:
    """An event as the plain recount sees it; `corrects` is the place of an earlier one in the list."""

    kind: EventKind
    person: str | None
    path: str | None
    course: str | None
    happened: datetime
    recorded: datetime
    graded: bool | None
    corrects: int | None
    training: int | None = None
    minutes: int | None = None


hours = st.integers(-30, 30).map(lambda n: MIDNIGHT + timedelta(hours=n))
seconds = st.sampled_from([-1, 0, 1]).map(lambda n: MIDNIGHT + timedelta(seconds=n))
events = st.builds(
    Made, st.sampled_from(KINDS), st.sampled_from(PEOPLE), st.sampled_from([*PATHS.values(), NEIGHBOUR, None]),
    st.sampled_from(["water", "soil", None]), st.one_of(hours, seconds), st.one_of(hours, seconds), st.sampled_from([None, True, False]),
    st.one_of(st.none(), st.integers(0, 12)), st.sampled_from([None, 0, 1]), st.integers(0, 210),
)


def two_trainings(cast) -> list[UUID]:
    """One of each place of `HELD`."""
    made = []
    for place in (cast.places.county, cast.places.other_county):
        training = Training(
            id=new_id(), code=new_code(), place_id=place.id, language="en", zone="Asia/Shanghai", created_by_id=cast.ids["staff"],
            created_at=MIDNIGHT, changed_at=MIDNIGHT,
        )
        db.session.add(training)
        made.append(training.id)
    db.session.flush()
    return made


def plant(made: list[Made], ids: dict[str, UUID], trainings: list[UUID] | None = None) -> list[Made]:
    """Write the events; the list with the corrections that are possible: of an earlier event, each once."""
    db.session.query(ParticipationEvent).delete()
    kept: list[Made] = []
    rows: list[UUID] = []
    corrected: set[int] = set()
    for number, each in enumerate(made):
        target = each.corrects if each.corrects is not None and each.corrects < number and each.corrects not in corrected else None
        if target is not None:
            corrected.add(target)
        kept.append(Made(**{
            **each.__dict__, "corrects": target, "graded": each.graded if each.kind in GRADED else None,
            "training": each.training if each.kind in ONSITE and trainings else None,
            "minutes": each.minutes if each.kind is EventKind.ATTENDED else None,
        }))
        rows.append(new_id())
        db.session.add(ParticipationEvent(
            id=rows[-1], kind=each.kind, person_id=ids.get(each.person), happened_at=each.happened, recorded_at=each.recorded,
            source=f"test:{number}", course_id=each.course, place_path=each.path, language="en", device=Device.UNKNOWN,
            channel=Channel.ONLINE, graded=kept[-1].graded, minutes=kept[-1].minutes,
            training_id=trainings[kept[-1].training] if trainings and kept[-1].training is not None else None,
            corrects_id=rows[target] if target is not None else None,
        ))
        db.session.flush()
    return kept


def recount(made, *, first, last, cut_off, paths, course):
    """What the definitions say, without a database."""
    replaced = {each.corrects for each in made if each.corrects is not None and each.recorded <= cut_off}
    found = {}
    for figure in FIGURES:
        chosen = [
            each for number, each in enumerate(made)
            if each.kind is figure.kind and each.recorded <= cut_off and number not in replaced and each.graded is not False
            and (first is None or each.happened.astimezone(SHANGHAI).date() >= first)
            and (last is None or each.happened.astimezone(SHANGHAI).date() <= last)
            and (course is None or each.course == course)
            and (figure.of_training is None or figure.of_training == (each.training is not None))
        ]
        if figure.measure in LEVELS or figure.measure is Measure.TRAININGS:
            there = {HELD[each.training] for each in chosen if lies(HELD[each.training], paths)}
            found[figure.key] = len({"/".join(path.split("/")[: LEVELS.get(figure.measure, 4)]) for path in there})
            continue
        here = [each for each in chosen if lies(each.path, paths)]
        if figure.measure is Measure.PERSONS:
            found[figure.key] = len({each.person for each in here if each.person})
        else:
            found[figure.key] = sum(each.minutes or 0 for each in here) if figure.measure is Measure.MINUTES else len(here)
    return found


LEVELS = {Measure.PROVINCES: 2, Measure.CITIES: 3, Measure.COUNTIES: 4}


def lies(path, paths):
    return paths is None or (path is not None and any(path.startswith(each) for each in paths))


@settings(max_examples=40)
@given(
    made=st.lists(events, max_size=14), first=st.sampled_from([None, date(2026, 9, 14), date(2026, 9, 15)]),
    last=st.sampled_from([None, date(2026, 9, 15), date(2026, 9, 16)]), cut_off=st.one_of(hours, seconds),
    paths=st.sampled_from([None, (), (PATHS["province"],), (PATHS["city"],), (PATHS["county"], PATHS["other"])]),
    course=st.sampled_from([None, "water"]),
)
def test_the_figures_are_what_a_plain_recount_finds(database, cast, made, first, last, cut_off, paths, course):
    kept = plant(made, cast.ids, two_trainings(cast))
    part = Slice(cut_off=cut_off, first=first, last=last, paths=paths, course_id=course)
    assert slow.count(part, (), FIGURES) == {(): recount(kept, first=first, last=last, cut_off=cut_off, paths=paths, course=course)}


def everything(**more):
    return slow.count(Slice(**{"cut_off": MIDNIGHT, **more}), (), FIGURES)[()]


def viewed(person="learner", path=PATHS["county"], happened=MIDNIGHT, recorded=MIDNIGHT, kind=EventKind.VIEWED, graded=None, corrects=None):
    return Made(kind, person, path, "water", happened, recorded, graded, corrects)


def test_views_count_showings_and_readers_count_people_once(database, cast):
    plant([viewed(), viewed(), viewed("second_learner"), viewed(None)], cast.ids)
    found = everything()
    assert (found["views"], found["readers"]) == (4, 2)


def test_a_day_ends_at_midnight_of_the_programme(database, cast):
    plant([viewed(happened=MIDNIGHT - timedelta(microseconds=1)), viewed(happened=MIDNIGHT)], cast.ids)
    assert everything(first=date(2026, 9, 14), last=date(2026, 9, 14))["views"] == 1
    assert everything(first=date(2026, 9, 15))["views"] == 1


def test_a_row_that_came_late_counts_from_when_it_was_recorded(database, cast):
    plant([viewed(happened=MIDNIGHT - timedelta(days=30), recorded=MIDNIGHT + timedelta(seconds=1))], cast.ids)
    assert everything()["views"] == 0
    assert everything(cut_off=MIDNIGHT + timedelta(seconds=1))["views"] == 1


def test_a_correction_takes_the_place_of_what_it_corrects_and_only_once_recorded(database, cast):
    later = MIDNIGHT + timedelta(hours=1)
    plant([viewed(path=PATHS["county"]), viewed(path=PATHS["other"], recorded=later, corrects=0)], cast.ids)
    for cut_off, here, there in ((MIDNIGHT, 1, 0), (later, 0, 1)):
        assert everything(cut_off=cut_off, paths=(PATHS["county"],))["views"] == here
        assert everything(cut_off=cut_off, paths=(PATHS["other"],))["views"] == there
        assert everything(cut_off=cut_off)["views"] == 1


def test_a_practice_check_is_no_test_taken(database, cast):
    plant([viewed(kind=kind, graded=graded) for kind in GRADED for graded in (False, True)], cast.ids)
    found = everything()
    assert (found["started"], found["submitted"], found["passed"]) == (1, 1, 1)


def test_a_place_holds_what_is_below_it_and_not_its_neighbour_of_a_similar_code(database, cast):
    plant([viewed(path=path) for path in (*PATHS.values(), NEIGHBOUR, None)], cast.ids)
    assert [everything(paths=(PATHS[name],))["views"] for name in ("province", "city", "county", "other")] == [4, 2, 1, 1]
    assert everything(paths=())["views"] == 0, "no tree is nowhere, not everywhere"
    assert everything(paths=None)["views"] == 6


def test_trees_that_overlap_count_nothing_twice(database, cast):
    plant([viewed(path=PATHS["county"])], cast.ids)
    assert everything(paths=(PATHS["province"], PATHS["county"]))["views"] == 1


def test_the_slow_count_is_seven_queries_however_many_events(database, cast, max_queries):
    plant([viewed(kind=kind) for kind in KINDS for _copy in range(5)], cast.ids, two_trainings(cast))
    with max_queries(8):
        found = everything(first=date(2026, 9, 14), last=date(2026, 9, 15), paths=tuple(PATHS.values()))
    assert list(found) == [figure.key for figure in FIGURES]


def test_every_figure_has_a_label_and_a_definition_of_its_own():
    assert len({figure.key for figure in FIGURES}) == len({str(figure.label) for figure in FIGURES}) == len(FIGURES)
    assert all(str(figure.definition).endswith(".") for figure in FIGURES)


@pytest.mark.parametrize("name", ["province", "city", "county"])
def test_the_paths_of_this_test_are_those_of_the_cast(cast, name):
    assert getattr(cast.places, name).path == PATHS[name]
    assert PLACES[name][0] in PATHS[name]
