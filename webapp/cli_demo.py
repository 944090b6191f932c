"""`localgoals demo`: a database of invented people to look around in."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

import click

from webapp.cli_upgrade import bring_up
from webapp.core.config import Mode, Settings

PASSWORD_FILE = "demo-password"  # noqa: S105  a file name


@click.command()
@click.option("--serve", is_flag=True, help="Serve afterwards, with mail and jobs.")
@click.option("--port", default=8000, show_default=True, help="Port to serve on.")
@click.option("--programme/--few", default=True, help="Some ten thousand people and a year of trainings, or a few dozen people.")
@click.pass_context
def demo(context: click.Context, *, serve: bool, port: int, programme: bool) -> None:
    """Load invented people, marked so; refuse a database that holds real ones."""
    url = f"http://127.0.0.1:{port}"
    os.environ["LOCALGOALS_DEMO"] = "yes"
    if serve:
        # Whoever signs up finds the mail in the mailbox, which only development shows.
        os.environ.setdefault("LOCALGOALS_MODE", Mode.DEVELOPMENT)
    # Links in mails and QR codes lead to where the demo is served, unless they were told otherwise.
    os.environ.setdefault("LOCALGOALS_PUBLIC_URL", url)
    found = Settings.from_environment()
    password = os.environ["LOCALGOALS_DEMO_PASSWORD"] = _password(found)
    trying = found.mode is Mode.DEVELOPMENT
    app = context.obj()
    with app.app_context():
        from webapp import demo_published  # noqa: PLC0415  needs an application first
        from webapp.accounts import passwords  # noqa: PLC0415
        from webapp.core import clock  # noqa: PLC0415
        from webapp.courses.catalogue import catalogue  # noqa: PLC0415
        from webapp.demo import HoldsRealPeople, accounts_shown, load, person_of  # noqa: PLC0415
        from webapp.statistics import jobs as statistics  # noqa: PLC0415

        bring_up()
        if programme:
            click.echo("Loading ten thousand invented people and a year of trainings; the first time this takes a minute or two.")
        try:
            count = load(
                course=catalogue().courses[0], password_hash=passwords.hashed(password), now=clock.now(), programme=programme,
                newcomers=trying,
            )
        except HoldsRealPeople as error:
            raise click.ClickException(str(error)) from error
        statistics.refresh_due(clock.now())
        if programme:
            demo_published.load(staff_id=person_of("staff"), now=clock.now())
        click.echo(f"{count} invented people are loaded. Sign in at {url}/sign-in as one of")
        for address in accounts_shown():
            click.echo(f"  {address}")
        click.echo(f"with the password  {password}")
        mail = f" ; mail is shown at {url}/mailbox" if trying else ""
        click.echo(f"Or begin as a newcomer: read {url}/courses/ , then {url}/sign-up{mail}")
    if serve:
        program = Path(sys.executable).with_name("localgoals")
        os.execv(program, [str(program), "serve", "--with-scheduler", "--port", str(port)])  # noqa: S606  the same program again


def _password(settings: Settings) -> str:
    """The chosen password, else the one made at the first demo in this data folder."""
    if settings.demo_password:
        return settings.demo_password
    path = settings.data_dir / PASSWORD_FILE
    if path.exists():
        return path.read_text().strip()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    password = "-".join(secrets.token_hex(2) for _part in range(3))
    path.touch(0o600)
    path.write_text(password)
    return password
