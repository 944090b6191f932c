"""Name badges: eight on an A4 sheet, the name as large as it fits, with marks to cut along. No titles, no ranks."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.colors import Color, HexColor

from webapp.core.frozen import dataclass
from webapp.core.pdf.canvas import GlyphCanvas
from webapp.core.pdf.fonts import BODY, BODY_BOLD, DISPLAY, Stack, legible
from webapp.core.pdf.typeset import Block, fit

MM = 72 / 25.4
PAGE = (210 * MM, 297 * MM)
BADGE = (90 * MM, 65 * MM)
ACROSS, DOWN = 2, 4
LEFT, BOTTOM = (PAGE[0] - ACROSS * BADGE[0]) / 2, (PAGE[1] - DOWN * BADGE[1]) / 2
PADDING = 6 * MM
BAND = 9 * MM
MARK = 4 * MM
INK, TEXT, MUTED, PAPER, HAIR = (HexColor(each) for each in ("#1f3161", "#1b2029", "#545861", "#ffffff", "#8a8a8a"))
LATIN_CAP = 0.72


@dataclass(frozen=True)
class Badge:
    """What stands on a badge: who, from where, and as what (`part`, already translated). `strong` sets trainers apart."""

    name: str
    organisation: str
    part: str
    strong: bool = False


def render(badges: Sequence[Badge], *, event: str, title: str, language: str) -> bytes:
    """The badges as sheets to cut; `event` stands on each of them, `title` is the file's. At least one sheet."""
    canvas = GlyphCanvas(pagesize=PAGE, language=language)
    canvas.setTitle(title)
    canvas.setCreator("LocalGoals")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for at in range(0, max(len(badges), 1), ACROSS * DOWN):
        if at:
            canvas.showPage()
        sheet = badges[at : at + ACROSS * DOWN]
        with canvas.artifact():
            _marks(canvas)
        for place, badge in enumerate(sheet):
            left = LEFT + place % ACROSS * BADGE[0]
            bottom = BOTTOM + (DOWN - 1 - place // ACROSS) * BADGE[1]
            _badge(canvas, badge, event, (left, bottom), language)
    return canvas.document()


def _marks(canvas: GlyphCanvas) -> None:
    """Short lines outside the badges where the cuts begin, and a small cross where they meet."""
    canvas.setStrokeColor(HAIR)
    canvas.setLineWidth(0.4)
    right, top = LEFT + ACROSS * BADGE[0], BOTTOM + DOWN * BADGE[1]
    for column in range(ACROSS + 1):
        x = LEFT + column * BADGE[0]
        canvas.line(x, BOTTOM - 1.5 * MM - MARK, x, BOTTOM - 1.5 * MM)
        canvas.line(x, top + 1.5 * MM, x, top + 1.5 * MM + MARK)
        for row in range(DOWN + 1):
            y = BOTTOM + row * BADGE[1]
            canvas.line(x - MM, y, x + MM, y)
            canvas.line(x, y - MM, x, y + MM)
    for row in range(DOWN + 1):
        y = BOTTOM + row * BADGE[1]
        canvas.line(LEFT - 1.5 * MM - MARK, y, LEFT - 1.5 * MM, y)
        canvas.line(right + 1.5 * MM, y, right + 1.5 * MM + MARK, y)


def _badge(canvas: GlyphCanvas, badge: Badge, event: str, corner: tuple[float, float], language: str) -> None:
    left, bottom = corner
    width, height = BADGE
    inner = width - 2 * PADDING
    with canvas.artifact():
        canvas.setFillColor(INK)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(0.8)
        canvas.rect(left + PADDING, bottom + PADDING, inner, BAND, stroke=1, fill=int(badge.strong))
    top = bottom + height - PADDING
    event_block = _fit(event, BODY, inner, (9.5, 7), 2, language)
    _centred(canvas, event_block, left, top - event_block.size, INK, leading=1.3)
    part = _fit(badge.part, BODY_BOLD, inner - 4 * MM, (12, 6), 1, language)
    _centred(canvas, part, left, bottom + PADDING + (BAND - part.size * LATIN_CAP) / 2, PAPER if badge.strong else INK)
    organisation = _fit(badge.organisation, BODY, inner, (12, 8), 2, "") if badge.organisation.strip() else None
    foot = bottom + PADDING + BAND + 3.5 * MM
    if organisation:
        _centred(canvas, organisation, left, foot + (len(organisation.lines) - 1) * organisation.size * 1.3, MUTED, leading=1.3)
        foot += len(organisation.lines) * organisation.size * 1.3 + 1.5 * MM
    _name(canvas, badge.name, left, (foot, top - len(event_block.lines) * event_block.size * 1.3 - 3 * MM))


def _name(canvas: GlyphCanvas, name: str, left: float, room: tuple[float, float]) -> None:
    """Between the two heights of `room`, in the middle of it, on two lines at most; marks above and below letters have room too."""
    low, high = room
    block = _fit(name, DISPLAY, BADGE[0] - 2 * PADDING, (48, 22), 2, "")
    leading = max([1250, *(upper.ink[1] + lower.ink[0] + 100 for upper, lower in zip(block.lines, block.lines[1:], strict=False))]) / 1000
    above, below = block.lines[0].ink[0] / 1000, block.lines[-1].ink[1] / 1000
    needed = above + below + leading * (len(block.lines) - 1)
    size = min(block.size, (high - low) / max(needed, 0.1))
    base = low + (high - low - needed * size) / 2 + (below + leading * (len(block.lines) - 1)) * size
    _centred(canvas, Block(size, block.lines), left, base, TEXT, leading=leading, tag="H1")


def _fit(text: str, stack: Stack, width: float, sizes: tuple[float, float], lines: int, language: str) -> Block:
    return fit(legible(" ".join(text.split()), stack) or " ", stack, width=width, sizes=sizes, lines=lines, language=language)


def _centred(
    canvas: GlyphCanvas, block: Block, left: float, y: float, colour: Color, *, leading: float = 1.0, tag: str = "P",
) -> None:
    """Draw the lines in the middle of the badge, the baseline of the first at `y`."""
    with canvas.element(tag):
        for number, line in enumerate(block.lines):
            x = left + (BADGE[0] - line.width * block.size / 1000) / 2
            canvas.text(line, x, y - number * block.size * leading, size=block.size, colour=colour)
