"""What the page's script and the server say to each other, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.ui.templating import moment_text
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FieldType
from webapp.courses.questionnaire.paths import PATH, field_of
from webapp.questionnaires import wording
from webapp.questionnaires.ledger import Done, Wanted
from webapp.questionnaires.models import PATH_LENGTH, SheetCell
from webapp.questionnaires.presenting import Clash
from webapp.questionnaires.queries import MemberLine
from webapp.questionnaires.queries_page import Names, Talk

LARGEST = 2**31 - 1
# Values of these are ids: the page needs words for them.
NAMED = frozenset({FieldType.PLACE, FieldType.ORGANISATION, FieldType.FILE})


class NotUnderstood(ValueError):
    """The request is none that the page sends."""


@dataclass(frozen=True)
class Asked:
    """What the page sends: the version it has seen, where its reader is, the section that is open, and changes."""

    since: int
    at: str | None
    section: str | None
    changes: tuple[Wanted, ...]


def read(body: Any) -> Asked:
    """A request of the page. Raises `NotUnderstood`."""
    if not isinstance(body, Mapping):
        raise NotUnderstood
    changes = body.get("changes", [])
    if not isinstance(changes, list):
        raise NotUnderstood
    at, section = body.get("at"), body.get("section")
    return Asked(
        _count(body.get("since", 0)), at if isinstance(at, str) and PATH.fullmatch(at) and len(at) <= PATH_LENGTH else None,
        section if isinstance(section, str) else None, tuple(change(each) for each in changes),
    )


def change(body: Any) -> Wanted:
    """One change. Raises `NotUnderstood`."""
    if not isinstance(body, Mapping) or not isinstance(body.get("path"), str) or len(body["path"]) > PATH_LENGTH:
        raise NotUnderstood
    try:
        change_id = UUID(str(body.get("id")))
    except ValueError as error:
        raise NotUnderstood from error
    return Wanted(change_id, body["path"], _count(body.get("base", 0)), body.get("value"), _moment(body.get("device_at")))


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST:
        raise NotUnderstood
    return value


def _moment(value: Any) -> datetime | None:
    """The device's own time, as far as it can be believed to be one."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if found is None or not 2000 < found.year < 2200:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def results(done: Sequence[Done]) -> list[dict[str, Any]]:
    """What became of each change."""
    return [
        {
            "id": str(each.id), "outcome": each.outcome.value if each.outcome else "refused", "version": each.version, "value": each.value,
            **({"message": each.message} if each.outcome is None else {}),
        }
        for each in done
    ]


def changes(cells: Sequence[SheetCell], people: Mapping[UUID, str], questionnaire: Questionnaire, names: Names) -> list[dict[str, Any]]:
    """Cells that others, or this page, changed; with words where values are ids."""
    found = []
    for cell in cells:
        line = {
            "path": cell.path, "value": cell.value, "version": cell.version,
            "person": people.get(cell.person_id, "") if cell.person_id else "",
        }
        asked = questionnaire.field(field_of(cell.path))
        if asked is not None and asked.type in NAMED:
            line["words"] = wording.words(asked, cell.value, names)
        found.append(line)
    return found


def present(members: Sequence[MemberLine], person_id: UUID) -> list[dict[str, str]]:
    """Who else is there, and where."""
    return [{"person": each.name, "path": each.at_path or ""} for each in members if each.present and each.person_id != person_id]


def conflicts(clashes: Sequence[Clash]) -> list[dict[str, Any]]:
    """Open conflicts with both sides in words."""
    return [
        {
            "change": str(each.change_id), "path": each.path, "at": each.shown_at, "label": each.label, "mine": each.mine,
            "mine_words": each.mine_words, "theirs_words": each.theirs_words, "person": each.name, "when": moment_text(each.at),
            "text": each.text, "row": each.row,
        }
        for each in clashes
    ]


def talk(talks: Mapping[str, Talk]) -> dict[str, list[int]]:
    """By field: how much is said, and how many threads are open."""
    found: dict[str, list[int]] = {}
    for path, each in talks.items():
        line = found.setdefault(field_of(path), [0, 0])
        line[0], line[1] = line[0] + each.said, line[1] + each.open
    return found
