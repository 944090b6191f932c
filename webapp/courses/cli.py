"""`localgoals courses check | import | export | withdraw | print`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from flask.ctx import AppContext
from flask_babel import Babel

from webapp.core import clock
from webapp.core.config import Settings, shipped
from webapp.core.errors import DomainError
from webapp.core.i18n import LANGUAGES, _, _n, babel_locale, catalogues
from webapp.core.unit_of_work import unit_of_work
from webapp.courses import labels, quality, services
from webapp.courses.catalogue import course_folders
from webapp.courses.cli_print import print_
from webapp.courses.files import CourseFiles, from_archive, from_folder
from webapp.courses.library import library
from webapp.courses.problems import BadCourse, Problem
from webapp.courses.questionnaire.shipped import FOLDER as SURVEYS
from webapp.courses.reading import read
from webapp.courses.reference_files import FOLDER, GLOSSARY


def terminal_language() -> str:
    """The language of the terminal's settings."""
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-Hans" if wanted.startswith("zh") else "en"


@contextmanager
def speaking_alone(language: str) -> Iterator[None]:
    """Translations without a database, a server or settings."""
    app = Flask("webapp", static_folder=None)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(str(folder) for folder in catalogues())
    Babel(app, default_locale=babel_locale(language))
    with app.app_context():
        yield


def _files(path: Path) -> CourseFiles:
    return from_folder(path) if path.is_dir() else from_archive(path.read_bytes(), path.stem)


def _sources(path: Path) -> list[tuple[str, CourseFiles]]:
    """Courses at a path, with the prefix of their file names in messages."""
    if path.is_file() or (path / "course.yaml").exists():
        return [(str(path), _files(path))]
    return [(str(folder), from_folder(folder)) for folder in course_folders(path)]


def _problems(files: CourseFiles, *, strict: bool) -> tuple[Problem, ...]:
    more = quality.judge(files) if strict else ()
    try:
        read(files)
    except BadCourse as error:
        return tuple(sorted({*error.problems, *more}))
    return more


def _shared_problems(root: Path, *, strict: bool) -> tuple[Problem, ...]:
    problems, terms = library(root).problems, root / FOLDER / GLOSSARY
    if not strict or not terms.exists():
        return problems
    more = quality.judge_glossary(terms.read_text(encoding="utf-8", errors="replace"), labels.languages())
    return tuple(sorted({*problems, *more}))


def _library_problems(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with the words of questionnaires; `localgoals questionnaires check` judges their format."""
    files = [(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in sorted(folder.glob("*.yaml"))]
    return tuple(problem for name, text in files for problem in quality.judge_questionnaire(text, name, labels.languages()))


def _show(prefix: str, problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        click.echo(f"{prefix}/{problem}")


@click.group()
def courses() -> None:
    """Check, import, export, withdraw and print courses."""


@courses.command()
@click.argument("path", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--language", type=click.Choice(LANGUAGES), default=terminal_language, help="Language of the messages.")
@click.option(
    "--strict/--format-only", default=None,
    help="Judge the quality too (length, sentences, parts, feedback, terms), or the format only. Default: strict for the shipped courses.",
)
def check(path: Path | None, language: str, *, strict: bool | None) -> None:
    """Check a course folder or zip archive, or every course in a folder. Needs no database."""
    root = path or Settings.from_environment().courses_dir
    strict = root.resolve().is_relative_to(shipped("courses").resolve()) if strict is None else strict
    with speaking_alone(language):
        sources = _sources(root)
        found = {prefix: _problems(files, strict=strict) for prefix, files in sources}
        if (root / FOLDER).is_dir():
            found[str(root / FOLDER)] = _shared_problems(root, strict=strict)
        if strict and (root / SURVEYS).is_dir():
            found[str(root / SURVEYS)] = _library_problems(root / SURVEYS)
        for prefix, problems in found.items():
            _show(prefix, problems)
        total = sum(len(problems) for problems in found.values())
        checked = _n("%(num)d course checked", "%(num)d courses checked", len(sources))
        click.echo(_("%(checked)s: %(problems)s.", checked=checked, problems=_n("%(num)d problem", "%(num)d problems", total)))
    if total or not sources:
        sys.exit(1)


def _app_context(context: click.Context) -> AppContext:
    app = context.find_root().obj()
    assert isinstance(app, Flask)
    return app.app_context()


@courses.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--publish", "published", is_flag=True, help="Make it the course that everyone sees.")
@click.pass_context
def import_(context: click.Context, path: Path, *, published: bool) -> None:
    """Store a course folder or zip archive as a revision."""
    with _app_context(context):
        try:
            with unit_of_work():
                course = services.import_course(_files(path), now=clock.now())
                if published:
                    services.publish(course.id, course.revision, now=clock.now())
        except BadCourse as error:
            _show(str(path), error.problems)
            sys.exit(1)
        message = _("Imported and published %(id)s, revision %(revision)s.") if published else _("Imported %(id)s, revision %(revision)s.")
        click.echo(message % {"id": course.id, "revision": course.revision[:12]})


@courses.command()
@click.argument("course")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def export(context: click.Context, course: str, file: Path) -> None:
    """Write the course that everyone sees to a zip archive."""
    with _app_context(context):
        try:
            file.write_bytes(services.export_course(course))
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        click.echo(_("Wrote %(file)s.", file=file))


@courses.command()
@click.argument("course")
@click.pass_context
def withdraw(context: click.Context, course: str) -> None:
    """Take a published revision back; the shipped course, if there is one, shows again."""
    with _app_context(context):
        try:
            with unit_of_work():
                services.withdraw(course, now=clock.now())
        except DomainError as error:
            raise click.ClickException(str(error)) from error
        click.echo(_("Withdrew %(id)s.", id=course))


courses.add_command(print_)
