"""The commands `localgoals statistics`: figures as a file, and a new snapshot."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask

FORMATS = ("xlsx", "csv", "json", "pdf")


@click.group()
def statistics() -> None:
    """Figures of participation."""


@statistics.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--period", metavar="PERIOD", default="", help="2026, 2026-Q3, 2026-11, 2026-W47, last-month …; all time without it.")
@click.option("--from", "first", metavar="DAY", default="", help="First day, such as 2026-01-01, instead of a period.")
@click.option("--to", "last", metavar="DAY", default="", help="Last day.")
@click.option("--place", metavar="CODE", default="", help="Official code of a place; the tree below it is included.")
@click.option("--country", metavar="CODE", default="CN", show_default=True, help="Country of the place.")
@click.option("--by", metavar="DIMENSION", multiple=True, help="province, county, month, level …; two at most. Default: province.")
@click.option("--columns", metavar="DIMENSION", default="", help="A dimension across.")
@click.option("--figures", metavar="KEYS", default="", help="Such as attended,passed; all without it.")
@click.option("--filter", "filters", metavar="NAME=VALUE", multiple=True, help="Any other filter of the pages, such as level=30.")
@click.option("--format", "form", type=click.Choice(FORMATS), help="What the file is; by its ending without it.")
@click.option("--language", type=click.Choice(("en", "zh-Hans")), default="en", show_default=True, help="Language of the file.")
@click.pass_obj
def export(
    make_app: Callable[[], Flask], file: Path, period: str, first: str, last: str, place: str, country: str, by: Sequence[str],
    columns: str, figures: str, filters: Sequence[str], form: str | None, language: str,
) -> None:
    """Save figures to FILE, the same as the pivot table shows and saves them."""
    from webapp.core.errors import DomainError  # noqa: PLC0415  `--help` must not wait for a database
    from webapp.core.i18n import speaking  # noqa: PLC0415
    from webapp.statistics.command import Wanted, saved  # noqa: PLC0415

    form = form or file.suffix.lstrip(".").lower()
    if form not in FORMATS:
        raise click.ClickException(f"Name the format: --format {' | '.join(FORMATS)}, or a file that ends so.")
    if len(by) > 2:
        raise click.ClickException("--by can be given twice at most; a third dimension goes into --columns.")
    more = [tuple(each.split("=", 1)) for each in filters]
    if any(len(each) != 2 or not all(each) for each in more):
        raise click.ClickException("Write a filter as NAME=VALUE, such as --filter level=30.")
    wanted = Wanted(
        [("period", period), ("from", first), ("to", last), ("rows", by[0] if by else ""), ("rows2", by[1] if len(by) > 1 else ""),
         ("columns", columns), ("figures", figures), *((name, value) for name, value in more)], country, place,
    )
    with make_app().app_context(), speaking(language):
        try:
            content = saved(wanted, form)
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    _write(file, content)
    click.echo(f"{file}: {len(content):,} bytes")


def _write(file: Path, content: bytes) -> None:
    """The whole file or none: what stood there stays until the new one is complete."""
    if not file.parent.is_dir():
        raise click.ClickException(f"There is no folder {file.parent}.")
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as draft:
        draft.write(content)
    os.chmod(draft.name, 0o640)  # noqa: PTH101  a name, not a path of ours
    Path(draft.name).replace(file)


@statistics.command()
@click.option("--anew", is_flag=True, help="Read every event again instead of those recorded since the last snapshot.")
@click.pass_obj
def refresh(make_app: Callable[[], Flask], *, anew: bool) -> None:
    """Make a new snapshot for the statistics now."""
    from webapp.statistics.command import refreshed  # noqa: PLC0415  as above

    with make_app().app_context():
        cut_off, rows = refreshed(anew=anew)
    click.echo(f"Snapshot of {cut_off.isoformat(sep=' ', timespec='seconds')}: {rows:,} rows")
