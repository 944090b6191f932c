"""Counts made by the database are those one gets by reading every sheet, on both databases."""

import random
from collections import Counter

import pytest

from tests.questionnaires import results_sheets
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.questionnaires import queries_results
from webapp.questionnaires.models import SheetState
from webapp.questionnaires.results import items
from webapp.questionnaires.results_split import ALL, ANY, NONE

ITEMS = {item.key: item for item in items(QUESTIONNAIRE)}
SEXES = ("female", "male", None)


@pytest.fixture
def answered(database, cast):
    """Forty answers to one survey, a draft and an answer to another that are not counted."""
    chance = random.Random(7)
    one = results_sheets.survey(cast.ids["trainer"], cast.places.county.id)
    other = results_sheets.survey(cast.ids["trainer"], cast.places.county.id)
    answers = []
    for number in range(40):
        values, sex = results_sheets.somebody(chance), SEXES[number % 3]
        results_sheets.answer(values, survey_id=one.id, **({"sex": sex} if sex else {}), position_level=20 + 10 * (number % 2))
        answers.append((values, sex or NONE))
    results_sheets.answer({"level": "city"}, survey_id=one.id, state=SheetState.DRAFT)
    results_sheets.answer({"level": "city"}, survey_id=other.id)
    return one, answers


def plain(value):
    return "other" if str(value).startswith("other:") else str(value)


@pytest.mark.parametrize("key", [item.key for item in ITEMS.values() if not item.pooled])
def test_every_field_is_counted_as_if_sheet_by_sheet(answered, key):
    one, answers = answered
    item = ITEMS[key]
    found = queries_results.tallies(queries_results.of_surveys([one.id]), [item], queries_results.by_dimension("sex"))[key]
    for sex in ("female", "male", NONE):
        values = [values[key] for values, theirs in answers if theirs == sex and values.get(key) is not None]
        tally = found.get(sex)
        if not values:
            assert tally is None
            continue
        assert tally.answered == len(values)
        if item.shape == "words":
            assert not tally.counts
        else:
            flat = [plain(each) for value in values for each in (value if isinstance(value, list) else [value])]
            assert tally.counts == Counter(flat)
        if item.shape == "ranking":
            for name in ("water", "roads", "schools"):
                assert tally.places.get(name, {}) == Counter(value.index(name) + 1 for value in values if name in value)


def test_cells_of_removed_rows_are_not_counted(answered):
    one, answers = answered
    found = queries_results.tallies(queries_results.of_surveys([one.id]), list(ITEMS.values()))
    assert found["objectives//cost"][NONE].counts == {"5": len(answers)}
    assert found["objectives//goals"][NONE].counts == {"11": len(answers)}
    assert found["objectives//state"][NONE].answered == len(answers)
    assert found["links//"][NONE].counts == {"direct": len(answers)}


def test_sizes_and_names_of_dimensions(answered):
    one, answers = answered
    scope = queries_results.of_surveys([one.id])
    found = queries_results.outline(scope, queries_results.by_dimension("sex"))
    assert found.dimensions == ("position_level", "sex")
    assert found.sizes == Counter(sex for _values, sex in answers)
    assert queries_results.outline(scope, queries_results.by_dimension("position_level")).sizes == {"20": 20, "30": 20}
    assert queries_results.outline(scope).sizes == {NONE: 40}


def test_pairs_of_answers_are_counted_with_those_that_are_missing(answered):
    one, answers = answered
    scope = queries_results.of_surveys([one.id])
    found = queries_results.crossed(scope, ITEMS["level"], ITEMS["agree"])
    expected = Counter((plain(v["level"]) if "level" in v else NONE, str(v["agree"]) if "agree" in v else NONE) for v, _sex in answers)
    assert found == expected


def test_pairs_with_several_choices_count_each_choice_and_everybody(answered):
    one, answers = answered
    found = queries_results.crossed(queries_results.of_surveys([one.id]), ITEMS["means"], ITEMS["agree"])
    expected = Counter()
    for values, _sex in answers:
        second = str(values["agree"]) if "agree" in values else NONE
        expected[ALL, second] += 1
        for each in values.get("means", []):
            expected[plain(each), second] += 1
        if "means" in values:
            expected[ANY, second] += 1
    assert found == expected


def test_worksheets_are_counted_below_ones_places_only(database, cast):
    for place in (cast.places.county, cast.places.county, cast.places.other_county):
        results_sheets.answer({"level": "city"}, place_id=place.id)
    results_sheets.answer({"level": "city"}, place_id=cast.places.county.id, state=SheetState.DRAFT)
    for paths, expected in ((None, 3), ((cast.places.city.path,), 2), ((cast.places.other_county.path,), 1), ((), 0)):
        assert queries_results.outline(queries_results.of_questionnaire("county-plan", paths)).sheets == expected


def test_one_query_whatever_is_asked(answered, max_queries):
    scope = queries_results.of_surveys([answered[0].id])
    with max_queries(1):
        queries_results.tallies(scope, list(ITEMS.values()), queries_results.by_dimension("sex"))
