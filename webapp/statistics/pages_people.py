"""Who took part: by what people had said of themselves at each moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from webapp.core.i18n import _
from webapp.statistics import described, words
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.grids import figures, grid, page_urls
from webapp.statistics.slices import Dimension
from webapp.statistics.tables import Shown

KEYS = ("readers", "enrolled", "started", "passed", "attended", "completed")
PEOPLE = (
    Dimension.LEVEL, Dimension.ORGANISATION, Dimension.SEX, Dimension.AGE, Dimension.LANGUAGE, Dimension.DEVICE, Dimension.CHANNEL,
)


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """A table each for level, organisation, sex, age, language, device and channel."""
    found.fetch([(part, (each,), figures(KEYS)) for each in PEOPLE for part in (asked.part, asked.against) if part is not None])
    tables = [
        grid(asked, found, each, KEYS, name=each.value, title=str(words.DIMENSIONS[each]), url=_leads(asked, each)) for each in PEOPLE
    ]
    says = [
        _("People are counted as they were at the moment of the event: who rose to a higher level later stays where they were then."),
        _("“Not stated” is what people left empty. It belongs to every share that is taken from these tables."),
    ]
    return Shown(_("People"), described.about(asked), asked.part.cut_off, tables, figures(KEYS), says)


def _leads(asked: Asked, dimension: Dimension) -> Callable[[Any], str]:
    # A level as a filter means that level and those above it, which is another number than its row.
    if dimension is Dimension.LEVEL:
        return lambda _value: ""
    return page_urls("people", asked, dimension.value)
