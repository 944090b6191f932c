"""From reader to certificate, and from invitation to completion: how many take each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from webapp.core.charts.shapes import Bar, Bars
from webapp.core.i18n import _
from webapp.statistics import described
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.definitions import Figure
from webapp.statistics.grids import figures, heads, values, whole_of
from webapp.statistics.slices import Slice
from webapp.statistics.tables import Head, Line, Shown, Table, Value, head_of

ONLINE_STEPS = ("readers", "enrolled", "started", "submitted", "passed", "certified")
ONSITE_STEPS = ("invited", "registered", "attended", "completed")


def shown(asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """The two funnels of a slice."""
    tables = [
        funnel("online", _("Online courses: from reading to the certificate"), ONLINE_STEPS, asked, found),
        funnel("onsite", _("Trainings: from the invitation to completion"), ONSITE_STEPS, asked, found),
    ]
    says = [
        _("Views are not in this table: how often something happened cannot be compared with how many people did it."),
        _("Each step counts the people who took it in the period, with or without the step before: who enrolled last year and passed "
          "this year is only in the later step. In a short period a share can therefore be above 100%."),
    ]
    return Shown(_("Funnel"), described.about(asked), asked.part.cut_off, tables, figures((*ONLINE_STEPS, *ONSITE_STEPS)), says)


def funnel(name: str, title: str, keys: Sequence[str], asked: Asked, found: Source, part: Slice | None = None) -> Table:
    """Steps with the people who took each, and their share of the step before."""
    wanted = figures(keys)
    now = whole_of(found, part or asked.part)
    then = None if asked.against is None else whole_of(found, asked.against)
    shares = shares_of([now[each.key] for each in wanted])
    lines = [
        Line(str(each.label), [*values([each], now, then), share], note=str(each.definition))
        for each, share in zip(wanted, shares, strict=True)
    ]
    people = Head(_("Number of people"))
    columns = [people, *heads(asked, wanted[:1])[1:], Head(_("Share of the step before"), digits=1, unit="%")]
    return Table(name, title, _("Step"), columns, lines, chart=_drawn(title, wanted, now, shares))


def shares_of(numbers: Sequence[int]) -> list[Value]:
    """Each number as per cent of the one before it; None for the first and where there was nothing before."""
    pairs = pairwise(numbers)
    return [None, *(round(here * 100 / before, 1) if before else None for before, here in pairs)]


def _drawn(title: str, wanted: Sequence[Figure], now: Mapping[str, int], shares: Sequence[Value]) -> Bars:
    head = Head("", digits=1, unit="%")
    bars = [
        Bar(str(each.label), now[each.key], head_of(each).words(now[each.key]), "" if share is None else head.words(share))
        for each, share in zip(wanted, shares, strict=True)
    ]
    return Bars(title, _("Step"), _("Number of people"), bars, notes=_("Share of the step before"))
