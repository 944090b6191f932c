"""The styles hold to what browsers of 2020 understand, and the check that says so works."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import css_check


@pytest.mark.parametrize("path", sorted(css_check.STYLES.glob("*.css")), ids=lambda path: path.name)
def test_every_shipped_style_sheet_passes(path):
    assert css_check.problems(path) == []


@pytest.mark.parametrize(
    ("style", "word"),
    [
        ("@layer base { a { margin: 0; } }", "@layer"),
        ("@container (min-width: 10rem) { a { margin: 0; } }", "@container"),
        ('@import "other.css";', "@import"),
        ("@font-face { font-family: x; }", "@font-face"),
        (".a { .b { margin: 0; } }", "nesting"),
        (".a { &:hover { margin: 0; } }", "nesting"),
        (".a:has(b) { margin: 0; }", ":has("),
        (".a:is(b, c) { margin: 0; }", ":is("),
        (".a:not(.b, .c) { margin: 0; }", ":not()"),
        ("a { background: url(https://example.org/a.png); }", "url()"),
        ("a { margin: 0 !important; }", "!important"),
        ("a { color: #abc; }", "colours"),
        ("a { color: rgb(1 2 3); }", "colours"),
        ("a { border: 1px solid red; }", "colours"),
        ("a { inset: 0; }", "inset"),
        ("a { margin-block: 0; }", "margin-block"),
        ("a { display: flex; gap: 1rem; }", "gap"),
        ("a { height: 100dvh; }", "too new"),
        ("@media (width > 40rem) { a { margin: 0; } }", "comparisons"),
        ("a { margin: 0; ", "not closed"),
    ],
)
def test_what_older_browsers_drop_is_refused(tmp_path: Path, style, word):
    path = tmp_path / "sample.css"
    path.write_text(style)
    assert any(word in problem for problem in css_check.problems(path)), css_check.problems(path)


@pytest.mark.parametrize(
    "style",
    [
        "@supports selector(:has(*)) { .a:has(b) { color: var(--ink); } }",
        "@media print { .a { display: none !important; } }",
        "@media (prefers-reduced-motion: reduce) { .a { transition: none !important; } }",
        ".a { display: grid; gap: 1rem; margin-inline-start: 1rem; color: transparent; background: Canvas; }",
        ".a:not(.b):not(.c) { fill: url(#pattern); }",
        "/* #abc { :has( */ .a { color: var(--ink); }",
    ],
)
def test_what_only_improves_is_allowed(tmp_path: Path, style):
    path = tmp_path / "sample.css"
    path.write_text(style)
    assert css_check.problems(path) == []


def test_a_problem_names_file_and_line(tmp_path: Path):
    path = tmp_path / "sample.css"
    path.write_text("/* two\nlines */\na {\n  color: #abc;\n}\n")
    assert css_check.problems(path)[0].startswith("sample.css:4: #abc")
