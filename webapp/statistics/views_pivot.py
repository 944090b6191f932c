"""The pivot table on the screen: shaped by selects, boxes and links, so by keyboard and without a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request

from webapp.core.access import allow
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.core.ui.templating import address
from webapp.statistics import access, described, filter_form, pages_pivot
from webapp.statistics.asking import BadQuestion
from webapp.statistics.pages import shown_of
from webapp.statistics.pages_time import choices
from webapp.statistics.rules import BadPeriod
from webapp.statistics.views import bp, question, screen


@dataclass(frozen=True)
class ShapeForm:
    """The controls of the shape: what can be chosen, what is chosen, and links that turn the table."""

    options: Mapping[str, str]
    links: list[tuple[str, str]]

    @property
    def dimensions(self) -> list[tuple[str, str]]:
        """What figures can be broken down by."""
        return pages_pivot.offered()

    @property
    def figures(self) -> list[tuple[str, str]]:
        """What can be counted."""
        return choices()

    @property
    def chosen(self) -> list[str]:
        """The figures that are shown."""
        return (self.options.get("figures") or ",".join(pages_pivot.USUAL_FIGURES)).split(",")

    @property
    def named(self) -> str:
        """Their words."""
        return described.listed(text for key, text in self.figures if key in self.chosen)

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """Orders of rows."""
        return [("code", _("by code and time")), ("name", _("by name"))]

    def value(self, name: str) -> str:
        """What is chosen in a select."""
        return self.options.get(name) or (pages_pivot.USUAL_ROWS.value if name == "rows" else "")


@bp.get("/statistics/pivot")
@allow(access.see_statistics)
def pivot() -> Any:
    """Figures by dimensions of the reader's choice."""
    picker = filter_form.Picker.read(request.args)
    if (moved := _tidy(picker)) is not None:
        return moved
    asked = question("pivot", offers=True)
    refused, shown = asked.refused, None
    if refused is None:
        try:
            shown = pages_pivot.on_screen(shown_of("pivot", asked.asked, asked.found, asked.now))
        except (BadPeriod, BadQuestion) as error:
            refused = error
    typed = {name: request.args.get(name, "") for name in pages_pivot.OPTIONS}
    form = filter_form.FilterForm("pivot", asked.asked, request.args, picker, refused)
    body = screen("pivot", asked, shown, form, shape_form=ShapeForm(typed, _links(typed)))
    return (body, 400) if refused else body


def _tidy(picker: filter_form.Picker) -> Any:
    """Another address for the same: figures in one value, nothing empty, the place that was chosen in the picker. None: it is so."""
    args = request.args.to_dict(flat=False)
    figures = args.get("figures", [])
    if not (picker.redirects or len(figures) > 1 or any(not each for values in args.values() for each in values)):
        return None
    kept: dict[str, Any] = {key: [each for each in values if each] for key, values in args.items() if not filter_form.of_picker(key)}
    kept["figures"] = pages_pivot.ordered(figures) or None
    if picker.redirects:
        kept["place"] = str(picker.place) if picker.place else None
    return redirect(address(request.path, **{key: value for key, value in kept.items() if value}))


def _links(options: Mapping[str, str]) -> list[tuple[str, str]]:
    """Ways to turn the table, each an address of its own."""
    rows, second, columns = options["rows"] or pages_pivot.USUAL_ROWS.value, options["rows2"], options["columns"]
    found = []
    if columns:
        found.append((_("Swap rows and columns"), _turned(rows=columns, columns=rows)))
        if not second:
            found.append((_("Set the columns as second rows"), _turned(rows2=columns, columns=None)))
    if second:
        found.append((_("Swap first and second rows"), _turned(rows=second, rows2=rows)))
        if not columns:
            found.append((_("Set the second rows as columns"), _turned(columns=second, rows2=None)))
    return found


def _turned(**changes: str | None) -> str:
    query: dict[str, Any] = {key: values for key, values in request.args.to_dict(flat=False).items() if not filter_form.of_picker(key)}
    return address(request.path, **{**query, **changes})
