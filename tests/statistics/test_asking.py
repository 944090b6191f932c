"""What a statistics page is asked for: every word of the address counts, and what it does not know is named."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from tests.learning.small_course import WATER
from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.core.ids import new_code, new_id
from webapp.statistics import words
from webapp.statistics.answers import Source
from webapp.statistics.asking import RELATIVE, BadQuestion, named_period, query_of, read
from webapp.statistics.rules import BadPeriod
from webapp.statistics.slices import Dimension, Slice
from webapp.trainings.models import Training

NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # already the 21st in Beijing
TODAY = date(2026, 11, 21)
FOUND = Source(NOW)
pytestmark = pytest.mark.usefixtures("small_courses")


def ask(query="", allowed=None, also=frozenset()):
    return read(MultiDict(parse_qsl(query, keep_blank_values=True)), allowed, FOUND, also, NOW)


def held(place, cast) -> Training:
    training = Training(
        id=new_id(), code=new_code(), place_id=place.id, language="en", zone="Asia/Shanghai", created_by_id=cast.ids["staff"],
        created_at=NOW, changed_at=NOW,
    )
    db.session.add(training)
    db.session.flush()
    return training


def test_nothing_asked_is_everything_the_reader_may_see_of_all_time(app):
    assert ask().part == Slice(cut_off=NOW)
    assert ask(allowed=("CN/130000/",)).part == Slice(cut_off=NOW, paths=("CN/130000/",))


def test_every_filter_narrows_its_own_field(app, cast):
    training = held(cast.places.county, cast)
    asked = ask(
        f"from=2026-01-01&to=2026-03-31&place={cast.places.city.id}&course={WATER}&training={training.id}&level=30&organisation=government"
        "&organisation=media&sex=female&age=26-35&language=en&device=phone&channel=onsite&past=1&against=year",
    )
    assert asked.part == Slice(
        cut_off=NOW, first=date(2026, 1, 1), last=date(2026, 3, 31), paths=(cast.places.city.path,), course_id=WATER,
        training_id=training.id, level_from=30, organisations=("government", "media"), sexes=("female",), ages=("26-35",),
        languages=("en",), devices=("phone",), channels=("onsite",), past=True,
    )
    assert (asked.against.first, asked.against.last) == (date(2025, 1, 1), date(2025, 3, 31))
    assert asked.against.but(first=asked.part.first, last=asked.part.last) == asked.part
    assert (asked.place.id, asked.training) == (cast.places.city.id, training)


def test_no_field_of_a_slice_is_out_of_reach_of_the_filters():
    assert {each.name for each in fields(Slice)} == {
        "cut_off", "first", "last", "paths", "tree_on", "course_id", "training_id", "organisations", "level_from", "sexes", "ages",
        "languages", "devices", "channels", "past",
    }


@pytest.mark.parametrize(("text", "first", "last"), [
    ("2026", "2026-01-01", "2026-12-31"), ("2026-Q1", "2026-01-01", "2026-03-31"), ("2026-Q4", "2026-10-01", "2026-12-31"),
    ("2028-02", "2028-02-01", "2028-02-29"), ("2026-12", "2026-12-01", "2026-12-31"), ("2026-W53", "2026-12-28", "2027-01-03"),
    ("this-month", "2026-11-01", "2026-11-30"), ("last-month", "2026-10-01", "2026-10-31"), ("this-quarter", "2026-10-01", "2026-12-31"),
    ("last-quarter", "2026-07-01", "2026-09-30"), ("this-year", "2026-01-01", "2026-12-31"), ("last-year", "2025-01-01", "2025-12-31"),
])
def test_periods_by_name(app, text, first, last):
    period = ask(f"period={text}").period
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


def test_the_day_of_a_period_that_moves_is_that_of_the_programme(app):
    assert named_period("this-month", TODAY) == ask("period=this-month").period
    late = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    asked = read(MultiDict({"period": "this-year"}), None, Source(late), now=late)
    assert asked.period.first == date(2027, 1, 1)


@given(st.sampled_from(RELATIVE), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_this_period_holds_today_and_the_last_one_ends_the_day_before_it(name, today):
    which, _hyphen, unit = name.partition("-")
    period, this = named_period(name, today), named_period(f"this-{unit}", today)
    assert this.first <= today <= this.last
    assert which == "this" or period.last == this.first - timedelta(days=1)


@given(st.one_of(st.text(max_size=12), st.from_regex(r"\d{4}-[QW]?\d{1,2}", fullmatch=True)))
def test_any_text_is_a_period_or_a_sentence(app, text):
    try:
        period = named_period(text, TODAY)
    except BadPeriod:
        return
    assert date(2000, 1, 1) <= period.first <= period.last


REFUSED = [
    ("colour=red", "colour", "This page has no filter “colour”. Choose from the filters shown."),
    ("figure=views", "figure", "This page has no filter “figure”."),
    ("period=2026-13", "period", "“2026-13” is no period: write a year (2026), quarter (2026-Q4), month (2026-11) or week (2026-W47)."),
    ("period=2026-W54", "period", "is no period"),
    ("period=2025-W53", "period", "is no period"),
    ("period=0000", "period", "is no period"),
    ("period=1999", "period", "There is no data before 2000."),
    ("period=2026&from=2026-01-01", "period", "Choose either a period or the days from and to, not both."),
    ("from=2026-02-30", "from", "“From” must be a date such as 2026-11-20."),
    ("to=tomorrow", "to", "“To” must be a date such as 2026-11-20."),
    ("to=9999-12-31", "to", "“To” must lie in the years from 2000 to 2100."),
    ("tree=1949-10-01", "tree", "“Places as they stood on” must lie in the years from 2000 to 2100."),
    ("period=9999", "period", "“Period” must lie in the years from 2000 to 2100."),
    ("from=2026-02-02&to=2026-02-01", "from", "“From” (2026-02-02) is later than “To” (2026-02-01)."),
    ("tree=yesterday", "tree", "“Places as they stood on” must be a date such as 2026-11-20."),
    ("place=Hebei", "place", "There is no such place among those whose figures you may see."),
    ("place=00000000-0000-7000-8000-000000000000", "place", "There is no such place among those whose figures you may see."),
    ("course=wine", "course", "There is no course “wine”."),
    ("training=1", "training", "There is no such training among those whose figures you may see."),
    ("training=00000000-0000-7000-8000-000000000000", "training", "There is no such training among those whose figures you may see."),
    ("level=35", "level", "There is no position level “35”."),
    ("level=middle", "level", "There is no position level “middle”."),
    ("organisation=party", "organisation", "“party” is no value of the filter “Type of organisation”."),
    ("sex=F", "sex", "“F” is no value of the filter “Sex”."),
    ("age=30", "age", "“30” is no value of the filter “Age”."),
    ("language=fr", "language", "“fr” is no value of the filter “Language”."),
    ("device=watch", "device", "“watch” is no value of the filter “Device”."),
    ("channel=radio", "channel", "“radio” is no value of the filter “Channel”."),
    ("sex=female&sex=x", "sex", "“x” is no value of the filter “Sex”."),
    ("past=yes", "past", "“past” can only be 0 or 1."),
    ("against=before", "from", "Please choose the first and the last day of the period that is to be compared."),
    ("period=2026&against=never", "against", "A period can be set against the one before it or against the same a year ago."),
    ("from=2000-01-02&to=2000-03-01&against=before", "against", "There is no data before 2000, so there is nothing to compare with."),
    ("level=30&level=40", "level", "“level” is given twice. Choose one value."),
    ("period=2026&period=2025", "period", "“period” is given twice. Choose one value."),
]


@pytest.mark.parametrize(("query", "field", "sentence"), REFUSED)
def test_what_cannot_be_asked_is_refused_with_its_field_and_a_sentence(app, query, field, sentence):
    with pytest.raises((BadQuestion, BadPeriod)) as refused:
        ask(query)
    assert (refused.value.field, refused.value.status) == (field, 400)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("query", [each[0] for each in REFUSED])
def test_it_is_refused_in_chinese_too(app, query):
    with speaking("zh-Hans"), pytest.raises((BadQuestion, BadPeriod)) as refused:
        ask(query)
    said = str(refused.value)
    assert said.endswith("。")
    assert not re.search(r"[A-Za-z]+ [A-Za-z]+", said), said


def test_a_page_may_read_names_of_its_own_and_no_others(app):
    asked = ask("figure=readers", also=frozenset({"figure", "by"}))
    assert asked.options == {"figure": "readers", "by": ""}
    with pytest.raises(BadQuestion):
        ask("figure=readers&by=month", also=frozenset({"figure"}))


def test_how_a_page_is_shown_is_no_part_of_the_question(app):
    assert query_of(ask("lang=en&page=3&sex=female")) == "sex=female"


def test_equal_questions_have_equal_addresses(app):
    one, two = ask("sex=male&sex=female&age=26-35&course="), ask("age=26-35&sex=female&sex=male&to=")
    assert query_of(one) == query_of(two) == "age=26-35&sex=female&sex=male"
    assert query_of(one, sex=None, level="30") == "age=26-35&level=30"


def test_the_address_of_a_question_asks_the_same_again(app, cast):
    query = f"period=last-quarter&place={cast.places.city.id}&tree=2026-06-30&sex=female&against=before&past=1"
    asked = ask(query)
    again = ask(query_of(asked))
    assert (again.part, again.against) == (asked.part, asked.against)


@pytest.mark.parametrize(("allowed", "name", "seen"), [
    (("CN/130000/130200/",), "other_county", True), (("CN/130000/130200/",), "second_city", True), (("CN/130000/130200/",), "city", False),
    (("CN/130000/130200/",), "province", False), ((), "county", False), (None, "province", True),
    (("CN/130000/130100/", "CN/130000/130200/"), "county", True),
])
def test_a_reader_asks_only_for_places_of_their_own(app, cast, allowed, name, seen):
    place = getattr(cast.places, name)
    if seen:
        assert ask(f"place={place.id}", allowed).part.paths == (place.path,)
        return
    with pytest.raises(BadQuestion, match="no such place"):
        ask(f"place={place.id}", allowed)


def test_a_reader_asks_only_for_trainings_of_their_own_places(app, cast):
    training = held(cast.places.other_county, cast)
    assert ask(f"training={training.id}", ("CN/130000/",)).part.training_id == training.id
    assert ask(f"training={training.id}", ("CN/130000/",)).part.paths == ("CN/130000/",), "a training widens nothing"
    with pytest.raises(BadQuestion, match="no such training"):
        ask(f"training={training.id}", ("CN/130000/130100/",))


def test_no_tree_of_any_day_is_wider_than_what_the_reader_holds(app, cast):
    assert ask("tree=2026-06-30", ("CN/130000/130200/",)).part.paths == ("CN/130000/130200/",)
    assert ask("tree=2026-06-30", ()).part.paths == ()
    assert ask("tree=2026-06-30").part.paths is None


def test_every_choice_that_is_offered_is_taken(app):
    for dimension in (Dimension.ORGANISATION, Dimension.SEX, Dimension.AGE, Dimension.LANGUAGE, Dimension.DEVICE, Dimension.CHANNEL,
                      Dimension.COURSE, Dimension.LEVEL):
        for value, word in words.choices(dimension):
            assert word
            assert query_of(ask(urlencode({dimension.value: value}))), (dimension, value)


def test_a_question_costs_at_most_three_queries(app, cast, max_queries):
    training = held(cast.places.county, cast)
    query = f"place={cast.places.city.id}&training={training.id}&tree=2026-06-30"
    db.session.expire_all()
    with max_queries(3):
        ask(query)
