"""Answers to fields that are no longer asked: kept, and shown as such."""

from __future__ import annotations

from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.paths import SpotKind, locate
from webapp.questionnaires import definitions, queries_page, wording
from webapp.questionnaires.desk import Desk
from webapp.questionnaires.queries import Stored


@dataclass(frozen=True)
class Former:
    """An answer under the label it had."""

    label: str
    words: str


def removed_answers(desk: Desk, stored: Stored) -> list[Former]:
    """Stored answers that the definition no longer asks for, in the words of the one they were written under.

    No query where there are none, else two.
    """
    paths = [path for path in stored.values if locate(desk.questionnaire, path) is None]
    if not paths:
        return []
    revisions = queries_page.revisions_of(desk.sheet.id, paths)
    known = definitions.of_revisions(set(revisions.values()))
    found = []
    for path in paths:
        before = known.get(revisions.get(path, ""))
        spot = locate(before, path) if before else None
        if spot is not None and spot.kind is not SpotKind.ROW:
            found.append(Former(spot.label(), wording.words(spot.asks, stored.values[path])))
        elif spot is None and not isinstance(stored.values[path], dict):
            found.append(Former(path, str(stored.values[path])))
    return found
