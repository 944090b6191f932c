"""What a certificate says; the renderer needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from webapp.core.frozen import dataclass


@dataclass(frozen=True)
class CertificatePrint:
    """What a certificate says, frozen at issue. Mappings go by language tag, "zh-Hans" and "en"; one may be missing."""

    code: str  # as a person types it
    verify_url: str
    name: str
    title: Mapping[str, str]
    hours: float
    issued_on: date
    issuer: Mapping[str, str]
    signatory: Mapping[str, str]
    signatory_role: Mapping[str, str]
    edition: str
    demo: bool = False
    # Of a training: its first and last day, which stand where the edition of a course stands.
    days: tuple[date, date] | None = None
