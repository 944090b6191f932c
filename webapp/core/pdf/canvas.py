"""A reportlab canvas for shaped text, tagged so that screen readers can read it."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from typing import Any

from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from webapp.core.frozen import dataclass
from webapp.core.pdf.embedding import EmbeddedFace, font_object
from webapp.core.pdf.typeset import Line

SLANT = 0.2  # of letters that have no italic face: the tangent of eleven degrees


@dataclass
class Element:
    """A structure element, ISO 32000-2 section 14.8: its tag, language tag and text for what is not text.

    `children` are elements, or marks on pages as (page from 0, number from 0 on that page).
    """

    tag: str
    language: str = ""
    alternative: str = ""
    scope: str = ""
    children: list["Element | tuple[int, int]"] = field(default_factory=list)


class GlyphCanvas(Canvas):
    """Draws shaped lines by glyph. reportlab's own fonts are not used, not even named.

    Everything is drawn inside `element` (content, in reading order) or `artifact` (ornament). Elements may stand in a
    `group`; a group or element that goes on over several pages is opened again with `within`.
    """

    _doc: Any
    _code: list[str]

    def __init__(self, *, pagesize: tuple[float, float], language: str) -> None:
        self._file = io.BytesIO()
        self._embedded: dict[str, EmbeddedFace] = {}
        self.whole = Element("Document")
        self._open = [self.whole]
        self._marks: list[list[Element]] = [[]]
        self._quiet = 0
        # Compressed by the document's filter below: reportlab's page filter adds base 85, slow and a quarter larger.
        super().__init__(self._file, pagesize=pagesize, pageCompression=0, invariant=1, lang=language, pdfVersion=(1, 7))
        self._doc.defaultStreamFilters = [pdfdoc.PDFZCompress]

    def _make_preamble(self) -> None:
        """Start the page without the initial font, which reportlab would refer to but not embed."""
        self._preamble = "1 0 0 1 0 0 cm"

    def operators(self, code: str) -> None:
        """Add PDF operators to the page as they are."""
        self._code.append(code)

    def group(self, tag: str, *, language: str = "", alternative: str = "", scope: str = "") -> Element:
        """A new structure element for other elements at the current place: "Table", "TR", "L", "Sect"."""
        made = Element(tag, language, alternative, scope)
        self._open[-1].children.append(made)
        return made

    @contextmanager
    def within(self, group: Element) -> Iterator[None]:
        """Elements made inside belong to `group`."""
        self._open.append(group)
        yield
        self._open.pop()

    @contextmanager
    def element(self, tag: str, *, language: str = "", alternative: str = "") -> Iterator[None]:
        """What is drawn inside is one structure element: "H1", "P", "Figure"."""
        with self.marked(self.group(tag, language=language, alternative=alternative)):
            yield

    @contextmanager
    def marked(self, element: Element) -> Iterator[None]:
        """What is drawn inside is content of `element`, which may have more of it elsewhere."""
        if self._quiet:
            yield
            return
        here = self._marks[-1]
        element.children.append((len(self._marks) - 1, len(here)))
        self.operators(f"/{element.tag} <</MCID {len(here)}>> BDC")
        here.append(element)
        yield
        self.operators("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside is ornament, not content."""
        if not self._quiet:
            self.operators("/Artifact BMC")
        self._quiet += 1
        yield
        self._quiet -= 1
        if not self._quiet:
            self.operators("EMC")

    def text(self, line: Line, x: float, y: float, *, size: float, colour: Color, slanted: bool = False) -> None:
        """Draw `line` with its left end at `x` and its baseline at `y`, in points."""
        self.setFillColor(colour)
        self.operators(self.text_operators(line, x, y, size=size, slanted=slanted))

    def text_operators(self, line: Line, x: float, y: float, *, size: float, slanted: bool = False) -> str:
        """The operators that draw `line` in the current colour."""
        code = [f"BT 1 0 {SLANT if slanted else 0} 1 {x:.2f} {y:.2f} Tm"]
        for run in line.runs:
            embedded = self._embedded.setdefault(run.face.name, EmbeddedFace(run.face, f"T{len(self._embedded)}"))
            shown = embedded.show(run, size)
            code.append(f"/{embedded.resource} {size:.2f} Tf")
            code.append(_with_text(run.text, shown) if run.joined else shown)
        return "\n".join([*code, "ET"])

    def metadata(self, packet: str) -> None:
        """Attach the XMP `packet`, uncompressed so that it can be found without reading the file's structure."""
        entries = pdfdoc.PDFDictionary({"Type": "/Metadata", "Subtype": "/XML"})
        self.setCatalogEntry("Metadata", pdfdoc.PDFStream(entries, packet.encode(), filters=[]))

    def showPage(self) -> None:  # noqa: N802  name given by the library
        """Finish the page."""
        super().showPage()
        self._marks.append([])

    def document(self, footer: Callable[[int, int], str] | None = None) -> bytes:
        """The finished file; `footer` gives operators to add to a page, by its number from 1 and the number of pages."""
        if self._code or not self._pages():
            self.showPage()
        pages = self._pages()
        for number, page in enumerate(pages, 1):
            if footer:
                page.stream = f"{page.stream}\n/Artifact BMC\n{footer(number, len(pages))}\nEMC"
        fonts = self._doc.idToObject[pdfdoc.BasicFonts].dict
        for embedded in self._embedded.values():
            fonts[embedded.resource] = font_object(self._doc, embedded)
        self._add_structure()
        self.save()
        return self._file.getvalue()

    def _pages(self) -> list[Any]:
        return [item for item in self._doc.idToObject.values() if isinstance(item, pdfdoc.PDFPage)]

    def _add_structure(self) -> None:
        names = [name for name, item in self._doc.idToObject.items() if isinstance(item, pdfdoc.PDFPage)]
        written: dict[int, Any] = {}
        whole = self._element_object(self.whole, pdfdoc.PDFObjectReference("structure-root"), names, written, name="structure")
        numbers: list[Any] = []
        for number, (page_name, marks) in enumerate(zip(names, self._marks, strict=False)):
            page = self._doc.idToObject[page_name]
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents"]
            page.StructParents = number
            numbers.extend([number, pdfdoc.PDFArray([written[id(element)] for element in marks])])
        root = {"Type": "/StructTreeRoot", "K": whole, "ParentTree": pdfdoc.PDFDictionary({"Nums": pdfdoc.PDFArray(numbers)})}
        self._doc.Reference(pdfdoc.PDFDictionary(root), "structure-root")
        self.setCatalogEntry("StructTreeRoot", pdfdoc.PDFObjectReference("structure-root"))
        self.setCatalogEntry("MarkInfo", {"Marked": "true"})

    def _element_object(self, element: Element, parent: Any, pages: list[str], written: dict[int, Any], name: str = "") -> Any:
        """A reference to the dictionary of `element` and, before it, those of its children."""
        name = name or f"structure-{len(written)}"
        reference = written[id(element)] = pdfdoc.PDFObjectReference(name)
        entries: dict[str, Any] = {"Type": "/StructElem", "S": f"/{element.tag}", "P": parent}
        if element.language:
            entries["Lang"] = pdfdoc.PDFString(element.language)
        if element.alternative:
            entries["Alt"] = pdfdoc.PDFString(element.alternative)
        if element.scope:
            entries["A"] = pdfdoc.PDFDictionary({"O": "/Table", "Scope": f"/{element.scope}"})
        first = next((child[0] for child in element.children if isinstance(child, tuple)), None)
        if first is not None:
            entries["Pg"] = pdfdoc.PDFObjectReference(pages[first])
        entries["K"] = self._children(element, first, reference, pages, written)
        self._doc.Reference(pdfdoc.PDFDictionary(entries), name)
        return reference

    def _children(self, element: Element, first: int | None, reference: Any, pages: list[str], written: dict[int, Any]) -> Any:
        kids: list[Any] = []
        for child in element.children:
            if isinstance(child, Element):
                kids.append(self._element_object(child, reference, pages, written))
            elif child[0] == first:
                kids.append(child[1])
            else:
                kids.append(pdfdoc.PDFDictionary({
                    "Type": "/MCR", "Pg": pdfdoc.PDFObjectReference(pages[child[0]]), "MCID": child[1],
                }))
        return kids[0] if len(kids) == 1 and element is not self.whole else pdfdoc.PDFArray(kids)


def _with_text(text: str, shown: str) -> str:
    return f"/Span <</ActualText <feff{text.encode('utf-16-be').hex()}>>> BDC\n{shown}\nEMC"
