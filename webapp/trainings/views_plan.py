"""Planning: a new training, its plan, a copy, its state, its trainers, the county profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.accounts import queries as account_queries
from webapp.accounts import services as accounts
from webapp.accounts.current import Viewer, me
from webapp.accounts.models import OrganisationType, Person
from webapp.core import clock, idempotency
from webapp.core.access import allow, signed_in
from webapp.core.config import settings
from webapp.core.database import db
from webapp.core.errors import DomainError
from webapp.core.i18n import _, current_language
from webapp.core.ids import new_id
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.places import queries as places
from webapp.trainings import access, labels, profile, qualification, queries, rules, services
from webapp.trainings.forms import CopyForm, PlanForm, filled, meanwhile
from webapp.trainings.models import TrainerPart, Training, TrainingState
from webapp.trainings.overview import Facts
from webapp.trainings.qualification import Learned
from webapp.trainings.records import Record, locked, run_or_403
from webapp.trainings.views import HOME, ONE, facts_of, warnings

bp = Blueprint("training_plan", __name__, template_folder="templates")


@bp.route(f"{HOME}new", methods=["GET", "POST"])
@allow(access.run_trainings)
def new() -> Any:
    """Plan a training."""
    who, zone = me(), str(settings().programme_zone)
    form = PlanForm(zone=zone, data={"zone": zone, "language": current_language(), "host_type": "government", "tests_needed": "none"})
    if form.validate_on_submit() and _may_plan(who, form):
        return redirect(address(_create(who, form)), 303)
    return _form_page(form, None)


def _create(who: Viewer, form: PlanForm) -> str:
    now = clock.now()
    return _once(who, lambda: services.create(plan=form.plan(_host_id(form, None)), actor_id=who.person_id, now=now))


def _once(who: Viewer, make: Callable[[], Training]) -> str:
    """Make a training once, however often the button is pressed: its address."""
    now, key = clock.now(), request.form.get("key", "")
    with unit_of_work():
        first = idempotency.claim(person_id=who.person_id, key=key, now=now) if key else None
        if first:
            return first
        url = f"{HOME}{make().id}/"
        if key:
            idempotency.settle(person_id=who.person_id, key=key, result=url)
    flash(_("The training is planned. It is in negotiation."), "ok")
    return url


def _host_id(form: PlanForm, training: Training | None) -> UUID | None:
    name = str(form.host.data or "")
    if not name:
        return None
    kept = training.host if training and training.place_id == form.place_id.data else None
    if kept is not None and kept.name == name:
        return kept.id
    return accounts.organisation_named(
        name=name, type=OrganisationType(form.host_type.data), place_id=form.place_id.data, now=clock.now(),
    ).id


def _may_plan(who: Viewer, form: PlanForm | CopyForm, training: Training | None = None) -> bool:
    if training is not None and form.place_id.data == training.place_id:
        return True
    place = places.find(form.place_id.data)
    if place is not None and access.runs_place(who, place):
        return True
    form.place_id.errors = [_("Please choose a place for which you may run trainings.")]
    return False


def _form_page(form: PlanForm, record: Record | None, other: Any = (), version: int = 0, problem: str = "") -> Any:
    title = record.training.title if record else ""
    place = places.find(form.place_id.data) if form.place_id.data and not form.place_id.errors else None
    return render_template(
        "trainings/training_form.html", form=form, record=record, key=request.form.get("key") or new_id(), version=version,
        hosts=account_queries.organisations_of(form.place_id.data), other=other, problem=problem, title=title,
        usual=_("SDG localization training, %(place)s", place=place.name()) if place else "", courses=catalogue().courses,
    ), 409 if other else 422 if form.errors or problem else 200


@bp.route(f"{ONE}edit", methods=["GET", "POST"])
@signed_in
def edit(training_id: UUID) -> Any:
    """Change the plan. Of two who do at once the second sees what the first left beside what they typed."""
    record = run_or_403(training_id)
    row = record.training
    form = PlanForm(zone=row.zone, kept_place_id=row.place_id, data=filled(row))
    version = request.form.get("version", type=int) or row.version
    if not (form.validate_on_submit() and _may_plan(record.who, form, row)):
        return _form_page(form, record, version=version)
    try:
        _change(record, form, version)
    except rules.EditedMeanwhile as error:
        fresh = run_or_403(training_id)
        return _form_page(form, fresh, meanwhile(form, fresh.training), fresh.training.version, str(error))
    except DomainError as error:
        return _form_page(form, run_or_403(training_id), version=version, problem=str(error))
    flash(_("The plan is saved."), "ok")
    return redirect(address(record.home), 303)


def _change(record: Record, form: PlanForm, version: int) -> None:
    with unit_of_work():
        host_id = _host_id(form, record.training)
        row = locked(record.training.id)
        services.change(training=row, plan=form.plan(host_id), version=version, actor_id=record.who.person_id, now=clock.now())


@bp.route(f"{ONE}copy", methods=["GET", "POST"])
@signed_in
def copy(training_id: UUID) -> Any:
    """A new training after this one, on other days, perhaps at another place."""
    record = run_or_403(training_id)
    if not access.run_trainings(record.who):
        abort(403)
    row = record.training
    form = CopyForm(data={"place_id": row.place_id, "title": row.title})
    if form.validate_on_submit() and form.first_day.data is not None and _may_plan(record.who, form):
        wanted = services.Copy(form.place_id.data, form.first_day.data, form.title.data or "")
        make = lambda: services.copy(earlier=row, wanted=wanted, actor_id=record.who.person_id, now=clock.now())  # noqa: E731
        return redirect(address(_once(record.who, make)), 303)
    key = request.form.get("key") or new_id()
    return render_template("trainings/training_copy.html", form=form, record=record, key=key), 422 if form.errors else 200


@bp.route(f"{ONE}state", methods=["GET", "POST"])
@signed_in
def state(training_id: UUID) -> Any:
    """Bring the training into another state, after what that means was shown."""
    record = run_or_403(training_id)
    wanted, note = request.values.get("to", ""), request.form.get("note", "")[:500]
    open_to = rules.NEXT[record.training.state]
    problem, unplanned = "", False
    if request.method == "POST":
        try:
            return _moved(record, wanted, note)
        except DomainError as error:
            problem, unplanned = str(error), isinstance(error, rules.NoSession)
            record = run_or_403(training_id)
            open_to = rules.NEXT[record.training.state]
    body = render_template(
        "trainings/training_state.html", record=record, open_to=open_to, wanted=wanted, note=note, problem=problem,
        unplanned=unplanned, labels=labels,
    )
    return body, 422 if problem else 200


def _moved(record: Record, wanted: str, note: str) -> Any:
    if wanted not in {each.value for each in TrainingState}:
        raise rules.MoveRefused(_("Please choose a state from the list."))
    after = TrainingState(wanted)
    with unit_of_work():
        row = locked(record.training.id)
        # A second click finds it done.
        if row.state is not after:
            services.move(training=row, after=after, note=note, actor_id=record.who.person_id, now=clock.now())
    flash(_("State of the training: %(state)s.", state=labels.state_word(after)), "ok")
    return redirect(address(record.home), 303)


@bp.route(f"{ONE}trainers", methods=["GET", "POST"])
@signed_in
def trainers(training_id: UUID) -> Any:
    """Who runs the training and who looks on; overlaps with other trainings are shown, not refused."""
    record = run_or_403(training_id)
    problem = ""
    if request.method == "POST":
        try:
            return _set_trainer(record)
        except DomainError as error:
            problem, record = str(error), run_or_403(training_id)
    facts, asked = facts_of(record, moves=False), request.args.get("q", "").strip()[:100]
    found = queries.candidates(asked, training_id, clock.now()) if asked else []
    learned = qualification.of_many({*(each.person_id for each in facts.team), *(each.person_id for each in found)})
    body = render_template(
        "trainings/training_trainers.html", record=record, facts=facts, warnings=warnings(record, facts), asked=asked, found=found,
        unqualified=_unqualified(record, facts, learned),
        missing={each.person_id: qualification.missing_words(learned[each.person_id], record.training.courses) for each in found},
        homes=places.full_names({each.place_id for each in found if each.place_id}), problem=problem, labels=labels, offered=TrainerPart,
    )
    return body, 422 if problem else 200


def _unqualified(record: Record, facts: Facts, learned: Mapping[UUID, Learned]) -> list[str]:
    team = [(each.person_id, each.name, each.part) for each in facts.team]
    return qualification.warnings(team, record.training.courses, learned)


def _set_trainer(record: Record) -> Any:
    person_id, part = _person_id(), request.form.get("part", "")
    now, actor_id = clock.now(), record.who.person_id
    with unit_of_work():
        row = locked(record.training.id)
        if part == "remove":
            services.remove_trainer(training=row, person_id=person_id, actor_id=actor_id, now=now)
        else:
            services.set_part(training=row, person_id=person_id, part=_part(part), actor_id=actor_id, now=now)
    gone = part == "remove" and person_id == actor_id and not access.runs_place(record.who, record.training.place)
    return redirect(address(HOME if gone else f"{record.home}trainers"), 303)


def _person_id() -> UUID:
    try:
        person_id = UUID(request.form.get("person", ""))
    except ValueError:
        abort(400)
    if db.session.get(Person, person_id) is None:
        abort(404)
    return person_id


def _part(text: str) -> TrainerPart:
    if text not in {each.value for each in TrainerPart}:
        abort(400)
    return TrainerPart(text)


@bp.post(f"{ONE}profile")
@signed_in
def begin_profile(training_id: UUID) -> Any:
    """The county profile: made at the first click, opened at every other. Who runs the training gets a part in it."""
    record = run_or_403(training_id)
    now, who = clock.now(), record.who
    with unit_of_work():
        row = locked(training_id)
        lead = queries.lead_of(training_id) or who.person
        sheet = profile.begin(training=row, lead=lead, actor_id=who.person_id, now=now)
        if not profile.is_member(row, who.person_id):
            profile.follow_trainer(training=row, person_id=who.person_id, part=TrainerPart.CO, now=now)
        sheet_id = sheet.id
    return redirect(address(f"/sheets/{sheet_id}/"), 303)
