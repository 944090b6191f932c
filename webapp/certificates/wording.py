"""The public page speaks both languages at once: who checks a certificate may read either."""

from __future__ import annotations

from datetime import UTC, date, datetime

from babel.dates import format_date, format_datetime
from flask_babel import get_timezone
from markupsafe import Markup

from webapp.certificates.models import Certificate
from webapp.certificates.printing import days_of, is_training
from webapp.core.frozen import dataclass
from webapp.core.i18n import LANGUAGES, _, babel_locale, speaking
from webapp.core.ui.dates import days_text

PATTERNS = {"zh-Hans": "y年M月d日", "en": "d MMMM y"}


@dataclass(frozen=True)
class Wording:
    """What the page says in one language."""

    language: str
    verdict: str
    explanation: str
    heading: str
    name: str
    statement: str
    title: str
    issuer: str
    issued: str
    hours: str
    code: str
    issued_on: str
    days: str
    days_on: str


def unknown_verdicts() -> list[tuple[str, str]]:
    """The answer for a code that nobody has, in each language."""
    found = []
    for tag in LANGUAGES:
        with speaking(tag):
            found.append((tag, _("Not found")))
    return found


def paired(wordings: list[Wording], word: str) -> Markup:
    """A label in each language, marked as such."""
    return Markup(" ").join(Markup('<span lang="{}">{}</span>').format(each.language, getattr(each, word)) for each in wordings)


def wordings(certificate: Certificate, checked_at: datetime) -> list[Wording]:
    """The page's sentences in each language, Chinese first."""
    return [_wording(certificate, checked_at, tag) for tag in LANGUAGES]


def _wording(certificate: Certificate, checked_at: datetime, tag: str) -> Wording:
    printed, days = certificate.printed, days_of(certificate.printed)
    checked = format_datetime(checked_at, PATTERNS[tag] + " HH:mm", tzinfo=get_timezone(), locale=babel_locale(tag))
    with speaking(tag):
        if certificate.revoked_at is not None:
            day = format_date(certificate.revoked_at.astimezone(get_timezone()).date(), PATTERNS[tag], locale=babel_locale(tag))
            verdict = _("Revoked")
            explanation = _("This certificate was issued here and revoked on %(day)s. It is no longer valid.", day=day)
        elif printed["demo"]:
            verdict = _("Specimen")
            explanation = _("This certificate was issued here to an invented person for demonstration. It proves nothing.")
        else:
            verdict = _("Valid")
            explanation = _(
                "This certificate was issued here, has not been altered and has not been revoked. Checked on %(time)s.", time=checked
            )
        return Wording(
            language=tag, verdict=verdict, explanation=explanation, heading=_("Certificate of completion"),
            name=printed["name"] or _("Name erased at the holder's request"),
            statement=_("has taken part in this training and met its requirements:") if is_training(printed)
            else _("has completed this course and passed its final quiz:"), title=printed["title"].get(tag, ""),
            issuer=printed["issuer"][tag], issued=_("Issued"), hours=_("Hours"), code=_("Code"),
            issued_on=format_date(date.fromisoformat(printed["issued_on"]), PATTERNS[tag], locale=babel_locale(tag)),
            days=_("Days of the training"), days_on=days_text(*days, tag, UTC) if days else "",
        )
