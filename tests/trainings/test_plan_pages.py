"""The pages of the plan: the list, a new training, its overview, its state, its trainers, the calendar."""

import pytest

from tests.trainings.conftest import NOW


@pytest.fixture(autouse=True)
def _now(at):
    at(NOW)


def test_smoke(make_training, make_session, make_participant, login_as):
    training = make_training()
    make_session(training)
    make_participant(training)
    client = login_as("trainer")
    for url in ("/trainings/", "/trainings/new", f"/trainings/{training.id}/", f"/trainings/{training.id}/edit", f"/trainings/{training.id}/copy",
                f"/trainings/{training.id}/state", f"/trainings/{training.id}/trainers?q=赵", "/trainings/calendar?month=2026-12"):
        for lang in ("en", "zh-Hans"):
            sep = "&" if "?" in url else "?"
            answer = client.get(f"{url}{sep}lang={lang}")
            assert answer.status_code == 200, url
