"""A report as a document for print: what a mayor reads first, then the text with its tables and charts, then the annexes. No query."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import UTC, date, datetime

from webapp.core.charts.numbers import alternative
from webapp.core.charts.printed import svg
from webapp.core.charts.shapes import Chart
from webapp.core.documents.blocks import (
    Align,
    Block,
    Bullets,
    Callout,
    Column,
    Definitions,
    Document,
    Figure,
    Heading,
    Kind,
    Paragraph,
    Picture,
    Section,
    Table,
)
from webapp.core.documents.words import HeadingNumbers
from webapp.core.frozen import dataclass
from webapp.core.i18n import NATIVE_NAMES, _, current_language, localised
from webapp.core.ui.dates import day_text, moment_text
from webapp.reports import drafting
from webapp.reports.narrative import Recommendation, Text
from webapp.reports.shown import Answers, Shown
from webapp.trainings.labels import PARTS
from webapp.trainings.models import TrainerPart
from webapp.trainings.models_learning import SurveyKind


@dataclass(frozen=True)
class Printed:
    """All that a printed report needs. `text` may be in another language than the one in force: then the report says so.

    `edition`: (number, code, published at), None for a draft; `draft` is what is said of it then. `photos`: (JPEG, caption).
    """

    shown: Shown
    text: Text | None
    trainers: Sequence[tuple[str, TrainerPart]]
    edition: tuple[int, str, datetime] | None = None
    correction: str = ""
    draft: str = ""
    photos: Sequence[tuple[bytes, str]] = ()
    address: str = ""
    zone: object = UTC


@dataclass
class _Builder:
    """Puts the parts in order and counts tables and figures."""

    printed: Printed
    numbers: HeadingNumbers = field(default_factory=lambda: HeadingNumbers(current_language()))
    tables: int = 0
    figures: int = 0
    annexes: int = 0

    def blocks(self) -> Iterator[Block]:
        """The whole report."""
        yield from self._notes()
        yield from self._summary()
        yield from self._told(_("Context and link to the plan"), "context", "plan-link")
        yield from self._told(_("Preparation and needs"), "preparation", "needs", after=self._answers(SurveyKind.NEEDS))
        yield from self._told(_("Who took part"), after=self._people())
        yield from self._told(_("How the training went"), "sessions", after=self._sessions())
        yield from self._told(_("What the participants produced"), "products")
        yield from self._told(_("What was learned"), "learning", after=self._learning())
        yield from self._told(_("What the participants thought"), "satisfaction", after=self._answers(SurveyKind.SATISFACTION))
        yield from self._told(_("What came of it later"), after=self._later())
        yield from self._told(_("The way forward"), after=self._forward())
        yield from self._told(_("Thanks"), "thanks")
        yield from self._annexes()

    def _notes(self) -> Iterator[Block]:
        printed, text = self.printed, self.printed.text
        if printed.draft:
            yield Callout(_("Draft, not published"), [Paragraph(printed.draft)], Kind.WARNING)
        if printed.correction:
            yield Callout(_("What this edition corrects"), [Paragraph(printed.correction)], Kind.CASE)
        if text is not None and text.language != current_language():
            yield Paragraph(
                _("The text of this report was written in %(language)s only; headings and figures are translated.",
                  language=NATIVE_NAMES.get(text.language, text.language)), small=True,
            )

    def _summary(self) -> Iterator[Block]:
        shown = self.printed.shown
        yield self._heading(_("Summary"))
        yield from self._words("conclusions")
        rows = [[fact.label, fact.value] for fact in (*shown.headlines, *shown.hours[:1], *shown.tested[3:4])]
        yield self._table([_("Key figure"), _("Count or mean")], rows, _("The training in figures"))
        rows = [[each.recommendation, each.who, self._day(each.by_when)] for each in self._recommendations()[:3]]
        if rows:
            yield Heading(_("First recommendations"), 3)
            yield Bullets([_in_short(row) for row in rows], ordered=True)

    def _heading(self, text: str) -> Heading:
        return Heading(self.numbers.next(1) + text, 1)

    def _told(self, heading: str, *fields: str, after: Iterator[Block] | None = None) -> Iterator[Block]:
        """A part under its heading; nothing where there is nothing to tell."""
        blocks = [*(block for each in fields for block in self._words(each)), *(after or ())]
        if blocks:
            yield self._heading(heading)
            yield from blocks

    def _words(self, field_id: str) -> Iterator[Block]:
        """The paragraphs of a field, in the language they were written in."""
        text = self.printed.text
        if text is None:
            return
        paragraphs = [Paragraph(line.strip()) for line in text.words(field_id).splitlines() if line.strip()]
        if paragraphs and text.language != current_language():
            yield Section(paragraphs, language=text.language)
        else:
            yield from paragraphs

    def _table(self, heads: Sequence[str], rows: Sequence[Sequence[str]], title: str, *, totals: int = 0) -> Table:
        self.tables += 1
        columns = [Column(head, align=Align.RIGHT if at else Align.LEFT) for at, head in enumerate(heads)]
        caption = _("Table %(number)d. %(title)s", number=self.tables, title=title)
        return Table(columns, rows, caption=caption, named_rows=True, totals=totals)

    def _chart(self, chart: Chart) -> Figure:
        self.figures += 1
        return Figure(
            svg(chart), alternative(chart), caption=_("Figure %(number)d. %(title)s", number=self.figures, title=chart.title), width=1.0,
        )

    def _people(self) -> Iterator[Block]:
        shown = self.printed.shown
        if not shown.people:
            return
        self.tables += 1
        heads = shown.people[0].heads[1:]
        columns = [Column(_("By"), 2), Column(_("Group"), 3.5), *(Column(head, 1.2, Align.RIGHT) for head in heads)]
        rows = [[grid.title if not at else "", *row] for grid in shown.people for at, row in enumerate(grid.rows[:-1])]
        yield Table(
            columns, [*rows, ["", *shown.people[0].rows[-1]]], totals=1,
            caption=_("Table %(number)d. %(title)s", number=self.tables, title=_("Who took part")),
        )
        if shown.public:
            yield Paragraph(shown.people[0].note, small=True)

    def _sessions(self) -> Iterator[Block]:
        chart = self.printed.shown.attendance
        if chart is not None:
            yield self._chart(chart)
        for content, caption in self.printed.photos:
            self.figures += 1
            said = caption or _("Photo of the training")
            yield Picture(content, said, caption=_("Figure %(number)d. %(title)s", number=self.figures, title=said), width=0.6)

    def _learning(self) -> Iterator[Block]:
        shown = self.printed.shown
        chart = shown.learning
        if chart is not None:
            yield self._chart(chart)
        if shown.tested:
            rows = [[fact.label, fact.value] for fact in shown.tested]
            yield self._table([_("Knowledge test"), _("Count or mean")], rows, _("The tests in figures"))

    def _answers(self, kind: SurveyKind) -> Iterator[Block]:
        found = self.printed.shown.survey(kind)
        if found is not None:
            yield from self._survey(found)

    def _survey(self, found: Answers) -> Iterator[Block]:
        yield Paragraph(_("%(survey)s: %(sentence)s", survey=found.title, sentence=found.sentence), small=True)
        yield from (self._chart(each) for each in found.charts)

    def _later(self) -> Iterator[Block]:
        for kind in (SurveyKind.FOLLOW_UP_3, SurveyKind.FOLLOW_UP_6):
            found = self.printed.shown.survey(kind)
            if found is not None and found.charts:
                yield from self._survey(found)

    def _recommendations(self) -> list[Recommendation]:
        return self.printed.text.recommendations() if self.printed.text else []

    def _forward(self) -> Iterator[Block]:
        rows = self._recommendations()
        if not rows:
            return
        self.tables += 1
        columns = [Column(_("Recommendation"), 4), Column(_("Who does it"), 2.2), Column(_("By when"), 1.8), Column(_("First step"), 3)]
        table = Table(
            columns, [[each.recommendation, each.who, self._day(each.by_when), each.first_step] for each in rows],
            caption=_("Table %(number)d. %(title)s", number=self.tables, title=_("Recommendations for the way forward")),
        )
        text = self.printed.text
        yield Section([table], language=text.language) if text and text.language != current_language() else table

    @staticmethod
    def _day(iso: str) -> str:
        return day_text(date.fromisoformat(iso), current_language(), UTC) if iso else ""

    def _annex(self, title: str) -> Heading:
        self.annexes += 1
        return Heading(_("Annex %(number)d: %(title)s", number=self.annexes, title=title), 1)

    def _annexes(self) -> Iterator[Block]:
        shown = self.printed.shown
        notes = list(self._words("annex-notes"))
        if any(half.lines for half in shown.agenda):
            yield self._annex(_("Agenda as held") if shown.held_noted else _("Agenda as planned"))
            yield from notes
            yield from self._agenda()
        elif notes:
            yield self._annex(_("Notes"))
            yield from notes
        yield self._annex(_("What the figures count"))
        moment = moment_text(shown.cut_off, current_language(), self.printed.zone)  # type: ignore[arg-type]
        yield Paragraph(_("All figures stand as of %(moment)s. Each person counts once.", moment=moment))
        yield Definitions(shown.definitions)

    def _agenda(self) -> Iterator[Block]:
        shown = self.printed.shown
        for half in shown.agenda:
            if not half.lines:
                continue
            self.tables += 1
            heads = [Column(_("Agenda item"), 5), Column(_("Planned, minutes"), 1.8, Align.RIGHT)]
            if shown.held_noted:
                heads.append(Column(_("Held, minutes"), 1.8, Align.RIGHT))
            title = f"{half.when} {half.title}".strip()
            yield Table(
                heads, [list(line[: len(heads)]) for line in half.lines], small=True,
                caption=_("Table %(number)d. %(title)s", number=self.tables, title=title),
            )


def _in_short(row: Sequence[str]) -> str:
    """A recommendation with who and by when behind it."""
    said, rest = row[0].rstrip(".。"), drafting.listed(row[1:])
    if not rest:
        return said
    return f"{said}（{rest}）" if current_language().startswith("zh") else f"{said} ({rest})"


def document_of(printed: Printed) -> Document:
    """The report in the language in force."""
    about = printed.shown.figures["about"]
    language = current_language()
    people = drafting.listed(_("%(name)s (%(part)s)", name=name, part=PARTS[part]) for name, part in printed.trainers)
    facts = [
        (_("Place"), localised(about["place"])), (_("Days"), drafting.period(about) if about["first_day"] else ""),
        (_("Venue"), about["venue"]), (_("Host organisation"), about["host"]), (_("Trainers"), people),
        (_("Figures as of"), moment_text(printed.shown.cut_off, language, printed.zone)),  # type: ignore[arg-type]
    ]
    note = ""
    created = printed.shown.cut_off.date()
    if printed.edition is not None:
        number, code, published = printed.edition
        facts.append((_("Edition"), _("%(number)d, published on %(day)s", number=number, day=day_text(published.date(), language, UTC))))
        note = _("Edition %(number)d · %(code)s", number=number, code=code)
        created = published.date()
    if printed.address:
        facts.append((_("Address"), printed.address))
    if printed.draft:
        note = _("Draft, not published")
    return Document(
        _("Post-training report"), language=language, blocks=list(_Builder(printed).blocks()), subtitle=localised(about["titles"]),
        author=about["host"] or localised(about["place"]), facts=[(name, value) for name, value in facts if value], note=note,
        contents=False, created=created,
    )


def parts_of(rows: Mapping[str, str], trainers: Sequence[Mapping[str, str]]) -> list[tuple[str, TrainerPart]]:
    """Trainers by name with their part, observers left out; who was erased is not named."""
    found = [(rows.get(each["person"], ""), TrainerPart(each["part"])) for each in trainers]
    return [(name, part) for name, part in found if name and part is not TrainerPart.OBSERVER]
