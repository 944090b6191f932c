"""Results as CSV and XLSX: a line for each answer, and one for the figures of each question; hidden where the page hides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Response
from flask_babel import get_timezone

from webapp.core.exports import Cell, Format, Sheet, download
from webapp.core.i18n import _, localised
from webapp.core.suppression import LEAST, small
from webapp.questionnaires.labels import plain_label
from webapp.questionnaires.results import Item, Shape, Spread, Tally, items, numbers, ranked, spread
from webapp.questionnaires.results_board import Board
from webapp.questionnaires.results_cross import Crossing, heads
from webapp.questionnaires.results_shown import MEASURED
from webapp.questionnaires.results_split import Row, gathered, split, values_of
from webapp.questionnaires.results_words import dimension_label, label_of, percent, rounded, value_words

Line = list[Cell]
COUNTED = frozenset({Shape.CHOICE, Shape.POINTS, Shape.STEPS, Shape.SEVERAL})


def title_of(found: Board) -> str:
    """What results of worksheets are called."""
    return localised(found.questionnaire.title)


def head(found: Board) -> list[str]:
    """Heads of the columns."""
    return [
        _("Section"), _("Field"), _("Question"), _("Row or column"), *([dimension_label(found.by)] if found.by else []), _("Answer"),
        _("Count"), _("Share in %"), _("Answered"), _("No answer"), _("Mean"), _("Median"), _("Lower quartile"), _("Upper quartile"),
        _("Note"),
    ]


def lines(found: Board) -> Iterator[Line]:
    """The table, line by line."""
    for item in [] if found.few else items(found.questionnaire):
        section = localised(found.questionnaire.section_of(item.field.id).title)
        start: Line = [section, item.key, plain_label(item.field), label_of(item)]
        tally = found.numbers.total(item.key)
        if small(tally.sheets):
            yield [*start, *([None] if found.by else []), *[None] * 9, _few()]
        elif not found.by:
            yield from ([*start, *line] for line in _of_all(item, tally, found))
        else:
            rows = split(item, found.divided, gathered(found.divided, found.numbers.tallies.get(item.key, {})))
            for row in rows:
                if found.group in ("", row.group.key):
                    yield from ([*start, found.words.group(row.group), *line] for line in _of_row(item, row, found))


def _few() -> str:
    return _("Fewer than %(least)d answered", least=LEAST)


def _hidden() -> str:
    return _("Not shown, to protect small groups")


def _figures(found: Spread | None) -> Line:
    return [None] * 4 if found is None else [rounded(each) for each in (found.mean, found.median, found.lower, found.upper)]


def _of_all(item: Item, tally: Tally, found: Board) -> Iterator[Line]:
    missing = found.numbers.sheets - tally.sheets
    measured = spread(numbers(tally.counts)) if item.shape in MEASURED else None
    note = _("Entries on %(num)d sheets", num=tally.sheets) if item.pooled and tally.answered else ""
    yield [None, None, None, tally.answered, missing, *_figures(measured), note]
    if item.shape in COUNTED and tally.answered:
        for value in values_of(item, tally):
            count = tally.counts.get(value, 0)
            yield [found.words.value(item, value), count, percent(count, tally.answered), tally.answered, missing, *[None] * 4, ""]
    if item.shape is Shape.RANKING:
        for each in ranked(item, tally):
            mean = None if each.mean is None else rounded(each.mean)
            yield [found.words.value(item, each.value), each.n, None, tally.answered, missing, mean, *[None] * 3, _("Mean place")]


def _of_row(item: Item, row: Row, found: Board) -> Iterator[Line]:
    answered = row.answered
    missing = None if answered is None else row.group.size - answered
    whole = row.whole and answered is not None
    yield [None, None, None, answered, missing, *_figures(row.spread), "" if whole else _hidden()]
    for value, count in row.counts.items():
        share = percent(count, answered) if count is not None and answered else None
        note = _hidden() if count is None else ""
        yield [found.words.value(item, value), count, share, answered, missing, *[None] * 4, note]
    for each in ranked(item, row.tally) if row.tally is not None else ():
        mean = None if each.mean is None else rounded(each.mean)
        yield [found.words.value(item, each.value), None, None, answered, missing, mean, *[None] * 3, _("Mean place")]


def about(found: Board, title: str, now: datetime) -> list[tuple[str, str]]:
    """What the table covers, and what its columns mean."""
    zone = get_timezone()
    asked = found.questionnaire
    told = [(_("Results"), title), (_("Questionnaire"), localised(asked.title)), (_("Revision"), asked.revision)]
    if found.by:
        told.append((_("Divided by"), dimension_label(found.by)))
        if found.group:
            told.append((_("Group"), next(found.words.group(each) for each in found.divided if each.key == found.group)))
    return [
        *told, (_("Sheets"), f"{found.numbers.sheets:,}"), (_("Counted at"), _moment(found.numbers.counted_at)),
        (_("Made at"), _moment(now)), (_("Time zone"), str(zone)), *definitions(),
    ]


def definitions() -> list[tuple[str, str]]:
    """What the words of the head mean."""
    return [
        (_("Answered"), _("Sheets on which the question holds an answer; of tables how many entries there are.")),
        (_("No answer"), _("All other sheets, those to whom the question was not put included.")),
        (_("Share in %"), _("Of those that answered. Where several choices were open, shares add up to more than 100.")),
        (_("Mean"), _("Exact, then rounded to two decimals.")),
        (_("Lower quartile"), _(
            "The value at a quarter of the ordered answers, between two of them in proportion (type 7 of Hyndman and Fan).",
        )),
        (_("Small groups"), _(
            "Nothing is shown of fewer than %(least)d people. Small groups are put together, and further numbers are left out where "
            "others could be worked out from them.", least=LEAST,
        )),
    ]


def _moment(at: datetime) -> str:
    return at.astimezone(get_timezone()).isoformat(sep=" ", timespec="minutes")


def save(found: Board, *, title: str, name: str, form: str, now: datetime) -> Response:
    """The file of a page of results."""
    sheet = Sheet(
        name=name, title=_("Results"), head=head(found), rows=lines(found), about=about(found, title, now),
        about_title=_("About this table"), zone=get_timezone(),
    )
    return download(sheet, Format(form), now.astimezone(get_timezone()).date())


def save_crossing(found: Crossing, *, title: str, form: str, now: datetime) -> Response:
    """The file of a cross table."""
    cells = found.table.cells if found.table is not None else {}
    rows: Iterator[Line] = (
        [value_words(found.first, a), value_words(found.second, b), count, _hidden() if count is None else ""]
        for (a, b), count in cells.items()
    )
    told = [(_("Results"), title), (_("Sheets"), f"{found.sheets:,}"), (_("Made at"), _moment(now)), *definitions()[-1:]]
    sheet = Sheet(
        name="cross-table", title=_("Cross table"), head=heads(found), rows=rows, about=told, about_title=_("About this table"),
        zone=get_timezone(),
    )
    return download(sheet, Format(form), now.astimezone(get_timezone()).date())
