"""Where the numbers of a page of results come from: counted while one waits, or of a large survey kept by a job; and tags of answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from webapp.core.database import db, only_reading
from webapp.core.frozen import dataclass
from webapp.core.unit_of_work import unit_of_work
from webapp.core.upsert import insert_for
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires import definitions, queries_results
from webapp.questionnaires.access import SHOWN
from webapp.questionnaires.definitions import DefinitionMissing
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.models_surveys import AnswerTag, Survey, SurveyResult
from webapp.questionnaires.queries_results import NOT_DIVIDED, Outline, Scope, by_dimension, by_survey
from webapp.questionnaires.results import NOBODY, Tally, items

# Above this many answers a job counts, and the page shows what it found last.
MOST_LIVE = 12_000
REST = timedelta(minutes=5)
TAG_LENGTH = 60


@dataclass(frozen=True)
class Numbers:
    """Counts of every item by key and by value of the dimension, on how many sheets of each value they stand, and since when."""

    by: str
    sizes: Mapping[str, int]
    tallies: Mapping[str, Mapping[str, Tally]]
    counted_at: datetime
    kept: bool = False
    dimensions: tuple[str, ...] = ()

    @property
    def sheets(self) -> int:
        """How many sheets there are."""
        return sum(self.sizes.values())

    def total(self, key: str) -> Tally:
        """Counts of an item of all sheets."""
        return sum(self.tallies.get(key, {}).values(), NOBODY)


def count(
    scope: Scope, questionnaire: Questionnaire, by: str, now: datetime, *, known: Outline | None = None,
    column: ColumnElement[str] | None = None,
) -> Numbers:
    """Count now, divided by a dimension or by a column. Two queries, one where the outline is known."""
    divided = column if column is not None else by_dimension(by) if by else NOT_DIVIDED
    found = known or queries_results.outline(scope, divided)
    tallies = queries_results.tallies(scope, items(questionnaire), divided) if found.sheets else {}
    return Numbers(by, found.sizes, tallies, now, dimensions=found.dimensions)


def numbers(survey: Survey, questionnaire: Questionnaire, by: str, now: datetime) -> Numbers | None:
    """The numbers of a survey; None where a job has to count them first. Two queries."""
    scope = queries_results.of_surveys([survey.id])
    known = queries_results.outline(scope, by_dimension(by) if by else NOT_DIVIDED)
    if known.sheets <= MOST_LIVE:
        return count(scope, questionnaire, by, now, known=known)
    row = db.session.get(SurveyResult, (survey.id, by))
    return None if row is None or row.computed_at is None else _kept(row, known.dimensions)


def _kept(row: SurveyResult, dimensions: tuple[str, ...]) -> Numbers:
    assert row.computed_at is not None
    tallies = {
        key: {value: Tally.from_json(tally) for value, tally in each.items()} for key, each in row.content["tallies"].items()
    }
    return Numbers(row.slice, row.content["sizes"], tallies, row.computed_at, kept=True, dimensions=dimensions)


Asked = tuple[Survey, Questionnaire]


def rounds(before: Asked, after: Asked, now: datetime) -> tuple[Mapping[str, Tally], Mapping[str, Tally]] | None:
    """Counts of two rounds by key; None where a job has to count one of them first. Two queries, four of large surveys."""
    scope = queries_results.of_surveys([before[0].id, after[0].id])
    sizes = {UUID(value): number for value, number in queries_results.outline(scope, by_survey(), ()).sizes.items()}
    if max(sizes.values(), default=0) > MOST_LIVE:
        found = [numbers(survey, questionnaire, "", now) for survey, questionnaire in (before, after)]
        kept = [{key: each.total(key) for key in each.tallies} for each in found if each is not None]
        return (kept[0], kept[1]) if len(kept) == len(found) else None
    asked = {item.key: item for _survey, questionnaire in (before, after) for item in items(questionnaire)}
    tallies = queries_results.tallies(scope, list(asked.values()), by_survey())
    by_id: dict[UUID, dict[str, Tally]] = {before[0].id: {}, after[0].id: {}}
    for key, divided in tallies.items():
        for value, tally in divided.items():
            by_id[UUID(value)][key] = tally
    return by_id[before[0].id], by_id[after[0].id]


def want(survey_id: UUID, now: datetime) -> None:
    """Have the numbers of a large survey counted again. One statement for each dimension."""
    for row in db.session.scalars(select(SurveyResult).where(SurveyResult.survey_id == survey_id)):
        row.wanted_at = now


def keep_due(now: datetime) -> int:
    """Job: count large surveys whose answers have become others, or that somebody wants to be counted again; how many were counted."""
    done = 0
    with only_reading():
        large = _large()
    for survey_id, sheets in large:
        try:
            with only_reading():
                questionnaire, names = _wanted(survey_id, sheets, now)
        except DefinitionMissing:
            continue
        for name in names:
            keep(survey_id, questionnaire, name, now)
            done += 1
    return done


def _wanted(survey_id: UUID, sheets: int, now: datetime) -> tuple[Questionnaire, list[str]]:
    """What is to be counted of a survey: its questionnaire and the dimensions by which it is divided."""
    survey = db.session.get_one(Survey, survey_id)
    rows = {row.slice: row for row in db.session.scalars(select(SurveyResult).where(SurveyResult.survey_id == survey_id))}
    known = [each for each in rows if each]
    first = rows.get("")
    if first is None or first.sheets != sheets:
        known = list(queries_results.outline(queries_results.of_surveys([survey_id])).dimensions)
    return definitions.of_revision(survey.revision), [name for name in ("", *known) if _due(rows.get(name), sheets, now)]


def _large() -> list[tuple[UUID, int]]:
    rows = db.session.execute(
        select(Sheet.survey_id, func.count()).where(Sheet.survey_id.is_not(None), Sheet.state.in_(SHOWN)).group_by(Sheet.survey_id)
        .having(func.count() > MOST_LIVE)
    )
    return [(survey_id, number) for survey_id, number in rows if survey_id is not None]


def _due(row: SurveyResult | None, sheets: int, now: datetime) -> bool:
    if row is None or row.computed_at is None or row.wanted_at > row.computed_at:
        return True
    return row.sheets != sheets and row.computed_at <= now - REST


def keep(survey_id: UUID, questionnaire: Questionnaire, by: str, now: datetime) -> None:
    """Count a survey and keep the numbers. Three statements. It commits, and lets others write while it counts."""
    with only_reading():
        found = count(queries_results.of_surveys([survey_id]), questionnaire, by, now)
    content: dict[str, Any] = {
        "sizes": dict(found.sizes),
        "tallies": {key: {value: tally.to_json() for value, tally in each.items()} for key, each in found.tallies.items()},
    }
    values = {"computed_at": now, "sheets": found.sheets, "content": content}
    statement = insert_for(SurveyResult).values(survey_id=survey_id, slice=by, wanted_at=now, **values)
    with unit_of_work():
        db.session.execute(statement.on_conflict_do_update(index_elements=["survey_id", "slice"], set_=values))


def tag_of(text: str) -> str:
    """A tag as it is kept: without space at its ends or twice in it; empty for nothing."""
    return " ".join(text.split())[:TAG_LENGTH].strip()


def add_tag(survey_id: UUID, field_id: str, spots: Sequence[tuple[UUID, str]], tag: str) -> int:
    """Put a tag on text answers, given by sheet and path; how many did not have it yet."""
    if not spots or not tag:
        return 0
    rows = [{"sheet_id": sheet_id, "path": path, "tag": tag, "survey_id": survey_id, "field_id": field_id} for sheet_id, path in spots]
    return int(db.session.execute(insert_for(AnswerTag).values(rows).on_conflict_do_nothing()).rowcount)  # type: ignore[attr-defined]


def remove_tag(survey_id: UUID, field_id: str, spots: Collection[tuple[UUID, str]], tag: str) -> int:
    """Take a tag off text answers; how many had it."""
    wanted = set(spots)
    rows = db.session.scalars(
        select(AnswerTag).where(AnswerTag.survey_id == survey_id, AnswerTag.field_id == field_id, AnswerTag.tag == tag)
    )
    gone = [row for row in rows if (row.sheet_id, row.path) in wanted]
    for row in gone:
        db.session.delete(row)
    return len(gone)
