"""Public verification, the printed page, and the learner's own claim."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for

from webapp.accounts.current import viewer
from webapp.certificates import queries, services, wording
from webapp.certificates.models import Certificate
from webapp.certificates.printing import is_training, print_of, verify_url
from webapp.certificates.rules import CertificateRevoked, NameErased, NotCompleted
from webapp.core import clock
from webapp.core.access import public, signed_in
from webapp.core.config import settings
from webapp.core.i18n import _
from webapp.core.ids import MistypedCode, read_code
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.learning import queries as learning
from webapp.participation.origin import Origin

bp = Blueprint("certificates", __name__, template_folder="templates")

TYPED_LIMIT = 60


def certificate_or_404(typed: str) -> Certificate:
    """The certificate of a code in an address, however it is written."""
    try:
        return queries.by_code(read_code(typed)) or abort(404)
    except MistypedCode:
        abort(404)


@bp.get("/verify")
@public
def verify() -> Any:
    """Type a code; one that can be right leads to its page."""
    typed = request.args.get("code", "").strip()[:TYPED_LIMIT]
    if not typed:
        error = _("Please type the code of a certificate.") if "code" in request.args else None
        return render_template("certificates/verify.html", typed="", error=error)
    try:
        return redirect(url_for("certificates.show", code=read_code(typed)))
    except MistypedCode:
        error = _(
            "This cannot be a certificate code: it has 14 letters and digits, and one of those typed is wrong or missing. "
            "Please compare again."
        )
        return render_template("certificates/verify.html", typed=typed, error=error), 400


@bp.get("/certificates/<code>")
@public
def show(code: str) -> Any:
    """Whether the certificate is genuine: the answer first."""
    try:
        canonical = read_code(code)
    except MistypedCode:
        return _unknown(code[:TYPED_LIMIT])
    if canonical != code:
        return redirect(url_for("certificates.show", code=canonical, lang=request.args.get("lang")))
    certificate = queries.by_code(canonical)
    if certificate is None:
        return _unknown(canonical)
    both = wording.wordings(certificate, clock.now())
    return render_template(
        "certificates/show.html", certificate=certificate, printed=certificate.printed, wordings=both,
        verdicts=[(each.language, each.verdict) for each in both], pair=lambda word: wording.paired(both, word),
    )


def _unknown(code: str) -> tuple[str, int]:
    return render_template("certificates/unknown.html", code=code, verdicts=wording.unknown_verdicts()), 404


@bp.get("/certificates/<code>.pdf")
@public
def print_page(code: str) -> Response:
    """The printed page; a revoked certificate is gone."""
    certificate = certificate_or_404(code)
    if certificate.revoked_at is not None:
        raise CertificateRevoked
    if not certificate.printed["name"]:
        raise NameErased
    # The PDF library takes a tenth of a second to import; workers do it after they have begun to answer.
    from webapp.certificates.pdf import render  # noqa: PLC0415

    response = Response(render(print_of(certificate, settings())), mimetype="application/pdf")
    disposition = "attachment" if "download" in request.args else "inline"
    response.headers["Content-Disposition"] = f'{disposition}; filename="certificate-{certificate.code}.pdf"'
    return response


@bp.get("/certificates/<code>.json")
@public
def describe(code: str) -> Response:
    """The same facts as the page, for machines."""
    certificate = certificate_or_404(code)
    printed = certificate.printed
    return jsonify(
        code=certificate.code,
        address=verify_url(settings(), certificate.code),
        status="revoked" if certificate.revoked_at else "valid",
        name=printed["name"] or None,
        title=printed["title"],
        hours=printed["hours"],
        issued_on=printed["issued_on"],
        issuer=printed["issuer"],
        edition=certificate.edition if certificate.course_id else None,
        course=certificate.course_id,
        course_revision=certificate.course_revision,
        specimen=printed["demo"],
        revoked_at=certificate.revoked_at.isoformat() if certificate.revoked_at else None,
        revoke_reason=certificate.revoke_reason,
        **({"days": printed["days"]} if is_training(printed) else {}),
    )


@bp.post("/courses/<course_id>/certificate")
@signed_in
def claim(course_id: str) -> Any:
    """Issue what completion earned, after a name was corrected; a second click finds the same certificate."""
    who = viewer()
    assert who is not None
    course = catalogue().course(course_id) or abort(404)
    enrolment = learning.enrolment(who.person_id, course_id)
    if enrolment is None:
        raise NotCompleted
    with unit_of_work():
        certificate = services.issue(person=who.person, course=course, enrolment=enrolment, origin=Origin.of_request(), now=clock.now())
        code, revoked = certificate.code, certificate.revoked_at is not None
    if not revoked:
        flash(_("Your certificate is issued."), "ok")
    return redirect(url_for("certificates.show", code=code), 303)
