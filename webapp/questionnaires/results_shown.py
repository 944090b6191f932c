"""Results as a page shows them: parts with a chart, figures and how many answered. Whole, by groups, or of one group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from webapp.core.charts.shapes import Bar, Bars, Chart, Columns, Cross, Heat, Stack, Stacked, figures
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.suppression import LEAST, small
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import Cell, Field, GoalsField, MatrixField, ScaleField, TargetsField
from webapp.questionnaires.labels import plain_label, plain_text
from webapp.questionnaires.results import (
    AMOUNTS,
    CLASSES,
    Bin,
    Item,
    Shape,
    Spread,
    Tally,
    bins,
    median_day,
    numbers,
    of_field,
    periods,
    ranked,
    spread,
)
from webapp.questionnaires.results_split import Group, Row, gathered, split, values_of
from webapp.questionnaires.results_words import MOST_NAMES, Words, counted, full_label, label_of, percent, rounded, shown
from webapp.questionnaires.services_results import Numbers

HIDDEN = "–"
MEASURED = frozenset({Shape.POINTS, Shape.STEPS, Shape.NUMBER})


@dataclass(frozen=True)
class Part:
    """An item, or a matrix as one. `answered` None: not told. `said` tells why something is missing.

    `entries`: on how many sheets the entries that are counted stand; 0 where sheets are counted.
    """

    label: str
    answered: int | None
    missing: int | None
    chart: Chart | None = None
    measures: tuple[tuple[str, str], ...] = ()
    said: str = ""
    entries: int = 0
    words: bool = False


@dataclass(frozen=True)
class Block:
    """A question with its parts."""

    field: Field
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Chapter:
    """A section with what its questions came to."""

    section: Section
    blocks: tuple[Block, ...]


def chapters(questionnaire: Questionnaire, found: Numbers, words: Words, divided: Sequence[Group] = (), one: str = "") -> list[Chapter]:
    """All results: of all sheets, or by the groups side by side, or of the group with this key."""
    told = []
    for section in questionnaire.sections:
        blocks = [Block(field, tuple(_parts(field, found, words, divided, one))) for field in section.fields if field.answerable]
        kept = tuple(block for block in blocks if block.parts)
        if kept:
            told.append(Chapter(section, kept))
    return told


def _parts(asked: Field, found: Numbers, words: Words, divided: Sequence[Group], one: str) -> Iterator[Part]:
    counted_items = list(of_field(asked))
    if not divided:
        if isinstance(asked, MatrixField) and _together(asked, counted_items):
            yield _matrix(asked, counted_items, found, words)
            return
        for item in counted_items:
            yield of_all(item, found.total(item.key), found.sheets, words)
        return
    for item in counted_items:
        rows = split(item, divided, gathered(divided, found.tallies.get(item.key, {})))
        if small(found.total(item.key).sheets):
            yield _too_few(item)
        elif rows and one:
            yield next(_of_group(item, row, words) for row in rows if row.group.key == one)
        elif rows:
            yield _side_by_side(item, rows, words, found)


def _too_few(item: Item) -> Part:
    return Part(label_of(item), None, None, said=_("Fewer than %(least)d people answered; so nothing is shown.", least=LEAST))


def of_all(item: Item, tally: Tally, sheets: int, words: Words) -> Part:
    """An item over all sheets."""
    if small(tally.sheets):
        return _too_few(item)
    label, missing = label_of(item), sheets - tally.sheets
    if not tally.answered:
        return Part(label, 0, missing, said=_("Nobody answered."))
    return Part(
        label, tally.answered, missing, chart=chart_of(item, tally, words), measures=measures_of(item, tally),
        entries=tally.sheets if item.pooled else 0, words=item.shape is Shape.WORDS,
    )


def measures_of(item: Item, tally: Tally) -> tuple[tuple[str, str], ...]:
    """Mean, median and quartiles, where there are any; of days the one in the middle."""
    if item.shape is Shape.DATE:
        return ((_("Median"), median_day(tally.counts)),)
    return spread_words(spread(numbers(tally.counts))) if item.shape in MEASURED else ()


def spread_words(found: Spread | None) -> tuple[tuple[str, str], ...]:
    """The figures of a spread in words."""
    if found is None:
        return ()
    middle = _("%(lower)s to %(upper)s", lower=shown(found.lower), upper=shown(found.upper))
    return (_("Mean"), shown(found.mean)), (_("Median"), shown(found.median)), (_("Middle half"), middle)


def chart_of(item: Item, tally: Tally, words: Words) -> Chart | None:
    """How all answers to an item are spread."""
    title = full_label(item)
    if item.shape is Shape.WORDS:
        return None
    if item.shape is Shape.RANKING:
        return _ranking(item, tally, words, title)
    if item.shape is Shape.STEPS:
        bars = [Bar(each, tally.counts.get(each, 0)) for each in values_of(item, tally)]
        return Columns(title, rows=_("Answer"), numbers=_("Answers"), bars=bars)
    end = tally.answered if item.values else None
    return Bars(title, rows=_("Answer"), numbers=_("Answers"), bars=list(_bars(item, tally, words)), end=end)


def _bars(item: Item, tally: Tally, words: Words) -> Iterator[Bar]:
    whole = tally.answered
    match item.shape:
        case Shape.NUMBER:
            yield from (_bar(_range(each), each.count, whole) for each in bins(numbers(tally.counts)))
        case Shape.DATE:
            yield from (_bar(each, count, whole) for each, count in periods(tally.counts).items())
        case Shape.LISTED:
            yield from _listed(item, tally, words)
        case _:
            for each in _told(item, tally):
                yield _bar(words.value(item, each), tally.counts.get(each, 0), whole, goal=_goal(item, each))


def _told(item: Item, tally: Tally) -> list[str]:
    """Values to show: of targets, which are very many, those that somebody named."""
    values = values_of(item, tally)
    return [each for each in values if tally.counts.get(each)] if isinstance(item.asks, TargetsField) else values


def _goal(item: Item, value: str) -> int:
    return int(value) if isinstance(item.asks, GoalsField) and value.isdigit() else 0


def _bar(label: str, count: int, whole: int, goal: int = 0) -> Bar:
    return Bar(label, count, said=counted(count, whole), goal=goal)


def _range(found: Bin) -> str:
    if found.low == found.high:
        return figures(found.low)
    return _("%(low)s to under %(high)s", low=figures(found.low), high=figures(found.high))


def _listed(item: Item, tally: Tally, words: Words) -> list[Bar]:
    """The most frequent places or organisations; the others, and those with under five, together."""
    enough = [value for value in tally.counts if tally.counts[value] >= LEAST]
    often = sorted(enough, key=lambda each: (-tally.counts[each], each))[:MOST_NAMES]
    found = sorted((_bar(words.value(item, each), tally.counts[each], tally.answered) for each in often), key=lambda bar: bar.label)
    rest = tally.answered - sum(tally.counts[each] for each in often)
    return [*found, _bar(_("All others"), rest, tally.answered)] if rest else found


def _ranking(item: Item, tally: Tally, words: Words, title: str) -> Stacked:
    most = max((place for each in tally.places.values() for place in each), default=1)
    return Stacked(
        title=title, rows=_("Item"), series=[_("Place %(number)d", number=place) for place in range(1, most + 1)],
        summary=_("The items by their mean place, the best first; 1 is best."),
        stacks=[
            Stack(
                words.value(item, each.value), [tally.places.get(each.value, {}).get(place, 0) for place in range(1, most + 1)],
                note=_("mean place %(mean)s (n = %(n)s)", mean=shown(each.mean), n=figures(each.n)),
            )
            for each in ranked(item, tally)
        ],
    )


def _together(asked: MatrixField, found: Sequence[Item]) -> bool:
    """Whether the cells of a matrix are drawn as one: choices by rows, means by rows and columns."""
    if not found or found[0].pooled:
        return False
    return asked.by_row or asked.cell in (Cell.SCALE, Cell.NUMBER)


def _matrix(asked: MatrixField, found: Sequence[Item], numbers_of: Numbers, words: Words) -> Part:
    tallies = [numbers_of.total(item.key) for item in found]
    most = max(tally.answered for tally in tallies)
    few = [label_of(item) for item, tally in zip(found, tallies, strict=True) if small(tally.answered)]
    said = _("Not shown, since fewer than %(least)d answered: %(rows)s", least=LEAST, rows=_(", ").join(few)) if few else ""
    if not most:
        return Part("", 0, numbers_of.sheets, said=_("Nobody answered."))
    if len(few) == sum(bool(tally.answered) for tally in tallies):
        return _too_few(Item(asked.id, asked, asked))
    chart = _stacked(asked, found, tallies, words) if asked.by_row else _means(asked, found, tallies)
    return Part("", most, numbers_of.sheets - most, chart=chart, said=said)


def _stacked(asked: MatrixField, found: Sequence[Item], tallies: Sequence[Tally], words: Words) -> Stacked:
    everything = sum(tallies, Tally())
    values = values_of(found[0], everything)
    return Stacked(
        title=plain_label(asked), rows=_("Row"), series=[words.value(found[0], each) for each in values],
        stacks=[
            Stack(label_of(item), [tally.counts.get(each, 0) for each in values], note=_("n = %(n)s", n=figures(tally.answered)))
            for item, tally in zip(found, tallies, strict=True) if not small(tally.answered)
        ],
    )


def _means(asked: MatrixField, found: Sequence[Item], tallies: Sequence[Tally]) -> Cross:
    by_key = {item.key: tally for item, tally in zip(found, tallies, strict=True)}

    def heat(row: str, column: str) -> Heat:
        tally = by_key[f"{asked.id}/{row}/{column}"]
        told = None if small(tally.answered) else spread(numbers(tally.counts))
        if told is None:
            return Heat(None, said=HIDDEN)
        return Heat(rounded(told.mean), said=shown(told.mean), note=_("n = %(n)s", n=figures(told.n)))

    return Cross(
        title=_("Means: %(question)s", question=plain_label(asked)), rows=_("Row"), columns=_("Column"),
        down=[plain_text(each.text) for each in asked.rows], across=[plain_text(each.text) for each in asked.columns],
        cells=[[heat(row.id, column.id) for column in asked.columns] for row in asked.rows],
    )


def _of_group(item: Item, row: Row, words: Words) -> Part:
    """An item in one group."""
    label = label_of(item)
    if row.answered == 0:
        return Part(label, 0, row.group.size, said=_("Nobody answered."))
    if item.shape in CLASSES or item.shape is Shape.SEVERAL:
        values = [each for each in row.counts if not isinstance(item.asks, TargetsField) or row.counts[each] != 0]
        if all(row.counts[each] is None for each in values):
            return Part(label, None, None, said=_hidden_words())
        chart = Bars(
            title=label or plain_label(item.field), rows=_("Answer"), numbers=_("Answers"), end=row.answered,
            bars=[_group_bar(words.value(item, each), row.counts[each], row.answered, goal=_goal(item, each)) for each in values],
        )
        said = "" if row.whole else _hidden_words()
        return Part(label, row.answered, _missing(row), chart=chart, measures=spread_words(row.spread), said=said)
    if row.answered is None:
        return Part(label, None, None, said=_hidden_words())
    if row.tally is not None:
        return Part(label, row.answered, _missing(row), measures=tuple(
            (words.value(item, each.value), _("mean place %(mean)s", mean=shown(each.mean))) for each in ranked(item, row.tally)
        ))
    return Part(label, row.answered, _missing(row), measures=spread_words(row.spread))


def _hidden_words() -> str:
    return _("An en dash stands where a number is not shown, to protect small groups.")


def _missing(row: Row) -> int | None:
    return None if row.answered is None else row.group.size - row.answered


def _group_bar(label: str, count: int | None, whole: int | None, goal: int = 0) -> Bar:
    if count is None:
        return Bar(label, None, said=HIDDEN, goal=goal)
    return Bar(label, count, said=figures(count) if whole is None else counted(count, whole), goal=goal)


def _side_by_side(item: Item, rows: Sequence[Row], words: Words, found: Numbers) -> Part:
    """An item in every group."""
    tally = found.total(item.key)
    title = full_label(item)
    if not tally.answered:
        return Part(label_of(item), 0, found.sheets, said=_("Nobody answered."))
    hidden = not all(row.whole for row in rows)
    chart: Chart
    measures: tuple[tuple[str, str], ...] = ()
    if item.shape in AMOUNTS:
        end = item.asks.last if isinstance(item.asks, ScaleField) else None
        chart = Bars(title, rows=_("Group"), numbers=_("Mean"), notes=_("Answers"), bars=[_mean_bar(row, words) for row in rows], end=end)
    elif item.shape is not Shape.RANKING and _bare(rows):
        said = _("Too few answered for this question to be divided into these groups without telling of small ones.")
        return Part(label_of(item), tally.answered, found.sheets - tally.answered, said=said)
    else:
        chart = _table(item, rows, words, tally)
        measures = tuple(
            (_("Mean, %(group)s", group=words.group(row.group)), shown(row.spread.mean)) for row in rows if row.spread is not None
        )
    return Part(
        label_of(item), tally.answered, found.sheets - tally.answered, chart=chart, measures=measures,
        said=_hidden_words() if hidden else "",
    )


def _bare(rows: Sequence[Row]) -> bool:
    """Whether more than half of the numbers that say something are hidden."""
    told = [count for row in rows for count in row.counts.values() if count != 0]
    return 2 * told.count(None) > len(told)


def _mean_bar(row: Row, words: Words) -> Bar:
    label = words.group(row.group)
    if row.answered is None:
        return Bar(label, None, said=HIDDEN)
    if row.spread is None:
        return Bar(label, None, said=HIDDEN, note=_("n = %(n)s", n="0"))
    note = _("n = %(n)s, median %(median)s", n=figures(row.answered), median=shown(row.spread.median))
    return Bar(label, rounded(row.spread.mean), said=shown(row.spread.mean), note=note)


def _table(item: Item, rows: Sequence[Row], words: Words, tally: Tally) -> Cross:
    """Answers down and groups across."""
    values = _told(item, tally) if item.shape is not Shape.RANKING else [each.value for each in ranked(item, tally)]
    across = [
        words.group(row.group) if row.answered is None else f"{words.group(row.group)} ({_('n = %(n)s', n=figures(row.answered))})"
        for row in rows
    ]
    return Cross(
        full_label(item), rows=_("Answer"), columns=_("Group"), down=[words.value(item, each) for each in values], across=across,
        cells=[[_heat(item, row, each) for row in rows] for each in values],
    )


def _heat(item: Item, row: Row, value: str) -> Heat:
    if item.shape is Shape.RANKING:
        mean = next((each.mean for each in ranked(item, row.tally) if each.value == value), None) if row.tally else None
        return Heat(None, said=shown(mean))
    count = row.counts[value]
    if count is None:
        return Heat(None, said=HIDDEN)
    if not row.answered:
        return Heat(None, said=figures(count))
    return Heat(percent(count, row.answered), said=f"{percent(count, row.answered)}%", note=figures(count))

