"""The demo started once more, after somebody tried it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from webapp.accounts import passwords, services
from webapp.accounts.models import Person, SignIn
from webapp.cli_demo import demo
from webapp.core import clock
from webapp.core.database import db
from webapp.courses.catalogue import catalogue
from webapp.demo import CROWD, PARTS, HoldsRealPeople, load
from webapp.places.services import load_china

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

OWN, SHOWN = "what the newcomer chose", "what the demo shows"


def loaded(password_hash: str, *, newcomers: bool) -> int:
    return load(course=catalogue().courses[0], password_hash=password_hash, now=clock.now(), newcomers=newcomers)


def somebody_signs_up() -> None:
    person = services.create_person(name="Newcomer", language="en", now=clock.now())
    services.create_sign_in(person=person, email="new@example.org", now=clock.now(), password_hash=OWN, verified=True)


def test_the_demo_starts_again_after_a_newcomer_signed_up_and_leaves_them_alone(app: Flask) -> None:
    load_china(clock.now())
    loaded("the first", newcomers=True)
    somebody_signs_up()
    assert loaded(SHOWN, newcomers=True) == len(PARTS) + CROWD
    held = {row.email: row.password_hash for row in db.session.scalars(select(SignIn))}
    assert held.pop("new@example.org") == OWN
    assert list(held.values()) == [SHOWN] * len(PARTS)
    with pytest.raises(HoldsRealPeople):
        loaded(SHOWN, newcomers=False)


def test_real_people_alone_are_no_newcomers(app: Flask) -> None:
    somebody_signs_up()
    with pytest.raises(HoldsRealPeople):
        loaded(SHOWN, newcomers=True)
    assert db.session.scalar(select(func.count()).select_from(Person)) == 1


@pytest.mark.parametrize(("words", "mode", "tried"), [
    (("--serve",), "", True), ((), "development", True), ((), "", False), (("--serve",), "production", False),
])
def test_newcomers_are_expected_and_the_mailbox_is_named_only_in_development(
    app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: tuple[str, ...], mode: str, *, tried: bool,
) -> None:
    asked: dict[str, Any] = {}
    served: list[Any] = []
    for name in ("TEST_SERVER", "DEMO", "DEMO_PASSWORD", "PUBLIC_URL", "MODE"):
        # Set before it is taken away, so that what the command sets goes at the end of the test.
        monkeypatch.setenv(f"LOCALGOALS_{name}", "")
        monkeypatch.delenv(f"LOCALGOALS_{name}")
    monkeypatch.setenv("LOCALGOALS_DATA_DIR", str(tmp_path))
    if mode:
        monkeypatch.setenv("LOCALGOALS_MODE", mode)
    monkeypatch.setattr("webapp.cli_demo.bring_up", lambda: None)
    monkeypatch.setattr("webapp.cli_demo.os.execv", lambda *program: served.append(program))
    monkeypatch.setattr(passwords, "hashed", lambda _password: SHOWN)
    monkeypatch.setattr("webapp.demo.load", lambda **given: asked.update(given) or 45)
    monkeypatch.setattr("webapp.statistics.jobs.refresh_due", lambda _now: 0)
    done = CliRunner().invoke(demo, ["--few", *words], obj=lambda: app)
    assert done.exit_code == 0, done.output
    assert asked["newcomers"] is tried
    assert ("mail is shown at http://127.0.0.1:8000/mailbox" in done.output) is tried
    assert len(served) == len(words)
