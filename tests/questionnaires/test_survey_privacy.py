"""An anonymous answer cannot be tied to whoever gave it: not by ids, times, order, logs, mails, or by what is missing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from tests.cast import assemble, signed_in_client
from tests.questionnaires.survey_world import ANSWER, NOW, make
from webapp.accounts import services as accounts
from webapp.core import signals
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import jobs, queries_surveys, services_answers
from webapp.questionnaires.models import Sheet, SheetCell
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson, SurveyTicket
from webapp.questionnaires.queries_surveys import rate_of
from webapp.questionnaires.surveys_dimensions import KEYS, safe_keys

PEOPLE = 6


@pytest.fixture(autouse=True)
def _november(at):
    at(NOW)


@pytest.fixture
def crowd(cast):
    """Six people of one county, each with a sign-in."""
    found = []
    with unit_of_work():
        for number in range(PEOPLE):
            person = accounts.create_person(name=f"Officer {number}", language="en", now=NOW, place=cast.places.county)
            email = f"officer{number}@example.org"
            sign_in = accounts.create_sign_in(person=person, email=email, password_hash="x", now=NOW, verified=True)
            found.append((person.id, sign_in.id))
    return found


@pytest.fixture
def survey(cast, crowd):
    found = make(cast, people=())
    with unit_of_work():
        for person_id, _sign_in in crowd:
            db.session.add(SurveyPerson(survey_id=found, person_id=person_id, group="Bureau"))
    return found


def everything():
    """All rows of all tables."""
    db.session.expire_all()
    return {
        table.name: sorted(tuple(map(repr, row)) for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')))
        for table in db.metadata.sorted_tables
    }


def begin_again(survey):
    with unit_of_work():
        db.session.execute(delete(Sheet).where(Sheet.survey_id == survey))
        db.session.execute(update(SurveyPerson).where(SurveyPerson.survey_id == survey).values(answered=False))
        db.session.execute(update(Survey).where(Survey.id == survey).values(unmixed=True))
    jobs.mix_answers(NOW)


def test_whoever_gave_which_answer_in_which_order_the_database_is_the_same(database, survey, crowd):
    browsers = [signed_in_client(database, sign_in) for _person, sign_in in crowd]
    seen = []

    @settings(max_examples=6)
    @given(st.permutations(range(PEOPLE)), st.permutations(range(PEOPLE)))
    def storage_tells_nothing(order, pairing):
        begin_again(survey)
        for turn in order:
            content = {**ANSWER, "wish": f"Wish number {pairing[turn]}", "_send": "1", "_ticket": f"{pairing[turn]}" * 32}
            assert browsers[turn].post(f"/surveys/{survey}/answer", data=content).status_code == 303
        jobs.mix_answers(NOW)
        seen.append(everything())
        assert len(seen[-1]["sheets"]) == PEOPLE
        assert seen[-1] == seen[0]

    storage_tells_nothing()


def test_nothing_of_the_person_stands_with_the_answer(database, survey, crowd, at):
    at(NOW + timedelta(hours=3))
    (person, sign_in), *_others = crowd
    before = everything()
    browser = signed_in_client(database, sign_in)
    changed = {"sheets", "sheet_cells", "survey_people", "surveys"}
    browser.post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1", "_ticket": "7" * 32})
    after = everything()
    assert {name for name in after if after[name] != before[name]} - {"sessions"} == changed
    [sheet] = db.session.scalars(select(Sheet).where(Sheet.survey_id == survey))
    assert sheet.id.version == 4
    assert {sheet.created_at, sheet.changed_at, sheet.shared_at, sheet.done_at} == {sheet.created_at}
    assert sheet.created_at < NOW - timedelta(hours=12), "the day of the opening"
    assert {(cell.person_id, cell.changed_at) for cell in db.session.scalars(select(SheetCell))} == {(None, sheet.created_at)}
    assert db.session.scalar(select(SurveyTicket)) is None
    for name in ("sheets", "sheet_cells"):
        rows = repr(after[name])
        assert str(person) not in rows
        assert person.hex not in rows
    assert "7" * 32 not in repr(after)


def test_after_mixing_rows_lie_in_the_order_of_their_keys_and_tell_no_times(committed):
    cast = assemble()
    survey = make(cast, people=("learner", "second_learner", "other_county", "outsider", "staff"))
    names = ["staff", "learner", "outsider", "other_county"]
    for number, name in enumerate(names):
        sent = {**ANSWER, "_send": "1", "_ticket": f"{9 - number}" * 32}
        assert signed_in_client(committed, cast.sign_in_ids[name]).post(f"/surveys/{survey}/answer", data=sent).status_code == 303
    db.session.rollback()
    assert jobs.mix_answers(NOW) == 1
    assert jobs.mix_answers(NOW) == 0
    for table, key in (("sheets", "id"), ("survey_people", "person_id"), ("sheet_cells", "sheet_id")):
        if db.engine.dialect.name == "postgresql":
            wanted = f"SELECT split_part(ctid::text, ',', 1) AS page, xmin::text AS written, {key} AS key FROM {table}"
            rows = db.session.execute(text(wanted)).all()
            assert len({row.written for row in rows}) == 1
            assert rows == sorted(rows, key=lambda row: (int(row.page[1:]), str(row.key)))
        else:
            keys = [row[key] for row in db.session.execute(text(f"SELECT * FROM {table}")).mappings()]
            assert keys == sorted(keys)
    assert len(list(db.session.scalars(select(Sheet)))) == 4
    assert len(list(db.session.scalars(select(SheetCell)))) == 12


def test_rows_of_these_tables_lie_in_the_order_of_their_keys_on_sqlite(app):
    for table in ("sheets", "sheet_cells", "survey_people", "survey_tickets"):
        made = db.session.scalar(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table})
        assert "WITHOUT ROWID" in made


@pytest.mark.parametrize("after_marking", [True, False])
def test_two_tickets_of_two_people_bring_two_answers_whatever_the_order(database, survey, crowd, after_marking):
    row = db.session.get_one(Survey, survey)
    with unit_of_work():
        for (person, _sign_in), ticket in zip(crowd[:2], ("a" * 32, "b" * 32), strict=True):
            services_answers.mark(survey=row, person_id=person, ticket=ticket)
    order = ("b" * 32, "a" * 32) if after_marking else ("a" * 32, "b" * 32)
    with unit_of_work():
        stored = [services_answers.store(survey=row, values={"know": 1}, ticket=ticket, dimensions={}) for ticket in (*order, *order)]
    assert stored == [True, True, False, False]


# What is kept of the person.

LEVELS, SEXES, GROUPS = (10, 20, 30), ("female", "male", None), ("a", "b")


@given(st.dictionaries(
    st.tuples(st.sampled_from(GROUPS), st.just("x"), st.just("government"), st.sampled_from(LEVELS), st.sampled_from(SEXES)),
    st.integers(1, 9), min_size=1,
))
def test_every_combination_that_is_kept_stands_for_five_people(combinations):
    kept = [KEYS.index(key) for key in safe_keys(combinations)]
    sizes = {}
    for values, count in combinations.items():
        key = tuple(values[number] for number in kept)
        sizes[key] = sizes.get(key, 0) + count
    assert not kept or min(sizes.values()) >= 5


def test_a_named_answer_keeps_what_an_anonymous_one_leaves_out(database, cast, login_as):
    few = make(cast, group="Bureau")
    login_as("learner").post(f"/surveys/{few}/answer", data={**ANSWER, "_send": "1", "_ticket": "1" * 32})
    [sheet] = db.session.scalars(select(Sheet).where(Sheet.survey_id == few))
    assert sheet.dimensions == {}


def test_a_crowd_keeps_what_all_of_it_share(database, survey, crowd, cast):
    signed_in_client(database, crowd[0][1]).post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1", "_ticket": "1" * 32})
    [sheet] = db.session.scalars(select(Sheet).where(Sheet.survey_id == survey))
    assert sheet.dimensions == {"group": "Bureau", "place": str(cast.places.county.id)}


# What is shown.

GROUP_ROWS = st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1)), min_size=1, max_size=6)


@given(GROUP_ROWS)
def test_of_an_anonymous_survey_no_rate_tells_of_fewer_than_five(sizes):
    rows = [(f"group {number}", asked, round(asked * share)) for number, (asked, share) in enumerate(sizes)]
    shown = rate_of(rows, answers=sum(row[2] for row in rows), codes=0, codes_used=0, open_to_all=False)
    assert shown.asked == sum(row[1] for row in rows)
    for group in shown.groups:
        if group.answered is not None:
            assert not 0 < group.answered < 5
            assert not 0 < group.asked - group.answered < 5
    hidden = [group for group in shown.groups if group.answered is None]
    assert len(hidden) != 1 or len(shown.groups) == 1


def test_the_pages_of_who_runs_an_anonymous_survey_do_not_say_who_answered(database, survey, crowd, login_as):
    browser = login_as("trainer")
    before = browser.get(f"/surveys/{survey}/people/?lang=en").text
    assert "Officer 0" in before
    signed_in_client(database, crowd[0][1]).post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1", "_ticket": "1" * 32})
    assert browser.get(f"/surveys/{survey}/people/?lang=en").text == before
    assert "Officer 5" in browser.get(f"/surveys/{survey}/people/?answered=yes&lang=en").text, "there is no such filter"
    overview = browser.get(f"/surveys/{survey}/?lang=en").text
    assert "fewer than 5" in overview
    assert browser.get(f"/sheets/{db.session.scalars(select(Sheet.id).where(Sheet.survey_id == survey)).one()}/work").status_code == 404


# Erasing and merging.

def test_erasing_somebody_leaves_the_anonymous_answer_and_takes_the_draft_with_a_name(database, cast, login_as):
    quiet, named = make(cast), make(cast, mode=SurveyMode.NAMED)
    browser = login_as("learner")
    browser.post(f"/surveys/{quiet}/answer", data={**ANSWER, "_send": "1", "_ticket": "1" * 32})
    browser.post(f"/surveys/{named}/answer")
    with unit_of_work():
        signals.person_erased.send(signals.PersonErased(person_id=cast.ids["learner"], emails=(), at=NOW))
    assert [row.survey_id for row in db.session.scalars(select(Sheet))] == [quiet]
    left = db.session.scalars(select(SurveyPerson)).all()
    assert [(row.survey_id, row.answered) for row in left] == [(quiet, True)]


def test_two_rows_that_are_one_person_have_answered_once_and_part_again(database, cast, login_as):
    survey = make(cast, people=("learner", "second_learner"))
    login_as("second_learner").post(f"/surveys/{survey}/answer", data={**ANSWER, "_send": "1", "_ticket": "1" * 32})
    kept, gone = cast.ids["learner"], cast.ids["second_learner"]
    moved: dict[str, object] = {}
    with unit_of_work():
        signals.people_merged.send(signals.PeopleMerged(kept_id=kept, gone_id=gone, at=NOW, moved=moved))
    answered = {row.person_id: row.answered for row in db.session.scalars(select(SurveyPerson))}
    assert answered == {kept: True, gone: False}
    with unit_of_work():
        signals.people_parted.send(signals.PeopleParted(kept_id=kept, gone_id=gone, at=NOW, moved=moved))
    answered = {row.person_id: row.answered for row in db.session.scalars(select(SurveyPerson))}
    assert answered == {kept: False, gone: True}


def test_rates_count_each_person_once(cast, app):
    survey = db.session.get_one(Survey, make(cast, people=("learner", "second_learner")))
    cast.second_learner.merged_into_id = cast.ids["learner"]
    db.session.flush()
    assert queries_surveys.rate(survey).asked == 1
