"""Check the styles: only what browsers of 2020 understand, no colours outside the tokens, no requests elsewhere.

    python tools/css_check.py [FILE ...]

Chromium 86, Safari 14.0 and Firefox 91 must show every page styled. Newer things are allowed as single
declarations that those browsers skip, or inside `@supports`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

STYLES = Path(__file__).resolve().parents[1] / "webapp" / "core" / "ui" / "static" / "css"
TOKENS = "tokens.css"
MOST_LINES = 400

AT_RULES = {"media", "supports", "page"}
NEW_SELECTORS = {
    ":is(": "Chromium 88", ":where(": "Chromium 88", ":has(": "Chromium 105", "&": "nesting: Chromium 120",
    ":user-invalid": "Chromium 119", ":popover-open": "Chromium 114",
}
# Shorthands that older browsers drop whole, with the layout that depends on them.
NEW_PROPERTIES = re.compile(
    r"inset(-(block|inline)(-(start|end))?)?|(margin|padding|border)-(block|inline)|border-(block|inline)-(width|style|color)"
)
NEW_VALUES = re.compile(r"\b(subgrid|color-mix|light-dark|oklch|oklab|lch|lab)\b|\d(dvh|svh|lvh|dvw|cqw|cqi|cqh)\b")
COLOURS = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(rgba?|hsla?|hwb)\(|\b(black|white|red|green|blue|gr[ae]y|orange|yellow|navy|silver)\b")
IMPORTANT_INSIDE = ("print", "prefers-reduced-motion")


@dataclass
class Block:
    """One rule or at-rule: what stands before the brace, the rules around it, its own declarations."""

    prelude: str
    line: int
    around: list[str]
    declarations: list[tuple[int, str, str]] = field(default_factory=list)
    nested: bool = False


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a style sheet, inner ones first. Raises `ValueError` when braces do not match."""
    text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
    stack: list[Block] = []
    since, line = "", 1
    for letter in text:
        if letter == "{":
            if stack:
                stack[-1].nested = True
            stack.append(Block(" ".join(since.split()), line, [block.prelude for block in stack]))
            since = ""
        elif letter in "};":
            if stack and ":" in since:
                name, _colon, value = since.strip().partition(":")
                stack[-1].declarations.append((line, name.strip().lower(), value.strip()))
            elif letter == ";" and since.strip().startswith("@"):
                yield Block(since.strip(), line, [])
            since = ""
            if letter == "}":
                if not stack:
                    raise ValueError(f"line {line}: a closing brace too many")
                yield stack.pop()
        else:
            since += letter
        line += letter == "\n"
    if stack:
        raise ValueError(f"line {stack[-1].line}: this block is not closed")


def selector_problems(block: Block) -> Iterator[str]:
    """What is wrong with the part before the brace."""
    if block.prelude.startswith("@"):
        name = block.prelude[1:].split()[0].split("(")[0]
        if name not in AT_RULES:
            yield f"@{name} is not used here: older browsers drop what is inside it"
        if name == "media" and re.search(r"[<>]", block.prelude):
            yield "write min-width or max-width: comparisons in media queries are too new"
        return
    if block.nested or any(not outer.startswith("@") for outer in block.around):
        yield "a rule inside a rule: nesting is too new"
    tested = any(outer.startswith("@supports") for outer in block.around)
    for part, since in NEW_SELECTORS.items():
        if part in block.prelude and not tested:
            yield f"{part} needs {since}: write it out, or put it inside @supports"
    if re.search(r":not\([^)]*,", block.prelude):
        yield "a list inside :not() needs Chromium 88: chain several :not()"


def declaration_problems(block: Block, *, tokens: bool) -> Iterator[tuple[int, str]]:
    """What is wrong with the declarations of a block, with their lines."""
    properties = {name: value for _line, name, value in block.declarations}
    for line, name, value in block.declarations:
        if NEW_PROPERTIES.fullmatch(name):
            yield line, f"{name} is missing in Chromium 86 and Safari 14.0: use the physical or the long names"
        if name == "gap" and "flex" in properties.get("display", ""):
            yield line, "gap between flex items is missing in Safari 14.0: use margins"
        if NEW_VALUES.search(value):
            yield line, f"{name}: {value} is too new"
        if re.search(r"url\((?!['\"]?#)", value):
            yield line, "url(): styles ask for no other file"
        if "!important" in value and not any(allowed in outer for outer in block.around for allowed in IMPORTANT_INSIDE):
            yield line, "!important only in print and reduced motion"
        if not tokens and COLOURS.search(value):
            yield line, f"{value}: colours are named in {TOKENS} only"


def problems(path: Path) -> list[str]:
    """Every problem of a file as `file:line: sentence`."""
    text = path.read_text(encoding="utf-8")
    found = []
    if len(text.splitlines()) > MOST_LINES:
        found.append((1, f"more than {MOST_LINES} lines: split it by concern"))
    try:
        for block in blocks(text):
            found += [(block.line, sentence) for sentence in selector_problems(block)]
            found += declaration_problems(block, tokens=path.name == TOKENS)
    except ValueError as error:
        found.append((1, str(error)))
    return [f"{path.name}:{line}: {sentence}" for line, sentence in sorted(found)]


def main(arguments: list[str]) -> int:
    files = [Path(name) for name in arguments] or sorted(STYLES.glob("*.css"))
    found = [problem for path in files for problem in problems(path)]
    for problem in found:
        print(problem)
    print(f"{len(files)} style sheets, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
