"""The whole of a questionnaire on one page, for answers that are kept nowhere before they are sent: anonymous, by link, from paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any
from uuid import UUID, uuid4

from flask import request
from werkzeug.datastructures import MultiDict

from webapp.core import clock
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, current_language
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import OrganisationField, PlaceField, RankingField, TableField
from webapp.courses.questionnaire.paths import locate, row_path, rows_in
from webapp.questionnaires import order_keys, page_post, queries_page, section_form, services_page, wording
from webapp.questionnaires.models import Sheet, SheetState
from webapp.questionnaires.models_surveys import Survey
from webapp.questionnaires.pasting import CannotPaste
from webapp.questionnaires.presenting import SheetPage, new_row_id
from webapp.questionnaires.queries import Stored
from webapp.questionnaires.queries_page import Names
from webapp.questionnaires.section_form import Reading

MOST_VALUES = 5000


@dataclass
class Typed:
    """What a form of the page says. `values`: what can be kept; `refused`: sentences by path; `at`: a button other than the sending one."""

    reading: Reading
    values: dict[str, Any]
    at: str = ""
    pickers: Any = None
    searches: bool = False
    pasted: dict[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> dict[str, str]:
        """Sentences by path."""
        return self.reading.refused


def read(questionnaire: Questionnaire, form: MultiDict[str, str], *, place_id: UUID | None) -> Typed:
    """Everything that was typed. Tables first, since a matrix may take its lines from them. Some queries a place or organisation."""
    reading = Reading()
    for answers in (Answers(questionnaire, {}), None):
        now = answers or Answers(questionnaire, _present(reading.wanted))
        for section in questionnaire.sections:
            found = section_form.read(form, section, now, clear=form.get("_clear", ""))
            reading.wanted |= found.wanted
            reading.typed |= found.typed
            reading.refused |= found.refused
    typed = Typed(reading, {}, at=form.get("_clear", ""))
    for section in questionnaire.sections:
        _organisations(section, form, reading, place_id)
        _ranking(section, form, reading, typed)
        _rows(section, form, reading, typed)
        _places(section, reading, typed)
    typed.values = _present(reading.wanted)
    return typed


def _present(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in wanted.items() if value is not None}


def _organisations(section: Section, form: MultiDict[str, str], reading: Reading, place_id: UUID | None) -> None:
    for each in section.fields:
        if isinstance(each, OrganisationField) and form.get(each.id, "").strip():
            known = queries_page.organisations_called(form[each.id], place_id)
            section_form.take(reading, each, section_form.organisation_raw(form, each, "", None, known))


def _ranking(section: Section, form: MultiDict[str, str], reading: Reading, typed: Typed) -> None:
    path, _colon, rest = form.get("_rank", "").partition(":")
    item, _colon, act = rest.partition(":")
    asked = next((each for each in section.fields if each.id == path), None)
    if isinstance(asked, RankingField) and any(each.id == item for each in asked.items):
        reading.wanted[path] = section_form.ranked(list(reading.wanted.get(path) or []), item, act) or None
        typed.at = path


def _rows(section: Section, form: MultiDict[str, str], reading: Reading, typed: Typed) -> None:
    """`_row` as on a sheet: a row more, one less, one moved, some pasted. Rows of the form that are empty keep their place on the page."""
    path, _colon, act = form.get("_row", "").partition(":")
    table_id, _slash, row = path.partition("/")
    table = next((each for each in section.fields if each.id == table_id), None)
    if not isinstance(table, TableField):
        return
    typed.at = table.id
    for row_id, at in section_form.rows_in_form(form, table):
        reading.wanted.setdefault(row_path(table.id, row_id), {"at": at})
    values = _present(reading.wanted)
    stored = Stored(values, dict.fromkeys(values, 1), {})
    if act == "add":
        order = rows_in(values, table.id)
        last = values[row_path(table.id, order[-1])]["at"] if order else ""
        if len(order) < table.rows.max:
            reading.wanted[row_path(table.id, new_row_id())] = {"at": order_keys.after(last)}
        return
    text = form.get(f"_paste-{table.id}", "")
    try:
        changes = services_page.paste_changes(table, stored, text, base=0) if act == "paste" \
            else services_page.row_changes(table, stored, act, row, 0)
    except CannotPaste as bad:
        reading.refused[table.id], reading.typed[f"_paste-{table.id}"] = str(bad), text
        return
    for each in changes:
        reading.wanted[each.path] = each.value
        if each.value is None:
            for other in [other for other in reading.wanted if other.startswith(f"{each.path}/")]:
                del reading.wanted[other]


def _places(section: Section, reading: Reading, typed: Typed) -> None:
    pickers = page_post.picker_form(section, Stored({}, {}, {}), posted=True)
    if pickers is None:
        return
    pickers.validate()
    typed.pickers = _joined(typed.pickers, pickers)
    for each in section.fields:
        if isinstance(each, PlaceField):
            found = pickers[f"{page_post.PLACE}{each.id}"]
            typed.searches = typed.searches or found.redisplays
            reading.wanted[each.id] = None if found.redisplays or found.errors or not found.data else str(found.data)


def fresh_pickers(questionnaire: Questionnaire) -> Any:
    """Pickers of places on a page that is opened, or None. No query before they are shown."""
    found = None
    for section in questionnaire.sections:
        found = _joined(found, page_post.picker_form(section, Stored({}, {}, {}), posted=False))
    return found


def _joined(one: Any, other: Any) -> Any:
    """Pickers of several sections by their names."""
    return {**(one or {}), **{each.name: each for each in other}} if other is not None else one


def kept(questionnaire: Questionnaire, values: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of what was typed: nothing at fields that the answers hide, no empty rows."""
    answers = Answers(questionnaire, values)
    found = {}
    for path, value in values.items():
        spot = locate(questionnaire, path)
        if spot is None or not answers.visible(spot.field.id) or not answers.section_visible(questionnaire.section_of(spot.field.id).id):
            continue
        if isinstance(spot.asks, TableField) and not any(other.startswith(f"{path}/") for other in values):
            continue
        found[path] = value
    return found


