"""What tests of accounts share: the outbox, the links in it, and a count of password computations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select

from tests.cast import PASSWORD, password_hash
from webapp.accounts import passwords
from webapp.core.database import db
from webapp.core.mail.models import OutboxMail

NEW_PASSWORD = "rivers carry the mountain"


@pytest.fixture
def outbox(app):
    """`outbox()` is every mail in the outbox, in the order of writing."""
    return lambda: list(db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


@pytest.fixture
def mailed_path(outbox):
    """`mailed_path("/verify-email/")` is the address in the newest mail that begins so, without host and query."""

    def find(beginning):
        return re.findall(rf"http://localhost({beginning}[\w-]+)", outbox()[-1].text)[-1]

    return find


@dataclass
class Counted:
    """Computations since the test began."""

    calls: list[str] = field(default_factory=list)


@pytest.fixture
def quick_passwords(monkeypatch):
    """The cast's password is right and any other wrong, without computing: for tests that count a hundred tries.

    Name it before `hashes`.
    """

    class Quick:
        def verify(self, known, password):
            if (known, password) != (password_hash(), PASSWORD):
                raise VerifyMismatchError
            return True

        def check_needs_rehash(self, _known):
            return False

    monkeypatch.setattr(passwords, "_hasher", Quick())


@pytest.fixture
def hashes(monkeypatch):
    """Counts Argon2 computations, which are what takes the time."""
    counted = Counted()
    real = passwords._hasher

    class Counting:
        def hash(self, password):
            counted.calls.append("hash")
            return real.hash(password)

        def verify(self, known, password):
            counted.calls.append("verify")
            return real.verify(known, password)

        def check_needs_rehash(self, known):
            return real.check_needs_rehash(known)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    return counted


@pytest.fixture
def work_of(app, hashes, max_queries):
    """`work_of(call)` is what a request took: its computations, and its statements without their values."""

    def measure(call):
        hashes.calls.clear()
        with max_queries(50) as statements:
            response = call()
        return response, list(hashes.calls), [statement.split("\n")[0] for statement in statements]

    return measure
