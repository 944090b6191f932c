"""The pages of results: what they show and hide, to whom, how many queries they take, and what goes into files."""

import csv
import io
import random
import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from openpyxl import load_workbook

from tests.questionnaires import results_sheets
from tests.questionnaires.results_sheets import NOW
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.questionnaires import services_results
from webapp.questionnaires.models import SheetState
from webapp.questionnaires.models_surveys import AnswerTag, SurveyMode, SurveyResult

HOSTILE = '=HYPERLINK("http://evil.example","x")<script>alert(1)</script>'


@pytest.fixture
def trainer(login_as, at):
    at(NOW)
    return login_as("trainer")


@pytest.fixture
def asked(cast):
    """`asked(answers, **survey)` is the address of the results of a survey with these answers."""

    def make(answers, place="county", **changed):
        made = results_sheets.survey(cast.ids["administrator"], getattr(cast.places, place).id, **changed)
        survey_id = made.id
        for values, dimensions in answers:
            results_sheets.answer(values, survey_id=survey_id, **dimensions)
        return f"/surveys/{survey_id}/results"

    return make


def many(number=40):
    chance = random.Random(3)
    who = [{"sex": "female", "position_level": 20}, {"sex": "male", "position_level": 30}]
    return [(results_sheets.somebody(chance), who[n % 2]) for n in range(number)]


def page(client, url, status=200, language="en"):
    answer = client.get(f"{url}{'&' if '?' in url else '?'}lang={language}")
    assert answer.status_code == status, f"{answer.status} {answer.text[:3000]}"
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text.split("<main", 1)[-1])))


def test_every_question_with_counts_figures_and_who_did_not_answer(trainer, asked):
    answers = [({"level": "county", "trust": 4}, {}), ({"level": "city", "trust": 6}, {}), ({"level": "city"}, {}), ({"level": "city"}, {}),
               ({"level": "other:town"}, {}), ({}, {})]
    answers += [({"trust": 5}, {})] * 3
    text = page(trainer, asked(answers))
    assert "n = 5 no answer: 4" in text
    assert "3 (60%)" in text
    assert "Mean 5 Median 5 Middle half 5 to 5" in text


def test_without_an_answer_there_is_nothing(trainer, asked):
    assert "Fewer than 5 answers" in page(trainer, asked([]))


def test_four_answers_are_not_shown_and_five_are(trainer, asked):
    assert "county" not in page(trainer, asked([({"level": "county"}, {})] * 4)).lower().split("fewer than 5 answers")[1]
    assert "5 (100%)" in page(trainer, asked([({"level": "county"}, {})] * 5))


def test_a_question_that_four_of_twenty_answered_is_not_shown(trainer, asked):
    text = page(trainer, asked([({"level": "county"}, {})] * 4 + [({"agree": 1}, {})] * 16))
    assert "Fewer than 5 people answered; so nothing is shown." in text
    assert "no answer: 16" not in text


def test_drafts_are_not_counted(trainer, asked, cast):
    url = asked([({"level": "county"}, {})] * 5)
    results_sheets.answer({"level": "county"}, survey_id=UUID(url.split("/")[2]), state=SheetState.DRAFT)
    assert "5 (100%)" in page(trainer, url)


def test_groups_side_by_side_and_one_by_one(trainer, asked):
    url = asked(many())
    text = page(trainer, f"{url}?by=sex")
    assert "Female (n = " in text
    assert "Mean" in text
    one = page(trainer, f"{url}?by=sex&group=female")
    assert "Level" in one


def test_small_groups_are_put_together_and_named_so(trainer, asked):
    answers = [({"level": "county"}, {"group": name}) for name in "A" * 9 + "B" * 7 + "C" * 2 + "D" * 1]
    text = page(trainer, f"{asked(answers)}?by=group")
    assert "Smaller groups together (10)" in text
    assert "A (9)" in text


def test_two_groups_of_which_one_is_small_are_not_told_apart(trainer, asked):
    answers = [({"level": "county"}, {"sex": "female"})] * 20 + [({"level": "city"}, {"sex": "male"})] * 2
    text = page(trainer, f"{asked(answers)}?by=sex")
    assert "cannot be divided like this" in text
    assert "Male" not in text


def test_an_anonymous_survey_waits_for_its_closing(trainer, asked):
    url = asked(many(8), mode=SurveyMode.ANONYMOUS, closes_at=NOW + timedelta(days=1))
    for path in ("", "/cross?a=level&b=agree", "/texts/plan-name", "/compare"):
        text = page(trainer, url + path)
        assert "n = " not in text
        assert "规划" not in text
    assert trainer.get(f"{url}.csv").status_code == 409


