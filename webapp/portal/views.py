"""Home, my learning, about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from sqlalchemy import bindparam

from webapp.accounts.current import viewer
from webapp.certificates import queries as certificates
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.config import settings
from webapp.core.pdf.fonts import missing_characters
from webapp.courses.catalogue import catalogue
from webapp.courses.content import StepKind
from webapp.learning import queries as learning
from webapp.learning.outline import Outline, count_of, outline
from webapp.learning.queries import Learner
from webapp.portal.rules import waiting_certificates
from webapp.questionnaires import labels
from webapp.questionnaires.waiting import facts, waiting
from webapp.trainings import labels as training_labels
from webapp.trainings import waiting as trainings

bp = Blueprint("portal", __name__, template_folder="templates")
# Built once: everybody's first page after signing in.
_LEARNERS = learning.alongside(*facts(), certificates.holds_any(bindparam("person")), trainings.fact())


def outlines_of(known: Mapping[str, Learner]) -> list[Outline]:
    """Every published course as its reader sees it."""
    return [outline(course, known.get(course.id, learning.NOT_ENROLLED)) for course in catalogue().courses]


def latest(outlines: list[Outline]) -> Outline | None:
    """The open course the reader was in last."""
    open_ones = [each for each in outlines if each.learner.enrolment is not None and not each.completed]
    return max(open_ones, key=Outline.last_active, default=None)


@bp.get("/")
@public
def home() -> str:
    """What this is, the next thing to do, and the catalogue."""
    who = viewer()
    outlines = outlines_of(learning.learners(who.person_id if who else None))
    return render_template("portal/home.html", outlines=outlines, resume=latest(outlines), count_of=count_of, StepKind=StepKind)


@bp.get("/me/")
@signed_in
def me() -> Any:
    """What to do next, trainings to come, courses in progress and done, certificates."""
    who = viewer()
    assert who is not None
    known, (surveys, sheets, holds, invited) = learning.learners_and(who.person_id, _LEARNERS, now=clock.now())
    outlines = outlines_of(known)
    held = certificates.of_person(who.person_id) if holds else []
    unissued = waiting_certificates(outlines, held)
    return render_template(
        "portal/me.html", who=who, resume=latest(outlines), outlines=[each for each in outlines if each.enrolled],
        others=[each for each in outlines if not each.enrolled], certificates=held, waiting=unissued,
        printable=not (unissued and missing_characters(who.name)), count_of=count_of, StepKind=StepKind, labels=labels,
        sheets=waiting(who, surveys=surveys, sheets=sheets), trainings=trainings.waiting(who.person_id) if invited else [],
        training_labels=training_labels,
    )


@bp.get("/about")
@public
def about() -> str:
    """Who runs this, accessibility, and what is kept about people."""
    return render_template("portal/about.html", settings=settings())
