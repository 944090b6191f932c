"""The second click finds what the first one made."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from webapp.core import idempotency
from webapp.core.database import db
from webapp.core.ids import new_id
from webapp.core.unit_of_work import unit_of_work

NOON = datetime(2026, 9, 14, 4, 0, tzinfo=UTC)
PERSON = new_id()


def test_a_key_is_claimed_once_and_then_leads_to_what_was_made(database):
    assert idempotency.claim(person_id=PERSON, key="k", now=NOON) is None
    assert idempotency.claim(person_id=PERSON, key="k", now=NOON) == ""
    idempotency.settle(person_id=PERSON, key="k", result="/trainings/1/")
    assert idempotency.claim(person_id=PERSON, key="k", now=NOON) == "/trainings/1/"


def test_the_same_key_of_another_person_is_another_key(database):
    assert idempotency.claim(person_id=PERSON, key="k", now=NOON) is None
    assert idempotency.claim(person_id=new_id(), key="k", now=NOON) is None


def test_a_key_longer_than_the_column_is_still_one_key(database):
    assert idempotency.claim(person_id=PERSON, key="k" * 500, now=NOON) is None
    idempotency.settle(person_id=PERSON, key="k" * 500, result="/x")
    assert idempotency.claim(person_id=PERSON, key="k" * 500, now=NOON) == "/x"


def test_a_claim_of_work_that_failed_is_free_again(database):
    def fails():
        with unit_of_work():
            assert idempotency.claim(person_id=PERSON, key="k", now=NOON) is None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert idempotency.claim(person_id=PERSON, key="k", now=NOON) is None


def test_keys_of_two_days_ago_are_swept(database):
    idempotency.claim(person_id=PERSON, key="old", now=NOON)
    idempotency.claim(person_id=PERSON, key="new", now=NOON + timedelta(hours=1))
    assert idempotency.sweep(NOON + idempotency.KEPT) == 1
    assert idempotency.claim(person_id=PERSON, key="new", now=NOON) == ""


def test_of_two_clicks_at_once_one_makes_and_the_other_finds(committed):
    together = threading.Barrier(2)

    def click(_number):
        with committed.app_context():
            try:
                together.wait(5)
                with unit_of_work():
                    found = idempotency.claim(person_id=PERSON, key="k", now=NOON)
                    if found is None:
                        idempotency.settle(person_id=PERSON, key="k", result="/made")
                    return found
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(click, range(2)), key=str) == ["/made", None]
