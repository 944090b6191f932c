"""Two rounds of a survey beside each other, question by question. Pure; words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from webapp.core.charts.shapes import Compared, Pair, figures
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.suppression import LEAST
from webapp.courses.questionnaire.content import Questionnaire, Section
from webapp.courses.questionnaire.fields import Field, ScaleField
from webapp.questionnaires.labels import plain_label
from webapp.questionnaires.results import AMOUNTS, CLASSES, Item, Shape, Tally, items, numbers, of_field, spread
from webapp.questionnaires.results_words import Words, full_label, label_of, percent, rounded, shown

HUNDRED = 100


@dataclass(frozen=True)
class Part:
    """An item in both rounds, with the means where it has any. `chart` None: `said` tells why."""

    label: str
    before: int | None
    after: int | None
    chart: Compared | None = None
    means: str = ""
    said: str = ""


@dataclass(frozen=True)
class Block:
    """A question of the later round. `changed`: its wording, its options or its limits were others in the earlier one."""

    section: Section
    field: Field
    changed: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Comparison:
    """Questions of both rounds, and the names of those that only one of them asks or that became of another kind."""

    blocks: tuple[Block, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Round:
    """A round: what it is called, what was asked, the counts by key."""

    name: str
    questionnaire: Questionnaire
    tallies: Mapping[str, Tally]

    def tally(self, item: Item) -> Tally:
        """Counts of an item."""
        return self.tallies.get(item.key, Tally())


def compare(before: Round, after: Round, words: Words) -> Comparison:
    """Both rounds. What cannot be set side by side (words, places, days, rankings, tables) is left out."""
    earlier = {item.key: item for item in items(before.questionnaire)}
    blocks = []
    for asked in after.questionnaire.answerable:
        parts = tuple(_parts(asked, earlier, before, after, words))
        old = before.questionnaire.field(asked.id)
        if parts and old is not None:
            blocks.append(Block(after.questionnaire.section_of(asked.id), asked, old.to_content() != asked.to_content(), parts))
    return Comparison(tuple(blocks), _only(after.questionnaire, before.questionnaire), _only(before.questionnaire, after.questionnaire))


def _only(one: Questionnaire, other: Questionnaire) -> tuple[str, ...]:
    """Questions that the other does not ask, or asks in another kind."""
    kinds = {field.id: field.type for field in other.answerable}
    return tuple(plain_label(field) for field in one.answerable if kinds.get(field.id) is not field.type)


def _parts(asked: Field, earlier: Mapping[str, Item], before: Round, after: Round, words: Words) -> Iterator[Part]:
    for item in of_field(asked):
        old = earlier.get(item.key)
        if old is not None and old.shape is item.shape and not item.pooled and item.shape in CLASSES | AMOUNTS | {Shape.SEVERAL}:
            yield _part(item, old, before, after, words)


def _part(item: Item, old: Item, before: Round, after: Round, words: Words) -> Part:
    first, second = before.tally(old), after.tally(item)
    if min(first.answered, second.answered) < LEAST:
        return Part(label_of(item), None, None, said=_("Fewer than %(least)d people answered in one of the rounds.", least=LEAST))
    means = _means(first, second) if item.shape is Shape.POINTS else ""
    chart = _mean_chart(item, first, second, before, after) if item.shape in AMOUNTS else _shares(item, old, before, after, words)
    return Part(label_of(item), first.answered, second.answered, chart, means)


def _means(first: Tally, second: Tally) -> str:
    one, two = spread(numbers(first.counts)), spread(numbers(second.counts))
    if one is None or two is None:
        return ""
    change = signed(two.mean - one.mean)
    return _("Mean %(before)s, then %(after)s: %(change)s", before=shown(one.mean), after=shown(two.mean), change=change)


def signed(change: Fraction) -> str:
    """A change with its sign: `+0.4`, `−1`, `±0`."""
    value = rounded(change)
    return f"+{figures(value)}" if value > 0 else figures(value) if value else "±0"


def _mean_chart(item: Item, first: Tally, second: Tally, before: Round, after: Round) -> Compared | None:
    one, two = spread(numbers(first.counts)), spread(numbers(second.counts))
    if one is None or two is None:
        return None
    asks = item.asks
    ends: Sequence[int] = (asks.first, asks.last) if isinstance(asks, ScaleField) else (0, int(max(one.mean, two.mean)) + 1)
    pair = Pair(_("Mean"), rounded(one.mean), rounded(two.mean), note=signed(two.mean - one.mean))
    return Compared(full_label(item), rows="", before=before.name, after=after.name, pairs=[pair], start=ends[0], end=ends[1])


def _shares(item: Item, old: Item, before: Round, after: Round, words: Words) -> Compared:
    """Shares of each answer; of one that only one round offered, there only."""
    first, second = before.tally(old), after.tally(item)
    pairs = []
    for value in dict.fromkeys((*item.values, *old.values)):
        if item.shape is Shape.SEVERAL and not (first.counts.get(value) or second.counts.get(value)):
            continue
        one = percent(first.counts.get(value, 0), first.answered) if value in old.values else None
        two = percent(second.counts.get(value, 0), second.answered) if value in item.values else None
        note = _points(two - one) if one is not None and two is not None else _("asked in one round only")
        pairs.append(Pair(words.value(item if value in item.values else old, value), one, two, note=note))
    return Compared(
        full_label(item), rows=_("Answer, share in %"), before=before.name, after=after.name, pairs=pairs, start=0, end=HUNDRED,
    )


def _points(change: object) -> str:
    value = int(str(change))
    said = f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "±0"
    return _("%(change)s points", change=said)
