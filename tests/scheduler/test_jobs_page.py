"""The page of the jobs: what ran, what failed, what should have run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webapp.core.database import db
from webapp.core.i18n import speaking
from webapp.scheduler import labels
from webapp.scheduler.jobs import JOBS, Job, again_after
from webapp.scheduler.models import JobRun
from webapp.scheduler.views import again_of, in_words, state_of

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
HOURLY = Job("hourly", timedelta(hours=1), lambda _now: 0)


def run(minutes_ago, ok):
    return JobRun(job="hourly", started_at=NOON - timedelta(minutes=minutes_ago), ok=ok)


@pytest.mark.parametrize(("last", "state"), [
    (None, "todo"), (run(1, None), "now"), (run(30, True), "done"), (run(30, False), "late"), (run(181, True), "late"),
    (run(179, True), "done"),
    (run(181, None), "late"),
])
def test_how_a_job_stands(app, last, state):
    assert state_of(HOURLY, last, NOON)[0] == state


@pytest.mark.parametrize(("every", "failures", "minutes"), [
    (timedelta(days=1), 0, None), (timedelta(days=1), 1, 1), (timedelta(days=1), 2, 5), (timedelta(days=1), 3, 15),
    (timedelta(days=1), 400, 15), (timedelta(minutes=10), 2, 5), (timedelta(minutes=10), 3, None), (timedelta(seconds=10), 1, None),
])
def test_what_failed_is_tried_again_soon_and_never_later_than_at_its_own_time(every, failures, minutes):
    assert again_after(Job("fails", every, lambda _now: 0), failures) == (timedelta(minutes=minutes) if minutes else None)


def test_the_page_says_that_a_failed_job_is_tried_again(app):
    with speaking("en"):
        assert again_of(HOURLY, run(30, False)) == "Tried again within 15 minutes"
        assert again_of(HOURLY, run(30, True)) == ""
        assert again_of(Job("often", timedelta(seconds=10), lambda _now: 0), run(30, False)) == ""


@pytest.mark.parametrize(("every", "words"), [
    (timedelta(seconds=10), "every 10 seconds"), (timedelta(minutes=1), "every minute"), (timedelta(hours=6), "every 6 hours"),
    (timedelta(days=1), "every day"),
])
def test_how_often_in_words(app, every, words):
    assert in_words(every) == words


def test_every_job_has_words():
    assert {job.name for job in JOBS} == set(labels.JOBS)


def test_the_page_shows_every_job_and_says_when_none_is_at_work(database, login_as, at, max_queries):
    at(NOON)
    admin = login_as("administrator")
    with max_queries(3):
        page = admin.get("/admin/jobs/?lang=en")
    assert all(job.name in page.text for job in JOBS)
    assert "No job is running on time" in page.text
    db.session.add(JobRun(job="sweep-limits", started_at=NOON, finished_at=NOON, ok=False, error="OperationalError", milliseconds=1200))
    db.session.add(JobRun(job="deliver-mail", started_at=NOON, finished_at=NOON, ok=True, count=3, milliseconds=12))
    db.session.commit()
    page = admin.get("/admin/jobs/?lang=en")
    assert "OperationalError" in page.text
    assert page.text.count("Tried again within 15 minutes") == 1
    assert "No job is running on time" not in page.text


def test_the_jobs_are_for_who_administers_everything(client, login_as):
    assert client.get("/admin/jobs/").status_code == 302
    for name in ("learner", "staff", "author"):
        assert login_as(name).get("/admin/jobs/").status_code == 404