@pytest.mark.parametrize(("name", "status"), [
    ("staff", 200), ("administrator", 200), ("other_county", 404), ("learner", 404), ("outsider", 404),
])
def test_results_open_for_those_who_look_after_the_place(login_as, asked, name, status):
    url = asked(many(6))
    for path in ("", ".csv", ".xlsx", "/cross", "/compare", "/texts/plan-name"):
        assert login_as(name).get(url + path).status_code == status
    if status == 404:
        assert login_as(name).post(url).status_code == 404
        assert login_as(name).post(f"{url}/texts/plan-name", data={"name": "x", "which": "all"}).status_code == 404


def test_a_page_takes_eight_queries_at_most_for_few_and_for_many(trainer, asked, cast, max_queries):
    counts = []
    for number in (6, 60):
        answers = [({**values, "place": str(cast.ids["trainer"])}, {"place": str(cast.places.county.id)}) for values, _who in many(number)]
        url = asked(answers)
        for path in ("?by=place", "", "/cross?a=means&b=agree", "/texts/plan-name", "/compare"):
            trainer.get(url + path)
            with max_queries(8) as seen:
                trainer.get(url + path)
            counts.append((path, len(seen)))
    assert counts[:5] == counts[5:]


def rows(answer):
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_files_hold_what_the_page_shows(trainer, asked):
    url = asked([({"level": "county", "trust": 4}, {})] * 4 + [({"level": "city", "trust": 7}, {})] * 2)
    lines = rows(trainer.get(f"{url}.csv?lang=en"))
    level = {line["Answer"]: line for line in lines if line["Field"] == "level"}
    assert level["County"]["Count"] == "4"
    assert level["County"]["Share in %"] == "67"
    assert level[""]["Answered"] == "6"
    assert next(line for line in lines if line["Field"] == "trust" and not line["Answer"])["Mean"] == "5.00"
    book = load_workbook(io.BytesIO(trainer.get(f"{url}.xlsx?lang=en").data))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    values = [row for row in sheet.iter_rows(min_row=2, values_only=True) if row[head.index("Answer")] == "City"]
    assert values[0][head.index("Count")] == 2
    about = {row[0]: row[1] for row in book.worksheets[1].iter_rows(values_only=True)}
    assert about["Sheets"] == "6"
    assert "fewer than 5" in about["Small groups"]


def test_files_hide_what_the_page_hides(trainer, asked):
    answers = [({"level": "county", "trust": n % 11}, {"sex": "female"}) for n in range(9)]
    answers += [({"level": "city" if n < 2 else "county"}, {"sex": "male"}) for n in range(9)]
    url = asked(answers)
    lines = rows(trainer.get(f"{url}.csv?by=sex&lang=en"))
    city = [line for line in lines if line["Field"] == "level" and line["Answer"] == "City"]
    assert [line["Count"] for line in city] == ["", ""]
    assert all(line["Note"] for line in city)
    crossed = rows(trainer.get(f"{url}.csv?a=level&b=trust&lang=en"))
    assert all(line["Field"] for line in crossed)  # a scale without names is not crossed, so the file is that of all questions


