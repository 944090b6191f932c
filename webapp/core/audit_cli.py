"""The command `localgoals audit`."""

from __future__ import annotations

import click

from webapp.core.audit_chain import AuditBroken, Link, verify
from webapp.core.cli import with_app


@click.group()
def audit() -> None:
    """The audit trail."""


def _anchor(_context: click.Context, _parameter: click.Parameter, text: str | None) -> Link | None:
    if text is None:
        return None
    try:
        return Link.read(text)
    except ValueError as error:
        raise click.BadParameter("give it as an earlier run printed it, number:hash") from error


@audit.command("verify")
@click.option(
    "--anchor", callback=_anchor, metavar="NUMBER:HASH", help="The end of the chain as an earlier run printed it; it must still be in it.",
)
@with_app
def verify_chain(anchor: Link | None) -> None:
    """Follow the chain from the first entry to the last; exit code 1 and the number of the first entry that does not fit.

    Note what it prints somewhere else: with it a later run also finds a chain that was made anew as a whole.
    """
    try:
        end = verify(anchor)
    except AuditBroken as broken:
        raise click.ClickException(f"The audit trail is broken at entry {broken.number}: {broken.fault.value}.") from broken
    click.echo(f"The audit trail holds: {end.number} entries.")
    click.echo(f"Its end, to note somewhere else: {end}")
