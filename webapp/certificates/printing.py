"""From the frozen row to the printed page and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from webapp.certificates.content import CertificatePrint
from webapp.certificates.models import Certificate
from webapp.core.config import Settings
from webapp.courses.content import Course

TEMPLATE = "course-2026"


def frozen(*, name: str, course: Course, settings: Settings, issued_on: date, demo: bool) -> dict[str, Any]:
    """What is printed on the certificate of a course, as JSON."""
    return {
        "template": TEMPLATE,
        "name": name,
        "title": dict(course.title),
        "hours": str(course.hours),
        "issued_on": issued_on.isoformat(),
        "issuer": {"en": settings.issuer_en, "zh-Hans": settings.issuer_zh},
        "signatory": {"en": settings.signatory_en, "zh-Hans": settings.signatory_zh},
        "signatory_role": {"en": settings.signatory_role_en, "zh-Hans": settings.signatory_role_zh},
        "edition": course.edition,
        "demo": demo,
    }


def verify_url(settings: Settings, code: str) -> str:
    """Address that the QR code leads to."""
    return f"{settings.public_url}/certificates/{code}"


def print_of(certificate: Certificate, settings: Settings) -> CertificatePrint:
    """What the renderer needs."""
    printed = certificate.printed
    return CertificatePrint(
        code=certificate.code,
        verify_url=verify_url(settings, certificate.code),
        name=printed["name"],
        title=printed["title"],
        hours=float(Decimal(printed["hours"])),
        issued_on=date.fromisoformat(printed["issued_on"]),
        issuer=printed["issuer"],
        signatory=printed["signatory"],
        signatory_role=printed["signatory_role"],
        edition=printed["edition"],
        demo=printed["demo"],
    )
