"""Online courses side by side, and one of them step by step."""

from __future__ import annotations

from datetime import datetime

from webapp.core.i18n import _, localised
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course
from webapp.statistics import described
from webapp.statistics.answers import Source
from webapp.statistics.asking import Asked
from webapp.statistics.grids import ONLINE, cells_of, figures, grid, heads, page_url, values
from webapp.statistics.pages_funnel import ONLINE_STEPS, funnel
from webapp.statistics.pages_time import by_time
from webapp.statistics.slices import Dimension
from webapp.statistics.tables import Head, Line, Shown, Table

STEP_KEYS = ("views", "readers", "started", "submitted", "passed")


def shown(asked: Asked, found: Source, now: datetime) -> Shown:
    """All courses, or the one that was chosen."""
    course = catalogue().course(asked.part.course_id) if asked.part.course_id else None
    if course is not None:
        return of_course(course, asked, found, now)
    table = grid(
        asked, found, Dimension.COURSE, ONLINE, name="courses", title=_("Courses"), url=lambda value: page_url(f"courses/{value}", asked),
    )
    return Shown(_("Courses"), described.about(asked), asked.part.cut_off, [table], figures(ONLINE))


def of_course(course: Course, asked: Asked, found: Source, now: datetime) -> Shown:  # noqa: ARG001  all pages are asked alike
    """One course: its funnel, where people leave, and how it went month by month."""
    tables = [
        funnel("funnel", _("From reading to the certificate"), ONLINE_STEPS, asked, found),
        _steps(course, asked, found), by_time(asked, found, Dimension.MONTH, "views", ("views", "readers", "started", "passed")),
    ]
    says = [_("A step that people may skip, or that was added later, has fewer readers without anybody leaving the course there.")]
    return Shown(localised(course.title), described.about(asked), asked.part.cut_off, tables, figures(ONLINE), says)


def _steps(course: Course, asked: Asked, found: Source) -> Table:
    """The steps in their order; what is no step of the course any more comes last."""
    wanted = figures(STEP_KEYS)
    now = cells_of(found, asked.part, Dimension.STEP, wanted)
    then = None if asked.against is None else cells_of(found, asked.against, Dimension.STEP, wanted)
    titles = {step.id: f"{step.number}. {localised(course.step_title(step))}" for step in course.steps}
    gone = sorted(each for each in {*now, *(then or {})} if each is not None and each not in titles)
    lines, first = [], None
    for key, label in [*titles.items(), *((each, _("%(step)s (a former step)", step=each)) for each in gone)]:
        counted = now.get(key, {})
        readers = counted.get("readers", 0)
        first = first if first is not None or key not in titles else readers or None
        share = round(readers * 100 / first, 1) if first and key in titles and key in course.lessons else None
        lines.append(Line(label, [*values(wanted, counted, None if then is None else then.get(key, {})), share]))
    columns = [*heads(asked, wanted), Head(_("Readers, share of the first step"), digits=1, unit="%")]
    return Table("steps", _("By step of the course"), _("Step of a course"), columns, lines)

