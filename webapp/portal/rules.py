"""Pure decisions of the pages made of many rooms."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.certificates.models import Certificate
from webapp.certificates.queries import award_of
from webapp.courses.content import Course
from webapp.learning.outline import Outline


def waiting_certificates(outlines: Iterable[Outline], held: Iterable[Certificate]) -> list[Course]:
    """Completed courses without a certificate: the name could not be printed, or the course began to award one later."""
    have = {certificate.award for certificate in held}
    return [each.course for each in outlines if each.completed and each.course.certificate and award_of(each.course.id) not in have]
