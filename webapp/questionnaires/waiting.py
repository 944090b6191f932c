"""What waits for somebody among the sheets: for the page of one's own learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webapp.accounts.current import Viewer
from webapp.questionnaires import access, queries_list
from webapp.questionnaires.queries_list import Line


@dataclass(frozen=True)
class Waiting:
    """Sheets to go on with, and how many wait for feedback; None for those who give none."""

    lines: Sequence[Line]
    to_read: int | None


def waiting(who: Viewer) -> Waiting:
    """Five queries at most; one for who has no sheets and no role."""
    to_read = queries_list.to_review_count(access.guided_paths(who), who.person_id) if access.guide(who) else None
    return Waiting(queries_list.waiting_for_me(who.person_id), to_read)
