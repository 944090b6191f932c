"""Trainings: the list, those somebody takes part in, and the overview of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from webapp.accounts.current import Viewer, me
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.i18n import NATIVE_NAMES, localised
from webapp.core.listing_files import save_as
from webapp.core.ui.templating import address
from webapp.courses.catalogue import catalogue
from webapp.trainings import access, conflicts, labels, overview, profile, queries
from webapp.trainings.forms import hours_text
from webapp.trainings.hooks import report_column
from webapp.trainings.models import TestsNeeded
from webapp.trainings.records import Record, participant_url, record_or_404, title_of
from webapp.trainings.trainings_list import trainings_list

bp = Blueprint("trainings", __name__, template_folder="templates")
HOME = "/trainings/"
ONE = HOME + "<uuid:training_id>/"


@bp.get(HOME)
@signed_in
def trainings() -> str:
    """Trainings that one runs or looks after, and those in which one takes part. At most eight queries."""
    who = me()
    found = trainings_list(who)
    page = found.page(found.asked(request.args)) if _runs(who) else None
    return render_template(
        "trainings/trainings.html", page=page, mine=queries.mine(who.person_id), labels=labels, title_of=title_of,
        plans=access.run_trainings(who), oversees=access.oversee_trainings(who), url=participant_url,
    )


def _runs(who: Viewer) -> bool:
    """Whether the list is for them: by a role, or because some training is theirs to run or to watch. One query without a role."""
    return access.run_trainings(who) or queries.has_part(who.person_id)


@bp.post(f"{HOME}<any(csv, xlsx):form>")
@signed_in
def save(form: str) -> Response:
    """The list as a file."""
    who = me()
    return save_as(trainings_list(who), request.form, form=form, actor_id=who.person_id, now=clock.now())


@bp.get(ONE)
@signed_in
def training(training_id: UUID) -> Any:
    """Where a training stands, what is late and what to do next; a participant is led to their own page. Eight queries."""
    try:
        record = record_or_404(training_id)
    except NotFound:
        code = queries.code_of(training_id, me().person_id)
        if code is None:
            raise
        return redirect(address(participant_url(code)), 303)
    facts = facts_of(record)
    return render_template(
        "trainings/training.html", record=record, facts=facts, stages=overview.stages(facts), action=overview.next_action(facts),
        people=overview.people_facts(facts), labels=labels, profile=profile.profile(record.training), late=_late(record, facts),
        plan=_plan(record),
    )


def facts_of(record: Record, *, moves: bool = True) -> overview.Facts:
    """Everything that the overview tells. Four queries, three without the `moves`."""
    row, now = record.training, clock.now()
    zone, team = ZoneInfo(row.zone), queries.team(row)
    return overview.Facts(
        training=row, counted=queries.figures(row), team=team, moves=queries.moves(row.id) if moves else [],
        collisions=conflicts.beside(row, [each.person_id for each in team]), report=report_column(), today=now.astimezone(zone).date(),
        now=now, zone=zone,
    )


def _late(record: Record, facts: overview.Facts) -> list[tuple[str, str, str]]:
    """What is late or collides: label, address, sentence."""
    found = [(each.label, address(record.home + each.path), each.sentence) for each in facts.late]
    return [*found, *[(str(labels.COLLISION), address(record.home + "trainers"), each) for each in warnings(record, facts)]]


def warnings(record: Record, facts: overview.Facts) -> list[str]:
    """Collisions of trainers and room, and absences, in words."""
    own = frozenset(each.other.id for each in facts.collisions if each.person_id == record.who.person_id)
    hits = [conflicts.sentence(each, facts.names, record.who, own) for each in facts.collisions]
    return [*dict.fromkeys(hits), *overview.absences(facts)]


def _plan(record: Record) -> list[tuple[str, str]]:
    """The plan in words: what is settled."""
    row, courses = record.training, catalogue()
    covered = [courses.course(each) for each in row.courses]
    names = [localised(each.title) for each in covered if each is not None]
    where = [each for each in (row.venue, row.room, row.address) if each]
    rule = labels.rule_words(hours_text(row.least_minutes), row.tests_needed, row.least_score)
    found = [
        (labels.PLAN["days"], labels.days_text(row)), (labels.PLAN["venue"], labels.joined(where)),
        (labels.PLAN["host"], row.host.name if row.host else ""), (labels.PLAN["language"], NATIVE_NAMES.get(row.language, row.language)),
        (labels.PLAN["courses"], labels.joined(names)), (labels.PLAN["seats"], str(row.seats or "")),
        (labels.PLAN["accessibility"], row.accessibility), (labels.PLAN["purpose"], row.purpose),
        (labels.PLAN["rule"], rule if row.least_minutes or row.tests_needed is not TestsNeeded.NONE else ""),
    ]
    return [(str(label), text) for label, text in found if text]
