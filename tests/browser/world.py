"""What the pages show: places, a few people on their way, and the means to look behind the screen."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from uuid import UUID

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from tests.browser.answers import right
from tests.cast import PASSWORD, password_hash
from webapp import create_app
from webapp.accounts import privacy, services_consent, services_links, services_sessions
from webapp.accounts import services as accounts
from webapp.accounts.current import SEEN_KEY, SESSION_KEY
from webapp.accounts.models import Person, SignIn
from webapp.certificates import queries as certificates
from webapp.core import clock
from webapp.core.config import Mode, Settings
from webapp.core.database import db
from webapp.core.i18n import _, _n, speaking
from webapp.core.mail.models import OutboxMail
from webapp.core.unit_of_work import unit_of_work
from webapp.courses.catalogue import catalogue
from webapp.courses.content import Course
from webapp.learning import services as learning
from webapp.participation.models import Device
from webapp.participation.origin import Origin
from webapp.places.importing import load_china
from webapp.quizzes import queries as quizzes
from webapp.quizzes.drawing import Asked
from webapp.quizzes.models import Attempt
from webapp.quizzes.questions import read_paper

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

COURSE = "tot-1-introduction"
CHECK, FINAL = "check-1", "final-quiz"
LESSONS = (
    "from-mdgs-to-sdgs", "the-17-goals", "three-principles", "what-localizing-means", "ten-reasons", "who-does-what", "raising-awareness",
    "advocacy", "alignment-and-monitoring", "china-and-your-role",
)
KEY = "a key for browser tests only, long enough"
DATABASE = "localgoals.sqlite3"
SEED, SEE_OTHER = 7, 303
ORIGIN = Origin("en", Device.COMPUTER)
NAMES = {"beginner": ("王晓兰", "zh-Hans"), "graduate": ("Amina Diallo", "en"), "unlucky": ("刘洋", "zh-Hans")}


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    name: str
    email: str
    person_id: UUID
    sign_in_id: UUID
    password: str = PASSWORD


class World:
    """The database of one server, seen from the test's own process."""

    def __init__(self, folder: Path, public_url: str) -> None:
        self.folder = folder
        settings = Settings(mode=Mode.DEVELOPMENT, data_dir=folder, secret_key=KEY, public_url=public_url, log_level="WARNING")
        self.app: Flask = create_app(settings)
        # This is not the application that the browser talks to.
        self.app.config["WTF_CSRF_ENABLED"] = False
        self.made = 0

    def close(self) -> None:
        """Let go of the database file."""
        with self.app.app_context():
            db.engine.dispose()

    def words(self, language: str, text: str, **values: Any) -> str:
        """A sentence of the interface as a reader of that language sees it."""
        with self.app.app_context(), speaking(language):
            return str(_(text, **values))

    def plural(self, language: str, one: str, many: str, number: int, **values: Any) -> str:
        """The same for a sentence with a number."""
        with self.app.app_context(), speaking(language):
            return str(_n(one, many, number, **values))

    def course(self) -> Course:
        """The course that the tests take."""
        with self.app.app_context():
            found = catalogue().course(COURSE)
        assert found is not None
        return found

    def person(self, name: str = "陈小雨", language: str = "zh-Hans", login: str = "") -> Account:
        """Somebody new with a confirmed address who agreed to the privacy notice."""
        self.made += 1
        email = f"{login or f'person-{self.made}'}@example.org"
        with self.app.app_context(), unit_of_work():
            person = accounts.create_person(name=name, language=language, now=clock.now())
            row = accounts.create_sign_in(person=person, email=email, now=clock.now(), password_hash=password_hash(), verified=True)
            services_consent.give(person_id=person.id, version=privacy.current(), language=language, now=clock.now())
            return Account(name, email, person.id, row.id)

    def account(self, email: str) -> Account:
        """Whoever signs in with this address."""
        with self.app.app_context():
            row = db.session.scalars(sa.select(SignIn).where(SignIn.email == email)).one()
            return Account(db.session.get_one(Person, row.person_id).name, email, row.person_id, row.id)

    def names(self) -> list[str]:
        """What everybody is called."""
        with self.app.app_context():
            return list(db.session.scalars(sa.select(Person.name)))

    def known(self, name: str) -> Account:
        """One of the people who are there from the start."""
        return self.account(f"{name}@example.org")

    def cookie(self, account: Account) -> dict[str, str]:
        """A session as the browser keeps it: name and signed value."""
        now = clock.now()
        with self.app.app_context():
            with unit_of_work():
                session_id = services_sessions.open_session(sign_in_id=account.sign_in_id, now=now, length=timedelta(days=1))
            serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            value = serializer.dumps({SESSION_KEY: str(session_id), SEEN_KEY: int(now.timestamp()), "_permanent": True})
        return {"name": str(self.app.config["SESSION_COOKIE_NAME"]), "value": str(value)}

    def paper(self, account: Account, quiz_id: str, number: int = 1) -> list[Asked]:
        """The questions of an attempt."""
        with self.app.app_context():
            row = quizzes.attempt(account.person_id, COURSE, quiz_id, number)
            assert row is not None
            return read_paper(row.paper, catalogue().course(COURSE))

    def attempts(self, account: Account, quiz_id: str) -> Sequence[Attempt]:
        """All attempts of a person at a quiz."""
        with self.app.app_context():
            return list(quizzes.history(account.person_id, COURSE, quiz_id))

    def answers(self, account: Account, quiz_id: str, number: int = 1) -> dict[str, Any]:
        """What the server keeps of an attempt's answers, by number of the question."""
        with self.app.app_context():
            row = quizzes.attempt(account.person_id, COURSE, quiz_id, number)
            assert row is not None
            return {key: record["value"] for key, record in row.responses.items() if record["value"] is not None}

    def codes(self, account: Account) -> list[str]:
        """Codes of a person's certificates."""
        with self.app.app_context():
            return [each.code for each in certificates.of_person(account.person_id)]

    def mails(self) -> dict[str, str]:
        """Texts of all mails by id, oldest first."""
        with self.app.app_context():
            rows = db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.created_at))
            return {str(row.id): row.text for row in rows}

    def let_pass(self, account: Account, minutes: int) -> None:
        """Move a person's attempts into the past."""
        with self.app.app_context(), unit_of_work():
            for row in db.session.scalars(sa.select(Attempt).where(Attempt.person_id == account.person_id)):
                by = timedelta(minutes=minutes)
                row.started_at -= by
                row.deadline_at = row.deadline_at - by if row.deadline_at else None
                row.submitted_at = row.submitted_at - by if row.submitted_at else None

    def read(self, account: Account, lessons: Sequence[str]) -> None:
        """Enrol and finish these lessons."""
        client = self._client(account)
        for lesson in lessons:
            assert client.post(f"/courses/{COURSE}/{lesson}/done").status_code == SEE_OTHER

    def hand_in(self, account: Account) -> None:
        """Hand in every worksheet that the course asks for."""
        with self.app.app_context(), unit_of_work():
            course, person = catalogue().course(COURSE), db.session.get_one(Person, account.person_id)
            assert course is not None
            enrolment = learning.enrol(person=person, course=course, origin=ORIGIN, now=clock.now())
            for exercise in course.completion.exercises:
                learning.hand_in(
                    person=person, enrolment=enrolment, course=course, exercise_id=exercise, origin=ORIGIN, now=clock.now(),
                )

    def begin(self, account: Account, quiz_id: str, answered: int = 0, *, hand_in: bool = False) -> int:
        """Start an attempt, answer the first questions right and perhaps hand in; its number."""
        client, quiz = self._client(account), f"/courses/{COURSE}/{quiz_id}/attempts/"
        # The same questions in every run.
        with patch("webapp.quizzes.services.secrets.randbits", return_value=SEED):
            attempt = client.post(quiz, data={"key": ""}).location
        number = int(attempt.rstrip("/").rpartition("/")[2])
        for place, asked in enumerate(self.paper(account, quiz_id, number)[:answered], 1):
            form = MultiDict([("asked", str(place)), *((f"q{place}{name}", value) for name, value in right(asked))])
            assert client.post(f"{attempt}answers", data=form).status_code == SEE_OTHER
        if hand_in:
            assert client.post(f"{attempt}submit").status_code == SEE_OTHER
        return number

    def _client(self, account: Account) -> FlaskClient:
        client, cookie = self.app.test_client(), self.cookie(account)
        client.set_cookie(cookie["name"], cookie["value"])
        return client


