"""A one-page reportlab canvas for shaped text, tagged so that screen readers can read it."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from webapp.certificates.embedding import EmbeddedFace, font_object
from webapp.certificates.typeset import Line


class Element(NamedTuple):
    """A structure element, ISO 32000-2 section 14.8: its tag, language tag and text for what is not text."""

    tag: str
    language: str
    alternative: str


class GlyphCanvas(Canvas):
    """Draws shaped lines by glyph. reportlab's own fonts are not used, not even named.

    Everything is drawn inside `element` (content, in reading order) or `artifact` (ornament).
    """

    _doc: Any
    _code: list[str]

    def __init__(self, *, pagesize: tuple[float, float], language: str) -> None:
        self._file = io.BytesIO()
        self._embedded: dict[str, EmbeddedFace] = {}
        self._elements: list[Element] = []
        # Compressed by the document's filter below: reportlab's page filter adds base 85, slow and a quarter larger.
        super().__init__(self._file, pagesize=pagesize, pageCompression=0, invariant=1, lang=language, pdfVersion=(1, 7))
        self._doc.defaultStreamFilters = [pdfdoc.PDFZCompress]

    def _make_preamble(self) -> None:
        """Start the page without the initial font, which reportlab would refer to but not embed."""
        self._preamble = "1 0 0 1 0 0 cm"

    def operators(self, code: str) -> None:
        """Add PDF operators to the page as they are."""
        self._code.append(code)

    @contextmanager
    def element(self, tag: str, *, language: str = "", alternative: str = "") -> Iterator[None]:
        """What is drawn inside is one structure element: "H1", "P", "Figure"."""
        self.operators(f"/{tag} <</MCID {len(self._elements)}>> BDC")
        self._elements.append(Element(tag, language, alternative))
        yield
        self.operators("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside is ornament, not content."""
        self.operators("/Artifact BMC")
        yield
        self.operators("EMC")

    def text(self, line: Line, x: float, y: float, *, size: float, colour: Color) -> None:
        """Draw `line` with its left end at `x` and its baseline at `y`, in points."""
        self.setFillColor(colour)
        code = [f"BT 1 0 0 1 {x:.2f} {y:.2f} Tm"]
        for run in line.runs:
            embedded = self._embedded.setdefault(run.face.name, EmbeddedFace(run.face, f"T{len(self._embedded)}"))
            shown = embedded.show(run, size)
            code.append(f"/{embedded.resource} {size:.2f} Tf")
            code.append(_with_text(run.text, shown) if run.joined else shown)
        self.operators("\n".join([*code, "ET"]))

    def metadata(self, packet: str) -> None:
        """Attach the XMP `packet`, uncompressed so that it can be found without reading the file's structure."""
        entries = pdfdoc.PDFDictionary({"Type": "/Metadata", "Subtype": "/XML"})
        self.setCatalogEntry("Metadata", pdfdoc.PDFStream(entries, packet.encode(), filters=[]))

    def document(self) -> bytes:
        """The finished file."""
        self.showPage()
        fonts = self._doc.idToObject[pdfdoc.BasicFonts].dict
        for embedded in self._embedded.values():
            fonts[embedded.resource] = font_object(self._doc, embedded)
        self._add_structure()
        self.save()
        return self._file.getvalue()

    def _add_structure(self) -> None:
        page_name = next(name for name, item in self._doc.idToObject.items() if isinstance(item, pdfdoc.PDFPage))
        page = self._doc.idToObject[page_name]
        page.__NoDefault__ = [*page.__NoDefault__, "StructParents"]
        page.StructParents = 0
        parent = pdfdoc.PDFObjectReference("structure")
        leaves = []
        for number, (tag, language, alternative) in enumerate(self._elements):
            entries: dict[str, Any] = {
                "Type": "/StructElem", "S": f"/{tag}", "P": parent, "K": number,
                "Pg": pdfdoc.PDFObjectReference(page_name),
            }  # fmt: skip
            if language:
                entries["Lang"] = pdfdoc.PDFString(language)
            if alternative:
                entries["Alt"] = pdfdoc.PDFString(alternative)
            leaves.append(self._doc.Reference(pdfdoc.PDFDictionary(entries)))
        whole = {
            "Type": "/StructElem", "S": "/Document", "P": pdfdoc.PDFObjectReference("structure-root"),
            "K": pdfdoc.PDFArray(leaves),
        }  # fmt: skip
        numbers = pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray([0, pdfdoc.PDFArray(leaves)])})
        root = {
            "Type": "/StructTreeRoot", "K": self._doc.Reference(pdfdoc.PDFDictionary(whole), "structure"),
            "ParentTree": numbers,
        }  # fmt: skip
        self._doc.Reference(pdfdoc.PDFDictionary(root), "structure-root")
        self.setCatalogEntry("StructTreeRoot", pdfdoc.PDFObjectReference("structure-root"))
        self.setCatalogEntry("MarkInfo", {"Marked": "true"})


def _with_text(text: str, shown: str) -> str:
    return f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC\n{shown}\nEMC"
