"""YAML with line numbers, and only the plain part of it.

No anchors, aliases, tags or second documents, no key twice, bounded depth and size. Only `true` and `false` are
booleans and only digits are numbers, so that a text such as `no` or `08:30` stays a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING, Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.late import Late
from webapp.courses.problems import Findings, shown

if TYPE_CHECKING:
    import yaml
else:
    # A start reads courses as they were kept, and no YAML.
    yaml = Late("yaml")

Path = tuple[str | int, ...]

DEPTH_LIMIT = 16
NODE_LIMIT = 60_000

INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
FRACTION = re.compile(r"[-+]?[0-9]{1,15}\.[0-9]{1,15}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# JSON columns and terminals take none of these.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass
class Document:
    """A value and the line of each of its parts."""

    file: str
    value: Any
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class _Stop(Exception):
    """Nothing after this can be trusted; the message is the problem."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def plain_scalar(text: str) -> Any:  # noqa: PLR0911  one line a type
    """Value of an unquoted scalar."""
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if INTEGER.fullmatch(text):
        return int(text)
    if FRACTION.fullmatch(text):
        return float(text)
    if DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


class _Builder:
    """Builds the value from parser events without recursion, so that no nesting can exhaust the stack."""

    def __init__(self, file: str, findings: Findings, offset: int) -> None:
        self.document = Document(file, None)
        self.findings = findings
        self.offset = offset
        self.stack: list[tuple[Any, Path]] = []
        self.key: list[str | None] = []
        self.nodes = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        line = (event.start_mark.line if event.start_mark else 0) + 1 + self.offset
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                raise _Stop(_("A second document begins here (`---`). Expected one."), line)
        elif kind == "AliasEvent" or getattr(event, "anchor", None):
            raise _Stop(_("Anchors (`&`) and aliases (`*`) are not used here. Write the value out, or put the text in quotes."), line)
        elif getattr(event, "tag", None):
            raise _Stop(_("Tags (`!`) are not used here. Put the text in quotes."), line)
        elif kind == "ScalarEvent":
            self.scalar(event, line)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self.open({} if kind == "MappingStartEvent" else [], line)
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self.stack.pop()
            self.key.pop()

    def scalar(self, event: Any, line: int) -> None:
        value = plain_scalar(event.value) if event.implicit[0] else event.value
        if CONTROL.search(event.value):
            raise _Stop(_("The text holds a control character. Expected letters, digits and signs only."), line)
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            self.name(value, line)
        else:
            self.put(value, line)

    def name(self, value: Any, line: int) -> None:
        container, path = self.stack[-1]
        if not isinstance(value, str):
            value = str(value)
        if value in container:
            self.findings.add(self.document.file, line, _("The key “%(key)s” comes twice.", key=shown(value)))
        self.document.lines[(*path, value)] = line
        self.key[-1] = value

    def open(self, container: Any, line: int) -> None:
        if self.stack and isinstance(self.stack[-1][0], dict) and self.key[-1] is None:
            raise _Stop(_("A key must be a plain word."), line)
        if len(self.stack) >= DEPTH_LIMIT:
            raise _Stop(_("The file is nested more than %(depth)d levels deep.", depth=DEPTH_LIMIT), line)
        path = self.put(container, line)
        self.stack.append((container, path))
        self.key.append(None)

    def put(self, value: Any, line: int) -> Path:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise _Stop(_("The file holds more than %(count)d values.", count=NODE_LIMIT), line)
        if not self.stack:
            self.document.value = value
            self.document.lines[()] = line
            return ()
        container, path = self.stack[-1]
        if isinstance(container, list):
            here: Path = (*path, len(container))
            container.append(value)
            self.document.lines[here] = line
            return here
        key = self.key[-1] or ""
        here = (*path, key)
        container.setdefault(key, value)
        self.key[-1] = None
        return here


def _why(error: yaml.YAMLError) -> str:
    problem = str(getattr(error, "problem", "") or getattr(error, "reason", "") or error)
    hints: dict[str, Callable[[], str]] = {
        "mapping values are not allowed": lambda: _("A text with a colon and a space must stand in quotes."),
        "cannot start any token": lambda: _("No text begins like this. Indent with spaces, not tabs; put a text with signs in quotes."),
        "could not find expected ':'": lambda: _("Expected `key: value`; a colon is missing here or in the line before."),
        "unexpected end of stream": lambda: _("A quotation mark or bracket is opened and not closed."),
        "block mapping": lambda: _("The indentation differs from the lines before, or a quotation mark stands inside a text in quotes."),
        "block collection": lambda: _("The indentation differs from the lines before, or a quotation mark stands inside a text in quotes."),
        "special characters are not allowed": lambda: _("The text holds a control character. Expected letters, digits and signs only."),
        "control characters are not allowed": lambda: _("The text holds a control character. Expected letters, digits and signs only."),
    }
    context = f"{problem} {getattr(error, 'context', '') or ''}"
    for part, hint in hints.items():
        if part in context:
            return hint()
    return shown(problem)


def load(text: str, file: str, findings: Findings, *, offset: int = 0) -> Document | None:
    """Value and lines of a YAML text; None after noting a problem. `offset` is the number of lines before it in its file."""
    builder = _Builder(file, findings, offset)
    before = len(findings)
    # The fast one where it is built.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        for event in yaml.parse(text, Loader=loader):
            builder.take(event)
    except _Stop as stop:
        findings.add(file, stop.line, str(stop))
        return None
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = (mark.line + 1 if mark else 1) + offset
        why = _why(error) if isinstance(error, yaml.YAMLError) else shown(str(error))
        findings.add(file, line, _("This is not valid YAML. %(why)s", why=why))
        return None
    if builder.document.value is None and len(findings) == before:
        findings.add(file, 1 + offset, _("The file is empty. Expected `key: value` lines."))
        return None
    return builder.document
