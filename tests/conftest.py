"""Fixtures: both databases, one transaction a test, a client, a cast of people."""

from __future__ import annotations

import contextvars
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event

from tests.cast import Cast, assemble, signed_in_client
from tests.postgres import Server
from webapp import create_app
from webapp.core import clock
from webapp.core.audit_guards import create_guards, drop_guards
from webapp.core.config import Mode, Settings
from webapp.core.database import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from flask import Flask

BACKENDS = ("sqlite", "postgresql")
SERVER_ADDRESS = "LOCALGOALS_TEST_SERVER"

hypothesis_settings.register_profile(
    "localgoals", deadline=None, max_examples=60, derandomize=True, print_blob=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
hypothesis_settings.load_profile("localgoals")


def pytest_configure(config: pytest.Config) -> None:
    """The controlling process starts the database server; its workers find the address in the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    server = Server()
    config.add_cleanup(server.stop)
    os.environ[SERVER_ADDRESS] = server.start()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that asks for `database` or `committed` runs on both."""
    if {"database", "committed"} & set(metafunc.fixturenames):
        metafunc.parametrize("backend", BACKENDS, indirect=True, scope="session")


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> str:
    """Name of the database under test; SQLite unless the test asks for both."""
    return str(getattr(request, "param", "sqlite"))


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@contextmanager
def fresh_postgres(name: str) -> Iterator[str]:
    """An empty PostgreSQL database that is dropped at the end."""
    server = sa.create_engine(os.environ[SERVER_ADDRESS], isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield os.environ[SERVER_ADDRESS].replace("/postgres", f"/{name}")
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


def settings_for_tests(folder: Path, database_url: str = "", **overrides: Any) -> Settings:
    """Settings as in production, with a known key and a folder of the test's own."""
    values: dict[str, Any] = {
        "mode": Mode.TEST, "data_dir": folder, "database_url": database_url, "secret_key": "test" * 10,
        "public_url": "http://localhost",
    }
    return Settings(**{**values, **overrides})


class FreshContextClient(FlaskClient):
    """Each request runs outside the test's own application context, as it would on a server."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if "flask_sqlalchemy_test" in self.application.config:
            db.session.expire_all()
        return response


@pytest.fixture(scope="session")
def built_app(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with all tables, once a worker and database."""
    folder = tmp_path_factory.mktemp(f"{backend}-data")
    with contextmanager(_database_address)(backend) as address:
        app = create_app(settings_for_tests(folder, address))
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.config["WTF_CSRF_ENABLED"] = False
        app.test_client_class = FreshContextClient
        with app.app_context():
            db.create_all()
        yield app
        with app.app_context():
            db.engine.dispose()


def _database_address(backend: str) -> Iterator[str]:
    if backend == "sqlite":
        yield ""
        return
    with fresh_postgres(f"test_{_worker()}") as address:
        yield address


@pytest.fixture
def app(built_app: Flask) -> Iterator[Flask]:
    """The application inside one transaction that is rolled back: units of work become savepoints."""
    engines = db._app_engines[built_app]
    with built_app.app_context():
        engine = engines[None]
        with engine.connect() as connection:
            transaction = connection.begin()
            engines[None] = connection
            built_app.config["flask_sqlalchemy_test"] = True
            try:
                yield built_app
            finally:
                db.session.remove()
                engines[None] = engine
                transaction.rollback()


@pytest.fixture
def database(app: Flask) -> Flask:
    """The same, on SQLite and on PostgreSQL."""
    return app


@pytest.fixture
def committed(built_app: Flask) -> Iterator[Flask]:
    """Both databases with real commits, for tests with several connections; emptied afterwards."""
    with built_app.app_context():
        yield built_app
        db.session.remove()
        with db.engine.begin() as connection:
            drop_guards(connection)
            for table in reversed(db.metadata.sorted_tables):
                connection.execute(table.delete())
            create_guards(connection)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript and without a sign-in."""
    return app.test_client()


@pytest.fixture
def cast(app: Flask) -> Cast:
    """The people of every test, in a small tree of places."""
    return assemble()


@pytest.fixture
def login_as(app: Flask, cast: Cast) -> Callable[[str], FlaskClient]:
    """`login_as("learner")` is a browser in which that member of the cast is signed in."""
    return lambda name: signed_in_client(app, cast.sign_in_ids[name])


@pytest.fixture
def at() -> Iterator[Callable[[datetime], None]]:
    """Hold the clock: `at(moment)`; a later call moves it."""
    stack: list[Any] = []

    def hold(moment: datetime) -> None:
        if stack:
            stack.pop().__exit__(None, None, None)
        held = clock.at(moment)
        held.__enter__()
        stack.append(held)

    yield hold
    if stack:
        stack.pop().__exit__(None, None, None)


class TooManyQueries(AssertionError):
    """A page asked the database more often than its budget allows."""


@pytest.fixture
def max_queries(app: Flask) -> Callable[[int], Any]:
    """`with max_queries(4):` fails with the statements when there were more; yields the list."""

    @contextmanager
    def counting(limit: int) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
                seen.append(statement)

        connection = db.engine
        event.listen(connection, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(connection, "before_cursor_execute", note)
        if len(seen) > limit:
            raise TooManyQueries(f"{len(seen)} queries, {limit} allowed:\n" + "\n".join(seen))

    return counting
