"""Bringing files of places into the tree, on both databases."""

from __future__ import annotations

import time
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.places.conftest import HEAD, LEVELS, NOW, TODAY, bring, place, table
from webapp.core.audit import AuditEntry
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries, services
from webapp.places.declarations import WrongDeclaration, read_declaration
from webapp.places.importing import ImportRefused, Outcome, UnknownCountry
from webapp.places.models import Country, Place, PlaceSpell
from webapp.places.rules import BEGINNING

LATER = date(2026, 6, 1)
RENAMED = "330521,3305,county,莫干山县,Moganshan County,,,mo gan shan xian,,,"


def refused(data: bytes, on: date = TODAY) -> list[str]:
    with pytest.raises(ImportRefused) as caught:
        bring(data, on)
    return [str(problem) for problem in caught.value.problems]


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_first_import_makes_the_tree_valid_from_the_beginning(tree):
    assert tree("330521").path == "CN/33/3305/330521/"
    assert (tree("330521").level, tree("1101").level) == ("county", "county")
    assert tree("1101").parent_id == tree("11").id
    assert [(spell.valid_from, spell.valid_until) for spell in queries.spells(tree("330521"))] == [(BEGINNING, None)]


def test_the_same_file_again_changes_nothing_and_writes_no_audit(tree):
    entries = count(AuditEntry)
    assert bring(table(), LATER) == Outcome(unchanged=7)
    assert (count(Place), count(PlaceSpell), count(AuditEntry)) == (7, 7, entries)


def test_importing_the_same_file_only_reads(tree, max_queries):
    with max_queries(3) as seen:
        bring(table(), LATER)
    assert [statement[:6] for statement in seen] == ["SELECT"] * 3


def test_a_kind_in_use_cannot_be_undeclared(tree):
    without = LEVELS.replace(", district: {zh-Hans: 市辖区, en: District}", "")
    with pytest.raises(ImportRefused) as caught:
        services.import_places(data=table("1101"), on=LATER, now=NOW, declaration=read_declaration(without))
    assert [str(problem) for problem in caught.value.problems] == ["1101 has the kind “district”, which is no longer declared."]


def test_a_changed_name_begins_a_new_spell_and_the_old_one_stays(tree):
    place_id = tree("330521").id
    assert bring(table(c330521=RENAMED), LATER) == Outcome(changed=1, unchanged=6)
    assert tree("330521").id == place_id
    assert [(spell.name("en"), spell.valid_from, spell.valid_until) for spell in queries.spells(tree("330521"))] == [
        ("Deqing County", BEGINNING, LATER),
        ("Moganshan County", LATER, None),
    ]
    assert [found.place.id for found in queries.search("mgs")] == [place_id]
    assert queries.search("德清") == []


def test_a_second_change_on_the_same_day_amends_the_spell(tree):
    bring(table(c330521=RENAMED), LATER)
    bring(table(), LATER)
    assert [spell.name("en") for spell in queries.spells(tree("330521"))] == ["Deqing County", "Deqing County"]


def test_moving_a_city_moves_all_below_it_also_those_not_in_the_file(tree):
    moved = table("330521", "330522", c3305="3305,,city,湖州市,Huzhou City,湖州,Huzhou,hu zhou shi,,,")
    assert bring(moved, LATER) == Outcome(changed=3, unchanged=4, absent=2)
    assert tree("330521").path == "CN/3305/330521/"
    assert [spell.path for spell in queries.as_of("CN", TODAY, under="CN/33/3305/")] == [
        "CN/33/3305/",
        "CN/33/3305/330521/",
        "CN/33/3305/330522/",
    ]
    assert queries.full_names([tree("330521").id], "en") == {tree("330521").id: "Deqing County, Huzhou"}


def test_an_old_place_may_stand_below_a_new_one(tree):
    bring(
        table(
            c33="33,32,city,浙江省,Zhejiang Province,浙江,Zhejiang,zhe jiang sheng,,,",
            c32="32,,province,新省,New Province,,,xin sheng,,,",
            c3305="3305,32,city,湖州市,Huzhou City,湖州,Huzhou,hu zhou shi,,,",
            c3307="3307,32,city,金华市,Jinhua City,金华,Jinhua,jin hua shi,,,",
        ),
        LATER,
    )
    assert tree("3305").path == "CN/32/3305/"
    assert queries.spells(tree("32"))[0].valid_from == LATER


def test_closing_with_a_successor_keeps_the_past_and_names_the_heir(tree):
    gone = tree("330522")
    result = bring(table(c330522="330522,3305,county,长兴县,Changxing County,,,chang xing xian,,2026-05-01,330521"), LATER)
    assert result == Outcome(closed=1, unchanged=6)
    db.session.refresh(gone)
    assert gone.closed_on == date(2026, 5, 1)
    assert queries.heir(gone).code == "330521"
    assert queries.spells(gone)[-1].valid_until == date(2026, 5, 1)
    assert bring(table(c330522="330522,3305,county,长兴县,Changxing County,,,chang xing xian,,2026-05-01,330521"), LATER) == Outcome(
        unchanged=7
    )


def test_a_file_may_bring_places_that_are_closed_already(tree):
    bring(table(c330599="330599,3305,county,旧县,Old County,,,jiu xian,1950-01-01,1999-12-31,330521"), LATER)
    old = db.session.scalars(select(Place).where(Place.code == "330599")).one()
    assert [(spell.valid_from, spell.valid_until) for spell in queries.spells(old)] == [(date(1950, 1, 1), date(1999, 12, 31))]
    assert queries.search("旧县") == []
    assert "330599" in [spell.code for spell in queries.as_of("CN", date(1980, 1, 1))]


