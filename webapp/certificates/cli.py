"""Commands on certificates."""

from __future__ import annotations

import click

from webapp.certificates import services
from webapp.certificates.rules import NoSuchCertificate
from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.ids import MistypedCode, read_code
from webapp.core.unit_of_work import unit_of_work


@click.group()
def certificates() -> None:
    """Certificates."""


@certificates.command()
@click.argument("code")
@click.option("--reason", required=True, help="What the public page will say; 3 to 300 characters.")
@with_app
def revoke(code: str, reason: str) -> None:
    """Revoke the certificate CODE."""
    reason = " ".join(reason.split())
    if not 3 <= len(reason) <= 300:
        raise click.ClickException("--reason needs 3 to 300 characters.")
    try:
        canonical = read_code(code)
    except MistypedCode as error:
        raise NoSuchCertificate(code) from error
    with unit_of_work():
        services.revoke(code=canonical, reason=reason, actor_id=None, now=clock.now())
    click.echo(f"{canonical} is revoked.")
