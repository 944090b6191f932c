"""Tables of figures by one breakdown, with the whole below, and with the difference to another period where that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote_plus

from webapp.core.i18n import _
from webapp.statistics import words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked, query_of
from webapp.statistics.definitions import BY_KEY, FIGURES, Figure
from webapp.statistics.slices import Dimension, Slice
from webapp.statistics.tables import Head, Line, Table, Value, head_of, not_additive, value_of

ONLINE = ("views", "readers", "enrolled", "started", "submitted", "passed", "certified")
ONSITE = ("invited", "registered", "attended", "completed", "hours")
# Stands in an address for the value of each row.
_HERE = "\x02"
# What was counted ahead for every reader is asked for with all figures.
AHEAD = frozenset({Dimension.PROVINCE, Dimension.MONTH})


def figures(keys: Iterable[str]) -> list[Figure]:
    """Figures by their keys."""
    return [BY_KEY[key] for key in keys]


def page_url(page: str, asked: Asked, **changes: str | None) -> str:
    """Address of another page that is asked the same, without the mount point."""
    query = query_of(asked, **dict.fromkeys(asked.options), **changes) if changes else asked.carried
    path = "/statistics/" if page == "overview" else f"/statistics/{page}"
    return f"{path}?{query}" if query else path


def page_urls(page: str, asked: Asked, name: str) -> Callable[[object], str]:
    """The same with a value of its own for one filter, such as the place of each row: called with it."""
    before, _mark, after = page_url(page, asked, **{name: _HERE}).partition(quote_plus(_HERE))
    return lambda value: before + quote_plus(str(value)) + after


def cells_of(found: Source, part: Slice, by: Dimension, wanted: Sequence[Figure]) -> dict[Any, Mapping[str, int]]:
    """Figures by the values of one dimension."""
    cells = found.count(part, (by,), FIGURES if by in AHEAD else wanted)
    return {key[0]: {each.key: values[each.key] for each in wanted} for key, values in cells.items()}


def heads(asked: Asked, wanted: Sequence[Figure]) -> list[Head]:
    """A column each figure, and one for its difference where the page compares."""
    if asked.against is None:
        return [head_of(each) for each in wanted]
    said = _("change")
    return [
        head for each in wanted
        for head in (head_of(each), Head(said, _("The difference to the period that it is compared with."), signed=True,
                                         digits=head_of(each).digits))
    ]


def values(wanted: Sequence[Figure], now: Mapping[str, int], then: Mapping[str, int] | None) -> list[Value]:
    """The cells of a row: figures, each with its difference where there is something to compare with."""
    if then is None:
        return [value_of(each, now.get(each.key, 0)) for each in wanted]
    return [
        value for each in wanted
        for value in (
            value_of(each, now.get(each.key, 0)), value_of(each, now.get(each.key, 0) - then.get(each.key, 0)),
        )
    ]


def grid(
    asked: Asked, found: Source, by: Dimension, keys: Iterable[str], *, name: str, title: str, rows: str = "",
    url: Callable[[Any], str] = lambda _value: "",
) -> Table:
    """The table of some figures by one dimension: every value that there is, the whole, and why parts do not add up."""
    wanted = figures(keys)
    now = cells_of(found, asked.part, by, wanted)
    then = None if asked.against is None else cells_of(found, asked.against, by, wanted)
    present = words.named(by, {*now, *(then or {})}, asked.part.tree_on, allowed=asked.allowed)
    lines = [
        Line(word, values(wanted, now.get(value, {}), None if then is None else then.get(value, {})), "" if value is None else url(value))
        for value, word in present
    ]
    whole = whole_of(found, asked.part)
    before = None if asked.against is None else whole_of(found, asked.against)
    lines.append(Line(_("Total"), values(wanted, whole, before), total=True))
    notes = unequal(wanted, [now.get(value, {}) for value, _word in present], whole)
    return Table(name, title, rows or str(words.DIMENSIONS[by]), heads(asked, wanted), lines, notes)


def whole_of(found: Source, part: Slice) -> Mapping[str, int]:
    """All figures of a slice: one question for every page, so that it is counted once."""
    return found.total(part, FIGURES)


def unequal(wanted: Sequence[Figure], parts: Sequence[Mapping[str, int]], whole: Mapping[str, int]) -> list[str]:
    """A sentence for every figure whose parts do not add up."""
    said = (not_additive(each, [part.get(each.key, 0) for part in parts], whole[each.key]) for each in wanted)
    return [each for each in said if each]
