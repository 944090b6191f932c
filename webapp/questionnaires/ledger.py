"""How changes come into a sheet: pure, so that every interleaving can be tried.

A change is written upon a version of the sheet that its writer had seen. It is applied where nobody touched the place
since, merged where both edits have a place, and otherwise kept beside the value as a conflict: what was acknowledged is
never lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any
from uuid import UUID

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.fields import FieldType, TableField
from webapp.courses.questionnaire.paths import Spot, SpotKind, field_of, locate, row_path
from webapp.courses.questionnaire.values import BadValue, check_rows, normalise, normalise_row
from webapp.questionnaires.merging import Meeting, Shape, meet
from webapp.questionnaires.models import Outcome

SHAPES = {
    FieldType.TEXT: Shape.TEXT, FieldType.LONG: Shape.TEXT, FieldType.MULTIPLE: Shape.SET, FieldType.GOALS: Shape.SET,
    FieldType.TARGETS: Shape.SET, FieldType.FILE: Shape.SET,
}


@dataclass(frozen=True)
class Wanted:
    """A change as somebody sends it: `base` is the version of the sheet, or of the cell, that they had seen."""

    id: UUID
    path: str
    base: int
    value: Any
    device_at: datetime | None = None


@dataclass(frozen=True)
class Cell:
    """The current value at a path, the version that made it, and whose it is."""

    value: Any
    version: int
    person_id: UUID | None = None


@dataclass(frozen=True)
class Done:
    """What became of a change. Without an outcome it was refused, and `message` says why.

    `value` is what the cell holds now, `wanted` what was sent, put into its stored form. A conflict shows at
    `conflict_path`: a change in a row that somebody removed shows at the row.
    """

    id: UUID
    path: str
    base: int
    outcome: Outcome | None
    version: int | None
    value: Any
    wanted: Any = None
    message: str = ""
    conflict_path: str | None = None


@dataclass
class Ledger:
    """The part of a sheet that a batch of changes may touch.

    `cells` by path, at least those of every field that is changed; `bases` holds older values by (path, version), as the
    log knows them; `version` and `cells` grow as changes are applied.
    """

    questionnaire: Questionnaire
    version: int
    cells: dict[str, Cell] = field(default_factory=dict)
    bases: Mapping[str, list[tuple[int, Any]]] = field(default_factory=dict)

    def apply(self, wanted: Wanted, person_id: UUID | None) -> Done:
        """Bring one change in."""
        spot = locate(self.questionnaire, wanted.path)
        if spot is None:
            return self._refuse(wanted, _("This field is no longer part of the questionnaire. Your words stay on this device; copy them."))
        try:
            value = self._stored_form(spot, wanted.value)
        except BadValue as error:
            return self._refuse(wanted, str(error))
        if spot.kind is SpotKind.ROW:
            return self._apply_row(spot, wanted, value, person_id)
        if isinstance(spot.field, TableField) and self._removed(spot):
            return self._beside(wanted, value, row_path(spot.field.id, spot.row))
        meeting = meet(SHAPES.get(spot.asks.type, Shape.WHOLE), *self._before(wanted), value)
        return self._settle(wanted, self._fitting(spot, meeting), value, person_id)

    def value(self, path: str) -> Any:
        """What the cell holds now, None if nothing."""
        cell = self.cells.get(path)
        return None if cell is None else cell.value

    def _stored_form(self, spot: Spot, raw: Any) -> Any:
        if spot.kind is SpotKind.ROW and isinstance(spot.asks, TableField):
            return normalise_row(spot.asks, raw)
        return normalise(spot.asks, raw, label=spot.label())

    def _before(self, wanted: Wanted) -> tuple[Any, Any]:
        """The value the writer had seen, and the one of now."""
        cell = self.cells.get(wanted.path)
        if cell is None:
            return None, None
        if cell.version <= wanted.base:
            return cell.value, cell.value
        older = [value for version, value in self.bases.get(wanted.path, ()) if version <= wanted.base]
        return (older[-1] if older else None), cell.value

    def _fitting(self, spot: Spot, meeting: Meeting) -> Meeting:
        """A merge may be longer than the field allows: then people decide."""
        if meeting.outcome is not Outcome.MERGED:
            return meeting
        try:
            return Meeting(Outcome.MERGED, self._stored_form(spot, meeting.value))
        except BadValue:
            return Meeting(Outcome.CONFLICT, self.value(spot.path))

    def _apply_row(self, spot: Spot, wanted: Wanted, value: Any, person_id: UUID | None) -> Done:
        here = self.cells.get(wanted.path)
        if value is None and self._row_touched_since(spot, wanted.base, person_id):
            return self._beside(wanted, value, wanted.path)
        if value is not None and here is None:
            assert isinstance(spot.asks, TableField)
            full = check_rows(spot.asks, 1 + self._rows(spot.field.id))
            if full is not None:
                return self._refuse(wanted, full)
        if value is not None and here is not None and here.value is None and here.version > wanted.base:
            return self._beside(wanted, value, wanted.path)
        # Where a row stands is nobody's words: of two moves at once the last one counts.
        outcome = Meeting(Outcome.APPLIED, value)
        return self._settle(wanted, outcome, value, person_id)

    def _rows(self, table_id: str) -> int:
        records = (cell for path, cell in self.cells.items() if path.count("/") == 1 and field_of(path) == table_id)
        return sum(1 for cell in records if cell.value is not None)

    def _removed(self, spot: Spot) -> bool:
        record = self.cells.get(row_path(spot.field.id, spot.row))
        return record is not None and record.value is None

    def _row_touched_since(self, spot: Spot, base: int, person_id: UUID | None) -> bool:
        row = row_path(spot.field.id, spot.row)
        return any(
            cell.version > base and cell.person_id != person_id and cell.value is not None
            for path, cell in self.cells.items() if path.startswith(f"{row}/")
        )

    def _settle(self, wanted: Wanted, meeting: Meeting, value: Any, person_id: UUID | None) -> Done:
        if meeting.outcome is Outcome.CONFLICT:
            return self._beside(wanted, value, wanted.path)
        self.version += 1
        self.cells[wanted.path] = Cell(meeting.value, self.version, person_id)
        return Done(wanted.id, wanted.path, wanted.base, meeting.outcome, self.version, meeting.value, value)

    def _beside(self, wanted: Wanted, value: Any, shown_at: str) -> Done:
        return Done(
            wanted.id, wanted.path, wanted.base, Outcome.CONFLICT, None, self.value(wanted.path), value, conflict_path=shown_at,
        )

    def _refuse(self, wanted: Wanted, message: str) -> Done:
        return Done(wanted.id, wanted.path, wanted.base, None, None, self.value(wanted.path), message=message)
