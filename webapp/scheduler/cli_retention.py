"""The command `localgoals retention`."""

from __future__ import annotations

import click

from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.i18n import _
from webapp.core.unit_of_work import unit_of_work
from webapp.scheduler.retention import PERIODS, carry_out, in_words, printed, report


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be deleted.")
@with_app
def retention(*, dry_run: bool) -> None:
    """Delete what has been kept long enough, and report it. The scheduler does the same once a day."""
    now = clock.now()
    if dry_run:
        lines = report(now)
    else:
        with unit_of_work():
            lines = carry_out(now)
    for line in printed(lines):
        click.echo(line)
    for period in PERIODS:
        if period.over is None:
            click.echo(f"{'-':>8}  {period.label}: {in_words(period)}")
    total = sum(line.rows for line in lines)
    click.echo(_("%(rows)d rows would be deleted.", rows=total) if dry_run else _("%(rows)d rows deleted.", rows=total))
