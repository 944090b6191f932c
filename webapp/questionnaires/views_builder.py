"""The builder: drafts of questionnaires begun, looked at, changed, and read from a file."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.accounts.current import me
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
from webapp.courses.tags import ID_PATTERN
from webapp.questionnaires import access, blank, drafting, forms_builder, labels, library, queries_builder, services_builder
from webapp.questionnaires.models import QuestionnaireDraft
from webapp.questionnaires.rules_builder import DraftChanged, DraftExists
from webapp.questionnaires.services_builder import NOW

bp = Blueprint("builder", __name__, template_folder="templates")
HOME = "/questionnaires/"
ONE = HOME + "<questionnaire_id>/"
RESULT_LIMIT = 200
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
            if sent_before() is None:
                services_builder.begin(content=content, person_id=who.person_id, now=now)
    except BadQuestionnaire as bad:
        return _new(bad.problems), HTTPStatus.UNPROCESSABLE_ENTITY
    except DraftExists as error:
        return _new((Problem(questionnaire_id, 0, str(error)),)), HTTPStatus.CONFLICT
    return redirect(address(f"{HOME}{questionnaire_id}/edit"), 303)


def sent_before() -> str | None:
    """None for the first click of a form, else where its first click led (may be empty). Inside a unit of work."""
    key = request.form.get("key", "")
    return idempotency.claim(person_id=me().person_id, key=key, now=clock.now()) if key else None


def remember(url: str) -> str:
    """Keep where this form led, for its second click."""
    if key := request.form.get("key", ""):
        idempotency.settle(person_id=me().person_id, key=key, result=url if len(url) <= RESULT_LIMIT else "")
    return url


def _good_id(questionnaire_id: str) -> str:
    if not re.fullmatch(ID_PATTERN, questionnaire_id) or len(questionnaire_id) > drafting.ID_LENGTH or questionnaire_id == "new":
        raise BadQuestionnaire((Problem("", 0, _("Lower-case letters, digits and single hyphens, at most 60.")),))
    return questionnaire_id


def _from_form(questionnaire_id: str) -> dict[str, Any]:
    _good_id(questionnaire_id)
    languages = [tag for tag in LANGUAGES if tag in request.form.getlist("languages")] or list(LANGUAGES)
    titles = {tag: text for tag in languages if (text := request.form.get(f"title.{tag}", "").strip()[:200])}
    kind = next((each for each in labels.KINDS if each.value == request.form.get("kind")), next(iter(labels.KINDS)))
    return drafting.blank(questionnaire_id, languages, kind.value, titles)


def _from_file(questionnaire_id: str, file: Any) -> dict[str, Any]:
    # What reads files takes long to load, which no start should wait for.
    from webapp.courses.questionnaire.reading import read_text  # noqa: PLC0415

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
        return _start(questionnaire_id)
    one = drafting.read(draft.content[NOW])
    wanted = request.args.get("show", "both")
    tags = [tag for tag in one.languages if wanted in ("both", tag)] or list(one.languages)
    return render_template(
        "questionnaires/builder.html", draft=draft, one=one, troubles=drafting.troubles(draft.content[NOW]), shown=wanted,
        forms=[blank.preview(one, tag) for tag in tags], types=forms_builder.TYPES, columns=forms_builder.COLUMN_WORDS, labels=labels,
        undoable=services_builder.BEFORE in draft.content, fresh=new_id, in_words=forms_builder.in_words,
    )


def _start(questionnaire_id: str, error: str = "") -> str:
    volume, course = library.volume(questionnaire_id), _course_with(questionnaire_id)
    if volume is None and course is None:
        abort(404)
    return render_template(
        "questionnaires/builder_start.html", volume=volume, course=course, questionnaire_id=questionnaire_id, error=error,
        typed=request.form, fresh=new_id,
    )


def _begin_from(questionnaire_id: str) -> Any:
    """A draft of what is in force, or, with a new id, of a copy of it; an exercise can only be copied."""
    who, volume, course = me(), library.volume(questionnaire_id), _course_with(questionnaire_id)
    wanted = request.form.get("id", "").strip()
    if volume is None and (course is None or request.form.get("act") != "copy"):
        abort(404)
    one = volume.questionnaire if volume else course.exercises[questionnaire_id].questionnaire
    try:
        copied = request.form.get("act") == "copy"
        content = {**one.to_content(), "id": _good_id(wanted)} if copied else one.to_content()
        with unit_of_work():
            if sent_before() is None:
                services_builder.begin(content=content, person_id=who.person_id, now=clock.now(), instead=not copied)
    except BadQuestionnaire as bad:
        return _start(questionnaire_id, bad.problems[0].message), HTTPStatus.UNPROCESSABLE_ENTITY
    except DraftExists as taken:
        return _start(questionnaire_id, str(taken)), HTTPStatus.CONFLICT
    return redirect(address(f"{HOME}{content['id']}/edit"), 303)


def _course_with(questionnaire_id: str) -> Any:
    return next((course for course in catalogue().courses if questionnaire_id in course.exercises), None)


@bp.post(ONE + "edit")
@allow(access.author)
def change(questionnaire_id: str) -> Any:
    """What the pressed button says: begin, add, duplicate, move, remove, undo, throw away."""
    act, home = request.form.get("act", ""), f"{HOME}{questionnaire_id}/"
    if act in ("begin", "copy"):
        return _begin_from(questionnaire_id)
    try:
        with unit_of_work():
            there = sent_before()
            if there is None:
                key = _act(draft_or_404(questionnaire_id), act)
                there = remember(f"{HOME}new" if act == "discard" else _after(home, act, key))
    except DraftChanged as error:
        flash(str(error), "warn")
        return redirect(address(f"{home}edit"), 303)
    if act == "discard":
        flash(_("The draft is gone."), "ok")
    return redirect(address(there or f"{home}edit"), 303)


def _after(home: str, act: str, made: str | None) -> str:
    if made and act in ("add", "section", "duplicate"):
        return f"{home}part?{urlencode({'key': made})}"
    return f"{home}edit#{_anchor(request.form.get('part', '')) if act in STEPS else 'outline'}"


def _anchor(key: str) -> str:
    return key.lstrip(":") or "part"


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
        language=current_language(), key_of_form=new_id(), in_words=forms_builder.in_words,
    )


@bp.post(ONE + "part")
@allow(access.author)
def save_part(questionnaire_id: str) -> Any:
    """Save a part; what was typed stays on the page where it cannot be saved."""
    key, there = request.args.get("key", ""), f"{HOME}{questionnaire_id}/edit"
    try:
        with unit_of_work():
            before = sent_before()
            if before is None:
                before = remember(f"{there}#{_anchor(_save(draft_or_404(questionnaire_id), key))}")
    except _Mistyped as wrong:
        draft = draft_or_404(questionnaire_id)
        return _form(draft, key, _entry(draft, key), request.form.to_dict(), wrong.errors), HTTPStatus.UNPROCESSABLE_ENTITY
    except DraftChanged as error:
        draft = draft_or_404(questionnaire_id)
        return _form(draft, key, _entry(draft, key), request.form.to_dict(), clash=str(error)), HTTPStatus.CONFLICT
    flash(_("Saved."), "ok")
    return redirect(address(before or there), 303)


class _Mistyped(Exception):
    """What was typed cannot be saved; the sentences for the form."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__()
        self.errors = errors


def _save(draft: QuestionnaireDraft, key: str) -> str:
    """Save what was typed; the key of the part, whose id may be another one now."""
    content, entry = draft.content[NOW], _entry(draft, key)
    typed = forms_builder.read_form(key, entry, request.form, tuple(content["languages"]), drafting.taken(content, key) if key else set())
    if typed.errors:
        raise _Mistyped(typed.errors)

    def put(inside: dict[str, Any]) -> None:
        target = drafting.find(inside, key).entry if key else inside
        target.clear()
        target.update(typed.entry)

    services_builder.save(draft=draft, version=seen(), change=put, person_id=me().person_id, now=clock.now())
    return key.rpartition(".")[0] + "." + typed.entry["id"] if "." in key else str(typed.entry["id"]) if key else ""
