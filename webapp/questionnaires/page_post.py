"""A section sent as a plain form: everything in it is kept, then the pressed button does its work."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict

from webapp.core.errors import DomainError
from webapp.core.forms import Form
from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.content import Section
from webapp.courses.questionnaire.fields import FieldType, FileField, OrganisationField, PlaceField, RankingField, TableField
from webapp.places.forms import PlaceField as PlacePicker
from webapp.places.forms import WithPlace
from webapp.questionnaires import queries, queries_page, section_form, services_page, wording
from webapp.questionnaires.desk import Desk, names_of
from webapp.questionnaires.ledger import Wanted
from webapp.questionnaires.models import Outcome, Sheet
from webapp.questionnaires.pasting import CannotPaste
from webapp.questionnaires.queries import Stored
from webapp.questionnaires.section_form import Reading

PLACE = "_place-"


@dataclass
class Posted:
    """What came of the form. `at` is the field whose button was pressed; `searches`: a place is being looked for."""

    reading: Reading
    sentences: list[str] = field(default_factory=list)
    at: str = ""
    searches: bool = False
    pickers: Any = None


def picker_form(section: Section, stored: Stored, *, posted: bool) -> Any:
    """A form with one place picker a place field of the section, or None."""
    asked = [each for each in section.fields if isinstance(each, PlaceField)]
    if not asked:
        return None
    pickers = {f"place-{each.id}": PlacePicker() for each in asked}
    kind = type("Places", (WithPlace, Form), pickers)
    data = {f"place-{each.id}": section_form.uuid_of(stored.values.get(each.id)) for each in asked}
    return kind(request.form if posted else None, data=data, prefix="_", meta={"csrf": False})


def post_section(desk: Desk, section: Section) -> Posted:
    """Keep what the form says. Needs a unit of work. Raises as `services_page.lock`."""
    sheet = services_page.lock(desk.sheet.id, desk.role)
    stored = queries.stored(sheet.id)
    answers = Answers(desk.questionnaire, stored.values)
    form, base = request.form, _base(sheet)
    reading = section_form.read(form, section, answers, clear=form.get("_clear", ""))
    posted = Posted(reading, at=form.get("_clear", ""))
    _organisations(desk, section, stored, reading)
    _ranking(section, reading, posted)
    _places(section, stored, posted)
    _taken_files(section, stored, reading, posted)
    changes = _needed(sheet, reading.changes(stored, base, form.get("_key", "")), stored, base)
    done = services_page.write(sheet=sheet, questionnaire=desk.questionnaire, changes=changes, person_id=desk.who.person_id, now=desk.now)
    for each in done:
        if each.outcome is None:
            reading.refused[each.path], reading.typed[each.path] = each.message, reading.wanted[each.path]
        elif each.outcome is Outcome.CONFLICT:
            posted.at = (each.conflict_path or each.path).partition("/")[0]
    _row(desk, sheet, section, posted)
    _uploads(desk, sheet, section, posted)
    return posted


def _base(sheet: Sheet) -> int:
    """The version the page showed; a form without one has seen nothing newer than what is there."""
    text = request.form.get("_base", "")
    return min(int(text), sheet.version) if text.isascii() and text.isdigit() and len(text) < 10 else sheet.version


def _needed(sheet: Sheet, changes: list[Wanted], stored: Stored, base: int) -> list[Wanted]:
    """A form sends back everything it showed: what its writer left alone is no change, even where somebody else changed it since."""
    stale = [each.path for each in changes if stored.versions.get(each.path, 0) > base]
    before = queries_page.values_at(sheet.id, stale, base)
    return [each for each in changes if each.path not in stale or before.get(each.path) != each.value]


def _organisations(desk: Desk, section: Section, stored: Stored, reading: Reading) -> None:
    asked = [each for each in section.fields if isinstance(each, OrganisationField) and each.id in request.form]
    names = names_of(desk, stored, {each.id for each in asked}) if asked else None
    for each in asked:
        before = stored.values.get(each.id)
        shown = wording.words(each, before, names) if names and before else ""
        typed = request.form.get(each.id, "")
        known = queries_page.organisations_called(typed, desk.sheet.place_id) if typed.strip() != shown.strip() else []
        section_form.take(reading, each, section_form.organisation_raw(request.form, each, shown, before, known))


def _ranking(section: Section, reading: Reading, posted: Posted) -> None:
    """`_rank` is `path:item:act`."""
    path, _colon, rest = request.form.get("_rank", "").partition(":")
    item, _colon, act = rest.partition(":")
    asked = next((each for each in section.fields if each.id == path), None)
    if isinstance(asked, RankingField) and any(each.id == item for each in asked.items):
        reading.wanted[path] = section_form.ranked(list(reading.wanted.get(path) or []), item, act) or None
        posted.at = path


def _places(section: Section, stored: Stored, posted: Posted) -> None:
    pickers = picker_form(section, stored, posted=True)
    if pickers is None:
        return
    valid = pickers.validate()
    posted.pickers = pickers
    posted.searches = any(getattr(each, "redisplays", False) for each in pickers)
    for each in section.fields:
        if not isinstance(each, PlaceField) or not any(name.startswith(f"{PLACE}{each.id}") for name in request.form):
            continue
        found = pickers[f"place-{each.id}"]
        if (valid or not found.errors) and not found.redisplays and request.form.get("_clear") != each.id:
            posted.reading.wanted[each.id] = str(found.data) if found.data else stored.values.get(each.id)
        elif request.form.get("_clear") == each.id:
            posted.reading.wanted[each.id] = None


def _taken_files(section: Section, stored: Stored, reading: Reading, posted: Posted) -> None:
    """`_unfile` is `path:file`."""
    path, _colon, file_id = request.form.get("_unfile", "").partition(":")
    if file_id and any(each.id == path and each.type is FieldType.FILE for each in section.fields):
        reading.wanted[path] = [each for each in stored.values.get(path) or [] if each != file_id] or None
        posted.at = path


def _row(desk: Desk, sheet: Sheet, section: Section, posted: Posted) -> None:
    """`_row` is `table:add`, `table:paste`, or `table/row:up|down|remove|restore`."""
    path, _colon, act = request.form.get("_row", "").partition(":")
    table_id, _slash, row = path.partition("/")
    table = next((each for each in section.fields if each.id == table_id), None)
    if not isinstance(table, TableField):
        return
    posted.at, stored = table.id, queries.stored(sheet.id)
    try:
        if act == "paste":
            changes = services_page.paste_changes(table, stored, request.form.get(f"_paste-{table.id}", ""), base=sheet.version)
        else:
            changes = services_page.row_changes(table, stored, act, row, sheet.version)
    except CannotPaste as bad:
        posted.reading.refused[table.id], posted.reading.typed[f"_paste-{table.id}"] = str(bad), request.form.get(f"_paste-{table.id}", "")
        return
    done = services_page.write(sheet=sheet, questionnaire=desk.questionnaire, changes=changes, person_id=desk.who.person_id, now=desk.now)
    posted.sentences += [each.message for each in done if each.outcome is None][:1]


def _uploads(desk: Desk, sheet: Sheet, section: Section, posted: Posted) -> None:
    files: MultiDict[str, FileStorage] = request.files
    for asked in section.fields:
        if not isinstance(asked, FileField):
            continue
        for upload in files.getlist(f"_file-{asked.id}"):
            if not upload.filename:
                continue
            posted.at = asked.id
            try:
                services_page.put_file(
                    sheet=sheet, questionnaire=desk.questionnaire, asked=asked, content=upload.stream.read(), name=upload.filename,
                    person_id=desk.who.person_id, now=desk.now,
                )
            except DomainError as error:
                posted.reading.refused[asked.id] = str(error)