def test_hostile_words_run_nowhere(trainer, asked):
    answers = [({"plan-name": HOSTILE, "level": f"other:{HOSTILE}"}, {"group": HOSTILE})] * 6 + [({"agree": 1}, {"group": "B"})] * 6
    url = asked(answers, title=HOSTILE[:200])
    for path in ("", "?by=group", "/texts/plan-name", "/texts/level", "/cross?a=level&b=agree"):
        html = trainer.get(f"{url}{path}").text
        assert "<script>alert" not in html
    for line in rows(trainer.get(f"{url}.csv?by=group&lang=en")):
        assert not any(value.startswith(("=", "+", "-", "@")) for value in line.values())
    book = load_workbook(io.BytesIO(trainer.get(f"{url}.xlsx?by=group&lang=en").data))
    assert all(cell.data_type != "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row)


def test_two_questions_crossed_hide_small_numbers(trainer, asked):
    answers = [({"level": "county", "agree": 1}, {})] * 12 + [({"level": "city", "agree": 2}, {})] * 11
    answers += [({"level": "city", "agree": 1}, {})] * 2
    text = page(trainer, f"{asked(answers)}/cross?a=level&b=agree")
    assert "An en dash stands where a number is not shown" in text
    assert " 2 " not in text.split("Across")[1].split("An en dash")[0].replace("2 · Partly", "")


def test_texts_are_tagged_one_by_one_and_all_at_once(trainer, asked):
    url = asked([({"plan-name": f"Plan {n:02}"}, {}) for n in range(12)])
    html = trainer.get(f"{url}/texts/plan-name?lang=en").text
    marks = re.findall(r'name="answer" value="(\w+)"', html)
    assert len(marks) == 12
    trainer.post(f"{url}/texts/plan-name", data={"name": " time  needed", "which": "chosen", "answer": marks[:2], "do": "add"})
    assert "time needed (2)" in page(trainer, f"{url}/texts/plan-name")
    assert "Plan 02" not in page(trainer, f"{url}/texts/plan-name?tag=time+needed")
    trainer.post(f"{url}/texts/plan-name?q=plan+0", data={"name": "early", "which": "all", "do": "add"})
    assert db.session.query(AnswerTag).filter_by(tag="early").count() == 10
    trainer.post(f"{url}/texts/plan-name?tag=early", data={"name": "early", "which": "all", "do": "remove"})
    assert db.session.query(AnswerTag).filter_by(tag="early").count() == 0
    assert trainer.post(f"{url}/texts/plan-name?lang=en", data={"name": "x", "which": "chosen", "do": "add"}).status_code == 303
    assert "Choose answers and type a tag." in page(trainer, f"{url}/texts/plan-name")


def test_what_stands_for_an_answer_tells_nothing_of_its_sheet(trainer, asked):
    url = asked([({"plan-name": "same", "summary": "same"}, {})] * 6)
    seen = [set(re.findall(r'name="answer" value="(\w+)"', trainer.get(f"{url}/texts/{field}").text)) for field in ("plan-name", "summary")]
    assert len(seen[0]) == len(seen[1]) == 6
    assert not seen[0] & seen[1]
    ids = [str(row[0]) for row in db.session.execute(db.text("select id from sheets"))]
    assert not any(each.replace("-", "") in trainer.get(f"{url}/texts/plan-name").text.replace("-", "") for each in ids)


def test_words_written_for_another_choice_are_read_too(trainer, asked):
    url = asked([({"level": "other:township", "means": ["budget", "other:patience"]}, {})] * 6)
    assert "township" in page(trainer, f"{url}/texts/level")
    assert "patience" in page(trainer, f"{url}/texts/means")
    assert trainer.get(f"{url}/texts/trust").status_code == 404


def test_an_earlier_round_beside_the_later_one(trainer, asked):
    first = asked([({"level": "county", "trust": 4}, {})] * 6)
    later = asked([({"level": "city", "trust": 7}, {})] * 8)
    text = page(trainer, f"{later}/compare?with={first.split('/')[2]}")
    assert "n = 6, then 8" in text
    assert "Mean 4 7 +3" in text
    assert "+100 points" in text


def test_worksheets_of_ones_places_are_counted_without_words(login_as, cast, at):
    at(NOW)
    for number in range(12):
        place = cast.places.county if number < 7 else cast.places.other_county
        values = {"level": "city", "plan-name": "SECRET", "objectives/row00001": {"at": "a0"}, "objectives/row00001/cost": "5"}
        results_sheets.answer(values, place_id=place.id, state=SheetState.SHARED)
    results_sheets.survey(cast.ids["trainer"])
    text = page(login_as("trainer"), "/questionnaires/county-plan/results")
    assert "7 sheets" in text
    assert "7 entries on 7 sheets" in text
    assert "SECRET" not in text
    assert "5 sheets" in page(login_as("other_county"), "/questionnaires/county-plan/results")
    assert "12 sheets" in page(login_as("administrator"), "/questionnaires/county-plan/results?by=place")
    assert login_as("learner").get("/questionnaires/county-plan/results").status_code == 404
    assert login_as("trainer").get("/questionnaires/no-such-thing/results").status_code == 404
    assert "City" in login_as("administrator").get("/questionnaires/county-plan/results.csv?lang=en").text


def test_a_large_survey_is_counted_by_a_job_and_says_when(trainer, asked, at, monkeypatch):
    monkeypatch.setattr(services_results, "MOST_LIVE", 10)
    url = asked(many(30))
    assert "being counted" in page(trainer, url)
    assert services_results.keep_due(NOW) == 3
    text = page(trainer, f"{url}?by=sex")
    assert "Female (n = " in text
    assert "counted in the background" in text
    assert services_results.keep_due(NOW + timedelta(hours=1)) == 0
    at(NOW + timedelta(minutes=30))
    trainer.post(url)
    assert services_results.keep_due(NOW + timedelta(hours=1)) == 3
    with unit_of_work():
        assert db.session.query(SurveyResult).count() == 3


def test_kept_numbers_are_those_counted_live(trainer, asked, monkeypatch):
    url = asked(many(30))
    live = page(trainer, f"{url}?by=sex")
    monkeypatch.setattr(services_results, "MOST_LIVE", 10)
    services_results.keep_due(NOW)
    kept = page(trainer, f"{url}?by=sex")
    assert re.findall(r"\d+%", live) == re.findall(r"\d+%", kept)


@pytest.mark.parametrize("path", ["", "?by=sex", "?by=sex&group=male", "/cross?a=level&b=agree", "/compare", "/texts/plan-name"])
def test_pages_are_there_in_chinese(trainer, asked, path):
    assert re.search("[一-鿿]{4}", page(trainer, f"{asked(many())}{path}", language="zh-Hans"))
