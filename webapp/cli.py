"""The command `localgoals`: the groups of the rooms under one name."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from webapp.loading import loading

if TYPE_CHECKING:
    from flask import Flask


def make_app() -> Flask:
    """The application by the environment's settings."""
    from webapp import create_app  # noqa: PLC0415  `courses check` must not wait for a database

    with loading():
        return create_app()


# The command's name to the module and the name in it: a command loads only what it needs.
COMMANDS = {
    "audit": "webapp.core.audit_cli:audit",
    "certificates": "webapp.certificates.cli:certificates",
    "courses": "webapp.courses.cli:courses",
    "demo": "webapp.cli_demo:demo",
    "people": "webapp.accounts.cli:people",
    "places": "webapp.portal.cli_places:places",
    "questionnaires": "webapp.questionnaires.cli:questionnaires",
    "retention": "webapp.scheduler.cli_retention:retention",
    "scheduler": "webapp.scheduler.cli:scheduler",
    "statistics": "webapp.statistics.cli:statistics",
    "serve": "webapp.cli_serve:serve",
    "upgrade": "webapp.cli_upgrade:upgrade",
}


class Commands(click.Group):
    """Commands that are loaded when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in order."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, name = COMMANDS[cmd_name].split(":")
        with loading():
            command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def commands(context: click.Context) -> None:
    """LocalGoals: e-learning and training management for the localization of the SDGs."""
    context.obj = context.obj or make_app


def main() -> None:
    """Run the command; a wrong setting, a database or a folder out of reach is one sentence, not a traceback."""
    with loading():
        from webapp.core.config import SettingsError  # noqa: PLC0415  as above

    try:
        commands()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        click.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(1)
    except Exception as error:
        from sqlalchemy.exc import OperationalError  # noqa: PLC0415  not loaded where no database is asked

        if not isinstance(error, OperationalError):
            raise
        # What the database says; not the statement, which may hold what belongs to somebody.
        click.echo(f"The database cannot be used. It says: {str(error.orig).strip().splitlines()[0]}", err=True)
        click.echo("Is LOCALGOALS_DATABASE_URL right, does the server run, and is `localgoals upgrade` done?", err=True)
        sys.exit(1)
