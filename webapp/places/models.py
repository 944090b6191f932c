"""Tables of countries, places and their dated states."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.database import Model
from webapp.core.i18n import localised
from webapp.core.ids import new_id
from webapp.places.rules import BEGINNING, Scheme

STILL_OPEN = text("closed_on IS NULL")
STILL_VALID = text("valid_until IS NULL")
# Paths are compared by bytes: a range is then a prefix, and both databases use the index for it.
PathText = String(200).with_variant(String(200, collation="C"), "postgresql")


class Country(Model):
    """A country with the levels and kinds that its places have."""

    __tablename__ = "countries"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    names: Mapped[dict[str, str]]
    levels: Mapped[list[Any]]
    # Hash of the shipped data that were loaded last; null where only people imported.
    data_version: Mapped[str | None] = mapped_column(String(64))

    @property
    def scheme(self) -> Scheme:
        """The levels and kinds, typed."""
        return Scheme.from_json(self.levels)

    def name(self, language: str | None = None) -> str:
        """The country's name in the given or the reader's language."""
        return localised(self.names, language)


class Place(Model):
    """A node of the administrative tree as it is now, or as it was when it closed."""

    __tablename__ = "places"
    __table_args__ = (
        Index("uq_places_open_code", "country", "code", unique=True, sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN),
        CheckConstraint("closed_on IS NULL OR opened_on IS NULL OR closed_on > opened_on", name="dates"),
        CheckConstraint("successor_id IS NULL OR closed_on IS NOT NULL", name="successor"),
        CheckConstraint("successor_id <> id AND parent_id <> id", name="not_itself"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    country: Mapped[str] = mapped_column(ForeignKey("countries.code"))
    code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    # `CN/330000/330500/330521/`: country and codes from the top down, each with a slash.
    path: Mapped[str] = mapped_column(PathText, index=True)
    names: Mapped[dict[str, str]]
    short_names: Mapped[dict[str, str]]
    # Romanised syllables of the first name, for people who type by sound; empty if unknown.
    reading: Mapped[str] = mapped_column(String(300), default="")
    search: Mapped[str] = mapped_column(Text, default="")
    opened_on: Mapped[date | None]
    # The first day on which it no longer was.
    closed_on: Mapped[date | None]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    # The place that was split and of which this one is a part.
    origin_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)

    def name(self, language: str | None = None) -> str:
        """The full name in the given or the reader's language: 湖州市, Huzhou City."""
        return localised(self.names, language)

    def short_name(self, language: str | None = None) -> str:
        """The usual short form (湖州, Huzhou), or the full name where there is none."""
        return localised({**self.names, **self.short_names}, language)

    def contains(self, other: Place) -> bool:
        """Whether the other place is this one or lies below it."""
        return other.path.startswith(self.path)


class PlaceSpell(Model):
    """What a place was from one day until before another. The spells of a place follow each other without overlap."""

    __tablename__ = "place_spells"
    __table_args__ = (
        Index("uq_place_spells_open", "place_id", unique=True, sqlite_where=STILL_VALID, postgresql_where=STILL_VALID),
        Index(
            "uq_place_spells_open_code", "country", "code", unique=True,
            sqlite_where=STILL_VALID, postgresql_where=STILL_VALID,
        ),
        Index("uq_place_spells_place_from", "place_id", "valid_from", unique=True),
        Index("uq_place_spells_code_from", "country", "code", "valid_from", unique=True),
        Index("ix_place_spells_path", "path"),
        CheckConstraint("valid_until IS NULL OR valid_until > valid_from", name="dates"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"))
    country: Mapped[str] = mapped_column(String(2))
    code: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"))
    path: Mapped[str] = mapped_column(PathText)
    names: Mapped[dict[str, str]]
    short_names: Mapped[dict[str, str]]
    valid_from: Mapped[date] = mapped_column(default=BEGINNING)
    valid_until: Mapped[date | None]

    def name(self, language: str | None = None) -> str:
        """The full name it had, in the given or the reader's language."""
        return localised(self.names, language)
