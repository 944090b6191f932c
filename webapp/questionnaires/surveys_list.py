"""The list of surveys that somebody looks after."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from webapp.accounts.current import Viewer
from webapp.accounts.finding import in_tree_of, in_trees, is_one_of
from webapp.core import clock
from webapp.core.database import db
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, lazy, localised
from webapp.core.listing import Column, Filter, Listing
from webapp.core.ui.templating import address
from webapp.courses.questionnaire.content import Kind
from webapp.places import queries as places
from webapp.questionnaires import access, definitions, labels_surveys, library
from webapp.questionnaires.models_surveys import Survey, SurveyMode, SurveyPerson
from webapp.questionnaires.rules_surveys import Phase, phase_of


@dataclass(frozen=True)
class SurveyRow:
    """A survey as the list shows it. `asked`: how many are asked by name."""

    id: UUID
    title: str
    questionnaire: str
    place: str
    mode: SurveyMode
    phase: Phase
    opens_at: datetime
    closes_at: datetime
    asked: int


def load(keys: Sequence[UUID]) -> list[SurveyRow]:
    """Rows of the list by id, in the order of the ids. Three queries."""
    now = clock.now()
    count = select(func.count()).where(SurveyPerson.survey_id == Survey.id).correlate(Survey).scalar_subquery()
    found = {row.id: (row, asked) for row, asked in db.session.execute(select(Survey, count).where(Survey.id.in_(keys)))}
    names = places.full_names({row.place_id for row, _asked in found.values() if row.place_id})
    read = definitions.of_revisions({row.revision for row, _asked in found.values()})
    return [_row(*found[key], names, {each: localised(one.title) for each, one in read.items()}, now) for key in keys]


def _row(survey: Survey, asked: int, names: dict[UUID, str], titles: dict[str, str], now: datetime) -> SurveyRow:
    called = titles.get(survey.revision, survey.questionnaire_id)
    return SurveyRow(
        survey.id, survey.title or called, called, names.get(survey.place_id, "") if survey.place_id else _("All places"), survey.mode,
        phase_of(survey.opens_at, survey.closes_at, now), survey.opens_at, survey.closes_at, asked,
    )


def _state(value: str) -> ColumnElement[bool]:
    now = clock.now()
    conditions: dict[str, ColumnElement[bool]] = {
        Phase.PLANNED: (Survey.opens_at > now) & (Survey.closes_at > now), Phase.OPEN: (Survey.opens_at <= now) & (Survey.closes_at > now),
        Phase.CLOSED: Survey.closes_at <= now,
    }
    return conditions[is_one_of(value, list(conditions))]


def questionnaires() -> list[tuple[str, str]]:
    """Questionnaires that can be put to people: id and title, by title. One query, two at the first reading of a published one."""
    return [
        (each.questionnaire.id, localised(each.questionnaire.title))
        for each in library.found(library.volumes().values(), kind=Kind.SURVEY)
    ]


FILTERS = (
    Filter("state", lazy("State"), _state, lambda: [(phase.value, str(text)) for phase, text in labels_surveys.PHASES.items()]),
    Filter("questionnaire", lazy("Questionnaire"), lambda value: Survey.questionnaire_id == value, questionnaires),
    Filter(
        "place", lazy("Place"), lambda value: in_tree_of(Survey.place_id, value),
        named=lambda value: places.full_names([UUID(value)]).get(UUID(value), value),
    ),
)
COLUMNS: tuple[Column[SurveyRow], ...] = (
    Column("title", lazy("Survey"), lambda row: row.title, sort=Survey.title, link=lambda row: address(f"/surveys/{row.id}/")),
    Column("questionnaire", lazy("Questionnaire"), lambda row: row.questionnaire),
    Column("place", lazy("Place"), lambda row: row.place),
    Column("state", lazy("State"), lambda row: str(labels_surveys.PHASES[row.phase]), state=lambda row: labels_surveys.MARKS[row.phase]),
    Column("mode", lazy("Are answers kept with names?"), lambda row: str(labels_surveys.MODES_SHORT[row.mode]), sort=Survey.mode),
    Column("opens", lazy("Opens"), lambda row: row.opens_at, sort=Survey.opens_at),
    Column("closes", lazy("Closes"), lambda row: row.closes_at, sort=Survey.closes_at, indexed=True),
    Column("asked", lazy("People asked"), lambda row: row.asked),
    Column("id", lazy("Identifier"), lambda row: str(row.id), on_screen=False),
)


def _found(text: str) -> ColumnElement[bool] | None:
    words = text.split()
    if not words:
        return None
    shipped = [key for key, title in questionnaires() if all(word.casefold() in title.casefold() for word in words)]
    own = and_(*[Survey.title.icontains(word, autoescape=True) for word in words])
    return or_(own, (Survey.title == "") & Survey.questionnaire_id.in_(shipped))


def surveys_list(viewer: Viewer) -> Listing[SurveyRow]:
    """Surveys of the places that somebody looks after, and their own. A page costs two queries and three of `load`."""
    source = select(Survey.id)
    scope = in_trees(Survey.place_id, access.guided_paths(viewer))
    if scope is not None:
        source = source.where(or_(scope, Survey.created_by_id == viewer.person_id))
    return Listing(
        name="surveys", title=_("Surveys"), source=source, key=Survey.id, load=load, columns=COLUMNS, filters=FILTERS, search=_found,
        sort="closes", descending=True,
    )
