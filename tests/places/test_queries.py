"""Reads of the tree, on both databases."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.places.conftest import NOW, bring, table
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.places import queries, services
from webapp.places.models import Place
from webapp.places.rules import HasPlacesBelow, NotMergeable, PlaceIsClosed, TooEarly

LATER = date(2026, 6, 1)


def codes(places) -> list[str]:
    return [place.code for place in places]


def found(query: str) -> list[str]:
    return [each.place.code for each in queries.search(query)]


@pytest.mark.parametrize(
    "query", ["德清", "德清县", "deqing", "DeQing County", "dqx", "330521", "deqing, huzhou", "浙江省湖州市德清县", "湖州德清", "湖州 德清"]
)
def test_a_county_is_found_by_every_way_of_typing_it(tree, query):
    assert found(query)[0] == "330521"


def test_exact_names_come_before_beginnings_and_beginnings_before_the_rest(tree):
    assert found("湖州") == ["3305", "330521", "330522"]
    assert found("浙江")[0] == "33"
    assert found("h")[0] == "3305"


@pytest.mark.parametrize("query", ["", "   ", "%", "_", "|", "'", "没有这个地方", "x" * 500])
def test_a_query_that_is_nothing_finds_nothing(tree, query):
    assert found(query) == []


def test_a_search_takes_two_queries_however_much_it_finds(tree, max_queries):
    with max_queries(2):
        assert len(queries.search("zhejiang")) == 5


def test_a_search_keeps_to_the_country_and_the_limit(tree):
    assert queries.search("湖州", "KE") == []
    assert len(queries.search("湖州", "CN", limit=2)) == 2


def test_lineages_of_many_take_one_query(tree, max_queries):
    wanted = [tree("330521").id, tree("1101").id, tree("33").id]
    with max_queries(1):
        lines = queries.lineages(wanted)
    assert [codes(lines[place_id]) for place_id in wanted] == [["33", "3305", "330521"], ["11", "1101"], ["33"]]
    assert queries.lineages([]) == {}


def test_children_and_everything_below(tree):
    assert codes(queries.children(None)) == ["11", "33"]
    assert codes(queries.children(tree("33"))) == ["3305", "3307"]
    assert codes(queries.children(tree("11"))) == ["1101"]
    assert codes(queries.below(tree("33"))) == ["33", "3305", "330521", "330522", "3307"]
    assert tree("33").contains(tree("330521"))
    assert not tree("3305").contains(tree("3307"))


def test_a_merged_county_still_counts_below_the_city_it_belonged_to(tree):
    gone = tree("330522")
    with unit_of_work():
        services.merge(place=gone, into=tree("330521"), on=LATER, now=NOW)
    assert queries.heir(gone).code == "330521"
    assert "330522" not in codes(queries.below(tree("3305")))
    ids = set(db.session.scalars(queries.ids_within(tree("3305"))))
    assert ids == {tree("3305").id, tree("330521").id, gone.id}
    assert [spell.code for spell in queries.as_of("CN", date(2026, 5, 31), under="CN/33/3305/")] == ["3305", "330521", "330522"]
    assert [spell.code for spell in queries.as_of("CN", LATER, under="CN/33/3305/")] == ["3305", "330521"]


def test_what_moved_away_still_counts_below_where_it_was(tree):
    bring(table(c330522="330522,3307,county,长兴县,Changxing County,,,chang xing xian,,,"), LATER)
    assert "330522" in set(db.session.scalars(select(Place.code).where(Place.id.in_(queries.ids_within(tree("3305"))))))
    assert codes(queries.below(tree("3307"))) == ["3307", "330522"]


def test_renaming_keeps_the_old_name_readable_and_refreshes_the_search_below(tree):
    with unit_of_work():
        services.rename(
            place=tree("3305"),
            names={"zh-Hans": "吴兴市", "en": "Wuxing City"},
            short_names={"zh-Hans": "吴兴", "en": "Wuxing"},
            reading="wu xing shi",
            on=LATER,
            now=NOW,
        )
    assert [spell.name("en") for spell in queries.spells(tree("3305"))] == ["Huzhou City", "Wuxing City"]
    assert found("吴兴德清") == ["330521"]
    assert found("湖州") == []
    assert tree("3305").short_name("en") == "Wuxing"
    assert tree("330521").short_name("en") == "Deqing County"


def test_what_cannot_be_is_refused_by_name(tree):
    with pytest.raises(HasPlacesBelow):
        services.close(place=tree("3305"), on=LATER, now=NOW)
    with pytest.raises(NotMergeable):
        services.merge(place=tree("33"), into=tree("330521"), on=LATER, now=NOW)
    with pytest.raises(NotMergeable):
        services.merge(place=tree("33"), into=tree("33"), on=LATER, now=NOW)
    gone = tree("3307")
    services.close(place=gone, on=LATER, now=NOW)
    with pytest.raises(PlaceIsClosed):
        services.rename(place=gone, names={"en": "X"}, on=LATER, now=NOW)
    services.rename(place=tree("33"), names={"en": "X"}, on=LATER, now=NOW)
    with pytest.raises(TooEarly):
        services.rename(place=tree("33"), names={"en": "Y"}, on=date(2026, 1, 1), now=NOW)


def test_the_search_answers_json_in_the_language_asked_for_and_may_be_cached(tree, client, max_queries):
    with max_queries(2):
        answer = client.get("/places/search?q=dqx&lang=en")
    assert answer.json == {
        "places": [
            {"id": str(tree("330521").id), "name": "Deqing County", "full_name": "Deqing County, Huzhou, Zhejiang", "code": "330521"}
        ],
        "more": False,
    }
    assert answer.cache_control.public
    assert client.get("/places/search?q=dqx&lang=zh-Hans").json["places"][0]["full_name"] == "浙江省湖州市德清县"
    assert client.get("/places/search?q=dqx").cache_control.private
    assert client.get("/places/search").json == {"places": [], "more": False}
