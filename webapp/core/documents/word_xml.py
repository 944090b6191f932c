"""What python-docx has no words for: fields, borders, shading, languages, links, repeated rows. OOXML, ECMA-376 part 1."""

from __future__ import annotations

from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

# The order in which the schema wants a paragraph's properties that are set here.
PARAGRAPH_ORDER = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs", "spacing",
    "ind", "jc", "outlineLvl",
)  # fmt: skip


def element(tag: str, **attributes: str | int) -> Any:
    """An element such as `w:shd` with its attributes, all of the same namespace."""
    made: Any = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), str(value))
    return made


def field(paragraph: Any, code: str, shown: str = "") -> None:
    """A field that the word processor works out: PAGE, NUMPAGES, TOC."""
    instruction: Any = OxmlElement("w:instrText")
    instruction.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    instruction.text = f" {code} "
    for child in (element("w:fldChar", fldCharType="begin"), instruction, element("w:fldChar", fldCharType="separate")):
        paragraph.add_run()._r.append(child)  # noqa: SLF001  the library's documented way to its XML
    paragraph.add_run(shown)
    paragraph.add_run()._r.append(element("w:fldChar", fldCharType="end"))  # noqa: SLF001


def fonts(style: Any, *, latin: str, han: str) -> None:
    """Typefaces of a style for Latin and for Han characters."""
    properties = style.element.get_or_add_rPr()
    given = properties.get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        given.attrib.pop(qn(f"w:{name}"), None)
    for name, value in (("ascii", latin), ("hAnsi", latin), ("cs", latin), ("eastAsia", han)):
        given.set(qn(f"w:{name}"), value)


def language(properties: Any, tag: str) -> None:
    """The language of text: of Latin words in `val`, of Han characters in `eastAsia`."""
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    latin = "zh-CN" if tag.startswith("zh") else "en-GB"
    properties.append(element("w:lang", val=latin, eastAsia="zh-CN"))


def paragraph_property(paragraph: Any, made: Any) -> None:
    """Put a property where the schema wants it."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001
    name = made.tag.rpartition("}")[2]
    after = {qn(f"w:{each}") for each in PARAGRAPH_ORDER[: PARAGRAPH_ORDER.index(name)]}
    at = max((number + 1 for number, child in enumerate(properties) if child.tag in after), default=0)
    properties.insert(at, made)


def edge(paragraph: Any, side: str, *, size: int, colour: str, space: int = 6) -> None:
    """A line beside a paragraph; `size` in eighths of a point."""
    borders = element("w:pBdr")
    borders.append(element(f"w:{side}", val="single", sz=size, space=space, color=colour))
    paragraph_property(paragraph, borders)


def table_borders(table: Any, **sides: tuple[int, str]) -> None:
    """Lines of a table: side to (eighths of a point, colour); sides not named have none."""
    properties = table._tbl.tblPr  # noqa: SLF001
    for old in properties.findall(qn("w:tblBorders")):
        properties.remove(old)
    borders = element("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        size, colour = sides.get(side, (0, ""))
        borders.append(element(f"w:{side}", val="single", sz=size, space=0, color=colour) if size else element(f"w:{side}", val="nil"))
    later = {qn("w:shd"), qn("w:tblLayout"), qn("w:tblCellMar"), qn("w:tblLook")}
    following = next((child for child in properties if child.tag in later), None)
    if following is None:
        properties.append(borders)
    else:
        following.addprevious(borders)


def cell_line(cell: Any, side: str, size: int, colour: str) -> None:
    """A line at one side of a cell."""
    borders = element("w:tcBorders")
    borders.append(element(f"w:{side}", val="single", sz=size, space=0, color=colour))
    cell._tc.get_or_add_tcPr().append(borders)  # noqa: SLF001


def shade(cell: Any, colour: str) -> None:
    """The ground of a cell."""
    cell._tc.get_or_add_tcPr().append(element("w:shd", val="clear", color="auto", fill=colour))  # noqa: SLF001


def whole(row: Any) -> None:
    """Keep a table's row on one page, unless it is longer than that."""
    row._tr.get_or_add_trPr().append(element("w:cantSplit"))  # noqa: SLF001


def repeat(row: Any) -> None:
    """Repeat a table's row at the top of every page."""
    row._tr.get_or_add_trPr().append(element("w:tblHeader"))  # noqa: SLF001


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """A place that links lead to."""
    start = element("w:bookmarkStart", id=number, name=name)
    paragraph._p.append(start)  # noqa: SLF001
    paragraph._p.append(element("w:bookmarkEnd", id=number))  # noqa: SLF001


def hyperlink(paragraph: Any, address: str) -> Any:
    """An empty link at the end of a paragraph; runs are moved into it."""
    made: Any = OxmlElement("w:hyperlink")
    if address.startswith("#"):
        made.set(qn("w:anchor"), address[1:])
    else:
        made.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    paragraph._p.append(made)  # noqa: SLF001
    return made


def restarted(document: Any, style: str, start: int) -> int:
    """The number of a new list that counts like `style` (such as "List Number") but begins at `start`."""
    numbering = document.part.numbering_part.element
    current = document.styles[style].element.pPr.numPr.numId.val
    abstract = next(each.abstractNumId.val for each in numbering.num_lst if each.numId == current)
    made = numbering.add_num(abstract)
    made.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(made.numId)


def alternative(shape: Any, text: str) -> None:
    """What an image shows, for those who cannot see it."""
    properties = shape._inline.docPr  # noqa: SLF001
    properties.set("descr", text)
