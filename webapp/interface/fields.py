"""Types of fields: what they take is exactly what the document says, no spelling more."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from webapp.accounts.models import PositionLevel
from webapp.core.i18n import LANGUAGES

_UUID = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
MOST = 100
USUAL = 50


def _uuid(value: Any) -> Any:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not re.fullmatch(_UUID, value):
        raise PydanticCustomError("uuid_parsing", "no identifier")
    return UUID(value)


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not re.fullmatch(_MOMENT, value):
        raise PydanticCustomError("datetime_parsing", "no moment")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError("datetime_parsing", "no moment") from error


def _day(value: Any) -> Any:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise PydanticCustomError("date_parsing", "no day")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("date_parsing", "no day") from error


def _number(value: Any) -> Any:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not re.fullmatch("[0-9]{1,9}", value):
        raise PydanticCustomError("int_type", "no number")
    return int(value)


def _printed(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


Id = Annotated[UUID, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid", "pattern": _UUID})]
Moment = Annotated[
    datetime, BeforeValidator(_moment), PlainSerializer(_printed, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "RFC 3339; answers are in UTC, to the second."}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Limit = Annotated[int, BeforeValidator(_number), Field(ge=1, le=MOST)]
Slug = Annotated[str, StringConstraints(pattern="^[a-z0-9-]{1,60}$")]
Code = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z.-]{1,20}$")]
CountryCode = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
YesNo = Literal["true", "false"]
Language = Literal[LANGUAGES]  # type: ignore[valid-type]  # the languages are data of the core
Level = Literal["staff", "junior", "middle", "senior", "leading"]
Cursor = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{22}$"), Field(description="`next` of the page before.")]

LEVELS: dict[str, PositionLevel] = {level.name.lower(): level for level in PositionLevel}
LEVEL_WORDS: dict[int, Level] = {level.value: level.name.lower() for level in PositionLevel}  # type: ignore[misc]  # a test compares the two


class Sent(BaseModel):
    """Something that a program sends: nothing but what is listed, and each in its own type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """Something that is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PageQuery(Sent):
    """Parameters of every list."""

    limit: Limit = Field(default=USUAL, description="Items on a page.")
    cursor: Cursor | None = None
