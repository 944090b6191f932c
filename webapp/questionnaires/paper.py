"""Forms on paper: one for each code, to print on A4 and to fill in by hand."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import segno

from webapp.accounts.mail import link
from webapp.core.config import settings
from webapp.core.documents.blocks import (
    Block,
    Callout,
    Choice,
    Column,
    Document,
    Heading,
    Kind,
    PageBreak,
    Paragraph,
    Picture,
    Span,
    Table,
    Writing,
)
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, speaking
from webapp.core.ui.dates import moment_text
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FieldType
from webapp.questionnaires import blank
from webapp.questionnaires.blank import Asked
from webapp.questionnaires.labels_surveys import title_of
from webapp.questionnaires.models_surveys import Survey, SurveyMode

SINGLE = frozenset({FieldType.SINGLE, FieldType.SCALE})


@dataclass(frozen=True)
class PaperForm:
    """A form with its code; `name` is whose it is, empty where it is nobody's."""

    code: str
    name: str = ""


def to_print(survey: Survey, questionnaire: Questionnaire, forms: Sequence[PaperForm], language: str) -> bytes:
    """All forms as one PDF, each beginning on a page of its own."""
    # What prints takes long to load, which no start should wait for.
    from webapp.core.documents.pdf import to_pdf  # noqa: PLC0415

    with speaking(language):
        title = title_of(survey, questionnaire.title)
        asked = list(_questions(questionnaire, language))
        blocks: list[Block] = []
        for number, form in enumerate(forms):
            blocks += [*([PageBreak()] if number else []), *_head(survey, questionnaire, form, language), *asked]
        return to_pdf(Document(title, language, blocks, note=_("Survey: %(title)s", title=title), created=survey.created_at.date()))


def _head(survey: Survey, questionnaire: Questionnaire, form: PaperForm, language: str) -> Iterator[Block]:
    closes = moment_text(survey.closes_at, language, settings().programme_zone)
    if form.name:
        yield Paragraph((Span(form.name, bold=True),), lead=True)
    kept = _("Your answers are anonymous. Please write no names.") if survey.mode is SurveyMode.ANONYMOUS or not form.name \
        else _("Your answers are kept with your name; trainers and staff of the place can read them.")
    url = link(f"/answer/{form.code}")
    picture = io.BytesIO()
    segno.make(url, error="m").save(picture, kind="png", scale=6, border=2)
    yield Callout(_("Code of this form: %(code)s", code=form.code), (
        Paragraph(_(
            "Fill in this form and give it back, or answer online until %(moment)s: scan the square, or type the code at %(address)s.",
            moment=closes, address=link("/answer/"),
        )),
        Paragraph(kept),
        Paragraph(_("It takes about %(minutes)d minutes. This form counts once.", minutes=questionnaire.minutes), small=True),
        Picture(picture.getvalue(), _("The address of this form as a square to scan"), width=0.2),
    ), kind=Kind.ADVICE)


def _questions(questionnaire: Questionnaire, language: str) -> Iterator[Block]:
    number = 0
    for part in blank.preview(questionnaire, language).parts:
        yield Heading(part.title)
        if part.depends:
            yield Paragraph(_("Asked only if it applies."), small=True)
        if part.guidance:
            yield Paragraph(part.guidance.striptags())
        for each in part.asked:
            if each.type is FieldType.HEADING:
                yield Heading(each.label.striptags(), level=2)
            elif each.type is FieldType.GUIDANCE:
                yield Paragraph(each.text.striptags())
            elif each.type not in (FieldType.CALCULATED, FieldType.CHART):
                number += 1
                yield from _question(each, number)


def _question(each: Asked, number: int) -> Iterator[Block]:
    notes = [_("required")] if each.needed else []
    notes += [_("if it applies")] if each.depends else []
    label = f"{number}. {each.label.striptags()}" + (f" ({each.unit})" if each.unit else "")
    yield Heading((Span(label), *((Span(f" ({_(', ').join(notes)})"),) if notes else ())), level=3)
    for words in (each.help.striptags() if each.help else "", each.note):
        if words:
            yield Paragraph(words, small=True)
    for mark in each.marks:
        yield Choice(mark, single=each.type in SINGLE)
    if each.head:
        rows = each.rows or ("",)
        mark = "○" if each.note == _("Choose one in each row.") else ""
        wide = [Column(head, width=2 if not place else 1) for place, head in enumerate(each.head)]
        yield Table(wide, [[row, *[mark] * (len(each.head) - 1)] for row in rows], named_rows=any(rows), small=True)
    if each.lines:
        yield Writing(each.lines)
