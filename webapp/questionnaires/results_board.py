"""What one page of results stands on: the counts, the groups they may be divided into, and the words for it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from webapp.core.frozen import dataclass
from webapp.core.suppression import LEAST
from webapp.courses.questionnaire.content import Questionnaire
from webapp.questionnaires.results import Item, Shape, items
from webapp.questionnaires.results_shown import Chapter, chapters
from webapp.questionnaires.results_split import Group, groups
from webapp.questionnaires.results_words import PLACE, Words, dimension_label, groups_words, in_order, names_of
from webapp.questionnaires.services_results import Numbers


@dataclass(frozen=True)
class Board:
    """`dimensions`: by what sheets can be divided. `group` is the key of one of `divided`, empty for all side by side."""

    questionnaire: Questionnaire
    numbers: Numbers
    dimensions: Sequence[str]
    divided: tuple[Group, ...]
    words: Words
    group: str = ""

    @property
    def few(self) -> bool:
        """Whether there are too few sheets to show anything of them."""
        return self.numbers.sheets < LEAST

    @property
    def by(self) -> str:
        """The dimension the page is divided by, empty if it is not."""
        return self.numbers.by if self.divided else ""

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Dimensions with their words."""
        return [(name, dimension_label(name)) for name in self.dimensions]

    def chapters(self) -> list[Chapter]:
        """All results as they are asked for."""
        return [] if self.few else chapters(self.questionnaire, self.numbers, self.words, self.divided, self.group)


def board(questionnaire: Questionnaire, numbers: Numbers, dimensions: Sequence[str], group: str = "") -> Board:
    """The board of these counts. Two queries at most, for names of places and organisations."""
    found = words_of(questionnaire, numbers)
    divided = ordered(numbers, found) if numbers.by else ()
    keys = {each.key for each in divided}
    return Board(questionnaire, numbers, dimensions, divided, found, group if group in keys else "")


def ordered(numbers: Numbers, words: Words) -> tuple[Group, ...]:
    """The groups in the order in which they are read; those put together come last."""
    key = in_order(numbers.by, words.groups)
    return groups({value: numbers.sizes[value] for value in sorted(numbers.sizes, key=key)})


def words_of(questionnaire: Questionnaire, numbers: Numbers) -> Words:
    """Names of what the answers and the groups are. Two queries at most."""
    names = names_of(_often(questionnaire, numbers), numbers.sizes if numbers.by == PLACE else ())
    return Words(names, groups_words(numbers.by, numbers.sizes, names) if numbers.by else {})


def _often(questionnaire: Questionnaire, numbers: Numbers) -> list[tuple[Item, list[str]]]:
    """Places and organisations that are shown by name."""
    listed = [item for item in items(questionnaire) if item.shape is Shape.LISTED]
    return [(item, [value for value, count in numbers.total(item.key).counts.items() if count >= LEAST]) for item in listed]


def crossable(questionnaire: Questionnaire) -> tuple[Mapping[str, Item], Mapping[str, Item]]:
    """What can stand at the side of a cross table, and what can stand on top of it, by key."""
    one = {item.key: item for item in items(questionnaire) if not item.pooled and item.shape in (Shape.CHOICE, Shape.POINTS)}
    several = {item.key: item for item in items(questionnaire) if not item.pooled and item.shape is Shape.SEVERAL}
    known = items(questionnaire)
    return {item.key: item for item in known if item.key in one or item.key in several}, one
