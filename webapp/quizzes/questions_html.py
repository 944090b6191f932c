"""Questions of an open attempt as HTML. In Python, since a page has hundreds of controls and a macro would cost more than all the rest.

Texts of questions come as Markup, escaped once a process; what a reader typed, and what is said of it, is escaped here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from webapp.core.i18n import _
from webapp.quizzes.presenting import Cell, Row, ShownQuestion


def questions_html(shown: Iterable[ShownQuestion]) -> Markup:
    """A fieldset for each question."""
    choose, label = escape(_("Please choose")), escape(_("Your number"))
    return Markup("".join(_fieldset(question, choose, label) for question in shown))  # noqa: S704  escaped, see above


def grid_html(cells: Sequence[Cell]) -> Markup:
    """The grid of numbers: links to the questions of this page, buttons that save and lead to those of others."""
    lines = "".join(_cell(cell) for cell in cells)
    return Markup(f'<ol class="grid-no">{lines}</ol>')  # noqa: S704  escaped, see below


def _cell(cell: Cell) -> str:
    number, label = cell.number, cell.label
    state = {"done": ' class="done"', "todo": ""}.get(cell.state, ' class="flag"')
    facts = f'{state} aria-label="{label}" data-cell="{number}">{number}'
    if cell.here:
        return f'<li><a href="#q{number}"{facts}</a></li>'
    return f'<li><button form="answers" name="go" value="q{number}"{facts}</button></li>'


def _fieldset(question: ShownQuestion, choose: Markup, label: Markup) -> str:
    number = question.number
    if question.choices:
        controls = _choices(question)
    elif question.rows:
        controls = _rows(question, choose)
    else:
        controls = _field(question, label)
    fault = f">{escape(question.wrong)}" if question.wrong else " hidden>"
    return (
        f'<fieldset class="q" id="q{number}" data-q="{number}" data-kind="{question.kind}">\n'
        f'<legend><span class="no">{number}</span>{question.prompt}<span class="hint">{question.hint}</span></legend>\n'
        f'<input type="hidden" name="asked" value="{number}">'
        f'<span class="err" id="q{number}-error"{fault}</span>\n'
        f"{controls}\n</fieldset>\n"
    )


def _choices(question: ShownQuestion) -> str:
    kind = "checkbox" if question.kind == "multiple" else "radio"
    start = f'<label class="choice"><input type="{kind}" name="q{question.number}" value="'
    labels = "".join(
        f'{start}{token}"{" checked" if chosen else ""}><span>{html}</span></label>' for token, html, chosen in question.choices
    )
    return f'<div class="choices">{labels}</div>'


def _rows(question: ShownQuestion, choose: Markup) -> str:
    options = "".join(f'<option value="{place}">{text}</option>' for place, text in enumerate(question.tokens, 1))
    closed = f'<option value="">{choose}</option>{options}'
    lines = "".join(_row(row, question, closed) for row in question.rows)
    return f'<ul class="pairs{" wide" if question.kind == "matching" else ""}">{lines}</ul>'


def _row(row: Row, question: ShownQuestion, closed: str) -> str:
    if row.chosen:
        value = f'<option value="{row.chosen}"'
        closed = closed.replace(f"{value}>", f"{value} selected>", 1)
    return (
        f'<li><label for="{row.control}">{row.html}</label><select class="in" id="{row.control}" name="{row.control}"'
        f'{_faulty(question) if row.wrong else ""}>{closed}</select></li>'
    )


def _field(question: ShownQuestion, label: Markup) -> str:
    number = question.number
    unit = f' <span class="unit">{question.unit}</span>' if question.unit else ""
    return (
        f'<div class="field"><label class="vh" for="q{number}-in">{label}</label>'
        f'<input class="in short" id="q{number}-in" name="q{number}" value="{escape(question.text)}" inputmode="decimal" maxlength="60"'
        f"{_faulty(question) if question.wrong else ''}>{unit}</div>"
    )


def _faulty(question: ShownQuestion) -> str:
    return f' aria-invalid="true" aria-describedby="q{question.number}-error"'
