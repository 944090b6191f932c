"""Words inside lessons, in the lesson's language; kept in `labels.yaml`, so that a further language is more keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

FALLBACK = "en"


@lru_cache(maxsize=1)
def _all() -> Mapping[str, Mapping[str, str]]:
    import yaml  # noqa: PLC0415  a start reads courses as they were kept, and no YAML

    loaded: dict[str, dict[str, str]] = yaml.safe_load(Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8"))
    return loaded


def label(language: str, key: str, **values: object) -> str:
    """A word or phrase in a lesson's language, with its values put in."""
    words = _all()
    return words.get(language, words[FALLBACK])[key] % values


def languages() -> tuple[str, ...]:
    """Languages that lessons may be written in."""
    return tuple(_all())
