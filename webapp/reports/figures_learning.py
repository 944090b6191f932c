"""What a report says of learning: tests before and after, and the surveys around the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.core.i18n import LANGUAGES
from webapp.core.suppression import LEAST, small
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import Choice, Field, MatrixField, MultipleField, ScaleField
from webapp.questionnaires import definitions, queries_results
from webapp.questionnaires.results import AMOUNTS, Item, Shape, Tally, items, numbers, spread
from webapp.reports.facts import Asked
from webapp.trainings import tests_results

Content = dict[str, Any]
# What tests and scales are rounded to: nobody reads more, and the frozen figures stay the same on every machine.
PLACES = 2


def tests(training_id: UUID) -> Content | None:
    """Results of those who took both tests, and how many took either; None where nobody took one. Two queries, three at most."""
    found = tests_results.results(training_id)
    if not found.before and not found.after:
        return None
    gain = found.gain
    return {
        "before": found.before, "after": found.after, "both": found.paired, "course": found.course_id,
        "gain": None if gain is None else {
            "before": _rounded(gain.before), "after": _rounded(gain.after), "gain": _rounded(gain.mean_gain),
            "normalized": _rounded(gain.normalized), "effect": _rounded(gain.effect),
            "low": _rounded(gain.interval.low) if gain.interval else None, "high": _rounded(gain.interval.high) if gain.interval else None,
        },
        "topics": [
            {
                "id": each.key, "label": _titled(each.titles, each.key), "n": each.n, "before": _rounded(each.before),
                "after": _rounded(each.after),
            }
            for each in found.topics
        ],
        "weakest": [_titled(each.titles, each.key) for each in found.weakest],
    }


def _titled(titles: Mapping[str, str], key: str) -> dict[str, str]:
    return dict(titles) or dict.fromkeys(LANGUAGES, key)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def surveys(asked: Sequence[Asked], now: datetime) -> Content:
    """Answers to the surveys of a training by their kind. One query, and one for definitions that were not read yet."""
    known = definitions.of_revisions([each.revision for each in asked]) if asked else {}
    told = [each for each in asked if each.revision in known and may_be_told(each, now)]
    counted = {item.key: item for each in told for item in items(known[each.revision]) if _shown(item)}
    tallies: Mapping[str, Mapping[str, Tally]] = {}
    if told:
        scope = queries_results.of_surveys([each.survey_id for each in told])
        tallies = queries_results.tallies(scope, list(counted.values()), queries_results.by_survey())
    found: Content = {}
    for each in asked:
        mine = {key: tally for key, divided in tallies.items() for survey_id, tally in divided.items() if UUID(survey_id) == each.survey_id}
        few = each.anonymous and small(each.answers)
        found[each.kind] = {
            "asked": each.asked, "answered": None if few else each.answers, "survey": str(each.survey_id),
            **(_answers(known[each.revision], mine) if each in told else {"scales": [], "grids": [], "choices": []}),
        }
    return found


def may_be_told(asked: Asked, now: datetime) -> bool:
    """Whether answers may be looked at: from five on, and of an anonymous survey once it has closed.

    Two looks at an anonymous one, before an answer and after it, would tell what was answered.
    """
    return asked.answers >= LEAST and now >= asked.opens_at and not (asked.anonymous and now < asked.closes_at)


def _shown(item: Item) -> bool:
    return not item.pooled and (item.shape in AMOUNTS | {Shape.POINTS, Shape.SEVERAL} or isinstance(item.field, MatrixField))


def _answers(questionnaire: Questionnaire, tallies: Mapping[str, Tally]) -> Content:
    scales, grids, choices = [], [], []
    for field in questionnaire.answerable:
        if isinstance(field, ScaleField):
            scales.append(_scale(field, tallies.get(field.id)))
        elif isinstance(field, MatrixField) and field.by_row and field.rows and field.columns:
            grids.append(_grid(field, tallies))
        elif isinstance(field, MultipleField):
            choices.append(_choice(field, tallies.get(field.id)))
    return {
        "scales": [each for each in scales if each], "grids": [each for each in grids if each],
        "choices": [each for each in choices if each],
    }


def _text(said: Field | Choice) -> dict[str, str]:
    texts = said.text if isinstance(said, Choice) else said.label
    return {tag: texts[tag] for tag in LANGUAGES if texts.get(tag)}


def _scale(field: ScaleField, tally: Tally | None) -> Content | None:
    found = spread(numbers(tally.counts)) if tally else None
    if tally is None or found is None:
        return None
    return {
        "id": field.id, "label": _text(field), "n": found.n, "mean": _rounded(float(found.mean)), "from": field.first, "to": field.last,
        "counts": {value: tally.counts.get(value, 0) for value in map(str, range(field.first, field.last + 1))},
    }


def _grid(field: MatrixField, tallies: Mapping[str, Tally]) -> Content | None:
    rows = []
    for row in field.rows:
        tally = tallies.get(f"{field.id}/{row.id}")
        if tally is not None and tally.answered:
            rows.append({"id": row.id, "label": _text(row), "counts": [tally.counts.get(column.id, 0) for column in field.columns]})
    return {"id": field.id, "label": _text(field), "columns": [_text(each) for each in field.columns], "rows": rows} if rows else None


def _choice(field: MultipleField, tally: Tally | None) -> Content | None:
    if tally is None or not tally.answered:
        return None
    options = [{"id": each.id, "label": _text(each), "count": tally.counts.get(each.id, 0)} for each in field.options]
    return {"id": field.id, "label": _text(field), "n": tally.answered, "options": [each for each in options if each["count"]]}
