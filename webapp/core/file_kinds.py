"""What a file is, judged by its content and never by its name; and whether opening it could do harm. Pure."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from itertools import pairwise

from webapp.core.frozen import dataclass

# What a browser may be told a file is: it is only ever offered for saving.
PDF = "application/pdf"
PNG, JPEG, GIF, WEBP = "image/png", "image/jpeg", "image/gif", "image/webp"
_OOXML = "application/vnd.openxmlformats-officedocument."
XLSX, DOCX = f"{_OOXML}spreadsheetml.sheet", f"{_OOXML}wordprocessingml.document"
ODS, ODT = "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.text"
CSV, TEXT = "text/csv", "text/plain"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

KINDS = {
    PDF: "pdf", PNG: "image", JPEG: "image", GIF: "image", WEBP: "image", XLSX: "spreadsheet", ODS: "spreadsheet", CSV: "spreadsheet",
    DOCX: "document", ODT: "document", TEXT: "document",
}
SUFFIXES = {
    PDF: ".pdf", PNG: ".png", JPEG: ".jpg", GIF: ".gif", WEBP: ".webp", XLSX: ".xlsx", ODS: ".ods", CSV: ".csv", DOCX: ".docx",
    ODT: ".odt", TEXT: ".txt",
}
MOST_PARTS = 2_000
MOST_UNPACKED = 200_000_000
MOST_TIMES = 200
SMALL = 1_000_000
MOST_PIXELS = 100_000_000
_STEP = 1 << 16
_MACROS = ("vbaproject.bin", "vbadata.xml")
_HEAD = 4096


class BadFile(ValueError):
    """A file that is none of the kinds, or that could do harm. `code`: `kind`, `empty`, `bomb`, `broken`, `macros` or `locked`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Judged:
    """A media type of `KINDS`, and what people call it: `pdf`, `image`, `spreadsheet` or `document`."""

    media_type: str

    @property
    def kind(self) -> str:
        """Kind of file as fields ask for it."""
        return KINDS[self.media_type]


def judge(content: bytes, name: str = "") -> Judged:
    """What a file is. The name only tells a table of plain text from a letter. Raises `BadFile`."""
    if not content:
        raise BadFile("empty")
    head = content[:_HEAD]
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return Judged(PDF)
    if head.startswith(b"PK\x03\x04"):
        return Judged(_office(content))
    if head.startswith(OLE):
        # Workbooks before 2007 carry macros that nobody sees; a protected one of today looks the same.
        raise BadFile("locked")
    image = _image(head, content)
    if image:
        return Judged(image)
    return Judged(_plain(content, name))


def _image(head: bytes, content: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        _bounded(int.from_bytes(head[16:20]), int.from_bytes(head[20:24]))
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        _bounded(*_jpeg_size(content))
        return JPEG
    if head[:6] in (b"GIF87a", b"GIF89a"):
        _bounded(int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little"))
        return GIF
    return WEBP if head.startswith(b"RIFF") and head[8:12] == b"WEBP" else None


def _bounded(width: int, height: int) -> None:
    """A few bytes can claim to be a picture that fills the memory of whoever opens it."""
    if not width or not height:
        raise BadFile("broken")
    if width * height > MOST_PIXELS:
        raise BadFile("bomb")


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + max(length, 2)
    raise BadFile("broken")


def _office(content: bytes) -> str:
    """The kind of an office document, unpacked once to be sure that it stays small. Raises `BadFile`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            _refuse_bomb(packed, parts, len(content))
            return _kind_of_parts(packed, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError, ValueError, KeyError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile("broken") from error


def _refuse_bomb(packed: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo], size: int) -> None:
    # What the directory claims may be a lie, so every part is unpacked, in steps, and counted.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadFile("bomb")
    spans = sorted((part.header_offset, part.compress_size) for part in parts)
    if any(start + length > following for (start, length), (following, _next) in pairwise(spans)):
        raise BadFile("bomb")
    limit, total = max(SMALL, min(MOST_UNPACKED, size * MOST_TIMES)), 0
    for part in parts:
        if part.flag_bits & 1:
            raise BadFile("locked")
        with packed.open(part) as stream:
            while piece := stream.read(_STEP):
                total += len(piece)
                if total > limit:
                    raise BadFile("bomb")


def _kind_of_parts(packed: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> str:
    names = {part.filename for part in parts}
    if any(name.rpartition("/")[2].casefold() in _MACROS for name in names):
        raise BadFile("macros")
    if "[Content_Types].xml" in names:
        types = packed.read("[Content_Types].xml")
        if b"macroEnabled" in types:
            raise BadFile("macros")
        for media_type, main in ((XLSX, "xl/workbook.xml"), (DOCX, "word/document.xml")):
            if main in names:
                return media_type
    if "mimetype" in names:
        declared = packed.read("mimetype")[:100].decode("ascii", "replace").strip()
        if any(name.startswith(("Basic/", "Scripts/")) for name in names):
            raise BadFile("macros")
        if declared in (ODS, ODT):
            return declared
    raise BadFile("kind")


def _plain(content: bytes, name: str) -> str:
    """Text in UTF-8, UTF-16 with its mark, or GB 18030, without control characters; markup that a browser runs is none."""
    text = _decoded(content)
    if text is None or any(ord(each) < 32 and each not in "\t\n\r\f" for each in text):
        raise BadFile("kind")
    begins = text[:_HEAD].lstrip("\ufeff \t\r\n").casefold()
    if begins.startswith(("<!", "<?", "<html", "<svg", "<script", "<body", "<head", "#!", "{\\rtf")):
        raise BadFile("kind")
    return CSV if name.casefold().endswith((".csv", ".tsv")) else TEXT


def _decoded(content: bytes) -> str | None:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
