"""`localgoals upgrade`: bring the database to the shape and the shipped data of this release."""

from __future__ import annotations

import click
from sqlalchemy import func, select

from webapp.core import clock
from webapp.core.cli import with_app
from webapp.core.config import shipped
from webapp.core.database import db
from webapp.core.unit_of_work import unit_of_work

# Any number that no other program locks on this database.
_LOCK = int.from_bytes(b"LocalGlu")


@click.command()
@with_app
def upgrade() -> None:
    """Bring the database up to this release; run it again at will. Back the database up before."""
    bring_up()
    click.echo("The database is up to date.")


def bring_up() -> None:
    """Migrate, then load what ships: places of China, content of the courses. Needs an application context; repeatable."""
    migrate()
    load_shipped()


def migrate(target: str = "head") -> None:
    """Run the migrations up to a revision: all or none of them. Needs an application context."""
    # Alembic takes a tenth of a second to import, which other commands need not wait for.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    command.upgrade(config, target)


def load_shipped() -> None:
    """Load the shipped places, and keep shipped courses and surveys by revision. Repeatable; changes nothing when up to date."""
    # Rooms that the two functions above do without.
    from webapp.courses.catalogue import catalogue  # noqa: PLC0415
    from webapp.courses.questionnaire.shipped import surveys  # noqa: PLC0415
    from webapp.courses.services import store_revisions  # noqa: PLC0415
    from webapp.places.services import load_china  # noqa: PLC0415

    now = clock.now()
    with unit_of_work():
        _one_at_a_time()
        load_china(now)
    for course in catalogue().courses:
        with unit_of_work():
            exercises = [exercise.questionnaire for exercise in course.exercises.values()]
            store_revisions([course, *course.quizzes.values(), *course.questions.values(), *exercises], now)
    with unit_of_work():
        store_revisions(surveys().values(), now)


def _one_at_a_time() -> None:
    """Let a second upgrade wait for the end of this unit of work; in the embedded database every unit of work does."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
