"""The file with everything held about a person: JSON for machines, a page in each language for people."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import render_template

from webapp.core.i18n import LANGUAGES, speaking
from webapp.core.signals import OwnDataAsked, OwnTable, own_data

# Every date in a ZIP needs a year from 1980 on; a fixed one makes equal files equal.
STAMP = (2000, 1, 1, 0, 0, 0)


def collected(*, person_id: UUID, sign_in_id: UUID | None, emails: tuple[str, ...]) -> list[OwnTable]:
    """Every room's answer, in the language in force. A fixed number of queries."""
    answers = own_data.collect(OwnDataAsked(person_id, sign_in_id, emails))
    return [table for tables in answers for table in tables]


def archive(*, person_id: UUID, sign_in_id: UUID | None, emails: tuple[str, ...], now: datetime) -> bytes:
    """The ZIP: `data/<part>.json`, `index.zh-Hans.html`, `index.en.html`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for number, tag in enumerate(LANGUAGES):
            with speaking(tag):
                tables = collected(person_id=person_id, sign_in_id=sign_in_id, emails=emails)
                page = render_template("portal/own_data.html", tables=tables, now=now, language=tag, shown=shown)
                _add(file, f"index.{tag}.html", page)
            if number == 0:
                for table in tables:
                    _add(file, f"data/{table.key}.json", as_json(table, now))
    return buffer.getvalue()


def as_json(table: OwnTable, now: datetime) -> str:
    """One part: when it was made, of which tables, the rows by key."""
    content = {"part": table.key, "made_at": now, "tables": list(table.covers), "rows": list(table.rows)}
    return json.dumps(content, ensure_ascii=False, indent=2, default=_text) + "\n"


def shown(value: Any) -> str:
    """A value as the page prints it where it is neither a moment nor a day."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=_text)
    return str(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _add(file: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, STAMP)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    file.writestr(entry, text.encode())

