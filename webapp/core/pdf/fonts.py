"""The shipped typefaces: which one draws which character.

Font files are opened when a text first needs them, and read piece by piece. Where they come from and how they were
made is in `fonts/README.md`.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from webapp.core.frozen import dataclass
from webapp.core.late import Late
from webapp.core.pdf.sfnt import FontFile

if TYPE_CHECKING:
    import uharfbuzz as hb
else:
    # A start needs no letters drawn.
    hb = Late("uharfbuzz")

LATIN_DISPLAY = "NotoSerifDisplay-Medium"  # hairlines too fine for small sizes
LATIN = "NotoSerif-Medium"
HAN = "NotoSerifSC-Medium"
HAN_HEADING = "NotoSerifSC-Heading"
PLAIN = "NotoSansSC-Regular"
PLAIN_BOLD = "NotoSansSC-Bold"
TEXT, TEXT_BOLD, TEXT_ITALIC = "NotoSans-Regular", "NotoSans-Bold", "NotoSans-Italic"
SCRIPTS = (
    "NotoNaskhArabic-Medium",
    "NotoSerifTibetan-Medium",
    "NotoSansMongolian-Regular",
    "NotoSansYi-Regular",
    "NotoSerifThai-Medium",
    "NotoSerifLao-Medium",
    "NotoSerifKhmer-Medium",
    "NotoSerifMyanmar-Medium",
    "NotoSerifDevanagari-Medium",
    "NotoSerifBengali-Medium",
    "NotoSerifTamil-Medium",
    "NotoSerifHebrew-Medium",
    "NotoSerifArmenian-Medium",
    "NotoSerifGeorgian-Medium",
    "NotoSerifEthiopic-Medium",
)

# Joiners and the Mongolian vowel separator shape their neighbours; every other invisible character
# (direction overrides, soft hyphens, tags) could make a printed name read differently from the stored one.
JOINERS = frozenset("\u200c\u200d\u180e")

# The Chinese face sets these a full em wide, as Chinese wants and Latin does not.
AMBIGUOUS_WIDTH = frozenset("‘’“”—…·")

MISSING = "〓"


class Stack(NamedTuple):
    """Faces in order of preference; `han` draws the punctuation of Chinese text, `latin` that of other text."""

    faces: tuple[str, ...]
    han: str
    latin: str


DISPLAY = Stack((LATIN_DISPLAY, HAN, *SCRIPTS, PLAIN), han=HAN, latin=LATIN_DISPLAY)
HEADING = Stack((LATIN_DISPLAY, HAN_HEADING, HAN, PLAIN), han=HAN_HEADING, latin=LATIN_DISPLAY)
SERIF = Stack((LATIN, HAN, *SCRIPTS, PLAIN), han=HAN, latin=LATIN)
SANS = Stack((PLAIN, LATIN, HAN, *SCRIPTS), han=PLAIN, latin=LATIN)
BODY = Stack((TEXT, PLAIN, HAN, LATIN, *SCRIPTS), han=PLAIN, latin=TEXT)
BODY_BOLD = Stack((TEXT_BOLD, PLAIN_BOLD, PLAIN, HAN, LATIN, *SCRIPTS), han=PLAIN_BOLD, latin=TEXT_BOLD)
BODY_ITALIC = Stack((TEXT_ITALIC, PLAIN, HAN, LATIN, *SCRIPTS), han=PLAIN, latin=TEXT_ITALIC)


@dataclass(frozen=True)
class Face:
    """One opened font file. `ascent`, `descent` and glyph measures are in thousandths of the type size."""

    name: str
    file: FontFile
    hb_face: hb.Face  # HarfBuzz calls back into it for tables: it must live as long as the font
    hb_font: hb.Font
    ascent: int
    descent: int

    def draws(self, cluster: str) -> bool:
        """Whether every character of `cluster`, composed or decomposed, has a glyph here."""
        if len(cluster) == 1 and self._glyph(cluster):
            return True
        return any(
            all(character in JOINERS or self._glyph(character) for character in form)
            for form in (
                unicodedata.normalize("NFC", cluster),
                unicodedata.normalize("NFD", cluster),
            )
        )

    def _glyph(self, character: str) -> int:
        if "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
            return 1  # a variation selector only refines the glyph before it
        return self.hb_font.get_nominal_glyph(ord(character)) or 0


@functools.cache
def face(name: str) -> Face:
    """The face of that file name (without `.ttf`), opened once for each process."""
    file = FontFile(font_folder() / f"{name}.ttf")
    hb_face = hb.Face.create_for_tables(_layout_table, file)
    hb_font = hb.Font(hb_face)
    hb_font.scale = (1000, 1000)
    extents = hb_font.get_font_extents("ltr")
    return Face(name, file, hb_face, hb_font, extents.ascender, extents.descender)


def _layout_table(_face: hb.Face, tag: str, file: FontFile) -> bytes:
    """What HarfBuzz asks of a face. Without the outlines, which it does not need for shaping and would hold whole."""
    return b"" if tag == "glyf" else file.table(tag)


def font_folder() -> Path:
    """The folder of the shipped font files; the package is always installed unpacked."""
    return Path(str(resources.files("webapp.core.pdf"))) / "fonts"


def clusters(text: str) -> Iterator[str]:
    """`text` cut into base characters, each with the marks and joiners that belong to it."""
    if text.isascii():
        yield from text
        return
    held = ""
    for character in text:
        if held and (unicodedata.category(character)[0] == "M" or character in JOINERS):
            held += character
            continue
        if held:
            yield held
        held = character
    if held:
        yield held


def faces_for(text: str, stack: Stack, *, chinese: bool) -> list[tuple[Face, str]]:
    """`text` as clusters, each with the face that draws it.

    Spaces and punctuation keep the face of the letter before them. A cluster that no face draws gets the first
    face and would print as a box: `missing_characters` is there to refuse it earlier.
    """
    chosen: list[tuple[Face, str]] = []
    before = face(stack.han if chinese else stack.faces[0])
    for cluster in clusters(text):
        before = _face_of(cluster, stack, before, chinese=chinese)
        chosen.append((before, cluster))
    return chosen


def _face_of(cluster: str, stack: Stack, before: Face, *, chinese: bool) -> Face:
    if cluster in AMBIGUOUS_WIDTH and chinese:
        return face(stack.han)
    if cluster in AMBIGUOUS_WIDTH and before.name in {PLAIN, PLAIN_BOLD}:
        return face(stack.latin)
    if unicodedata.category(cluster[0])[0] in "PZS" and before.draws(cluster):
        return before
    return next((face(name) for name in stack.faces if face(name).draws(cluster)), face(stack.faces[0]))


def missing_characters(text: str) -> list[str]:
    """The characters (with their marks) that cannot be printed, each once, in order of appearance.

    Also lists what must not be printed: control characters, private use and invisible characters that change the
    order in which a name reads. Empty for a text that prints whole.
    """
    return list(dict.fromkeys(cluster for cluster in clusters(text) if not _printable(cluster)))


def _printable(cluster: str) -> bool:
    if any(unicodedata.category(character)[0] == "C" and character not in JOINERS for character in cluster):
        return False
    return any(face(name).draws(cluster) for name in DISPLAY.faces)


def legible(text: str, stack: Stack) -> str:
    """`text` with 〓, the printer's sign for a missing type, where no face of `stack` has a glyph.

    Control characters other than line breaks go.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_legible(cluster, stack) for cluster in clusters(text))


@functools.lru_cache(maxsize=16384)
def _legible(cluster: str, stack: Stack) -> str:
    if cluster == "\n":
        return cluster
    if cluster == "\t":
        return " "
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} and character not in JOINERS for character in cluster):
        return ""
    return cluster if any(face(name).draws(cluster) for name in stack.faces) else MISSING


def warm_up(names: Iterable[str] = (LATIN_DISPLAY, LATIN, HAN, HAN_HEADING, PLAIN)) -> None:
    """Open the faces that every certificate uses, so that the first one is not slower than the next."""
    for name in names:
        face(name)
