"""The page's scripts keep the rules of response sheets as the server does: the same cases, in a real browser, under the real policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import webapp
from tests.courses.questionnaire.cases import cases, plan, shown
from webapp.core.security import CONTENT_SECURITY_POLICY
from webapp.courses.questionnaire.answers import Answers
from webapp.courses.questionnaire.expressions import as_json, parse
from webapp.courses.questionnaire.page import spec_for_page
from webapp.courses.questionnaire.sorts import Names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Route

pytestmark = pytest.mark.browser

SCRIPTS = Path(webapp.__file__).parent / "core" / "ui" / "static" / "js"
NAMES = ("expressions", "sheet-values")
VALUES = cases("values")
EXPRESSIONS = cases("expressions")

# Reads every case and says what came out; a calculation is asked as a field of its own.
NORMALISE = "([spec, all]) => { const rules = LocalGoals.sheetRules(spec); return all.map(([path, raw]) => rules.normalise(path, raw)); }"
CHECK = "([spec, all]) => { const rules = LocalGoals.sheetRules(spec); return all.map(([path, value]) => rules.check(path, value)); }"
EVALUATE = """([spec, values, trees]) => trees.map((tree) => {
  const own = {id: "asked-here", type: "calculated", label: "", value: tree};
  const first = spec.sections[0];
  const section = Object.assign({}, first, {fields: first.fields.concat([own])});
  const rules = LocalGoals.sheetRules(Object.assign({}, spec, {sections: [section].concat(spec.sections.slice(1))}));
  return rules.read(values).value("asked-here");
})"""
READ = """([spec, values, wanted]) => {
  const sheet = LocalGoals.sheetRules(spec).read(values);
  const each = (keys, work) => Object.fromEntries((keys || []).map((key) => [key, work(...key.split("/"))]));
  return {
    hidden: spec.sections.flatMap((section) => section.fields).filter((field) => !sheet.visible(field.id)).map((field) => field.id),
    sections: spec.sections.filter((section) => sheet.sectionVisible(section.id)).map((section) => section.id),
    missing: sheet.missing(),
    rows: each(wanted.rows, sheet.rows), calculated: each(wanted.calculated, sheet.value), cells: each(wanted.cells, sheet.cell),
    totals: each(wanted.totals, sheet.total), lines: each(wanted.lines, sheet.lines),
  };
}"""


def _answer(route: Route) -> None:
    name = route.request.url.rsplit("/", 1)[1]
    if name == "":
        tags = "".join(f'<script src="/{each}.js"></script>' for each in NAMES)
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": CONTENT_SECURITY_POLICY}
        route.fulfill(body=f"<!doctype html><title>Rules</title>{tags}", headers=headers)
    else:
        route.fulfill(body=(SCRIPTS / name).read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with the two scripts; nothing leaves the machine."""
    found = browser.new_page()
    faults: list[str] = []
    found.on("pageerror", lambda error: faults.append(str(error)))
    found.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    found.route("**/*", _answer)
    found.goto("http://sheet.test/")
    yield found
    found.close()
    assert not faults, faults


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return spec_for_page(plan())


def test_values_have_the_same_stored_form(page, spec):
    asked = [[path, raw] for path, raw, _wanted in VALUES["normalise"] if "\ud800" not in str(raw)]
    found = page.evaluate(NORMALISE, [spec, asked])
    for (path, raw), got in zip(asked, found, strict=True):
        wanted = next(want for a, b, want in VALUES["normalise"] if (a, b, type(b)) == (path, raw, type(raw)))
        if isinstance(wanted, dict):
            assert got.get("code") == wanted["code"], (path, raw, got)
            assert "%(" not in got["message"]
        else:
            assert got == {"value": wanted}, (path, raw)


def test_half_a_character_is_left_out(page, spec):
    found = page.evaluate("(spec) => LocalGoals.sheetRules(spec).normalise('plan-name', 'a' + String.fromCharCode(0xd800) + 'b')", spec)
    assert found == {"value": "ab"}


def test_limits_are_judged_alike(page, spec):
    found = page.evaluate(CHECK, [spec, [[path, value] for path, value, _code in VALUES["check"]]])
    for (path, value, code), got in zip(VALUES["check"], found, strict=True):
        assert (got["code"] if got else None) == code, (path, value, got)


def test_expressions_come_to_the_same_values(page, spec):
    names = Names(plan().by_id)
    trees = [as_json(parse(source, names)) for source, _wanted in EXPRESSIONS["cases"]]
    found = page.evaluate(EVALUATE, [spec, EXPRESSIONS["values"], trees])
    for (source, wanted), got in zip(EXPRESSIONS["cases"], found, strict=True):
        assert got == wanted, source


@pytest.mark.parametrize("case", VALUES["sheets"])
def test_a_sheet_is_read_alike(page, spec, case):
    keys = ("rows", "calculated", "cells", "totals", "lines")
    found = page.evaluate(READ, [spec, case["values"], {key: list(case.get(key, ())) for key in keys}])
    read = Answers(plan(), case["values"])
    assert found["hidden"] == case["hidden"]
    assert found["sections"] == case["sections"]
    assert found["missing"] == [{"path": each.path, "message": each.sentence} for each in read.missing()]
    for key in keys:
        assert found[key] == case.get(key, {}), key
    assert all(shown(read.value(key)) == value for key, value in found["calculated"].items())
