"""Operations on places: carried out, planned, taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.places.conftest import NOW, TODAY, bring, table
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import operations, queries
from webapp.places.models import Place, PlaceSpell
from webapp.places.models_operations import PlaceOperation
from webapp.places.operations import AlreadyUndone, TooLateToUndo
from webapp.places.plans import NothingChanges, NotSplittable, plan
from webapp.places.requests import Close, Merge, Move, NewPlace, Rename, Split, from_json, to_json
from webapp.places.rules import CodeTaken, HasPlacesBelow, NotMergeable, NotMovable, PlaceIsClosed, SomethingFollowed, TooEarly

TOMORROW = TODAY + timedelta(days=1)
YESTERDAY = TODAY - timedelta(days=1)
LINPING = NewPlace(code="330523", names={"zh-Hans": "临平县", "en": "Linping County"}, reading="lin ping xian")
NEW_DEQING = NewPlace(code="330521", names={"zh-Hans": "德清县", "en": "Deqing County"}, reading="de qing xian")


def do(request, day=TODAY, now=NOW):
    with unit_of_work():
        return operations.undertake(request=request, day=day, actor_id=None, now=now)


def take_back(operation, now=NOW):
    with unit_of_work():
        operations.undo(operation=operation, actor_id=None, now=now)


def rename(place):
    return Rename(place_id=place.id, names={"zh-Hans": "吴兴市", "en": "Wuxing City"}, reading="wu xing shi")


def everything():
    """Every row of the tree as plain values, to compare before and after."""
    db.session.expire_all()
    places = {p.id: {c.key: getattr(p, c.key) for c in Place.__mapper__.column_attrs} for p in db.session.scalars(select(Place))}
    spells = {s.id: {c.key: getattr(s, c.key) for c in PlaceSpell.__mapper__.column_attrs} for s in db.session.scalars(select(PlaceSpell))}
    return places, spells


def requests_of(tree):
    return {
        "rename": rename(tree("3305")),
        "merge": Merge(place_ids=(tree("330522").id,), into_id=tree("330521").id),
        "merge with places below": Merge(place_ids=(tree("3305").id,), into_id=tree("3307").id),
        "merge of several": Merge(place_ids=(tree("330521").id, tree("330522").id, tree("3305").id), into_id=tree("3307").id),
        "split": Split(place_id=tree("330521").id, parts=(NEW_DEQING, LINPING)),
        "split with places below": Split(
            place_id=tree("3305").id, heir=1,
            parts=(NewPlace(code="3308", names={"en": "North"}), NewPlace(code="3305", names={"en": "South"})),
        ),
        "move": Move(place_id=tree("330522").id, parent_id=tree("3307").id),
        "move with places below": Move(place_id=tree("3305").id, parent_id=tree("11").id, code="1105"),
        "close": Close(place_id=tree("330522").id),
    }


NAMES = tuple(requests_of(lambda _code: type("P", (), {"id": "00000000-0000-7000-8000-000000000000"})()))


@pytest.mark.parametrize("name", NAMES)
def test_what_is_done_today_can_be_taken_back_to_the_last_value(tree, name):
    before = everything()
    operation = do(requests_of(tree)[name])
    assert everything() != before
    assert operation.done_at == NOW
    take_back(operation)
    assert everything() == before
    with pytest.raises(AlreadyUndone):
        take_back(operation)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_planned_changes_nothing_until_its_day(tree, name):
    before = everything()
    operation = do(requests_of(tree)[name], TOMORROW)
    assert operations.carry_out_due(NOW) == 0
    assert everything() == before
    assert operation.waits
    assert operations.carry_out_due(NOW + timedelta(days=1)) == 1
    db.session.refresh(operation)
    assert operation.done_at == NOW + timedelta(days=1)
    assert operations.carry_out_due(NOW + timedelta(days=1)) == 0
    assert everything() != before


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_tells_the_new_paths_as_they_come_to_be(tree, name):
    told = plan(requests_of(tree)[name], TODAY)
    paths = {place.id: new for place, _old, new in told.moved}
    unmoved = {place.id for place in told.below} - set(paths)
    before = {place.id: place.path for place in db.session.scalars(select(Place))}
    do(requests_of(tree)[name])
    db.session.expire_all()
    for place_id, path in paths.items():
        assert db.session.get(Place, place_id).path == path
    for place_id in unmoved:
        assert db.session.get(Place, place_id).path == before[place_id]


@pytest.mark.parametrize("name", NAMES)
def test_a_request_survives_being_stored(tree, name):
    request = requests_of(tree)[name]
    assert from_json(to_json(request)) == request


def test_a_planned_operation_is_called_off(tree):
    operation = do(Close(place_id=tree("330522").id), TOMORROW)
    take_back(operation)
    assert operations.carry_out_due(NOW + timedelta(days=2)) == 0
    assert tree("330522").closed_on is None


def test_places_below_go_to_the_successor_and_are_found_there(tree):
    do(Merge(place_ids=(tree("3305").id,), into_id=tree("3307").id))
    assert tree("330521").path == "CN/33/3307/330521/"
    assert [each.place.code for each in queries.search("金华 德清")] == ["330521"]
    assert queries.search("湖州") == []


def test_a_part_may_carry_the_code_of_the_whole(tree):
    whole = tree("330521")
    do(Split(place_id=whole.id, parts=(NEW_DEQING, LINPING)))
    part = tree("330521")
    assert part.id != whole.id
    assert (part.origin_id, whole.successor_id, whole.closed_on) == (whole.id, part.id, TODAY)
    assert tree("330523").origin_id == whole.id
    assert queries.heir(whole).id == part.id


def test_history_is_kept_when_a_place_moves(tree):
    do(Move(place_id=tree("330522").id, parent_id=tree("3307").id, code="330722"))
    assert [(spell.code, spell.path) for spell in queries.spells(tree("330722"))] == [
        ("330522", "CN/33/3305/330522/"), ("330722", "CN/33/3307/330722/"),
    ]


def test_what_holds_since_yesterday_stays(tree):
    operation = do(rename(tree("3305")), YESTERDAY)
    with pytest.raises(TooLateToUndo):
        take_back(operation)


def test_what_something_later_builds_on_stays(tree):
    first = do(Merge(place_ids=(tree("330522").id,), into_id=tree("330521").id))
    second = do(rename(tree("330521")))
    with pytest.raises(SomethingFollowed):
        take_back(first)
    take_back(second)
    take_back(first)
    assert tree("330522").closed_on is None


def test_a_file_that_came_in_between_is_something_later(tree):
    operation = do(rename(tree("3305")))
    bring(table(c3305="3305,33,city,南浔市,Nanxun City,南浔,Nanxun,nan xun shi,,,"), TODAY)
    with pytest.raises(SomethingFollowed):
        take_back(operation)


def test_a_place_below_a_part_is_something_later(tree):
    operation = do(requests_of(tree)["split with places below"])
    do(Move(place_id=tree("3307").id, parent_id=None))
    with unit_of_work():
        db.session.add(Place(
            country="CN", code="9", kind="county", level="county", parent_id=tree("3308").id, path="CN/33/3308/9/", names={"en": "X"},
            short_names={}, reading="", search="",
        ))
    with pytest.raises(SomethingFollowed):
        take_back(operation)


def test_what_cannot_be_done_when_its_day_comes_says_why(tree):
    planned = do(Merge(place_ids=(tree("330522").id,), into_id=tree("330521").id), TOMORROW)
    do(Close(place_id=tree("330521").id))
    assert operations.carry_out_due(NOW + timedelta(days=1)) == 0
    db.session.refresh(planned)
    assert "长兴县" in planned.refused
    assert tree("330522").closed_on is None
    with pytest.raises(AlreadyUndone):
        take_back(planned)


def test_what_is_done_is_audited_with_ids_only(tree):
    operation = do(Merge(place_ids=(tree("330522").id,), into_id=tree("330521").id))
    take_back(operation)
    entries = list(db.session.scalars(select(AuditEntry).where(AuditEntry.subject_kind.in_(["place", "place_operation"]))))
    assert {entry.action for entry in entries} == {"place_operation.planned", "place.closed", "place_operation.undone"}
    assert "长兴" not in str([(entry.before, entry.after) for entry in entries])


REFUSALS = {
    "into itself": (lambda t: Merge(place_ids=(t("33").id,), into_id=t("33").id), NotMergeable),
    "into a place below": (lambda t: Merge(place_ids=(t("33").id,), into_id=t("3305").id), NotMergeable),
    "children too high": (lambda t: Merge(place_ids=(t("33").id,), into_id=t("1101").id), NotMovable),
    "below itself": (lambda t: Move(place_id=t("33").id, parent_id=t("3305").id), NotMovable),
    "below its own level": (lambda t: Move(place_id=t("3305").id, parent_id=t("3307").id), NotMovable),
    "where it is": (lambda t: Move(place_id=t("3305").id, parent_id=t("33").id), NothingChanges),
    "with a code that is taken": (lambda t: Move(place_id=t("3305").id, parent_id=t("11").id, code="3307"), CodeTaken),
    "as it is called": (lambda t: Rename(place_id=t("11").id, names=t("11").names, short_names=t("11").short_names, reading="bei jing shi"),
                        NothingChanges),
    "one part": (lambda t: Split(place_id=t("330521").id, parts=(LINPING,)), NotSplittable),
    "twice one code": (lambda t: Split(place_id=t("330521").id, parts=(LINPING, LINPING)), NotSplittable),
    "no code": (lambda t: Split(place_id=t("330521").id, parts=(LINPING, NewPlace(code="/", names={"en": "X"}))), NotSplittable),
    "no such kind": (lambda t: Split(
        place_id=t("330521").id, parts=(LINPING, NewPlace(code="5", names={"en": "X"}, kind_of_place="castle"))), NotSplittable),
    "a part with a taken code": (
        lambda t: Split(place_id=t("330521").id, parts=(LINPING, NewPlace(code="3307", names={"en": "X"}))), CodeTaken),
    "close with places below": (lambda t: Close(place_id=t("3305").id), HasPlacesBelow),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_is_refused_before_anything_is_written(tree, name):
    make, error = REFUSALS[name]
    request = make(tree)
    for attempt in (lambda: plan(request, TODAY), lambda: do(request)):
        with pytest.raises(error):
            attempt()
    assert db.session.scalars(select(PlaceOperation)).all() == []


def test_a_day_before_the_present_state_is_refused(tree):
    do(rename(tree("3305")))
    with pytest.raises(TooEarly):
        do(Rename(place_id=tree("3305").id, names={"en": "Z"}), YESTERDAY)
    with pytest.raises(TooEarly):
        do(Merge(place_ids=(tree("3305").id,), into_id=tree("3307").id))
    gone = tree("330522")
    do(Close(place_id=gone.id))
    with pytest.raises(PlaceIsClosed):
        do(Rename(place_id=gone.id, names={"en": "Z"}))


def test_a_plan_takes_as_many_queries_for_a_province_as_for_a_county(tree, max_queries):
    for code in ("33", "3305"):
        request = Move(place_id=tree(code).id, parent_id=tree("11").id if code == "3305" else None, code="99")
        db.session.expire_all()
        with max_queries(6):
            plan(request, TODAY)


def test_midnight_is_that_of_the_programme(tree):
    late = datetime(2026, 3, 1, 16, 30, tzinfo=UTC)
    assert do(Close(place_id=tree("330522").id), date(2026, 3, 2), late).done_at == late
