"""`localgoals places rename | merge | split | move | close`: one change of the tree, shown before it is made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

import click

from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.config import settings
from webapp.core.i18n import _
from webapp.core.unit_of_work import unit_of_work
from webapp.places import operations, queries
from webapp.places.cli import places
from webapp.places.models import Place
from webapp.places.plans import plan
from webapp.places.requests import Close, Merge, Move, NewPlace, Rename, Request, Split
from webapp.portal.place_preview import preview

TOP = "top"
# Code, Chinese name, English name, syllables.
PART = (str, str, str, str)


def _dated(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every change has."""
    dry = click.option("--dry-run", is_flag=True, help="Only show what would change and what would not.")
    day = click.option("--from", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day from which it holds; today if left out.")
    return day(dry(command))


def _names(function: Callable[..., Any]) -> Callable[..., Any]:
    for name, about in (
        ("reading", "Syllables of the name, such as “de qing xian”."), ("short-en", "Short name in English; empty for none."),
        ("short-zh", "Short name in Chinese; empty for none."), ("name-en", "Name in English."), ("name-zh", "Name in Chinese."),
    ):
        function = click.option(f"--{name}", help=about)(function)
    return function


@places.command("rename")
@click.argument("code")
@_names
@_dated
@with_app
def rename(
    code: str, name_zh: str | None, name_en: str | None, short_zh: str | None, short_en: str | None, reading: str | None,
    day: datetime | None, *, dry_run: bool,
) -> None:
    """Give the place CODE (as CN:330521) other names; what is not given stays."""
    found = _place(code)
    _undertake(Rename(
        place_id=found.id, names=_changed(found.names, name_zh, name_en), short_names=_changed(found.short_names, short_zh, short_en),
        reading=found.reading if reading is None else reading,
    ), day, dry_run=dry_run)


@places.command("merge")
@click.argument("codes", nargs=-1, required=True)
@click.option("--into", required=True, help="Code of the place in which they go up.")
@_dated
@with_app
def merge(codes: tuple[str, ...], into: str, day: datetime | None, *, dry_run: bool) -> None:
    """Let the places CODES go up in another one."""
    _undertake(Merge(place_ids=tuple(_place(code).id for code in codes), into_id=_place(into).id), day, dry_run=dry_run)


@places.command("split")
@click.argument("code")
@click.option("--part", "parts", type=PART, multiple=True, required=True, metavar="CODE CHINESE ENGLISH SYLLABLES",
              help="A part, once for each; “-” for what it does not have.")
@click.option("--heir", help="Code of the part that is the successor; the first one if left out.")
@_dated
@with_app
def split(code: str, parts: tuple[tuple[str, str, str, str], ...], heir: str | None, day: datetime | None, *, dry_run: bool) -> None:
    """Close the place CODE and open its parts."""
    codes = [part[0] for part in parts]
    if heir is not None and heir not in codes:
        raise click.BadParameter("this is the code of none of the parts", param_hint="--heir")
    made = tuple(
        NewPlace(code=own, names=_changed({}, _said(zh), _said(en)), reading=_said(reading)) for own, zh, en, reading in parts
    )
    _undertake(Split(place_id=_place(code).id, parts=made, heir=codes.index(heir) if heir else 0), day, dry_run=dry_run)


@places.command("move")
@click.argument("code")
@click.option("--below", required=True, help=f"Code of the place above it from now on, or “{TOP}”.")
@click.option("--code", "new_code", default="", help="Its new code, if it gets one.")
@_dated
@with_app
def move(code: str, below: str, new_code: str, day: datetime | None, *, dry_run: bool) -> None:
    """Put the place CODE, and everything below it, below another one."""
    parent = None if below == TOP else _place(below).id
    _undertake(Move(place_id=_place(code).id, parent_id=parent, code=new_code), day, dry_run=dry_run)


@places.command("close")
@click.argument("code")
@_dated
@with_app
def close(code: str, day: datetime | None, *, dry_run: bool) -> None:
    """Close the place CODE; nothing stands for it afterwards."""
    _undertake(Close(place_id=_place(code).id), day, dry_run=dry_run)


def _undertake(request: Request, day: datetime | None, *, dry_run: bool) -> None:
    """Show what it changes; without `dry_run` do it, or plan it where the day is still to come."""
    today = clock.today(settings().programme_zone)
    on = day.date() if day else today
    with unit_of_work():
        _show(request, on, today)
        if dry_run:
            click.echo(_("Nothing was changed."))
            return
        waits = operations.undertake(request=request, day=on, actor_id=None, now=clock.now()).waits
    click.echo(_("The change is planned.") if waits else _("The change is made."))


def _show(request: Request, on: date, today: date) -> None:
    seen = preview(plan(request, on), clock.now(), today)
    click.echo(seen.title)
    for heading, lines in ((_("What changes"), seen.changes), (_("What stays"), seen.stays)):
        click.echo(f"\n{heading}")
        for line in lines:
            click.echo(f"  {line}")
    for name, old, new in seen.moved:
        click.echo(f"  {name}: {old} → {new}")
    if seen.more:
        click.echo(f"  … {seen.more}")
    click.echo()


def _place(code: str) -> Place:
    country, _colon, own = code.rpartition(":")
    found = queries.by_code(country.upper() or "CN", own)
    if found is None:
        raise click.ClickException(f"no open place has the code {code}")
    return found


def _changed(names: Mapping[str, str], chinese: str | None, english: str | None) -> dict[str, str]:
    """Names with what was given; one that was emptied goes."""
    given = {tag: text for tag, text in (("zh-Hans", chinese), ("en", english)) if text is not None}
    return {tag: name for tag, name in {**names, **given}.items() if name}


def _said(text: str) -> str:
    return "" if text == "-" else text
