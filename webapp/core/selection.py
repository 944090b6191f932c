"""What a bulk action is done to: rows that were ticked, or all that match, held from the dry run to the deed by a signed token."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.core.config import settings
from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.listing import COUNTED, Listing

TOKEN_LIFE_SECONDS = 3600
_IDS, _ALL = "id", "all"


class NothingChosen(DomainError):
    """No row was ticked."""

    status = HTTPStatus.BAD_REQUEST
    leads_back = True

    def __init__(self) -> None:
        super().__init__(_("Choose at least one row of the list first."))


class TooManyChosen(DomainError):
    """More rows than one action may change."""

    def __init__(self) -> None:
        super().__init__(_("At most %(most)s rows can be changed at once. Filter the list first.", most=f"{COUNTED:,}"))


class SelectionChanged(DomainError):
    """Between the preview and the confirmation the list became another, or the preview is too old."""

    def __init__(self) -> None:
        super().__init__(_("The list has changed since the preview. Nothing was done; please look at the preview again."))


@dataclass(frozen=True)
class Selection:
    """Keys that the viewer may change, in the order of age; `token` brings exactly these back."""

    keys: list[UUID]
    token: str


def choose(listing: Listing[Any], form: Any, *, actor_id: UUID, action: str) -> Selection:
    """What a form of the list chose: `id` (many), or `all` with the list's query. What is not in the list drops out.

    `form` is a MultiDict. Raises `NothingChosen`, `TooManyChosen`, `BadQuery`. One query.
    """
    if form.get(_ALL):
        query = listing.asked(form).query()
        keys = listing.keys(listing.asked(query), COUNTED)
        content: dict[str, Any] = {"query": query}
    else:
        keys = listing.keys_among(_uuids(form.getlist(_IDS)))
        content = {"ids": [str(key) for key in keys]}
    if not keys:
        raise NothingChosen
    if len(keys) > COUNTED:
        raise TooManyChosen
    return Selection(keys, _signer(listing, actor_id, action).dumps({**content, "digest": _digest(keys)}))


def reopen(listing: Listing[Any], token: str, *, actor_id: UUID, action: str) -> Selection:
    """The selection of a token, if the list still gives the same rows to the same person. Raises `SelectionChanged`. One query."""
    try:
        content: Mapping[str, Any] = _signer(listing, actor_id, action).loads(token, max_age=TOKEN_LIFE_SECONDS)
    except BadData as error:
        raise SelectionChanged from error
    wanted = content.get("query")
    keys = listing.keys_among(_uuids(content["ids"])) if wanted is None else listing.keys(listing.asked(wanted), COUNTED)
    if _digest(keys) != content["digest"]:
        raise SelectionChanged
    return Selection(keys, token)


def _signer(listing: Listing[Any], actor_id: UUID, action: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings().signing_keys, salt=f"selection/{listing.name}/{action}/{actor_id}")


def _digest(keys: Iterable[UUID]) -> str:
    return hashlib.sha256("".join(str(key) for key in keys).encode()).hexdigest()[:32]


def _uuids(texts: Sequence[str]) -> list[UUID]:
    found = []
    for text in texts[: COUNTED + 1]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
