"""Charts on a page, for modules that a start loads: what draws them is loaded with the first chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

    from webapp.core.charts.shapes import Chart


def markup(chart: Chart) -> Markup:
    """As `onpage.markup`."""
    from webapp.core.charts import onpage  # noqa: PLC0415  that is what is late on purpose

    return onpage.markup(chart)
