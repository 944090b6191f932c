"""Embedding faces in a PDF document: each as the subset of glyphs that the document draws.

reportlab's own fonts map one character to one glyph and keep whole files and tables in memory. Here text is drawn by
glyph, and each drawn glyph says which text it stands for (ToUnicode), so that copying and searching work in
every script and beyond the basic plane.
"""

import hashlib
import struct
import zlib
from dataclasses import field
from typing import Any

from reportlab.pdfbase import pdfdoc

from webapp.core.frozen import dataclass
from webapp.core.pdf.fonts import Face
from webapp.core.pdf.typeset import Glyph, Run

NO_TEXT = "\u200b"  # readers print the bare code of a glyph without an entry; this they do not show
SERIF_SYMBOLIC = 0b110  # descriptor flags, ISO 32000-2 table 121


@dataclass
class EmbeddedFace:
    """The glyphs of one face that a document draws. A code stands for a glyph together with its text."""

    face: Face
    resource: str
    codes: dict[tuple[int, str], int] = field(default_factory=dict)
    widths: list[int] = field(default_factory=lambda: [1000])

    def code(self, glyph: Glyph) -> int:
        """The two-byte code of `glyph` in this document; code 0 is never drawn."""
        key = (glyph.index, glyph.text)
        if key not in self.codes:
            self.codes[key] = len(self.codes) + 1
            self.widths.append(round(self.face.hb_font.get_glyph_h_advance(glyph.index)))
        return self.codes[key]

    def show(self, run: Run, size: float) -> str:
        """The PDF operators that draw `run` at `size` points from the current point."""
        operators: list[str] = []
        items = ""
        owed = rise = 0
        for glyph in run.glyphs:
            code = self.code(glyph)
            if glyph.dy != rise:
                operators.append(f"[{items}]TJ {glyph.dy * size / 1000:.2f} Ts")
                items, rise = "", glyph.dy
            shift = owed + glyph.dx
            items += f"{-shift}<{code:04x}>" if shift else f"<{code:04x}>"
            owed = glyph.advance - self.widths[code] - glyph.dx
        operators.append(f"[{items}{-owed}]TJ" if owed else f"[{items}]TJ")
        if rise:
            operators.append("0 Ts")
        return "\n".join(operators).replace("><", "")

    def subset(self) -> tuple[bytes, bytes]:
        """The font file with only these glyphs, and the map from code to glyph in it (two bytes each)."""
        program, places = self.face.file.subset(index for index, _ in self.codes)
        new = [0, *(places[index] for index, _ in self.codes)]
        return program, struct.pack(f">{len(new)}H", *new)

    def to_unicode(self) -> bytes:
        """The CMap from code to text, ISO 32000-2 section 9.10.3."""
        pairs = [f"<{code:04x}><{(text or NO_TEXT).encode('utf-16-be').hex()}>" for (_, text), code in self.codes.items()]
        blocks = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
        body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            f"1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n{body}\n"
            "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode("ascii")


def font_object(document: Any, embedded: EmbeddedFace) -> Any:
    """A reference to the font dictionary of `embedded` (ISO 32000-2 section 9.7) in a reportlab document."""
    program, glyph_of_code = embedded.subset()
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(program + glyph_of_code).digest()[:6])
    name = f"/{tag}+{embedded.face.name}"
    descriptor = _dictionary(
        document,
        Type="/FontDescriptor", FontName=name, Flags=SERIF_SYMBOLIC, FontBBox="[-1000 -1000 3000 2000]",
        ItalicAngle=0, Ascent=embedded.face.ascent, Descent=embedded.face.descent, CapHeight=700, StemV=90,
        FontFile2=_stream(document, program, Length1=len(program)),
    )  # fmt: skip
    descendant = _dictionary(
        document,
        Type="/Font", Subtype="/CIDFontType2", BaseFont=name, FontDescriptor=descriptor,
        CIDSystemInfo="<</Registry (Adobe) /Ordering (Identity) /Supplement 0>>", DW=1000,
        W=f"[0 [{' '.join(map(str, embedded.widths))}]]", CIDToGIDMap=_stream(document, glyph_of_code),
    )  # fmt: skip
    return _dictionary(
        document,
        Type="/Font", Subtype="/Type0", BaseFont=name, Encoding="/Identity-H",
        DescendantFonts=pdfdoc.PDFArray([descendant]), ToUnicode=_stream(document, embedded.to_unicode()),
    )  # fmt: skip


def _dictionary(document: Any, **entries: Any) -> Any:
    return document.Reference(pdfdoc.PDFDictionary(entries))


def _stream(document: Any, content: bytes, **entries: Any) -> Any:
    dictionary = pdfdoc.PDFDictionary({**entries, "Filter": "/FlateDecode"})
    return document.Reference(pdfdoc.PDFStream(dictionary, zlib.compress(content, 6), filters=[]))
