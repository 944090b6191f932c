"""`localgoals courses print`: the guide, the hand-outs and the reader of a course as files."""

from __future__ import annotations

from pathlib import Path

import click
from flask import Flask

from webapp.core.config import settings
from webapp.core.i18n import LANGUAGES, _
from webapp.courses.catalogue import catalogue
from webapp.courses.printables import names
from webapp.courses.printed import printed


@click.command("print")
@click.argument("course")
@click.option("--language", type=click.Choice(LANGUAGES), help="Only in this language; otherwise in all languages of the course.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="Folder to write to.")
@click.option("--word", is_flag=True, help="Word files, to be adapted, instead of PDF.")
@click.pass_context
def print_(context: click.Context, course: str, language: str | None, folder: Path, *, word: bool) -> None:
    """Write the trainer's guide, each hand-out and a reader with all lessons as PDF."""
    app = context.find_root().obj()
    assert isinstance(app, Flask)
    with app.app_context():
        found = catalogue().course(course)
        if found is None:
            raise click.ClickException(_("There is no course “%(id)s”.", id=course))
        if language and language not in found.languages:
            raise click.ClickException(_("The course has not got this language. It has: %(known)s.", known=", ".join(found.languages)))
        folder.mkdir(parents=True, exist_ok=True)
        kind = "docx" if word else "pdf"
        for tag in [language] if language else found.languages:
            author = settings().issuer_zh if tag.startswith("zh") else settings().issuer_en
            for name in names(found):
                file = folder / f"{found.id}-{name}.{tag}.{kind}"
                file.write_bytes(printed(found, name, tag, kind=kind, site=settings().public_url, author=author))
                click.echo(_("Wrote %(file)s.", file=file))
