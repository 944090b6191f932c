"""Which definition a sheet is read and written by."""

from __future__ import annotations

from collections.abc import Collection
from threading import Lock

from flask import current_app

from webapp.courses import queries as courses
from webapp.courses.catalogue import catalogue
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.shipped import surveys
from webapp.questionnaires.models import Sheet
from webapp.questionnaires.rules import WRITTEN

MOST_KEPT = 200
_LOCK = Lock()


class DefinitionMissing(LookupError):
    """No stored content has the revision a sheet was written under."""


def of_revision(revision: str) -> Questionnaire:
    """A stored questionnaire. One query the first time a process asks for it. Raises `DefinitionMissing`."""
    found = of_revisions([revision]).get(revision)
    if found is None:
        raise DefinitionMissing(revision)
    return found


def of_revisions(revisions: Collection[str]) -> dict[str, Questionnaire]:
    """Stored questionnaires by revision. One query for those that this process has not read yet."""
    kept: dict[str, Questionnaire] = current_app.extensions.setdefault("questionnaire_revisions", {})
    missing = {each for each in revisions if each not in kept}
    if missing:
        fresh = courses.questionnaire_revisions(missing)
        with _LOCK:
            if len(kept) + len(fresh) > MOST_KEPT:
                kept.clear()
            kept.update(fresh)
        return {each: found for each in revisions if (found := fresh.get(each) or kept.get(each))}
    return {each: kept[each] for each in revisions}


def of_sheet(sheet: Sheet, published: str | None = None) -> Questionnaire:
    """The definition a sheet is filled in by: the one of now while it is being written, else the one it was written under.

    A survey keeps the definition it was opened with, so that its answers can be counted together. `published` is the revision
    that was published instead of the shipped file. Raises `DefinitionMissing`.
    """
    if sheet.state not in WRITTEN or sheet.survey_id is not None:
        return of_revision(sheet.revision)
    if sheet.course_id is not None:
        course = catalogue().course(sheet.course_id)
        exercise = course.exercises.get(sheet.step_id or "") if course else None
        return exercise.questionnaire if exercise else of_revision(sheet.revision)
    if published is not None:
        return of_revision(published)
    return surveys().get(sheet.questionnaire_id) or of_revision(sheet.revision)
