"""Files against the slow count, on random events with merges, erasures and rows that came late: the same to the last digit."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import update
from werkzeug.datastructures import MultiDict

from tests.statistics.test_engines import NOON, clear, events, two_trainings, write
from webapp.accounts.models import Person
from webapp.accounts.services import create_person
from webapp.accounts.services_erasure import erase
from webapp.core.database import db
from webapp.statistics import pages_pivot, rows, slow, snapshot
from webapp.statistics.answers import source
from webapp.statistics.asking import read
from webapp.statistics.definitions import BY_KEY, FIGURES
from webapp.statistics.exports import Printed, made
from webapp.statistics.slices import Dimension, Slice
from webapp.statistics.tables import value_of

LATER = NOON + timedelta(days=41)
pytestmark = pytest.mark.usefixtures("small_courses")

queries = st.fixed_dictionaries({}, optional={
    "period": st.sampled_from(["2026-09", "2026-Q3", "2026-W38"]), "level": st.just("30"), "sex": st.just("female"), "past": st.just("1"),
})
shapes = st.sampled_from([Dimension.PROVINCE, Dimension.COUNTY, Dimension.WEEK, Dimension.LEVEL, Dimension.SEX])


def plain(part: Slice, by: Dimension) -> list[list[float]]:
    """The rows that a file must have, the total last: what is counted from the events, as a reader sees it."""
    def said(cell: dict[str, int]) -> list[float]:
        return [float(value_of(each, cell.get(each.key, 0))) for each in FIGURES]

    cells = [said(cell) for cell in slow.count(part, (by,), FIGURES).values()]
    return [*sorted(cell for cell in cells if any(cell)), said(slow.count(part, (), FIGURES).get((), {}))]


def written(printed: Printed) -> dict[str, list[list[float]]]:
    """The rows of every kind of file, those of zeros left out, the total last."""
    lines = list(csv.reader(io.StringIO(made(printed, "csv").decode("utf-8-sig"))))[1:]
    wide = len(FIGURES)
    sheet = load_workbook(io.BytesIO(made(printed, "xlsx"))).worksheets[0]
    found = {
        "csv": [[float(line[3]) for line in lines[at : at + wide]] for at in range(0, len(lines), wide)],
        "json": [[float(each) for each in row["values"]] for row in json.loads(made(printed, "json"))["tables"][0]["rows"]],
        "xlsx": [
            [float(each) for each in row[1 : wide + 1]] for row in sheet.iter_rows(min_row=2, values_only=True)
            if row[1] is not None
        ],
    }
    return {form: [*sorted(row for row in rows_[:-1] if any(row)), rows_[-1]] for form, rows_ in found.items()}


@settings(max_examples=8)
@given(made_=events, split=st.integers(0, 12), merge=st.booleans(), keep=st.booleans(), query=queries, by=shapes)
def test_files_say_what_is_counted_from_the_events(database, cast, made_, split, merge, keep, query, by):
    clear()
    db.session.execute(update(Person).values(merged_into_id=None))
    gone = create_person(name="王将离", language="zh-Hans", now=NOON)
    trainings = two_trainings(cast)
    write(made_[:split], {**cast.ids, "learner": gone.id}, cast.places, trainings=trainings)
    before = slow.count(Slice(cut_off=LATER, past=True), (), FIGURES)
    erase(person_id=gone.id, keep_certificates=keep, actor_id=None, now=LATER)
    assert slow.count(Slice(cut_off=LATER, past=True), (), FIGURES) == before, "who is erased has taken part all the same"
    write(made_[split:], cast.ids, cast.places, trainings=trainings)
    if merge:
        db.session.execute(update(Person).where(Person.id == cast.ids["outsider"]).values(merged_into_id=cast.ids["staff"]))
    snapshot.refresh(LATER, anew=True)
    found = source(LATER)
    asked = read(
        MultiDict({**query, "rows": by.value, "figures": ",".join(BY_KEY)}), None, found, pages_pivot.OPTIONS, LATER,
    )
    wanted = plain(asked.part, by)
    shown = pages_pivot.shown(asked, found, LATER)
    for form, lines in written(Printed(shown, "http://localhost/", "A. Reader", LATER, "en")).items():
        assert lines == wanted, form
    kept = list(csv.reader(io.StringIO(b"".join(rows.written(found, asked.part, with_names=True)).decode("utf-8-sig"))))[1:]
    of_views = [line for line in kept if line[0] == str(rows.KINDS[BY_KEY["views"].kind])]
    assert sum(int(line[-4]) for line in of_views) == wanted[-1][0]
    assert len({line[-2] for line in of_views} - {""}) == wanted[-1][1]
    assert "王将离" not in {line[-1] for line in kept}
