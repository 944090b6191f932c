"""What can be asked of places, typed, with its stored form as JSON. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rename(_Asked):
    """Other names for a place."""

    kind: Literal["rename"] = "rename"
    place_id: UUID
    names: dict[str, str]
    short_names: dict[str, str] = {}
    reading: str = ""


class Merge(_Asked):
    """Places that go up in another one; what lies below them goes there too."""

    kind: Literal["merge"] = "merge"
    place_ids: tuple[UUID, ...]
    into_id: UUID


class NewPlace(_Asked):
    """One part of a split place. Without a kind it is of the kind of the whole."""

    code: str
    names: dict[str, str]
    short_names: dict[str, str] = {}
    reading: str = ""
    kind_of_place: str = ""


class Split(_Asked):
    """A place that closes and whose parts are new places; one of them, by its number from 0, is the successor."""

    kind: Literal["split"] = "split"
    place_id: UUID
    parts: tuple[NewPlace, ...]
    heir: int = 0


class Move(_Asked):
    """Another parent (None: none), perhaps another code; everything below comes along."""

    kind: Literal["move"] = "move"
    place_id: UUID
    parent_id: UUID | None
    code: str = ""


class Close(_Asked):
    """A place that is no more and that nothing stands for."""

    kind: Literal["close"] = "close"
    place_id: UUID


Request = Rename | Merge | Split | Move | Close
_ADAPTER: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])


def to_json(request: Request) -> dict[str, Any]:
    """The stored form."""
    return request.model_dump(mode="json")


def from_json(stored: Mapping[str, Any]) -> Request:
    """From the stored form."""
    return _ADAPTER.validate_python(dict(stored))


def subjects(request: Request) -> tuple[UUID, ...]:
    """The places that the request changes or closes, in the order given."""
    return request.place_ids if isinstance(request, Merge) else (request.place_id,)


def target(request: Request) -> UUID | None:
    """The place that is there already and takes something in: the successor of a merge, the parent of a move."""
    if isinstance(request, Merge):
        return request.into_id
    return request.parent_id if isinstance(request, Move) else None
