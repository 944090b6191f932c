"""Shape of the files in `courses/reference/`: the bibliography and the glossary."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints

from webapp.courses.schemas import Id, Line, Localised, Strict

Address = Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s<>\"]+$")]
Year = Annotated[int, Field(ge=1, le=2200)]
# Other words for a term; a language may have none.
Names = Annotated[dict[str, Annotated[list[Line], Field(max_length=12)]], Field(max_length=8)]


class BibliographyFile(Strict):
    """`sources.yaml`; each source is checked by itself, so that one bad source does not hide the others."""

    sources: Annotated[list[Any], Field(max_length=2000)]


class BibliographyEntry(Strict):
    """A primary document that lessons cite by its id."""

    id: Id
    title: Localised
    symbol: Line | Localised | None = None
    publisher: Localised
    year: Year | None = None
    address: Address | None = None


class GlossaryFile(Strict):
    """`glossary.yaml`; each term is checked by itself."""

    terms: Annotated[list[Any], Field(max_length=2000)]


class GlossaryEntry(Strict):
    """A term in every language, other words for it, and what it means."""

    id: Id
    term: Localised
    also: Names = Field(default_factory=dict)
    definition: Localised
