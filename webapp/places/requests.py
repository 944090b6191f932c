"""What can be asked of places, typed, with its stored form as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Any, ClassVar
from uuid import UUID

from webapp.core.frozen import dataclass


@dataclass(frozen=True, kw_only=True)
class Rename:
    """Other names for a place."""

    kind: ClassVar[str] = "rename"
    place_id: UUID
    names: dict[str, str]
    short_names: dict[str, str] = field(default_factory=dict)
    reading: str = ""


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Places that go up in another one; what lies below them goes there too."""

    kind: ClassVar[str] = "merge"
    place_ids: tuple[UUID, ...]
    into_id: UUID


@dataclass(frozen=True, kw_only=True)
class NewPlace:
    """One part of a split place. Without a kind it is of the kind of the whole."""

    code: str
    names: dict[str, str]
    short_names: dict[str, str] = field(default_factory=dict)
    reading: str = ""
    kind_of_place: str = ""


@dataclass(frozen=True, kw_only=True)
class Split:
    """A place that closes and whose parts are new places; one of them, by its number from 0, is the successor."""

    kind: ClassVar[str] = "split"
    place_id: UUID
    parts: tuple[NewPlace, ...]
    heir: int = 0


@dataclass(frozen=True, kw_only=True)
class Move:
    """Another parent (None: none), perhaps another code; everything below comes along."""

    kind: ClassVar[str] = "move"
    place_id: UUID
    parent_id: UUID | None
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Close:
    """A place that is no more and that nothing stands for."""

    kind: ClassVar[str] = "close"
    place_id: UUID


Request = Rename | Merge | Split | Move | Close
_KINDS: dict[str, type[Request]] = {each.kind: each for each in (Rename, Merge, Split, Move, Close)}


def to_json(request: Request) -> dict[str, Any]:
    """The stored form: its kind and its fields, ids as text."""
    fields = {name: _plain(value) for name, value in asdict(request).items()}
    return {"kind": request.kind, **fields}


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def from_json(stored: Mapping[str, Any]) -> Request:
    """From the stored form. Raises KeyError for an unknown kind, TypeError for fields that it does not have."""
    fields = dict(stored)
    kind = _KINDS[fields.pop("kind")]
    for name, value in fields.items():
        if name.endswith("_id") and value is not None:
            fields[name] = UUID(value)
    if "place_ids" in fields:
        fields["place_ids"] = tuple(map(UUID, fields["place_ids"]))
    if "parts" in fields:
        fields["parts"] = tuple(NewPlace(**part) for part in fields["parts"])
    return kind(**fields)


def subjects(request: Request) -> tuple[UUID, ...]:
    """The places that the request changes or closes, in the order given."""
    return request.place_ids if isinstance(request, Merge) else (request.place_id,)


def target(request: Request) -> UUID | None:
    """The place that is there already and takes something in: the successor of a merge, the parent of a move."""
    if isinstance(request, Merge):
        return request.into_id
    return request.parent_id if isinstance(request, Move) else None
