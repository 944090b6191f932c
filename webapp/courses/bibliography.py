"""Sources that lessons cite by id: the shipped bibliography, and a course's own `sources.yaml`, which wins.

A *source* is a primary document. What a lesson shows of it is in the lesson's language; the revision of a lesson covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.problems import Findings, shown
from webapp.courses.revisions import Text
from webapp.courses.yaml_text import Document

if TYPE_CHECKING:
    from webapp.courses.schemas import SourceEntry
    from webapp.courses.schemas_reference import BibliographyEntry

# The models are made where a file is read: a start reads none, and making them takes a while.


@dataclass(frozen=True)
class Source:
    """A primary document, its texts by language; `symbol` has one text for all languages or one for each."""

    id: str
    title: Text
    publisher: Text
    year: int | None = None
    symbol: Text = field(default_factory=Text)
    address: str = ""

    def in_language(self, tag: str) -> SourceEntry:
        """What a lesson in this language shows, as if it were written in the lesson itself."""
        from webapp.courses.schemas import SourceEntry  # noqa: PLC0415  see above

        return SourceEntry(
            id=self.id, title=_said(self.title, tag), publisher=_said(self.publisher, tag), year=self.year,
            symbol=_said(self.symbol, tag) or None, address=self.address or None,
        )


def _said(text: Text, tag: str) -> str:
    return text.get(tag) or next(iter(text.values()), "")


def read_sources(document: Document, languages: tuple[str, ...], findings: Findings) -> dict[str, Source]:
    """The sources of a file by id; what is wrong is noted and left out."""
    from webapp.courses.schema_errors import check  # noqa: PLC0415  see above
    from webapp.courses.schemas_reference import BibliographyEntry, BibliographyFile  # noqa: PLC0415

    listed = check(BibliographyFile, document, findings)
    found: dict[str, Source] = {}
    for index, raw in enumerate(listed.sources if listed else ()):
        entry = check(BibliographyEntry, document, findings, at=("sources", index), value=raw, languages=languages)
        if entry is None:
            continue
        if entry.id in found:
            findings.add(document.file, document.line(("sources", index, "id")), _("The id “%(id)s” comes twice.", id=entry.id))
        found[entry.id] = _source(entry, languages)
    return found


def _source(entry: BibliographyEntry, languages: tuple[str, ...]) -> Source:
    symbol = entry.symbol if isinstance(entry.symbol, dict) else dict.fromkeys(languages, entry.symbol or "")
    return Source(
        entry.id, Text(entry.title), Text(entry.publisher), entry.year,
        Text({tag: text for tag, text in symbol.items() if text}), entry.address or "",
    )


def resolve(
    listed: Iterable[Any], document: Document, known: Mapping[str, Source], language: str, findings: Findings,
) -> list[SourceEntry]:
    """The `sources` of a lesson's front matter, ids looked up; what is wrong is noted with its line and left out."""
    from webapp.courses.schema_errors import check  # noqa: PLC0415  see above
    from webapp.courses.schemas import SourceEntry  # noqa: PLC0415

    found: list[SourceEntry] = []
    for index, raw in enumerate(listed):
        at = ("sources", index)
        if isinstance(raw, str):
            if raw in known:
                found.append(known[raw].in_language(language))
            else:
                findings.add(document.file, document.line(at), _unknown(raw, known))
        else:
            entry = check(SourceEntry, document, findings, at=at, value=raw)
            if entry is not None:
                found.append(entry)
    return found


def _unknown(wanted: str, known: Mapping[str, Source]) -> str:
    near = get_close_matches(wanted, known, 1)
    if near:
        return _("There is no source “%(id)s”. Did you mean “%(near)s”?", id=shown(wanted), near=near[0])
    return _(
        "There is no source “%(id)s”. Expected an id of the bibliography or of the course's own sources.yaml.", id=shown(wanted),
    )


def to_file(sources: Iterable[Source], languages: Iterable[str]) -> bytes:
    """A `sources.yaml` in these languages; the same sources give the same bytes."""
    import yaml  # noqa: PLC0415  a start reads courses as they were kept, and no YAML

    listed = [_plain(source, tuple(languages)) for source in sorted(sources, key=lambda source: source.id)]
    return yaml.safe_dump({"sources": listed}, allow_unicode=True, sort_keys=False, width=1000).encode()


def _plain(source: Source, languages: tuple[str, ...]) -> dict[str, Any]:
    symbols = {tag: source.symbol[tag] for tag in languages if tag in source.symbol}
    same = len(set(symbols.values())) == 1
    entry: dict[str, Any] = {
        "id": source.id, "title": {tag: _said(source.title, tag) for tag in languages},
        "symbol": next(iter(symbols.values())) if same else symbols,
        "publisher": {tag: _said(source.publisher, tag) for tag in languages}, "year": source.year, "address": source.address,
    }
    return {key: value for key, value in entry.items() if value}
