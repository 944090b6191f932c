"""Certificates of a training: who meets its rule and who does not, issued at once, printed all together; and on a participant's page."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, redirect, render_template

from webapp.accounts.models import Person
from webapp.certificates import queries, services_training
from webapp.certificates.models import Certificate
from webapp.certificates.printing import print_of
from webapp.core import clock
from webapp.core.access import signed_in
from webapp.core.config import settings
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, _n, current_language
from webapp.core.pdf.fonts import missing_characters
from webapp.core.ui.dates import day_text
from webapp.core.ui.templating import address
from webapp.core.unit_of_work import unit_of_work
from webapp.trainings import completion, records
from webapp.trainings.completion import Rule, Standing
from webapp.trainings.mine import Mine, Part
from webapp.trainings.models import TrainingState
from webapp.trainings.models_people import ParticipantState
from webapp.trainings.rules import HELD

bp = Blueprint("training_certificates", __name__, template_folder="templates")
HERE = "/trainings/<uuid:training_id>/certificates"
# What one press of the button issues; the rest comes with the next, or by itself.
AT_ONCE = 100


@dataclass(frozen=True)
class Line:
    """A participant on the page. `missing`: why there is no certificate; `unprintable`: characters that hold it up."""

    standing: Standing
    certificate: Certificate | None
    missing: list[str]
    unprintable: list[str]

    @property
    def mark(self) -> str:
        """Its mark."""
        if self.certificate is not None:
            return "off" if self.certificate.revoked_at else "done"
        return "late" if self.unprintable else "todo" if self.missing else "now"


def _lines(training_id: UUID, rule: Rule) -> list[Line]:
    """Everybody with a seat. Two queries."""
    held = queries.of_training(training_id)
    found = []
    for each in completion.standings(training_id):
        certificate = held.get(each.person_id)
        missing = [] if each.completed_at or certificate else completion.missing(rule, each.done)
        found.append(Line(each, certificate, missing, [] if certificate or missing else missing_characters(each.name)))
    return found


@bp.get(HERE)
@signed_in
def overview(training_id: UUID) -> str:
    """Who has a certificate, who gets one now, and what the others lack."""
    record = records.run_or_403(training_id)
    rule = Rule.of(record.training)
    lines = _lines(training_id, rule)
    issued = [line for line in lines if line.certificate is not None]
    return render_template(
        "certificates/training.html", record=record, rule=rule, lines=lines, issued=issued,
        ready=[line for line in lines if line.mark == "now"], printable=[line for line in issued if line.mark == "done"],
        lacking=[line for line in lines if line.missing], by_itself=record.training.state in completion.BY_ITSELF,
        held=record.training.state in HELD, length=completion.length, at_once=AT_ONCE,
    )


@bp.post(HERE)
@signed_in
def issue(training_id: UUID) -> Any:
    """Issue to everybody who meets the rule, a hundred at a time; pressed again, it goes on."""
    record, now = records.run_or_403(training_id), clock.now()
    if record.training.state not in HELD:
        abort(409, description=_("Certificates can be issued once the training is running."))
    with unit_of_work():
        training = records.locked(training_id)
        done = completion.settle(training, now, most=AT_ONCE)
        done += services_training.issue_waiting(now, training_id=training_id, most=AT_ONCE)
    left = sum(line.mark == "now" for line in _lines(training_id, Rule.of(record.training)))
    words = _n("%(num)d certificate was issued.", "%(num)d certificates were issued.", done) if done else _("There was nothing to issue.")
    flash(words, "ok" if done else "")
    if left:
        flash(_n("%(num)d more waits: press the button again.", "%(num)d more wait: press the button again.", left), "warn")
    return redirect(address(f"/trainings/{training_id}/certificates"), 303)


@bp.get(f"{HERE}.pdf")
@signed_in
def print_all(training_id: UUID) -> Response:
    """All certificates of the training that hold, by name, as one file to print."""
    record = records.run_or_403(training_id)
    found = [line.certificate for line in _lines(training_id, Rule.of(record.training)) if line.certificate and line.mark == "done"]
    named = [each for each in found if each.printed["name"]]
    if not named:
        abort(404)
    # The PDF library takes a tenth of a second to import; workers do it after they have begun to answer.
    from webapp.certificates.pdf import render_all  # noqa: PLC0415

    response = Response(render_all([print_of(each, settings()) for each in named]), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="certificates-{record.training.code}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def own_part(mine: Mine, now: datetime) -> Part | None:  # noqa: ARG001  the signature of a part
    """The certificate on a participant's page: issued, waiting for a name, or what it asks for. One query."""
    participant, training = mine.participant, mine.training
    certificate = queries.held_of_training(mine.person.id, training.id)
    if certificate is not None:
        if certificate.revoked_at:
            return Part("certificate", _("Certificate"), "off", [_("This certificate was revoked.")], [_link(certificate, _("Why"))])
        day = day_text(certificate.issued_at, current_language(), settings().programme_zone)
        said = _("Issued on %(day)s under the code %(code)s.", day=day, code=certificate.code)
        return Part("certificate", _("Certificate"), "done", [said], [_link(certificate, _("Open the certificate"))])
    if participant.state is not ParticipantState.REGISTERED or training.state in (TrainingState.CANCELLED, TrainingState.NEGOTIATION):
        return None
    if participant.completed_at is not None:
        return Part("certificate", _("Certificate"), "wait", [_waits(mine.person)])
    return Part("certificate", _("Certificate"), "todo", [_("It is issued after the training to who meets these requirements:"),
                                                         *Rule.of(training).words()])


def _link(certificate: Certificate, text: str) -> tuple[str, str]:
    return text, f"/certificates/{certificate.code}"


def _waits(person: Person) -> str:
    missing = missing_characters(person.name)
    if not missing:
        return _("The requirements are met. The certificate is being issued.")
    return _(
        "The requirements are met, but your name holds characters that cannot be printed: %(characters)s. Please tell the trainers how it "
        "can be written.", characters=" ".join(missing),
    )
