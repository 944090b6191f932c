"""A sheet in front of somebody: what they may do with it, and everything its page needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort

from webapp.accounts.current import Viewer, viewer
from webapp.core import clock
from webapp.core.frozen import dataclass
from webapp.core.i18n import current_language
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import FieldType
from webapp.courses.questionnaire.paths import field_of
from webapp.courses.questionnaire.values import is_other
from webapp.questionnaires import access, definitions, homes, queries, queries_page, rules
from webapp.questionnaires.models import MemberRole, Sheet
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.presenting import SheetPage, clashes_of
from webapp.questionnaires.queries import Stored
from webapp.questionnaires.queries_page import Names, Opened
from webapp.questionnaires.rules_surveys import Phase, SurveyIsNotOpen, phase_of


@dataclass(frozen=True)
class Desk:
    """A sheet that somebody may read, with the definition it is read by."""

    opened: Opened
    questionnaire: Questionnaire
    who: Viewer
    now: datetime
    home: homes.Home | None = None

    @property
    def sheet(self) -> Sheet:
        """The sheet."""
        return self.opened.sheet

    @property
    def role(self) -> MemberRole | None:
        """The part this person has in it."""
        return self.opened.role

    @property
    def survey(self) -> Survey | None:
        """The survey that the sheet answers."""
        return self.opened.survey

    @property
    def writes(self) -> bool:
        """Whether this person may change values now."""
        return self.role in rules.WRITERS and self.sheet.state in rules.WRITTEN and not self._too_late

    @property
    def _too_late(self) -> bool:
        return self.survey is not None and phase_of(self.survey.opens_at, self.survey.closes_at, self.now) is Phase.CLOSED

    @property
    def comments(self) -> bool:
        """Whether this person may say something: of an answer to a survey nobody does."""
        return self.survey is None

    @property
    def url(self) -> str:
        """Address of the sheet."""
        return f"/sheets/{self.sheet.id}/"

    def section_or_404(self, section_id: str) -> Section:
        """A section of the definition."""
        return self.questionnaire.section(section_id) or abort(404)

    def must_write(self) -> None:
        """Raise `NotYourPart`, `SheetIsClosed` or `SurveyIsNotOpen` unless this person may change values now."""
        rules.may_write(self.role, self.sheet.state)
        if self._too_late:
            raise SurveyIsNotOpen(Phase.CLOSED)


def desk_or_404(sheet_id: UUID) -> Desk:
    """A sheet for the person who asks; to others it does not exist. One query beyond the viewer's, one more for who is no member.

    A sheet that may be part of something asks for that as well.
    """
    who, now = viewer(), clock.now()
    found = queries_page.opened(sheet_id, who.person_id, now) if who else None
    if found is None or who is None or found.sheet.anonymous:
        abort(404)
    if found.role is None and not access.sees_shown(who, found.sheet.state, found.place):
        abort(404)
    return Desk(found, definitions.of_sheet(found.sheet, found.published), who, now, homes.home_of(found.sheet))


def worksheet_or_404(sheet_id: UUID) -> Desk:
    """The same for what answers to surveys do not have: people, comments, states, history."""
    desk = desk_or_404(sheet_id)
    return desk if desk.survey is None else abort(404)


def page_of(
    desk: Desk, section: Section, *, typed: Mapping[str, Any] | None = None, refused: Mapping[str, str] | None = None,
) -> SheetPage:
    """Everything a section shows. At most five queries beyond the desk's, whatever the number of fields."""
    sheet, questionnaire = desk.sheet, desk.questionnaire
    stored = queries.stored(sheet.id)
    lines = queries.conflicts(sheet.id) if desk.writes else []
    names = names_of(desk, stored, {each.id for each in section.fields}, lines)
    people = {each.person_id: each.name for each in desk.opened.members}
    if any(line.person_id and line.person_id not in people for line in lines):
        people |= queries_page.writers(sheet.id)
    return SheetPage(
        sheet=sheet, questionnaire=questionnaire, section=section, stored=stored, names=names,
        answers=Answers(questionnaire, stored.values), writes=desk.writes,
        comments=desk.comments, role=desk.role, members=desk.opened.members, talks=queries_page.talks(sheet.id),
        clashes=clashes_of(questionnaire, lines, stored, names, people), typed=typed or {}, refused=refused or {},
    )


def names_of(desk: Desk, stored: Stored, fields: Collection[str], lines: Collection[queries.ConflictLine] = ()) -> Names:
    """What the ids in some fields are called. Two queries at most, none where no field holds ids."""
    asked = {each.id: each.type for each in desk.questionnaire.fields if each.id in fields}
    values = [(field_of(path), value) for path, value in stored.values.items() if field_of(path) in asked]
    values += [(field_of(line.path), line.mine) for line in lines if field_of(line.path) in asked]
    organisations = {
        str(value) for field_id, value in values if asked[field_id] is FieldType.ORGANISATION and value and not is_other(value)
    }
    places = {str(value) for field_id, value in values if asked[field_id] is FieldType.PLACE and value}
    files = any(value for field_id, value in values if asked[field_id] is FieldType.FILE)
    if not (organisations or places or files):
        return Names({}, {}, {})
    return queries_page.names(desk.sheet.id, organisations=organisations, files=files, at=places, language=current_language())