def plant(folder: Path) -> None:
    """Make the database from which every server's own is copied."""
    shutil.rmtree(folder, ignore_errors=True)
    world = World(folder, "http://127.0.0.1")
    with world.app.app_context():
        db.create_all()
        with unit_of_work():
            load_china(now=clock.now())
    beginner, graduate, unlucky = (world.person(*NAMES[each], login=each) for each in NAMES)
    world.read(beginner, LESSONS[:2])
    world.begin(beginner, CHECK, 2, hand_in=True)
    world.begin(beginner, CHECK, 3)
    world.begin(beginner, FINAL, 6)
    world.read(graduate, LESSONS)
    world.hand_in(graduate)
    world.begin(graduate, CHECK, 6, hand_in=True)
    world.begin(graduate, FINAL, 20, hand_in=True)
    world.read(unlucky, LESSONS)
    world.begin(unlucky, FINAL, 5, hand_in=True)
    with world.app.app_context(), unit_of_work():
        services_links.ask_to_join(
            name="林可", email="newcomer@example.org", password_hash=password_hash(), language="zh-Hans", next_path="", now=clock.now(),
            notice=privacy.current(),
        )
        services_links.ask_for_password(email="graduate@example.org", language="en", now=clock.now())
    # The last connection to close brings everything into the one file.
    world.close()


def copied(template: Path, folder: Path, public_url: str) -> World:
    """A world of one's own."""
    shutil.copytree(template, folder)
    return World(folder, public_url)
