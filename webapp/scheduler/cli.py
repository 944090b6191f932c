"""The command `localgoals scheduler`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from webapp.scheduler.jobs import JOBS, job_named
from webapp.scheduler.runner import run
from webapp.scheduler.services import run_job

if TYPE_CHECKING:
    from flask import Flask


@click.command()
@click.option("--once", metavar="JOB", type=click.Choice([job.name for job in JOBS]), help="Run one job now and end.")
@click.pass_obj
def scheduler(make_app: Callable[[], Flask], once: str | None) -> None:
    """Send mail and tidy up, as long as it runs. Start as many as you like: one works, the others stand by."""
    app = make_app()
    if once is None:
        run(app)
    elif not run_job(app, job_named(once)):
        raise click.ClickException(f"The job {once} failed; the log says why.")
    else:
        click.echo(f"The job {once} went well.")
