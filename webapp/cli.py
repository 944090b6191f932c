"""The command `localgoals`: the groups of the rooms under one name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from flask import Flask


def make_app() -> Flask:
    """The application by the environment's settings."""
    from webapp import create_app  # noqa: PLC0415  `courses check` must not wait for a database

    return create_app()


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def commands(context: click.Context) -> None:
    """LocalGoals: e-learning and training management for the localization of the SDGs."""
    context.obj = context.obj or make_app


def main() -> None:
    """Run the command; a wrong setting is one sentence, not a traceback."""
    from webapp.core.config import SettingsError  # noqa: PLC0415  as above

    try:
        commands()
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
