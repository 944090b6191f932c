"""Tests on paper: one form a person, to print on A4 and to answer with a pen; letters are those that are typed in later."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

import segno

from webapp.accounts.mail import link
from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised, speaking
from webapp.courses.content import Form
from webapp.courses.questions import Matching, Multiple, Numeric, Ordering, TrueFalse
from webapp.quizzes.drawing import Asked
from webapp.quizzes.questions import Sheet, sheet
from webapp.trainings.letters import LETTERS
from webapp.trainings.models_learning import Moment
from webapp.trainings.records import participant_url

if TYPE_CHECKING:
    from webapp.core.documents.blocks import Block

# Room for a letter written by hand.
_ROOM = " \n "


@dataclass(frozen=True)
class PaperForm:
    """A participant's form: code, name (empty where none is to be printed), questions."""

    code: str
    name: str
    paper: Sequence[Asked]


@dataclass(frozen=True)
class Print:
    """What all forms of a print have in common. `words` has the title and introduction, `online`: answers are taken online, too."""

    training: str
    words: Form
    moment: Moment
    language: str
    day: date
    online: bool


def to_print(what: Print, forms: Sequence[PaperForm]) -> bytes:
    """All forms as one PDF. Each counts its own pages and has its code on top of every one: sheets of a pile go astray."""
    # What prints takes long to load, which no start should wait for.
    import pikepdf  # noqa: PLC0415

    title = localised(what.words.title, what.language)
    with speaking(what.language), pikepdf.new() as pile:
        for form in forms:
            with pikepdf.open(io.BytesIO(_printed(what, title, form))) as pages:
                pile.pages.extend(pages.pages)
        pile.Root.Lang = pikepdf.String(what.language)
        with pile.open_metadata() as told:
            told["dc:title"] = f"{title} · {what.training}"
        data = io.BytesIO()
        pile.save(data)
        return data.getvalue()


def _printed(what: Print, title: str, form: PaperForm) -> bytes:
    from webapp.core.documents.blocks import Document  # noqa: PLC0415
    from webapp.core.documents.pdf import to_pdf  # noqa: PLC0415

    blocks = [*_head(what, form), *_questions(form.paper, what.language)]
    return to_pdf(Document(title, what.language, blocks, subtitle=what.training, author=form.code, created=what.day))


def _head(what: Print, form: PaperForm) -> Iterator[Block]:
    from webapp.core.documents.blocks import Callout, Kind, Paragraph, Picture, Span  # noqa: PLC0415

    if form.name:
        yield Paragraph((Span(form.name, bold=True),), lead=True)
    picture = io.BytesIO()
    url = link(participant_url(form.code, "test", what.moment.value))
    segno.make(url, error="m").save(picture, kind="png", scale=6, border=2)
    lines = [Paragraph(_("Answer with a pen and give this form back to the trainers."))]
    if what.online:
        lines.append(Paragraph(_("Or answer online: scan the square. This form and the page count as one test.")))
    yield Callout(_("Code of this test form: %(code)s", code=form.code), (
        *lines, Picture(picture.getvalue(), _("The address of this test as a square to scan"), width=0.18),
    ), kind=Kind.ADVICE)
    yield Paragraph(localised(what.words.intro, what.language))


def _questions(paper: Sequence[Asked], language: str) -> Iterator[Block]:
    from webapp.core.documents.blocks import Heading, Span  # noqa: PLC0415

    for number, asked in enumerate(paper, 1):
        texts = sheet(asked.question, language)
        # In one block with the question, so that the first answer stays with both.
        yield Heading((Span(f"{number}. {texts.prompt.striptags()}\n"), Span(_how(asked))), level=3)
        yield from _answers(asked, texts)


def _how(asked: Asked) -> str:
    match asked.question:
        case Multiple():
            return _("Tick all that apply.")
        case Matching():
            return _("Write the letter that belongs to each row.")
        case Ordering():
            return _("Write the letters in their right order.")
        case Numeric():
            return _("Write a number in digits.")
        case _:
            return _("Tick one.")


def _answers(asked: Asked, texts: Sheet) -> Iterator[Block]:
    from webapp.core.documents.blocks import Align, Choice, Column, Definitions, Table, Writing  # noqa: PLC0415

    question = asked.question
    options = texts.plain
    if isinstance(question, TrueFalse):
        options = {"true": _("True"), "false": _("False")}
    lettered = [(LETTERS[place], options[each]) for place, each in enumerate(asked.order)]
    match question:
        case Numeric():
            yield Writing(1, label=texts.unit.striptags())
        case Matching():
            columns = [Column(_("Row of the question"), width=4), Column(_("Letter"), width=1, align=Align.CENTRE)]
            yield Table(columns, [[texts.left[pair.id].striptags(), _ROOM] for pair in question.pairs])
            yield Definitions(lettered)
        case Ordering():
            yield Definitions(lettered)
            places = [str(place) for place in range(1, len(asked.order) + 1)]
            yield Table([Column(place, width=1, align=Align.CENTRE) for place in places], [[_ROOM for _place in places]])
        case _:
            single = not isinstance(question, Multiple)
            for letter, text in lettered:
                yield Choice(f"{letter}  {text}", single=single)
