"""Drawings of a course: only plain shapes and text pass, and what passes is written anew.

A drawing is inlined, so that it takes its colours from the style sheet. It is read by expat as a stream of
elements, attributes and text; each must be on the list, and the output is built from what was understood,
never copied from the input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from xml.parsers import expat

from webapp.core.i18n import _
from webapp.courses.problems import Findings, shown

NAMESPACE = "http://www.w3.org/2000/svg"
ELEMENT_LIMIT = 3_000
DEPTH_LIMIT = 20
SVG_LIMIT = 200_000

SHAPES = frozenset({"path", "circle", "ellipse", "rect", "line", "polyline", "polygon"})
ELEMENTS = SHAPES | {"svg", "g", "title", "desc", "text", "tspan"}
CLASSES = frozenset({
    "k", "k2", "k3", "k4", "paper", "track", "tint", "line", "thin", "hair", "soft", "three", "hollow", "t", "b", "s", "dot",
})
NUMBERS = frozenset({"x", "y", "dx", "dy", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "points", "stroke-dasharray"})
BOX = frozenset({"width", "height"})
WORDS = {
    "text-anchor": {"start", "middle", "end"}, "role": {"img"}, "aria-hidden": {"true"},
    "fill-rule": {"evenodd", "nonzero"}, "stroke-linecap": {"round", "butt", "square"}, "stroke-linejoin": {"round", "bevel", "miter"},
    "dominant-baseline": {"middle", "central", "hanging", "auto"}, "vector-effect": {"non-scaling-stroke"},
}
NUMBER_LIST = re.compile(r"[-+0-9eE., \t\n%]*")
PATH_DATA = re.compile(r"[MmZzLlHhVvCcSsQqTtAa0-9eE+\-., \t\n]*")
TRANSFORM = re.compile(r"(?:\s*(?:translate|rotate|scale|matrix|skewX|skewY)\([-+0-9eE., ]*\)\s*,?)*")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,60}")
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_-]+)\s*\}\}")


class _Unreadable(Exception):
    """The rest of the drawing cannot be judged."""


class _Drawing:
    """Handlers of one run of the parser."""

    def __init__(self, file: str, texts: Mapping[str, str], texts_file: str, prefix: str, findings: Findings) -> None:
        self.file, self.texts, self.texts_file, self.prefix, self.findings = file, texts, texts_file, prefix, findings
        self.parser = expat.ParserCreate(encoding="utf-8")
        self.out: list[str] = []
        self.open: list[str] = []
        self.count = 0
        self.ids: dict[str, str] = {}
        self.labelled: list[str] = []
        self.used: set[str] = set()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype
        self.parser.buffer_text = True

    def wrong(self, message: str) -> None:
        self.findings.add(self.file, self.parser.CurrentLineNumber, message)

    def doctype(self, *_rest: object) -> None:
        self.wrong(_("The drawing declares a document type. Expected it to begin with <svg>."))
        raise _Unreadable

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > ELEMENT_LIMIT or len(self.open) >= DEPTH_LIMIT:
            self.wrong(_("The drawing is too large or nested too deep."))
            raise _Unreadable
        if not self.open and name != "svg":
            self.wrong(_("Found <%(name)s>, expected <svg>.", name=shown(name)))
            raise _Unreadable
        if name not in ELEMENTS or (self.open and name == "svg"):
            self.wrong(_("The element <%(name)s> may not be used in a drawing. Expected: %(known)s.",
                         name=shown(name), known=", ".join(sorted(ELEMENTS))))
            raise _Unreadable
        self.open.append(name)
        kept = "".join(self.attribute(name, key, value) for key, value in attributes.items())
        if name == "svg":
            self.root(attributes)
        self.out.append(f"<{name}{kept}>")

    def root(self, attributes: Mapping[str, str]) -> None:
        for needed in ("viewBox", "role", "aria-labelledby"):
            if needed not in attributes:
                self.wrong(_("<svg> lacks %(name)s.", name=needed))
        self.labelled = attributes.get("aria-labelledby", "").split()

    def attribute(self, element: str, key: str, value: str) -> str:
        if key == "xmlns" and value == NAMESPACE:
            return ""
        if key in ("id", "aria-labelledby"):
            return self.identifiers(element, key, value)
        if self.allowed(element, key, value):
            return f' {key}="{escape(value)}"'
        self.wrong(_("%(name)s=“%(value)s” may not be used on <%(element)s>.", name=shown(key), value=shown(value), element=element))
        return ""

    def identifiers(self, element: str, key: str, value: str) -> str:
        parts = value.split()
        if not parts or not all(IDENTIFIER.fullmatch(part) for part in parts) or (key == "id" and len(parts) > 1):
            self.wrong(_("“%(value)s” is not an id.", value=shown(value)))
            return ""
        if key == "id":
            if value in self.ids:
                self.wrong(_("The id “%(id)s” comes twice.", id=value))
            self.ids[value] = element
        return f' {key}="{" ".join(self.prefix + part for part in parts)}"'

    @staticmethod
    def allowed(element: str, key: str, value: str) -> bool:  # noqa: PLR0911  one line an attribute
        if key == "class":
            return set(value.split()) <= CLASSES
        if key == "data-goal":
            return value.isdigit() and value.isascii() and 1 <= int(value[:3]) <= 17
        if key in WORDS:
            return value in WORDS[key]
        if key == "d":
            return element == "path" and PATH_DATA.fullmatch(value) is not None
        if key == "transform":
            return TRANSFORM.fullmatch(value) is not None
        if key in BOX:
            return element == "rect" and NUMBER_LIST.fullmatch(value) is not None
        if key == "viewBox":
            return element == "svg" and NUMBER_LIST.fullmatch(value) is not None
        return key in NUMBERS and NUMBER_LIST.fullmatch(value) is not None

    def end(self, name: str) -> None:
        self.open.pop()
        self.out.append(f"</{name}>")

    def text(self, data: str) -> None:
        if self.open and self.open[-1] in ("text", "tspan", "title", "desc"):
            self.out.append(escape(PLACEHOLDER.sub(self.fill, data), quote=False))
        elif data.strip():
            self.wrong(_("Text stands outside <text>: “%(text)s”.", text=shown(data)))

    def fill(self, match: re.Match[str]) -> str:
        key = match[1]
        self.used.add(key)
        if key not in self.texts:
            self.wrong(_("“{{%(key)s}}” has no text in %(file)s.", key=key, file=self.texts_file))
            return ""
        return self.texts[key]

    def finish(self) -> None:
        kinds = [self.ids.get(part) for part in self.labelled]
        if "title" not in kinds or "desc" not in kinds:
            self.findings.add(self.file, 1, _("aria-labelledby must name the ids of the <title> and the <desc> of the drawing."))
        for key in sorted(set(self.texts) - self.used):
            self.findings.add(self.texts_file, 0, _("The text “%(key)s” is not used in %(file)s.", key=key, file=self.file))


def inline(
    data: bytes, *, file: str, texts: Mapping[str, str], texts_file: str, prefix: str, findings: Findings,
) -> str:
    """The drawing as markup for a page in one language; empty if it cannot be used.

    `texts` fill the `{{key}}` places, `prefix` is put before every id so that a page may hold several drawings.
    """
    if len(data) > SVG_LIMIT:
        findings.add(file, 0, _("The drawing is larger than %(size)d kB.", size=SVG_LIMIT // 1000))
        return ""
    before = len(findings)
    drawing = _Drawing(file, texts, texts_file, prefix, findings)
    try:
        drawing.parser.Parse(data, True)
        drawing.finish()
    except expat.ExpatError as error:
        findings.add(file, error.lineno, _("This is not valid SVG: %(why)s.", why=expat.errors.messages[error.code]))
    except _Unreadable:
        pass
    return "".join(drawing.out) if len(findings) == before else ""
