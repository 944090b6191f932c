"""`localgoals places`: bring in the places of any country."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.config import settings
from webapp.core.i18n import _
from webapp.core.unit_of_work import unit_of_work
from webapp.places import services
from webapp.places.declarations import Declaration, read_declaration
from webapp.places.importing import ImportRefused
from webapp.places.tables import LARGEST_FILE

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def places() -> None:
    """Provinces, cities, counties: the administrative tree."""


@places.command("import")
@click.argument("file", type=FILE)
@click.option("--country", help="Two-letter code; not needed if there is only one country or with --levels.")
@click.option("--levels", type=FILE, help="YAML file with the levels and kinds of the country.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day from which changes are valid; today if left out.")
@with_app
def import_file(file: Path, country: str | None, levels: Path | None, day: datetime | None) -> None:
    """Bring the places of a CSV FILE into the tree: all of it, or nothing and a list of what is wrong."""
    on = day.date() if day else clock.today(settings().programme_zone)
    # One byte more than allowed is enough to refuse a file that is too large.
    with file.open("rb") as source:
        data = source.read(LARGEST_FILE + 1)
    try:
        outcome = _run(data, on, country.upper() if country else None, _declaration(levels))
    except ImportRefused as error:
        for problem in error.problems:
            click.echo(str(problem), err=True)
        raise click.ClickException(_("Nothing was imported; problems found: %(count)d.", count=len(error.problems))) from error
    click.echo(
        _(
            "Added %(added)d, changed %(changed)d, closed %(closed)d, unchanged %(unchanged)d; not in the file %(absent)d.",
            added=outcome.added, changed=outcome.changed, closed=outcome.closed, unchanged=outcome.unchanged, absent=outcome.absent,
        )
    )


def _run(data: bytes, on: date, country: str | None, declaration: Declaration | None) -> services.Outcome:
    with click.progressbar(length=1000, label=_("Places"), show_pos=False, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.update(done * 1000 // total - bar.pos)

        with unit_of_work():
            return services.import_places(
                data=data, on=on, now=clock.now(), country=country, declaration=declaration, progress=progress,
            )


def _declaration(levels: Path | None) -> Declaration | None:
    return read_declaration(levels.read_text(encoding="utf-8-sig")) if levels else None