def test_a_day_of_opening_may_be_added_once(tree):
    dated = table(c330521="330521,3305,county,德清县,Deqing County,,,de qing xian,1949-10-01,,")
    bring(dated, LATER)
    assert queries.spells(tree("330521"))[0].valid_from == date(1949, 10, 1)
    assert bring(dated, LATER) == Outcome(unchanged=7)
    again = table(c330521="330521,3305,county,德清县,Deqing County,,,de qing xian,1951-01-01,,")
    assert refused(again, LATER) == ["Row 6: The day of opening is already kept and cannot change."]


def test_all_problems_of_the_tree_are_told_at_once_and_nothing_is_imported(tree):
    bad = table(
        c1="1,99,county,甲,A,,,,,,",
        c2="2,,parish,乙,B,,,,,,",
        c3="3,330521,city,丙,C,,,,,,",
        c4="4,,province,丁,D,,,,2030-01-01,,",
        c5="5,33,city,戊,E,,,,,2020-01-01,77",
    )
    told = refused(bad)
    assert [line[:6] for line in told] == ["Row 9:", "Row 10", "Row 11", "Row 12", "Row 13"]
    assert "The parent 99 is neither" in told[0]
    assert "kind “parish” is not declared" in told[1]
    assert "cannot stand below" in told[2]
    assert "opens only on 2030-01-01" in told[3]
    assert "The successor 77" in told[4]
    assert count(Place) == 7


def test_closing_a_place_with_open_places_below_is_refused(tree):
    closed = "3305,33,city,湖州市,Huzhou City,湖州,Huzhou,hu zhou shi,,2026-05-01,"
    assert refused(table(c3305=closed), LATER) == ["Row 6: The parent 3305 is closed.", "Row 7: The parent 3305 is closed."]
    assert refused((HEAD + closed + "\n").encode(), LATER) == [
        "Row 2: 330521 below this place is still open.",
        "Row 2: 330522 below this place is still open.",
    ]


def test_a_closed_code_cannot_come_back_and_a_change_cannot_be_undated(tree):
    bring(table(c330522="330522,3305,county,长兴县,Changxing County,,,,,2026-05-01,"), LATER)
    assert "closed on 2026-05-01" in refused(table(), LATER)[0]
    assert (
        "cannot close before that" in refused(table("330522", c330521="330521,3305,county,德清县,Deqing County,,,,,0001-01-01,"), LATER)[0]
    )


def test_successors_that_lead_in_a_circle_are_refused(tree):
    told = refused(
        table(
            c330521="330521,3305,county,德清县,Deqing County,,,,,2026-05-01,330522",
            c330522="330522,3305,county,长兴县,Changxing County,,,,,2026-05-01,330521",
        ),
        LATER,
    )
    assert told == ["Row 6: The successors lead back to this place.", "Row 7: The successors lead back to this place."]


def test_a_country_must_be_declared_before_its_places(database):
    with pytest.raises(UnknownCountry):
        services.import_places(data=table(), on=TODAY, now=NOW, country="KE")
    with pytest.raises(UnknownCountry):
        services.import_places(data=table(), on=TODAY, now=NOW)
    with pytest.raises(UnknownCountry):
        services.import_places(data=table(), on=TODAY, now=NOW, country="KE", declaration=read_declaration(LEVELS))


def test_the_only_country_needs_no_name(tree):
    assert services.import_places(data=table(), on=LATER, now=NOW).unchanged == 7


def test_the_database_itself_refuses_two_open_places_with_one_code(tree):
    db.session.add(Place(country="CN", code="33", kind="province", level="province", path="CN/33/", names={"en": "Twin"}, short_names={}))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_the_database_itself_refuses_two_present_states_of_one_place(tree):
    spell = queries.spells(tree("33"))[0]
    state = {"country": "CN", "kind": "province", "level": "province", "path": "CN/33/", "names": {}, "short_names": {}}
    db.session.add(PlaceSpell(place_id=spell.place_id, code="33", valid_from=LATER, **state))
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_china_is_loaded_in_seconds_once(database, max_queries):
    begun = time.perf_counter()
    with unit_of_work():
        outcome = services.load_china(NOW)
    assert outcome is not None
    assert outcome.added == 3213
    assert time.perf_counter() - begun < 20
    with max_queries(1):
        assert services.load_china(NOW) is None
    assert db.session.get_one(Country, "CN").scheme.level_of("banner").id == "county"
    assert queries.full_names([place("330521").id], "zh-Hans") == {place("330521").id: "浙江省湖州市德清县"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "“the file” must be a mapping"),
        ("a: [", "is not YAML"),
        (LEVELS.replace("country: CN", "country: China"), "“country” must be two capital"),
        (LEVELS.split("levels:")[0], "“levels” must be a list"),
        (LEVELS.replace("id: city", "id: City"), "“levels[2].id” must be lower-case"),
        (LEVELS.replace("county: {zh-Hans: 县, en: County}", "city: {en: City}"), "declared twice"),
        (LEVELS.replace("names: {zh-Hans: 市, en: City}", "names: 市"), "“levels[2].names” must be a mapping"),
    ],
)
def test_a_wrong_declaration_says_where(text, told):
    with pytest.raises(WrongDeclaration) as caught:
        read_declaration(text)
    assert told in str(caught.value)