def lacks(questionnaire: Questionnaire, values: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the way of sending: sentences by path."""
    answers = Answers(questionnaire, values)
    return {each.path: each.sentence for each in (*answers.missing(), *answers.troubles())}


def pages(
    survey: Survey, questionnaire: Questionnaire, typed: Typed | None = None, refused: Mapping[str, str] | None = None,
) -> list[SheetPage]:
    """The sections as pages of a sheet that nobody has, in their order. Two queries at most, where ids are to be named."""
    values = typed.values if typed else {}
    now = clock.now()
    sheet = Sheet(
        id=uuid4(), questionnaire_id=questionnaire.id, revision=questionnaire.revision, language=current_language(), version=0, changes=0,
        state=SheetState.DRAFT, anonymous=True, created_at=now, changed_at=now,
    )
    stored = Stored(values, dict.fromkeys(values, 1), {})
    answers, names = Answers(questionnaire, values), names_of(questionnaire, values, survey)
    return [
        SheetPage(
            sheet=sheet, questionnaire=questionnaire, section=section, stored=stored, answers=answers, names=names, writes=True,
            comments=False, role=None, typed=typed.reading.typed if typed else {}, refused=refused or {},
        )
        for section in questionnaire.sections
    ]


def names_of(questionnaire: Questionnaire, values: Mapping[str, Any], survey: Survey) -> Names:
    """What the ids among the values are called. Two queries at most."""
    organisations, places = set(), set()
    for each in questionnaire.fields:
        value = values.get(each.id)
        if isinstance(each, OrganisationField) and value and section_form.uuid_of(value):
            organisations.add(str(value))
        elif isinstance(each, PlaceField) and value:
            places.add(str(value))
    if not organisations and not places:
        return Names({}, {}, {})
    return queries_page.names(survey.id, organisations=organisations, files=False, at=places, language=current_language())


def in_words(questionnaire: Questionnaire, values: Mapping[str, Any], names: Names) -> list[tuple[str, str]]:
    """What was typed, field by field, in words: for a page that takes nothing any more but loses nothing."""
    found = []
    for path, value in values.items():
        spot = locate(questionnaire, path)
        if spot is not None and not (isinstance(value, dict) and "at" in value):
            said = wording.words(spot.asks, value, names)
            if said:
                found.append((spot.label(), said))
    return found


def language_of(questionnaire: Questionnaire) -> str:
    """The language in which somebody answers: the reader's, if the questionnaire has it."""
    here = current_language()
    return here if here in questionnaire.languages else next((each for each in LANGUAGES if each in questionnaire.languages), here)


def ticket_of(form: Mapping[str, str]) -> str:
    """The page's ticket, or a new one where it has none that can be one."""
    given = form.get("_ticket", "")
    return given if given.isascii() and given.isalnum() and len(given) == TICKET_LENGTH else new_ticket()


TICKET_LENGTH = 32


def new_ticket() -> str:
    """128 random bits that say nothing."""
    return uuid4().hex


def pressed_send() -> bool:
    """Whether the form was sent to be kept, not to add a row or look for a place."""
    return request.form.get("_send") == "1"
