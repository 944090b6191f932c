"""What the page's script needs of a questionnaire: rules and trees, no more; labels in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webapp.core.i18n import localised
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.expressions import as_json
from webapp.courses.questionnaire.fields import (
    ALWAYS,
    CalculatedField,
    Field,
    FieldType,
    MatrixField,
    MultipleField,
    NumberField,
    RankingField,
    ScaleField,
    SingleField,
    TableField,
)
from webapp.courses.questionnaire.logic import COLUMN, FIELD, SECTION, Logic, Node, logic_of
from webapp.courses.questionnaire.paths import split_from
from webapp.courses.questionnaire.sentences import templates
from webapp.courses.revisions import content_of
from webapp.goals.reference import reference

# Numbers and texts that the script reads as they are.
_PLAIN = ("limit", "min", "max", "decimals", "other", "top", "goals", "count", "accept", "max_mb")


def spec_for_page(questionnaire: Questionnaire) -> dict[str, Any]:
    """Sections with their fields and rules, the sentences, and the targets if any field asks for them; plain JSON."""
    logic = logic_of(questionnaire)
    sections = []
    for section in questionnaire.sections:
        tree = logic.when.get((SECTION, section.id))
        fields = [_field(each, (FIELD, each.id), logic) for each in section.fields if each.answerable or isinstance(each, CalculatedField)]
        sections.append({"id": section.id, **({"when": as_json(tree)} if tree else {}), "fields": fields})
    found: dict[str, Any] = {"sections": sections, "says": templates()}
    if any(_asks_targets(each) for each in questionnaire.fields):
        found["targets"] = list(reference().targets)
    return found


def _asks_targets(field: Field) -> bool:
    columns = field.columns if isinstance(field, TableField) else ()
    return any(each.type is FieldType.TARGETS for each in (field, *columns))


def _field(field: Field, node: Node, logic: Logic) -> dict[str, Any]:
    found: dict[str, Any] = {"id": field.id, "type": field.type.value, "label": localised(field.label) or field.id}
    if field.required == ALWAYS:
        found["required"] = True
    for key, trees in (("required", logic.required), ("when", logic.when), ("value", logic.values)):
        if node in trees:
            found[key] = as_json(trees[node])
    return {**found, **_rules(field), **_parts(field, node, logic)}


def _rules(field: Field) -> dict[str, Any]:
    if isinstance(field, (MatrixField, TableField)):
        return {}
    found = {name: content_of(getattr(field, name, None)) for name in _PLAIN}
    if isinstance(field, NumberField):
        found["units"] = sorted(set(field.unit.values()))
    if isinstance(field, (SingleField, MultipleField)):
        found["options"] = [option.id for option in field.options]
        found["alone"] = getattr(field, "alone", "") or None
    if isinstance(field, RankingField):
        found["items"] = [item.id for item in field.items]
    if isinstance(field, ScaleField):
        found |= {"first": field.first, "last": field.last}
    return {name: value for name, value in found.items() if value is not None and value is not False and value != []}


def _parts(field: Field, node: Node, logic: Logic) -> Mapping[str, Any]:
    if isinstance(field, TableField):
        columns = [_field(each, (COLUMN, f"{node[1]}.{each.id}"), logic) for each in field.columns]
        return {"columns": columns, "rows": {"min": field.rows.min, "max": field.rows.max}}
    if isinstance(field, MatrixField):
        asks = field.cell_field
        return {
            "by_row": field.by_row, "cell": {"id": asks.id, "type": asks.type.value, **_rules(asks)},
            "rows": list(split_from(field.rows_from)) if field.rows_from else None, "lines": [each.id for each in field.rows],
            "columns": list(split_from(field.columns_from)) if field.columns_from else None, "across": [each.id for each in field.columns],
        }
    return {}
