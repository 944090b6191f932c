"""Reading a printed certificate back, without the code that wrote it: what is drawn, where, with which glyphs."""

import io
import re
from dataclasses import dataclass

import pikepdf

UNSHOWN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u202a\u202b\u202c"))


@dataclass(frozen=True)
class Drawn:
    """One run of glyphs on the page: the text they stand for, left and right end and baseline in points."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    glyphs: tuple[int, ...]


@dataclass(frozen=True)
class Font:
    widths: tuple[int, ...]
    glyph_of_code: tuple[int, ...]
    text_of_code: dict[int, str]


def open_pdf(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def squeezed(text: str) -> str:
    """Without the spaces, line ends and direction marks that extraction adds or moves."""
    return "".join(text.split()).translate(UNSHOWN)


def fonts(page: pikepdf.Page) -> dict[str, Font]:
    found = {}
    for name, font in page.resources.Font.items():
        descendant = font.DescendantFonts[0]
        codes = descendant.CIDToGIDMap.read_bytes()
        cmap = font.ToUnicode.read_bytes().decode("ascii")
        texts = re.findall(r"<([0-9a-f]{4})><([0-9a-f]+)>", cmap)
        found[name] = Font(
            widths=tuple(int(width) for width in descendant.W[1]),
            glyph_of_code=tuple(int.from_bytes(codes[at : at + 2], "big") for at in range(0, len(codes), 2)),
            text_of_code={int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in texts},
        )
    return found


def drawn_runs(data: bytes) -> list[Drawn]:
    """The runs of the first page in drawing order, ornament left out."""
    with open_pdf(data) as pdf:
        page = pdf.pages[0]
        known = fonts(page)
        runs: list[Drawn] = []
        marks: list[str] = []
        x = y = size = 0.0
        font = next(iter(known.values()))
        for operands, operator in pikepdf.parse_content_stream(page):
            match str(operator):
                case "BDC" | "BMC":
                    marks.append(str(operands[0]))
                case "EMC":
                    marks.pop()
                case "Tm":
                    x, y = float(operands[4]), float(operands[5])
                case "Tf":
                    font, size = known[str(operands[0])], float(operands[1])
                case "TJ" if "/Artifact" not in marks:
                    run = _run(operands[0], font, x, y, size)
                    x = run.right
                    runs.append(run)
        return runs


def _run(items: pikepdf.Array, font: Font, x: float, y: float, size: float) -> Drawn:
    text, glyphs, left = "", [], x
    for item in items:
        if not isinstance(item, pikepdf.String):
            x -= float(item) * size / 1000
            continue
        pairs = bytes(item)
        for at in range(0, len(pairs), 2):
            code = int.from_bytes(pairs[at : at + 2], "big")
            text += font.text_of_code[code]
            glyphs.append(font.glyph_of_code[code])
            x += font.widths[code] * size / 1000
    return Drawn(text, left, x, y, size, tuple(glyphs))
