"""The drawn parts of a printed certificate: the thick-and-thin frame, the contour lines, the mark, the QR code."""

import functools
import re

import segno
from reportlab.lib.colors import Color, HexColor

from webapp.core.pdf.canvas import GlyphCanvas

INK = HexColor("#1f3161")
CONTOUR = HexColor("#c6cfe6")
PAPER = HexColor("#ffffff")

FRAME_THICK = 25.0  # distance of the rules from the edge of the paper, points
FRAME_THIN = 31.5

# Map contours in a box of 960 by 130, y downwards: M and Q commands as in SVG. The same drawing as on screen.
CONTOUR_WIDTH = 960
CONTOUR_HEIGHT = 130
CONTOUR_FLATTEN = 0.85
CONTOURS = (
    "M0 100 Q42 91 66 90 Q91 89 115 90 Q139 92 184 97 Q229 102 251 102 Q272 102 291 100 Q310 98 363 86 Q417 "
    "74 435 71 Q453 69 468 69 Q483 68 501 68 Q519 69 537 71 Q555 72 608 82 Q661 91 690 94 Q718 96 755 96 Q791"
    " 95 851 89 Q912 83 960 84 "
    "M0 117 Q12 110 24 107 Q36 104 60 101 Q85 98 109 99 Q133 100 184 106 Q235 112 260 112 Q284 112 308 108 "
    "Q332 104 377 94 Q423 83 453 80 Q483 78 516 79 Q549 81 607 91 Q664 101 691 103 Q718 106 758 105 Q797 104 "
    "854 98 Q912 92 960 94 "
    "M11 130 Q24 120 33 117 Q42 113 54 111 Q66 109 78 108 Q91 107 115 108 Q139 109 187 115 Q235 121 263 121 "
    "Q290 120 314 117 Q338 113 383 102 Q429 92 456 89 Q483 86 498 86 Q513 86 531 87 Q549 89 607 99 Q664 109 "
    "691 112 Q718 114 758 114 Q797 113 854 107 Q912 100 960 102 "
    "M36 130 Q48 124 54 122 Q60 120 69 118 Q78 116 91 116 Q103 115 121 116 Q139 117 178 122 Q217 127 255 130 "
    "M268 130 Q326 125 380 112 Q435 99 462 96 Q489 93 519 95 Q549 96 607 107 Q664 117 694 120 Q725 122 764 "
    "122 Q803 121 857 114 Q912 108 924 108 Q936 108 960 111 "
    "M66 130 Q91 124 103 124 Q115 123 179 130 "
    "M351 130 Q447 106 462 104 Q477 102 492 101 Q507 100 531 102 Q555 104 610 114 Q664 125 719 130 "
    "M793 130 Q827 127 866 122 Q906 116 921 116 Q936 116 960 119 "
    "M400 130 Q459 113 483 110 Q507 108 534 110 Q562 112 650 130 "
    "M867 130 Q918 124 930 124 Q942 125 960 129 "
    "M442 130 Q459 124 468 121 Q477 119 495 118 Q513 116 534 117 Q555 119 611 130 "
)


def frame(canvas: GlyphCanvas, *, width: float, height: float) -> None:
    """The thick-and-thin rule around a page of `width` by `height` points."""
    canvas.setStrokeColor(INK)
    for inset, weight in ((FRAME_THICK, 4.5), (FRAME_THIN, 0.75)):
        canvas.setLineWidth(weight)
        canvas.rect(inset, inset, width - 2 * inset, height - 2 * inset)


def contours(canvas: GlyphCanvas, *, left: float, bottom: float, width: float) -> None:
    """The contour lines across `width` points, their foot at `bottom`."""
    canvas.saveState()
    canvas.setStrokeColor(CONTOUR)
    scale = width / CONTOUR_WIDTH
    canvas.transform(scale, 0, 0, -scale * CONTOUR_FLATTEN, left, bottom + CONTOUR_HEIGHT * scale * CONTOUR_FLATTEN)
    canvas.setLineWidth(0.6 / scale)
    canvas.operators(_contour_operators())
    canvas.restoreState()


@functools.cache
def _contour_operators() -> str:
    operators: list[str] = []
    x = y = 0.0
    for command, numbers in re.findall(r"([MQ])([\d. ]+)", CONTOURS):
        at = [float(number) for number in numbers.split()]
        if command == "M":
            x, y = at
            operators.append(f"{x:g} {y:g} m")
            continue
        # A quadratic curve as the cubic that PDF knows.
        control_x, control_y, end_x, end_y = at
        points = (
            x + (control_x - x) * 2 / 3, y + (control_y - y) * 2 / 3,
            end_x + (control_x - end_x) * 2 / 3, end_y + (control_y - end_y) * 2 / 3, end_x, end_y,
        )  # fmt: skip
        operators.append(" ".join(f"{point:.1f}" for point in points) + " c")
        x, y = end_x, end_y
    return "\n".join([*operators, "S"])


def mark(canvas: GlyphCanvas, *, left: float, bottom: float, size: float) -> None:
    """The mark of LocalGoals: an angle that holds a square."""
    unit = size / 20
    canvas.setFillColor(INK)
    canvas.rect(left, bottom, 4 * unit, size, stroke=0, fill=1)
    canvas.rect(left, bottom, size, 4 * unit, stroke=0, fill=1)
    canvas.rect(left + 8 * unit, bottom + 8 * unit, 12 * unit, 12 * unit, stroke=0, fill=1)


def qr_code(canvas: GlyphCanvas, address: str, *, left: float, bottom: float, size: float, colour: Color) -> None:
    """`address` as a QR code (error level M) of `size` points, in a white quiet zone of four modules around it."""
    # Trying all eight masks takes longer than everything else on the page; readers accept any of them.
    modules = [bytes(row) for row in segno.make_qr(address, error="m", boost_error=False, mask=2).matrix]
    unit = size / len(modules)
    canvas.setFillColor(PAPER)
    canvas.rect(left - 4 * unit, bottom - 4 * unit, size + 8 * unit, size + 8 * unit, stroke=0, fill=1)
    canvas.setFillColor(colour)
    bars = []
    for number, row in enumerate(modules):
        y = bottom + size - (1 + number) * unit
        for run in re.finditer(rb"\x01+", row):
            x = left + run.start() * unit
            bars.append(f"{x:.3f} {y:.3f} {(run.end() - run.start()) * unit:.3f} {unit:.3f} re")
    canvas.operators("\n".join([*bars, "f"]))
