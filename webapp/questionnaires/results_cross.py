"""Two questions by each other, as a page and a file show them."""

from __future__ import annotations

from webapp.core.charts.shapes import Cross, Heat, figures
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.questionnaires import queries_results
from webapp.questionnaires.queries_results import Scope
from webapp.questionnaires.results import Item
from webapp.questionnaires.results_split import Crossed, cross
from webapp.questionnaires.results_words import full_label, value_words


@dataclass(frozen=True)
class Crossing:
    """The items and the table; `table` None: one of them has too few answers."""

    first: Item
    second: Item
    sheets: int
    table: Crossed | None

    @property
    def chart(self) -> Cross | None:
        """The table, shaded by number."""
        if self.table is None:
            return None
        return Cross(
            f"{full_label(self.first)} × {full_label(self.second)}", rows=full_label(self.first), columns=full_label(self.second),
            down=[value_words(self.first, value) for value in self.table.down],
            across=[value_words(self.second, value) for value in self.table.across],
            cells=[[_heat(self.table.cells[a, b]) for b in self.table.across] for a in self.table.down],
        )


def _heat(count: int | None) -> Heat:
    return Heat(None, said="–") if count is None else Heat(count, said=figures(count))


def crossing(scope: Scope, first: Item, second: Item) -> Crossing:
    """Two items of these sheets by each other. Two queries."""
    sheets = queries_results.outline(scope, names=()).sheets
    return Crossing(first, second, sheets, cross(first, second, queries_results.crossed(scope, first, second), sheets=sheets))


def heads(found: Crossing) -> list[str]:
    """Heads of the columns of a file."""
    return [full_label(found.first), full_label(found.second), _("Count"), _("Note")]
