"""Revisions: the hash of content, the same however the file orders its keys or comments them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any


class Text(Mapping[str, str]):
    """A text in several languages, by language tag; immutable and hashable."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = dict(texts or {})

    def __getitem__(self, tag: str) -> str:
        return self._texts[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return f"Text({self._texts!r})"


def content_of(value: Any) -> Any:  # noqa: PLR0911  one line a type
    """A value as plain JSON content: dataclasses by field, decimals as text without trailing zeros.

    Fields that say nothing (None, an empty text or list) are left out, so that a field added later does not
    change the revision of content that does not use it.
    """
    if is_dataclass(value) and not isinstance(value, type):
        named = {field.name: content_of(getattr(value, field.name)) for field in fields(value)}
        return {name: content for name, content in named.items() if content not in (None, "", [], {})}
    if isinstance(value, Mapping):
        return {str(key): content_of(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [content_of(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return plain(Decimal(str(value)))
    return value


def plain(number: Decimal) -> str:
    """A decimal as digits: 29.50 is `29.5`, 1E+2 is `100`."""
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def revision_of(kind: str, content: Any) -> str:
    """SHA-256 in hex of the canonical JSON of a kind and its content (sorted keys, no spaces, UTF-8)."""
    canonical = json.dumps([kind, content_of(content)], sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()
