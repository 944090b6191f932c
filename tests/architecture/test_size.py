"""Files and handlers stay small enough to read."""

import ast
from pathlib import Path

import pytest

import webapp

PACKAGE = Path(webapp.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
WITHOUT_A_NOUN = {"utils.py", "util.py", "helpers.py", "helper.py", "misc.py", "common.py"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_file_has_under_400_lines(path):
    assert len(path.read_text().splitlines()) < 400


def test_every_file_has_a_noun():
    assert not [path for path in SOURCES if path.name in WITHOUT_A_NOUN]


def test_no_handler_is_longer_than_40_lines():
    for path in SOURCES:
        if not path.name.startswith("views"):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, f"{path}: {node.name}"


def test_templates_hold_no_inline_script_or_style_and_ask_no_other_host():
    for path in PACKAGE.rglob("*.html"):
        text = path.read_text()
        for forbidden in ("<style", "style=", " onclick=", " onload=", "javascript:", "<script>"):
            assert forbidden not in text, f"{path}: {forbidden}"
        assert 'src="http' not in text, path
