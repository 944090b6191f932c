"""How much of a sheet is filled in, as lists say it: the same as the sheet itself says, from one query that reads little."""

from __future__ import annotations

import random

import pytest

from tests.questionnaires.conftest import NOW
from tests.questionnaires.sheet_definition import QUESTIONNAIRE
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.fields import FieldType, MatrixField, TableField
from webapp.courses.questionnaire.paths import cell_path, row_path
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires import queries_filled
from webapp.questionnaires.models import SheetCell

SEED = 11


def some(field, luck):
    """A value of a field or column."""
    if luck.random() < 0.3:
        return None
    match field.type:
        case FieldType.SINGLE:
            return luck.choice(field.options).id
        case FieldType.MULTIPLE:
            return [each.id for each in field.options if luck.random() < 0.5]
        case FieldType.SCALE:
            return luck.randint(field.first, field.last)
        case FieldType.NUMBER:
            return str(luck.randint(1, 40))
        case FieldType.DATE:
            return f"20{luck.randint(10, 40)}-01-01"
        case FieldType.GOALS:
            return sorted(luck.sample(range(1, 18), 3))
        case FieldType.TARGETS:
            return luck.sample(["1.1", "2.2", "6.1", "11.7", "13.2", "17.17"], 2)
        case FieldType.RANKING:
            return [each.id for each in field.items]
        case _:
            return luck.choice(["Water", "", '{"at" home}', "供水"]) or None


def filled_in(one, luck):
    """Values of a sheet by path: rows that were removed, cells that were emptied and cells of rows that are gone among them."""
    found = {}
    for field in one.answerable:
        if isinstance(field, TableField):
            for number in range(luck.randint(0, 3)):
                row = f"row{number:05d}"
                found[row_path(field.id, row)] = {"at": f"a{number}"} if luck.random() < 0.7 else None
                found |= {cell_path(field.id, row, column.id): some(column, luck) for column in field.columns if column.answerable}
        elif not isinstance(field, MatrixField):
            found[field.id] = some(field, luck)
    for field in one.answerable:
        if isinstance(field, MatrixField):
            here = Answers(one, found)
            spots = [*here.spots(field), ("row99999", "" if field.by_row else "gone")]
            chosen = luck.sample(spots, luck.randint(0, min(2, len(spots))))
            found |= {cell_path(field.id, row, column): luck.choice(["1", None]) for row, column in chosen}
    return found


def keep(sheet_id, values):
    with unit_of_work():
        for number, (path, value) in enumerate(values.items(), 1):
            db.session.add(SheetCell(
                sheet_id=sheet_id, path=path, field_id=path.partition("/")[0], value=value, version=number, changed_at=NOW,
            ))


def counted(one, values):
    """What the sheet itself says."""
    answers = Answers(one, {path: value for path, value in values.items() if value is not None})
    parts = [answers.progress(section.id) for section in answers.sections]
    return sum(part[0] for part in parts), sum(part[1] for part in parts)


@pytest.fixture
def definitions():
    return [QUESTIONNAIRE, *surveys().values()]


def test_lists_say_what_the_sheet_says(database, begin, definitions, max_queries):
    luck = random.Random(SEED)
    sheets, expected = {}, {}
    for one in definitions * 3:
        sheet_id, values = begin(questionnaire=one), filled_in(one, luck)
        keep(sheet_id, values)
        sheets[sheet_id], expected[sheet_id] = one, counted(one, values)
    with max_queries(1):
        assert queries_filled.progress(sheets) == expected


def test_what_a_condition_hides_is_neither_asked_nor_filled(database, desk):
    desk.send(("plan-name", "Plan"), ("level", "city"), ("city-name", "Shijiazhuang"), ("why", "Because"))
    city = queries_filled.progress({desk.id: QUESTIONNAIRE})[desk.id]
    desk.send(("level", "county"))
    county = queries_filled.progress({desk.id: QUESTIONNAIRE})[desk.id]
    assert city[0] == 4
    assert county == (2, city[1] - 2)


def test_long_words_and_rows_stay_in_the_database(database, begin):
    one = surveys()["plan-alignment"]
    what = queries_filled.needed(one)
    assert what.columns == {("aim", "targets")}
    assert what.fields == {"last-year", "first-year"}
    sheet_id = begin(questionnaire=one)
    rows = {row_path("aim", f"row{number:05d}"): {"at": f"a{number:03d}"} for number in range(100)}
    cells = {f"{path}/{column}": "x" * 200 for path in rows for column in ("objective", "evidence", "chapter")}
    keep(sheet_id, rows | cells | {f"{path}/targets": ["6.1"] for path in rows})
    read = db.session.execute(queries_filled._cells({sheet_id: one})).all()
    assert len(read) == 300
    assert sum(len(row[-1] or "") for row in read) < 10_000
