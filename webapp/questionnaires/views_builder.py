"""The builder: drafts of questionnaires begun, looked at, changed, and read from a file."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.core import clock, idempotency
from webapp.core.access import allow
from webapp.core.database import db
from webapp.core.i18n import LANGUAGES, _, current_language
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.courses.files import FILE_LIMIT, decode
from webapp.courses.problems import BadQuestionnaire, Findings, Problem
from webapp.courses.questionnaire.reading import read_text
from webapp.courses.schemas import ID_PATTERN
from webapp.questionnaires import access, blank, drafting, forms_builder, labels, library, queries_builder, services_builder
from webapp.questionnaires.models import QuestionnaireDraft
from webapp.questionnaires.rules_builder import DraftChanged, DraftExists
from webapp.questionnaires.services_builder import NOW
from webapp.questionnaires.views import me

bp = Blueprint("builder", __name__, template_folder="templates")
HOME = "/questionnaires/"
ONE = HOME + "<questionnaire_id>/"
STEPS = {"up": -1, "down": 1}


@bp.get(HOME + "new")
@allow(access.author)
def new() -> str:
    """Begin a questionnaire or read one from a file; drafts that wait. One query."""
    return _new()


def _new(problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "questionnaires/builder_new.html", drafts=queries_builder.drafts(), problems=problems, typed=request.form, labels=labels,
        key=new_id(), read=drafting.read,
    )


@bp.post(HOME + "new")
@allow(access.author)
def begin() -> Any:
    """An empty draft, or one read from a file; of a bad file every problem, and nothing is kept."""
    who, now, file = me(), clock.now(), request.files.get("file")
    named = (file.filename or "").rpartition(".")[0] if file else ""
    questionnaire_id = request.form.get("id", "").strip() or named
    try:
        content = _from_file(questionnaire_id, file) if file and file.filename else _from_form(questionnaire_id)
        with unit_of_work():
            key = request.form.get("key", "")
            if not key or idempotency.claim(person_id=who.person_id, key=key, now=now) is None:
                services_builder.begin(content=content, person_id=who.person_id, now=now)
    except BadQuestionnaire as bad:
        return _new(bad.problems), HTTPStatus.UNPROCESSABLE_ENTITY
    except DraftExists as error:
        return _new((Problem(questionnaire_id, 0, str(error)),)), HTTPStatus.CONFLICT
    return redirect(address(f"{HOME}{questionnaire_id}/edit"), 303)


def _from_form(questionnaire_id: str) -> dict[str, Any]:
    if not re.fullmatch(ID_PATTERN, questionnaire_id) or len(questionnaire_id) > drafting.ID_LENGTH or questionnaire_id == "new":
        raise BadQuestionnaire((Problem("", 0, _("Lower-case letters, digits and single hyphens, at most 60.")),))
    languages = [tag for tag in LANGUAGES if tag in request.form.getlist("languages")] or list(LANGUAGES)
    titles = {tag: text for tag in languages if (text := request.form.get(f"title.{tag}", "").strip()[:200])}
    kind = next((each for each in labels.KINDS if each.value == request.form.get("kind")), next(iter(labels.KINDS)))
    return drafting.blank(questionnaire_id, languages, kind.value, titles)


def _from_file(questionnaire_id: str, file: Any) -> dict[str, Any]:
    findings, name = Findings(), f"{questionnaire_id[:60]}.yaml"
    text = decode(name, file.read(FILE_LIMIT + 1), findings)
    if text is None:
        raise BadQuestionnaire(findings.sorted())
    return read_text(text, questionnaire_id, name).to_content()


def draft_or_404(questionnaire_id: str) -> QuestionnaireDraft:
    """The draft. One query."""
    return db.session.get(QuestionnaireDraft, questionnaire_id, populate_existing=True) or abort(404)


def seen() -> int:
    """Which version of the draft the writer of this form saw."""
    return request.form.get("version", 0, type=int)


@bp.get(ONE + "edit")
@allow(access.author)
def edit(questionnaire_id: str) -> Any:
    """Outline and preview of the draft; without one, an offer to begin it from what is in force. At most four queries."""
    draft = db.session.get(QuestionnaireDraft, questionnaire_id)
    if draft is None:
        volume, course = library.volume(questionnaire_id), _course_with(questionnaire_id)
        if volume is None and course is None:
            abort(404)
        return render_template("questionnaires/builder_start.html", volume=volume, course=course, questionnaire_id=questionnaire_id)
    one = drafting.read(draft.content[NOW])
    wanted = request.args.get("show", "both")
    tags = [tag for tag in one.languages if wanted in ("both", tag)] or list(one.languages)
    return render_template(
        "questionnaires/builder.html", draft=draft, one=one, troubles=drafting.troubles(draft.content[NOW]), shown=wanted,
        forms=[blank.preview(one, tag) for tag in tags], types=forms_builder.TYPES, columns=forms_builder.COLUMN_WORDS, labels=labels,
        undoable=services_builder.BEFORE in draft.content,
    )


def _course_with(questionnaire_id: str) -> Any:
    return next((course for course in catalogue().courses if questionnaire_id in course.exercises), None)


@bp.post(ONE + "edit")
@allow(access.author)
def change(questionnaire_id: str) -> Any:
    """What the pressed button says: begin, add, duplicate, move, remove, undo, throw away."""
    act, who, now = request.form.get("act", ""), me(), clock.now()
    if act == "begin":
        volume = library.volume(questionnaire_id) or abort(404)
        with unit_of_work():
            services_builder.begin(content=volume.questionnaire.to_content(), person_id=who.person_id, now=now, instead=True)
        return redirect(address(f"{HOME}{questionnaire_id}/edit"), 303)
    try:
        with unit_of_work():
            key = _act(draft_or_404(questionnaire_id), act)
    except DraftChanged as error:
        flash(str(error), "warn")
        return redirect(address(f"{HOME}{questionnaire_id}/edit"), 303)
    if act == "discard":
        return redirect(address(f"{HOME}new"), 303)
    if key and act in ("add", "section", "duplicate"):
        return redirect(address(f"{HOME}{questionnaire_id}/part", key=key), 303)
    return redirect(address(f"{HOME}{questionnaire_id}/edit") + "#outline", 303)


def _act(draft: QuestionnaireDraft, act: str) -> str | None:
    key, kind, now, person_id = request.form.get("part", ""), request.form.get("type", ""), clock.now(), me().person_id
    if act == "undo":
        services_builder.undo(draft=draft, version=seen(), person_id=person_id, now=now)
        return None
    if act == "discard":
        services_builder.discard(draft=draft, version=seen())
        return None
    if act == "add" and kind not in (forms_builder.KEYS if key.startswith(":") else forms_builder.COLUMN_WORDS):
        abort(400)
    acts: dict[str, Any] = {
        "section": drafting.add_section, "add": lambda content: drafting.add_field(content, key, kind),
        "duplicate": lambda content: drafting.duplicate(content, key), "remove": lambda content: drafting.remove(content, key),
        **{name: lambda content, step=step: drafting.move(content, key, step) for name, step in STEPS.items()},
    }
    made: str | None = services_builder.save(
        draft=draft, version=seen(), change=acts.get(act) or abort(400), person_id=person_id, now=now, undoable=act == "remove",
    )
    return made


@bp.get(ONE + "part")
@allow(access.author)
def part(questionnaire_id: str) -> str:
    """The form of one section, field or column, or of the whole. One query."""
    draft, key = draft_or_404(questionnaire_id), request.args.get("key", "")
    entry = _entry(draft, key)
    return _form(draft, key, entry, forms_builder.values(key, entry, tuple(draft.content[NOW]["languages"])))


def _entry(draft: QuestionnaireDraft, key: str) -> dict[str, Any]:
    content = draft.content[NOW]
    found: dict[str, Any] = drafting.find(content, key).entry if key else content
    return found


def _form(
    draft: QuestionnaireDraft, key: str, entry: dict[str, Any], values: dict[str, str], errors: dict[str, str] | None = None,
    clash: str = "",
) -> str:
    said: dict[str, str] = {}
    for each in drafting.troubles(draft.content[NOW]):
        if each.part == key and each.key not in ("fields", "sections"):
            said[each.key] = f"{said[each.key]} {each.sentence}" if each.key in said else each.sentence
    return render_template(
        "questionnaires/builder_part.html", draft=draft, key=key, entry=entry, values=values, errors=errors or {}, said=said, clash=clash,
        keys=forms_builder.keys_of(key, entry), f=forms_builder, languages=draft.content[NOW]["languages"], headline=drafting.headline(key),
        language=current_language(),
    )


@bp.post(ONE + "part")
@allow(access.author)
def save_part(questionnaire_id: str) -> Any:
    """Save a part; what was typed stays on the page where it cannot be saved."""
    draft, key, who = draft_or_404(questionnaire_id), request.args.get("key", ""), me()
    content, entry = draft.content[NOW], _entry(draft, key)
    typed = forms_builder.read_form(key, entry, request.form, tuple(content["languages"]), drafting.taken(content, key) if key else set())
    if typed.errors:
        return _form(draft, key, entry, request.form.to_dict(), typed.errors), HTTPStatus.UNPROCESSABLE_ENTITY

    def put(inside: dict[str, Any]) -> None:
        target = drafting.find(inside, key).entry if key else inside
        target.clear()
        target.update(typed.entry)

    try:
        with unit_of_work():
            services_builder.save(draft=draft, version=seen(), change=put, person_id=who.person_id, now=clock.now())
    except DraftChanged as error:
        return _form(draft_or_404(questionnaire_id), key, entry, request.form.to_dict(), clash=str(error)), HTTPStatus.CONFLICT
    flash(_("Saved."), "ok")
    return redirect(address(f"{HOME}{questionnaire_id}/edit") + f"#{'part' if not key else key.lstrip(':')}", 303)
