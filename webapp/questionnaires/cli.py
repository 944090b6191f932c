"""`localgoals questionnaires check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from webapp.core.config import Settings
from webapp.core.i18n import LANGUAGES, _, _n
from webapp.courses.cli import speaking_alone, terminal_language
from webapp.courses.problems import BadQuestionnaire
from webapp.courses.questionnaire.shipped import files_below, read_file


@click.group()
def questionnaires() -> None:
    """Check questionnaires."""


@questionnaires.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), default=terminal_language, help="Language of the messages.")
def check(path: Path | None, language: str) -> None:
    """Check a file, a folder of files, or every survey and exercise in a folder of courses. Needs no database."""
    root = path or Settings.from_environment().courses_dir
    with speaking_alone(language):
        files = files_below(root)
        total = 0
        for file in files:
            try:
                read_file(file, str(file))
            except BadQuestionnaire as bad:
                total += len(bad.problems)
                for problem in bad.problems:
                    click.echo(str(problem))
        checked = _n("%(num)d questionnaire checked", "%(num)d questionnaires checked", len(files))
        click.echo(_("%(checked)s: %(problems)s.", checked=checked, problems=_n("%(num)d problem", "%(num)d problems", total)))
    if total or (path is not None and not files):
        sys.exit(1)
