"""A certificate as one printed A4 page in Chinese and English.

`render` needs nothing but its argument: everything on the page is frozen when the certificate is issued, and the
same certificate gives the same bytes on every day and machine.
"""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor

from webapp.certificates import ornament
from webapp.certificates.content import CertificatePrint
from webapp.core.pdf.canvas import GlyphCanvas
from webapp.core.pdf.fonts import DISPLAY, HEADING, SANS, SERIF, missing_characters, warm_up
from webapp.core.pdf.typeset import Block, fit, shape

__all__ = ["CertificatePrint", "missing_characters", "render", "render_all", "warm_up"]

WIDTH, HEIGHT = 841.89, 595.28
LEFT, RIGHT = 76.0, 765.9
GUTTER = 28.0
COLUMN = (RIGHT - LEFT - GUTTER) / 2
COLUMN_LEFT = {"zh-Hans": LEFT, "en": LEFT + COLUMN + GUTTER}

INK = HexColor("#1f3161")
TEXT = HexColor("#1b2029")
MUTED = HexColor("#545861")
WARN = HexColor("#774a00")
WARN_WASH = HexColor("#f8efdc")


class Words(NamedTuple):
    """The fixed words of one language."""

    certificate: str
    completed: str
    attended: str
    hours: str
    issued: str
    edition: str
    days: str
    code: str
    verify: str
    specimen: str


