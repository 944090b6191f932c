"""Beginning an agenda: a new session, or a whole plan of the facilitator's guide put on days of the training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request

from webapp.core import clock, idempotency
from webapp.core.access import signed_in
from webapp.core.i18n import _, _n
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.agendas import AgendaPlan
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course
from webapp.trainings import agenda, agenda_form, agenda_words, labels, services_agenda
from webapp.trainings.agenda_form import Problem
from webapp.trainings.models import TrainingSession
from webapp.trainings.records import Record, run_or_403
from webapp.trainings.rules import TrainingError
from webapp.trainings.rules_agenda import SessionPlan, minute_of, spans, time_at
from webapp.trainings.views_agenda import here, wrong

bp = Blueprint("training_agenda_plan", __name__, template_folder="templates")
HOME = "/trainings/<uuid:training_id>/agenda/"
MORNING, AFTERNOON = (time(9), time(12)), (time(14), time(17))


@bp.get(HOME + "new")
@signed_in
def new_page(training_id: UUID) -> str:
    """A new session, on the next free half-day. Three queries."""
    record = run_or_403(training_id)
    return _new(record, _next_free(record, agenda.sessions(training_id)))


def _next_free(record: Record, sessions: Sequence[TrainingSession]) -> dict[str, str]:
    """The half-day after the last session, or the first one of the training."""
    last = sessions[-1] if sessions else None
    first = record.training.first_day
    day = last.day if last else first
    half = AFTERNOON if last and last.starts < MORNING[1] else MORNING
    if last and last.starts >= MORNING[1] and day:
        day = min(day + timedelta(days=1), record.training.last_day or date.max)
    return {"day": day.isoformat() if day else "", "starts": f"{half[0]:%H:%M}", "ends": f"{half[1]:%H:%M}", "title": "", "room": ""}


def _new(record: Record, typed: Mapping[str, str], problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "trainings/agenda_new.html", record=record, typed=typed, problems=problems, key=request.form.get("key") or new_id(),
        limits=agenda_form, wrong=dict(problems),
    )


@bp.post(HOME + "new")
@signed_in
def add(training_id: UUID) -> Any:
    """Add the session and go on to its agenda."""
    record = run_or_403(training_id)
    typed = agenda_form.typed_session(request.form)
    wanted, problems = agenda_form.read_session(typed)
    if wanted is None:
        return _new(record, typed, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    who, now, key = record.who.person_id, clock.now(), request.form.get("key", "")
    try:
        with unit_of_work():
            there = idempotency.claim(person_id=who, key=key, now=now) if key else None
            if there is None:
                made = services_agenda.add_session(training_id=training_id, wanted=wanted, actor_id=who, now=now)
                there = str(made.id)
                if key:
                    idempotency.settle(person_id=who, key=key, result=there)
    except TrainingError as error:
        return _new(run_or_403(training_id), typed, wrong(error)), error.status
    return redirect(here(record, there) if there else here(record), 303)


def _plans(record: Record) -> list[tuple[Course, AgendaPlan]]:
    """Plans of all courses, those of the training's own courses first."""
    wanted = record.training.courses
    found = [(course, plan) for course in catalogue().courses for plan in course.facilitation.plans]
    return sorted(found, key=lambda pair: pair[0].id not in wanted)


def _chosen(record: Record, name: str) -> tuple[Course, AgendaPlan] | None:
    return next((pair for pair in _plans(record) if f"{pair[0].id}/{pair[1].id}" == name), None)


@bp.get(HOME + "guide")
@signed_in
def guide_page(training_id: UUID) -> str:
    """The plans that courses propose; one of them with the days and times on which it would be put. Three queries."""
    record = run_or_403(training_id)
    name = request.args.get("plan", "")
    chosen = _chosen(record, name)
    if name and chosen is None:
        abort(404)
    return _guide(record, chosen, _usual(record, chosen[1]) if chosen else {})


def _usual(record: Record, plan: AgendaPlan) -> dict[str, str]:
    """Each half-day on its day of the training, at its usual time."""
    first = record.training.first_day
    found: dict[str, str] = {}
    for at, half in enumerate(plan.half_days):
        found[f"day-{at}"] = (first + timedelta(days=half.day - 1)).isoformat() if first else ""
        found[f"starts-{at}"] = half.starts
        found[f"room-{at}"] = ""
    return found


def _guide(
    record: Record, chosen: tuple[Course, AgendaPlan] | None, typed: Mapping[str, str], problems: Sequence[Problem] = (),
) -> str:
    return render_template(
        "trainings/agenda_guide.html", record=record, plans=_plans(record), chosen=chosen, typed=typed, problems=problems,
        key=request.form.get("key") or new_id(), sessions=agenda.sessions(record.training.id), wrong=dict(problems), spans=spans,
        words=agenda_words, labels=labels, limits=agenda_form,
    )


@bp.post(HOME + "guide")
@signed_in
def take_over(training_id: UUID) -> Any:
    """Make the sessions of the plan with their agenda."""
    record = run_or_403(training_id)
    chosen = _chosen(record, request.form.get("plan", "")) or abort(404)
    wanted, problems = _read(record, chosen[1])
    if problems:
        return _guide(record, chosen, request.form, problems), HTTPStatus.UNPROCESSABLE_ENTITY
    who, now, key = record.who.person_id, clock.now(), request.form.get("key", "")
    try:
        with unit_of_work():
            if not key or idempotency.claim(person_id=who, key=key, now=now) is None:
                services_agenda.take_over(
                    training_id=training_id, course_id=chosen[0].id, plan=chosen[1], wanted=wanted, actor_id=who, now=now,
                )
    except TrainingError as error:
        return _guide(run_or_403(training_id), chosen, request.form, [("", str(error))]), error.status
    flash(_n("%(num)d session was taken over.", "%(num)d sessions were taken over.", len(wanted)), "ok")
    return redirect(here(record), 303)


def _read(record: Record, plan: AgendaPlan) -> tuple[list[SessionPlan], list[Problem]]:
    wanted: list[SessionPlan] = []
    problems: list[Problem] = []
    language = record.training.language
    for at, half in enumerate(plan.half_days):
        typed = {name: request.form.get(f"{name}-{at}", "").strip() for name in ("day", "starts", "room")}
        title = half.title.get(language) or next(iter(half.title.values()))
        one, wrongs = agenda_form.read_session({**typed, "ends": "23:59", "title": title[:agenda_form.TITLE_LIMIT]})
        problems.extend(
            (f"{control}-{at}", _("Half-day %(number)d, %(sentence)s", number=at + 1, sentence=said)) for control, said in wrongs
        )
        if one is not None and minute_of(one.starts) + half.minutes >= minute_of(time(23, 59)):
            problems.append((f"starts-{at}", _("Half-day %(number)d goes on past midnight. Let it start earlier.", number=at + 1)))
        elif one is not None:
            wanted.append(SessionPlan(one.day, one.starts, time_at(minute_of(one.starts) + half.minutes), one.title, one.room))
    return wanted, problems
