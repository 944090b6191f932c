"""Writes a questionnaire as the file that an author would: reading it again gives the same revision."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FieldType

WIDTH = 140
NUMBERS = ("min", "max")


class _Dumper(yaml.SafeDumper):
    """Short mappings in one line, as people write them."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


class _Flow(dict[str, Any]):
    """A mapping that stands in one line."""


_Dumper.add_representer(_Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True))


def to_file(questionnaire: Questionnaire) -> str:
    """The YAML text; the id is the file's name and not in it."""
    content = {key: value for key, value in questionnaire.to_content().items() if key != "id"}
    content["sections"] = [
        {**_texts(section), "fields": [_field(field) for field in section["fields"]]} for section in content["sections"]
    ]
    return yaml.dump(_texts(content), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=False)


def _texts(value: Any) -> Any:
    """Localised texts and short lists in one line each."""
    if isinstance(value, dict):
        flat = all(isinstance(each, (str, int, bool)) and "\n" not in str(each) for each in value.values())
        made = {key: _texts(each) for key, each in value.items()}
        return _Flow(made) if flat else made
    if isinstance(value, list):
        return [_texts(each) for each in value]
    return value


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def _field(field: dict[str, Any]) -> Any:
    kind = field["type"]
    made = dict(field)
    for key in NUMBERS:
        if isinstance(made.get(key), str):
            made[key] = date.fromisoformat(made[key]) if kind == FieldType.DATE else _number(made[key])
    if kind == FieldType.TABLE:
        made["columns"] = [_field(column) for column in field["columns"]]
    return _texts(made)