WORDS = {
    "zh-Hans": Words(
        certificate="结业证书",
        completed="完成以下课程的学习并通过结业测验，特发此证：",
        attended="参加以下培训，达到结业要求，特发此证：",
        hours="学时",
        issued="签发日期",
        edition="课程版本",
        days="培训日期",
        code="证书编号",
        verify="扫描二维码或打开以下网址，即可核验本证书。",
        specimen="样张，无效",
    ),
    "en": Words(
        certificate="Certificate of completion",
        completed="has completed the following course and passed its final quiz:",
        attended="has taken part in the following training and met its requirements:",
        hours="Learning hours",
        issued="Issued on",
        edition="Course edition",
        days="Days of the training",
        code="Certificate code",
        verify="Scan the code or open this address to verify the certificate.",
        specimen="Specimen, not valid",
    ),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


def render(certificate: CertificatePrint) -> bytes:
    """The certificate as a PDF file of one A4 landscape page, every font embedded. No text leaves its room.

    Characters that no shipped font draws print as boxes: refuse them before issuing with `missing_characters`.
    """
    return render_all([certificate])


def render_all(certificates: Sequence[CertificatePrint]) -> bytes:
    """Several certificates as one file, a page each; at least one. Of a single one the same bytes as `render`."""
    canvas = GlyphCanvas(pagesize=(WIDTH, HEIGHT), language="zh-Hans")
    _describe(canvas, certificates)
    for number, certificate in enumerate(certificates):
        if number:
            canvas.showPage()
        _page(canvas, certificate)
    return canvas.document()


def _page(canvas: GlyphCanvas, certificate: CertificatePrint) -> None:
    with canvas.artifact():
        inner = ornament.FRAME_THIN
        ornament.contours(canvas, left=inner, bottom=inner, width=WIDTH - 2 * inner)
        if certificate.demo:
            _watermark(canvas)
        ornament.frame(canvas, width=WIDTH, height=HEIGHT)
    _head(canvas, certificate)
    _name(canvas, certificate.name)
    _course(canvas, certificate)
    _facts(canvas, certificate)
    _signature(canvas, certificate)
    _verification(canvas, certificate)


def date_in(language: str, day: date) -> str:
    """`day` in the notation of `language`: 2026年11月20日, 20 November 2026."""
    if language == "zh-Hans":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def days_in(language: str, first: date, last: date) -> str:
    """Days in the notation of `language`: 2026年12月14日至15日, 14–15 December 2026; what both share is written once."""
    if first == last:
        return date_in(language, first)
    if language == "zh-Hans":
        year = "" if first.year == last.year else f"{last.year}年"
        month = "" if not year and first.month == last.month else f"{last.month}月"
        return f"{date_in(language, first)}至{year}{month}{last.day}日"
    month = "" if (first.year, first.month) == (last.year, last.month) else f" {MONTHS[first.month - 1]}"
    year = "" if first.year == last.year else f" {first.year}"
    dash = " – " if month else "–"
    return f"{first.day}{month}{year}{dash}{date_in(language, last)}"


def _head(canvas: GlyphCanvas, certificate: CertificatePrint) -> None:
    with canvas.artifact():
        ornament.mark(canvas, left=LEFT, bottom=HEIGHT - 86, size=17)
    x = LEFT + 27
    end = RIGHT - (200 if certificate.demo else 0)
    for tag in _present(certificate.issuer):
        block = fit(certificate.issuer[tag], SANS, width=(end - LEFT - 41) / 2, sizes=(10.5, 6), lines=1, language=tag)
        x += _lines(canvas, block, x, HEIGHT - 81.5, colour=TEXT, language=tag) + 14
    if certificate.demo:
        _specimen(canvas)
    heading = Block(42, (shape(WORDS["zh-Hans"].certificate, HEADING, language="zh-Hans"),))
    english = Block(27, (shape(WORDS["en"].certificate, DISPLAY, language="en"),))
    width = _lines(canvas, heading, LEFT - 2, HEIGHT - 146, colour=INK, language="zh-Hans", tag="H1")
    _lines(canvas, english, LEFT + width + 18, HEIGHT - 146, colour=INK, language="en", tag="H1")


def _name(canvas: GlyphCanvas, name: str) -> None:
    """Above its rule, as large as width and height allow: marks below the line never touch the rule."""
    rule, room = HEIGHT - 254, 86.0
    block = fit(name, DISPLAY, width=RIGHT - LEFT, sizes=(44, 25), lines=2)
    if len(block.lines) > 1:
        block = fit(name, DISPLAY, width=RIGHT - LEFT, sizes=(28, 25), lines=2)
    leadings = [max(1250, upper.ink[1] + lower.ink[0] + 120) for upper, lower in itertools.pairwise(block.lines)]
    height = block.lines[0].ink[0] + sum(leadings) + block.lines[-1].ink[1]
    size = min(block.size, room * 1000 / max(height, 1))
    depth = max(block.lines[-1].ink[1] * size / 1000 + 7, 22 - 6 * len(leadings))
    block = Block(size, block.lines)
    leading = max(leadings, default=0) / 1000
    foot = rule + depth + len(leadings) * leading * size
    _lines(canvas, block, LEFT - 1, foot, colour=TEXT, leading=leading)
    _rule(canvas, LEFT, RIGHT, rule, weight=0.75)


def _course(canvas: GlyphCanvas, certificate: CertificatePrint) -> None:
    tags = _present(certificate.title)
    for tag in tags:
        x = COLUMN_LEFT[tag] if len(tags) > 1 else LEFT
        width = COLUMN if len(tags) > 1 else RIGHT - LEFT
        words = WORDS[tag].attended if certificate.days else WORDS[tag].completed
        completed = fit(words, SANS, width=width, sizes=(11, 8), lines=1, language=tag)
        _lines(canvas, completed, x, HEIGHT - 277, colour=MUTED, language=tag)
        title = certificate.title[tag]
        # Titles of courses stand between the marks of book titles, names of events do not.
        titled = f"《{title}》" if tag == "zh-Hans" and not certificate.days else title
        block = fit(titled, SERIF, width=width, sizes=(19, 15), lines=3, language=tag)
        if len(block.lines) > 2:
            block = fit(titled, SERIF, width=width, sizes=(15, 12), lines=3, language=tag)
        hang = block.size / 2 if titled.startswith("《") else 0.0  # the opening mark hangs in the margin
        _lines(canvas, block, x - hang, HEIGHT - 304, colour=TEXT, leading=1.35, language=tag)


def _facts(canvas: GlyphCanvas, certificate: CertificatePrint) -> None:
    issued = {tag: date_in(tag, certificate.issued_on) for tag in WORDS}
    hours = {"": f"{certificate.hours:g}"}
    en_left, end = COLUMN_LEFT["en"], LEFT + COLUMN
    facts: tuple[tuple[str, Mapping[str, str], float, float], ...]
    if certificate.days:
        days = {tag: days_in(tag, *certificate.days) for tag in WORDS}
        facts = (("issued", issued, LEFT, end - 92), ("hours", hours, end - 74, end), ("days", days, en_left, RIGHT))
    else:
        edition = {"": certificate.edition}
        facts = (("issued", issued, LEFT, end), ("hours", hours, en_left, en_left + 122), ("edition", edition, en_left + 146, RIGHT))
    for label, values, left, right in facts:
        _rule(canvas, left, right, HEIGHT - 374, weight=0.5)
        x = left
        for tag, value in values.items():
            block = fit(value, SERIF, width=(right - left - 16) / len(values), sizes=(15, 6), lines=1, language=tag)
            x += _lines(canvas, block, x, HEIGHT - 393, colour=TEXT, language=tag) + 16
        _label(canvas, label, left, HEIGHT - 407, width=right - left)


def _signature(canvas: GlyphCanvas, certificate: CertificatePrint) -> None:
    """Who signs, one line for both languages; below, role and issuer, a line a language."""
    y = HEIGHT - 461
    x = LEFT
    names = _present(certificate.signatory)
    for tag in names:
        width = (COLUMN - 12 * (len(names) - 1)) / len(names)
        block = fit(certificate.signatory[tag], SERIF, width=width, sizes=(16, 6), lines=1, language=tag)
        x += _lines(canvas, block, x, y, colour=TEXT, language=tag) + 12
    y -= 18
    for texts in (certificate.signatory_role, certificate.issuer):
        for tag in _present(texts):
            block = fit(texts[tag], SANS, width=COLUMN, sizes=(9.5, 6), lines=1, language=tag)
            _lines(canvas, block, LEFT, y, colour=MUTED, language=tag)
            y -= 14


def _verification(canvas: GlyphCanvas, certificate: CertificatePrint) -> None:
    size = 80.0
    left, bottom = COLUMN_LEFT["en"], HEIGHT - 523
    with canvas.element("Figure", alternative=certificate.verify_url):
        ornament.qr_code(canvas, certificate.verify_url, left=left, bottom=bottom, size=size, colour=INK)
    canvas.linkURL(certificate.verify_url, (left, bottom, left + size, bottom + size), relative=0, thickness=0)
    x = left + size + 20
    width = RIGHT - x
    y = HEIGHT - 450
    _label(canvas, "code", x, y, width=width)
    code = fit(certificate.code, SANS, width=width, sizes=(16, 8), lines=1, language="en")
    _lines(canvas, code, x, y - 19, colour=TEXT, language="en")
    for number, (tag, words) in enumerate(WORDS.items()):
        verify = fit(words.verify, SANS, width=width, sizes=(8.5, 6), lines=1, language=tag)
        _lines(canvas, verify, x, y - 37 - 12 * number, colour=MUTED, language=tag)
    address = certificate.verify_url.removeprefix("https://")
    link = fit(address, SANS, width=width, sizes=(8.5, 7), lines=2, language="en")
    _lines(canvas, link, x, y - 61, colour=INK, language="en", leading=1.3)


def _watermark(canvas: GlyphCanvas) -> None:
    canvas.saveState()
    canvas.translate(WIDTH / 2, HEIGHT / 2)
    canvas.rotate(24)
    for text, size, y in (("样张", 150.0, 8.0), ("SPECIMEN", 92.0, -82.0)):
        line = shape(text, HEADING, language="zh-Hans")
        canvas.text(line, -line.width * size / 2000, y, size=size, colour=WARN_WASH)
    canvas.restoreState()


def _specimen(canvas: GlyphCanvas) -> None:
    blocks = {tag: fit(words.specimen, SANS, width=COLUMN, sizes=(10.5, 6), lines=1, language=tag) for tag, words in WORDS.items()}
    width = sum(block.lines[0].width * block.size / 1000 for block in blocks.values()) + 8
    x = RIGHT - width - 8
    with canvas.artifact():
        canvas.setStrokeColor(WARN)
        canvas.setLineWidth(0.75)
        canvas.rect(x - 8, HEIGHT - 89, width + 16, 22)
    for tag, block in blocks.items():
        x += _lines(canvas, block, x, HEIGHT - 82, colour=WARN, language=tag) + 8


def _rule(canvas: GlyphCanvas, left: float, right: float, y: float, *, weight: float) -> None:
    with canvas.artifact():
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(weight)
        canvas.line(left, y, right, y)


def _label(canvas: GlyphCanvas, label: str, x: float, y: float, *, width: float) -> None:
    """The words for `label` (a field of Words) in both languages on one line."""
    end = x + width
    for tag, words in WORDS.items():
        block = fit(getattr(words, label), SANS, width=end - x, sizes=(8.5, 5), lines=1, language=tag)
        x += _lines(canvas, block, x, y, colour=MUTED, language=tag) + 6


def _lines(
    canvas: GlyphCanvas,
    block: Block,
    x: float,
    y: float,
    *,
    colour: Color,
    leading: float = 1.0,
    language: str = "",
    tag: str = "P",
) -> float:
    """Draw `block` as one element, the baseline of its first line at `y`; the width of its widest line, in points."""
    with canvas.element(tag, language=language):
        for number, line in enumerate(block.lines):
            canvas.text(line, x, y - number * block.size * leading, size=block.size, colour=colour)
    return max(line.width for line in block.lines) * block.size / 1000


def _present(texts: Mapping[str, str]) -> list[str]:
    """The languages of the page in which `texts` says something, once each text."""
    return [
        tag for at, tag in enumerate(WORDS) if texts.get(tag) and texts[tag] not in [texts.get(earlier) for earlier in list(WORDS)[:at]]
    ]


def _describe(canvas: GlyphCanvas, certificates: Sequence[CertificatePrint]) -> None:
    """What the file says of itself. One of several names the award and not all the people."""
    certificate, several = certificates[0], len(certificates) > 1

    def both(texts: Mapping[str, str]) -> str:
        return " / ".join(dict.fromkeys(texts[tag] for tag in _present(texts)))

    kind = " ".join(words.certificate for words in WORDS.values())
    title = f"{kind}: {both(certificate.title)}" if several else f"{kind}: {certificate.name}, {both(certificate.title)}"
    identifier = "" if several else f"<dc:identifier>{escape(certificate.verify_url)}</dc:identifier>"
    canvas.setTitle(title)
    canvas.setAuthor(both(certificate.issuer))
    canvas.setSubject(str(len(certificates)) if several else certificate.code)
    canvas.setCreator("LocalGoals")
    canvas.setDateFormatter(lambda *_: f"D:{certificate.issued_on:%Y%m%d}")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    languages = "".join(f"<rdf:li>{tag}</rdf:li>" for tag in WORDS)
    canvas.metadata(
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:format>application/pdf</dc:format>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(title)}</rdf:li></rdf:Alt></dc:title>'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(both(certificate.issuer))}</rdf:li></rdf:Seq></dc:creator>"
        f"{identifier}"
        f"<dc:date><rdf:Seq><rdf:li>{certificate.issued_on.isoformat()}</rdf:li></rdf:Seq></dc:date>"
        f"<dc:language><rdf:Bag>{languages}</rdf:Bag></dc:language>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
