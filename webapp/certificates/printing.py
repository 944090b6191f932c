"""From the frozen row to the printed page and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from webapp.certificates.content import CertificatePrint
from webapp.certificates.models import Certificate
from webapp.core.config import Settings
from webapp.core.hours import hours_text
from webapp.courses.content import Course

TEMPLATE = "course-2026"
TRAINING_TEMPLATE = "training-2026"


def frozen(*, name: str, course: Course, settings: Settings, issued_on: date, demo: bool) -> dict[str, Any]:
    """What is printed on the certificate of a course, as JSON."""
    return {
        "template": TEMPLATE,
        "name": name,
        "title": dict(course.title),
        "hours": str(course.hours),
        "issued_on": issued_on.isoformat(),
        **_signed(settings),
        "edition": course.edition,
        "demo": demo,
    }


def _signed(settings: Settings) -> dict[str, Any]:
    return {
        "issuer": {"en": settings.issuer_en, "zh-Hans": settings.issuer_zh},
        "signatory": {"en": settings.signatory_en, "zh-Hans": settings.signatory_zh},
        "signatory_role": {"en": settings.signatory_role_en, "zh-Hans": settings.signatory_role_zh},
    }


def frozen_training(
    *, name: str, titles: Mapping[str, str], minutes: int, days: tuple[date, date], edition: str, settings: Settings, issued_on: date,
    demo: bool,
) -> dict[str, Any]:
    """What is printed on the certificate of a training: hours are those of attendance, the days first and last of the training."""
    return {
        "template": TRAINING_TEMPLATE, "name": name, "title": dict(titles), "hours": hours_text(minutes),
        "issued_on": issued_on.isoformat(), **_signed(settings), "edition": edition, "demo": demo,
        "days": [each.isoformat() for each in days],
    }


def is_training(printed: Mapping[str, Any]) -> bool:
    """Whether a certificate is of a training."""
    return bool(printed["template"] == TRAINING_TEMPLATE)


def days_of(printed: Mapping[str, Any]) -> tuple[date, date] | None:
    """First and last day of the training; None of a course."""
    days = printed.get("days")
    return (date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None


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
        days=days_of(printed),
    )
