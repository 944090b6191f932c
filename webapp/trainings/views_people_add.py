"""Adding one person to a training: found among those who are known, or entered with what is known of them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.accounts.import_rows import WrongRow
from webapp.accounts.labels import POSITION_LEVELS, SEXES
from webapp.core import clock, idempotency
from webapp.core.access import signed_in
from webapp.core.i18n import LANGUAGES, NATIVE_NAMES, _, current_language
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import access, adding, labels, queries_people
from webapp.trainings.importing import How
from webapp.trainings.models_people import JoinedBy, Participant
from webapp.trainings.records import Record, locked, run_or_403
from webapp.trainings.rules import TrainingError
from webapp.trainings.views_people import HOME, here

bp = Blueprint("training_people_add", __name__, template_folder="templates")


def paths_of(record: Record) -> tuple[str, ...] | None:
    """Below which places somebody's people are looked for: those of their roles, and the place of the training."""
    paths = access.run_paths(record.who)
    return None if paths is None else tuple(sorted({*paths, record.training.place.path}))


@bp.get(HOME + "add")
@signed_in
def ask(training_id: UUID) -> str:
    """The search, whom it found, and the form for somebody new. Five queries at most."""
    return _page(run_or_403(training_id))


def _page(record: Record, error: str = "") -> str:
    words = request.args.get("q", "").strip()[:100]
    found = queries_people.candidates(record.training, words, paths_of(record)) if words else None
    return render_template(
        "trainings/people_add.html", record=record, words=words, found=found, error=error, typed=request.form, key=new_id(),
        labels=labels, levels=POSITION_LEVELS, sexes=SEXES, languages=[(tag, NATIVE_NAMES[tag]) for tag in LANGUAGES],
        language_default=record.training.language, most=queries_people.MOST_FOUND,
    )


@bp.post(HOME + "add")
@signed_in
def add(training_id: UUID) -> Any:
    """Add a person who was found, or somebody new. The second click finds what the first one did."""
    record, now = run_or_403(training_id), clock.now()
    try:
        how = How(request.form.get("how", "list"))
    except ValueError:
        abort(400)
    key, who, done = request.form.get("key", ""), record.who.person_id, here(record)
    try:
        with unit_of_work():
            first = idempotency.claim(person_id=who, key=key, now=now) if key else None
            if first is None:
                participant, name = _add(record, how)
                done = here(record, f"{participant.id}/")
                _tell(record, participant, name)
                idempotency.settle(person_id=who, key=key, result=done if len(done) <= 200 else "")
            elif first:
                done = first
    except (WrongRow, TrainingError) as error:
        return _page(run_or_403(training_id), str(error)), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(done, 303)


def _add(record: Record, how: How) -> tuple[Participant, str]:
    training, now, who = locked(record.training.id), clock.now(), record.who.person_id
    given = request.form.get("person", "")
    if given:
        try:
            person = adding.known(UUID(given), paths_of(record)) or abort(404)
        except ValueError:
            abort(404)
    else:
        language = request.form.get("language") or current_language()
        person = adding.new(training, request.form, paths=paths_of(record), language=language, actor_id=who, now=now)
    return adding.enter(training, person, how, joined_by=JoinedBy.TRAINER, actor_id=who, now=now), person.name


def _tell(record: Record, participant: Participant, name: str) -> None:
    flash(_("%(name)s: %(state)s", name=name, state=labels.person_state_word(participant.state)), "ok")
    for clash in queries_people.clashes(record.training, [participant.person_id]):
        flash(_("%(name)s also takes part in another training on these days: %(title)s", name=name, title=clash.title), "warn")
