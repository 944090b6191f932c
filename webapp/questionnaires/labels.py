"""States, parts and kinds in words, each state with its mark."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from webapp.core.i18n import lazy, localised
from webapp.courses.questionnaire.content import Kind, Questionnaire
from webapp.courses.questionnaire.fields import Field
from webapp.courses.texts import inline_html
from webapp.questionnaires.models import MemberRole, SheetState

STATES = {
    SheetState.DRAFT: lazy("Draft"), SheetState.SHARED: lazy("Handed in"), SheetState.RETURNED: lazy("Returned"),
    SheetState.DONE: lazy("Accepted"),
}
MARKS = {SheetState.DRAFT: "now", SheetState.SHARED: "wait", SheetState.RETURNED: "late", SheetState.DONE: "done"}
# What somebody did who brought a sheet into the state.
MOVES = {
    SheetState.DRAFT: lazy("Taken back"), SheetState.SHARED: lazy("Handed in"), SheetState.RETURNED: lazy("Returned"),
    SheetState.DONE: lazy("Accepted"),
}
PARTS = {MemberRole.OWNER: lazy("Owner"), MemberRole.EDITOR: lazy("Writes"), MemberRole.COMMENTER: lazy("Comments")}
KINDS = {Kind.WORKSHEET: lazy("Worksheet"), Kind.SURVEY: lazy("Survey"), Kind.DOCUMENT: lazy("Document")}


def plain_label(field: Field) -> str:
    """The label of a field in the reader's language, without marks."""
    return plain_text(field.label) or field.id


def plain_text(text: Mapping[str, str]) -> str:
    """A text with marks in the reader's language, without them."""
    return Markup(inline_html(localised(text))).striptags()  # noqa: S704  sanitised where it is rendered


def title_words(questionnaire: Questionnaire) -> str:
    """The title of a questionnaire in the reader's language."""
    return localised(questionnaire.title)
