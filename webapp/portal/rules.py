"""Pure decisions of the pages made of many rooms."""

from __future__ import annotations

from collections.abc import Iterable

from webapp.certificates.models import Certificate
from webapp.certificates.queries import award_of
from webapp.courses.content import Course
from webapp.learning.outline import Outline


def waiting_certificates(outlines: Iterable[Outline], held: Iterable[Certificate]) -> list[Course]:
    """Completed courses whose certificate is not issued yet, because the name could not be printed."""
    have = {(certificate.award, certificate.edition) for certificate in held}
    return [
        each.course for each in outlines
        if each.completed and each.course.certificate and (award_of(each.course.id), each.course.edition) not in have
    ]
