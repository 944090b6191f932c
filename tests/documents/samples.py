"""A document with one block of every kind, in both languages."""

from __future__ import annotations

from datetime import date

from webapp.core.documents.blocks import (
    Align,
    Block,
    Bullets,
    Callout,
    Choice,
    Column,
    Definitions,
    Document,
    Figure,
    Heading,
    Kind,
    PageBreak,
    Paragraph,
    Quote,
    Section,
    Span,
    Table,
    Writing,
)

TEXT = {
    "zh-Hans": (
        "可持续发展目标本地化，是指在制定和实施地方政策时，把《2030年议程》的17项目标、169项具体目标同本地实际结合起来的过程。"
        "“先听后讲”——这是第一条原则。"
    ),
    "en": (
        "Localizing the Goals means taking local contexts into account when plans are made and carried out. A trainer’s first "
        "task is to listen: “hear before you speak”—the rest follows. "
    ),
}
TITLE = {"zh-Hans": "青山县培训后报告", "en": "Post-training report of Qingshan County"}
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200" role="img"><title>T</title>'
    '<g transform="translate(10 5)"><rect class="tint" x="0" y="0" width="50%" height="40" rx="6"/></g>'
    '<path class="line thin" d="M0 90 q 20 -40 40 0 t 40 0 a 20 20 0 0 1 40 0 l10 10 H200 V120 S 220 60 240 90 C250 100 260 100 270 90z"/>'
    '<circle class="dot" data-goal="6" cx="200" cy="50" r="5"/><polyline class="line soft" points="0,0 10,10 20,0" stroke-dasharray="4 2"/>'
    '<text class="t b" x="200" y="150" text-anchor="middle">Figure text<tspan x="200" dy="20" class="t s">第二行</tspan></text></svg>'
)


def every_block(language: str) -> tuple[Block, ...]:
    text = TEXT[language]
    return (
        Heading("First part", anchor="first"),
        Paragraph(text, lead=True),
        Paragraph([
            Span("Plain, "), Span("bold, ", bold=True), Span("italic 强调, ", italic=True), Span("code", code=True), Span("1", raised=True),
            Span(" a link", link="https://example.org/page"), Span(" and there", link="#second"),
        ]),
        Bullets([text, [Paragraph("Two"), Bullets(["deeper", "deepest"], ordered=True, start=3)]]),
        Definitions([("Term", text), ("Other", "said")]),
        Heading("Second part", anchor="second"),
        Heading("Below", level=2),
        Table(
            [Column("Office"), Column("People", align=Align.RIGHT), Column("Remarks")],
            [[f"Office {number}", f"{number:,}", text] for number in range(60)] + [["Total", "1,770", ""]],
            caption="Table 1", named_rows=True, totals=1,
        ),
        Figure(SVG, "A hill", "Figure 1"),
        Callout("Advice", (Paragraph(text), Bullets(["one", "two"])), Kind.WARNING),
        Quote((Paragraph(text),), "Somebody"),
        Writing(2, "Your notes"),
        Choice("Right", ticked=True),
        Choice("Wrong", single=True),
        PageBreak(),
        Paragraph("Small print", small=True),
        Section((Table([Column(str(at)) for at in range(14)], [["12345"] * 14] * 3),), landscape=True),
        Section((Paragraph("Another language"),), language="en"),
        Paragraph("The last word."),
    )


def sample(language: str, **more: object) -> Document:
    given: dict[str, object] = {
        "subtitle": "Subtitle", "author": "Programme office", "facts": [("Place", "Qingshan"), ("Dates", "3 to 5 November 2026")],
        "note": "Cut-off: 20 November 2026", "created": date(2026, 11, 20), "blocks": every_block(language), **more,
    }
    return Document(TITLE[language], language, **given)  # type: ignore[arg-type]
