"""What waits for somebody among the sheets: for the page of one's own learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from webapp.accounts.current import Viewer
from webapp.core import clock
from webapp.questionnaires import access, definitions, labels_surveys, queries_list, queries_surveys
from webapp.questionnaires.queries_list import Line


@dataclass(frozen=True)
class Asked:
    """A survey that somebody has not answered. `begun`: there is a draft."""

    id: UUID
    title: str
    closes_at: datetime
    begun: bool


@dataclass(frozen=True)
class Waiting:
    """Surveys to answer, sheets to go on with, and how many wait for feedback; None for those who give none."""

    surveys: Sequence[Asked]

    lines: Sequence[Line]
    to_read: int | None


def waiting(who: Viewer) -> Waiting:
    """Seven queries at most; two for who has no sheets and no role."""
    to_read = queries_list.to_review_count(access.guided_paths(who), who.person_id) if access.guide(who) else None
    return Waiting(_surveys(who.person_id), queries_list.waiting_for_me(who.person_id), to_read)


def _surveys(person_id: UUID) -> list[Asked]:
    """One query, two where a definition is read for the first time."""
    found = queries_surveys.waiting_for(person_id, clock.now())
    read = definitions.of_revisions({each.survey.revision for each in found}) if found else {}
    return [
        Asked(each.survey.id, labels_surveys.title_of(each.survey, read[each.survey.revision].title), each.survey.closes_at, each.begun)
        for each in found if each.survey.revision in read
    ]
