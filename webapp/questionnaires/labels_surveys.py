"""Words of surveys: how answers are kept, where a survey stands, how people are grouped."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.core.i18n import lazy, localised
from webapp.questionnaires.models_surveys import Survey, SurveyMode
from webapp.questionnaires.rules_surveys import Phase

MODES = {
    SurveyMode.ANONYMOUS: lazy("Anonymous: nobody can find out who answered what"),
    SurveyMode.NAMED: lazy("With names: trainers and staff of the place see who answered what"),
}
MODES_SHORT = {SurveyMode.ANONYMOUS: lazy("Anonymous"), SurveyMode.NAMED: lazy("With names")}
PHASES = {Phase.PLANNED: lazy("Not open yet"), Phase.OPEN: lazy("Open for answers"), Phase.CLOSED: lazy("Closed for answers")}
MARKS = {Phase.PLANNED: "todo", Phase.OPEN: "now", Phase.CLOSED: "done"}
WORDS, PLACE, ORGANISATION = "words", "place", "organisation"
GROUPINGS = {WORDS: lazy("One name for all"), PLACE: lazy("By their place"), ORGANISATION: lazy("By their organisation")}


def title_of(survey: Survey, title: Mapping[str, str]) -> str:
    """The survey's own title, else that of its questionnaire in the reader's language."""
    return survey.title or localised(title)
