"""Everything a run needs, begun when it is first asked for and ended with the run: database, people, both servers."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

import sqlalchemy as sa

from bench import floor
from bench.client import Browser
from bench.people import LEARNER, PASSWORD, People, settle
from bench.scrape import token
from tests.postgres import Server as Postgres
from webapp import create_app
from webapp.cli_upgrade import bring_up
from webapp.core.config import Mode, Settings

if TYPE_CHECKING:
    from types import TracebackType

    from flask import Flask

ROOT = Path(__file__).resolve().parent.parent
KEY = "bench" * 8
PATIENCE = 60.0
CROWD = 1000
WORKERS = 2


class Running:
    """A server that was started and has said its address."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        with log.open("w") as errors:
            self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT)
        try:
            self.url = self._address(log)
        except BaseException:
            self.stop()
            raise

    def _address(self, log: Path) -> str:
        """What it prints once it listens; waits for its workers too, which come a moment later."""
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise RuntimeError(f"no server came up, see {log}")
        words = self.process.stdout.readline().split()
        if not words:
            raise RuntimeError(f"the server ended: {log.read_text()[-2000:]}")
        patient_until = time.monotonic() + PATIENCE
        while len(self.workers()) < WORKERS and time.monotonic() < patient_until:
            time.sleep(0.01)
        return words[-1]

    def workers(self) -> list[int]:
        """Ids of the processes below the server's own."""
        return children(self.process.pid)

    def stop(self) -> None:
        """End it, by its own process id, and wait."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def children(pid: int) -> list[int]:
    """Ids of the processes below this one."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Stage:
    """What is there is used by all parts of a run; `quick` asks for fewer and shorter measurements."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._show_logs()
        self._ends.close()

    def _show_logs(self) -> None:
        """What the servers said of it, before their logs go."""
        for log in sorted(self.folder.glob("*.log")):
            faults = [line for line in log.read_text().splitlines() if '"level": "info"' not in line]
            print("\n".join([f"{log.name}:", *faults[-20:]]), file=sys.stderr)

    @property
    def rounds(self) -> int:
        """How often each comparison is made; its median counts."""
        return 3 if self.quick else 5

    @cached_property
    def folder(self) -> Path:
        """A folder that goes with the run."""
        return Path(self._ends.enter_context(tempfile.TemporaryDirectory(prefix="localgoals-bench-")))

    @cached_property
    def _postgres(self) -> tuple[str, int]:
        """Address and process id of the database server."""
        server = Postgres()
        self._ends.callback(server.stop)
        address = server.start()
        return address, int((server.folder / "data" / "postmaster.pid").read_text().split()[0])

    def processor_seconds(self, server: Running) -> float:
        """Time on a processor that the workers of a server and all database connections have had so far."""
        ticks = 0
        for pid in (*server.workers(), *children(self._postgres[1])):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def another(self, name: str) -> str:
        """Address of a new, empty database."""
        address = self._postgres[0]
        engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return address.replace("/postgres", f"/{name}")

    @cached_property
    def environment(self) -> dict[str, str]:
        """Environment of every server: production, and nothing of this shell's."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCALGOALS_")}
        # Without byte code every start would compile the program.
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        given = {"MODE": "production", "DATA_DIR": str(self.folder / "data"), "DATABASE_URL": self.address, "SECRET_KEY": KEY}
        return kept | {f"LOCALGOALS_{name}": value for name, value in given.items()}

    @cached_property
    def address(self) -> str:
        """Address of the database of LocalGoals, still empty."""
        return self.another("localgoals")

    @cached_property
    def application(self) -> Flask:
        """LocalGoals in this process, to prepare and to count queries; its database is up to date."""
        app = create_app(Settings(mode=Mode.TEST, data_dir=self.folder / "data", database_url=self.address, secret_key=KEY))
        with app.app_context():
            bring_up()
        return app

    @cached_property
    def people(self) -> People:
        """Who there is in its database."""
        with self.application.app_context():
            return settle(self.application, crowd=CROWD)

    def command(self, port: int = 0) -> list[str]:
        """How LocalGoals is served."""
        return [str(Path(sys.executable).with_name("localgoals")), "serve", "--workers", str(WORKERS), "--port", str(port)]

    @cached_property
    def served(self) -> Running:
        """LocalGoals, served as in production, with its people."""
        assert self.people
        running = Running(self.command(), self.environment, self.folder / "localgoals.log")
        self._ends.callback(running.stop)
        return running

    @cached_property
    def served_floor(self) -> Running:
        """The floor, served by the same server from the same PostgreSQL."""
        os.environ[floor.DATABASE] = self.another("floor")
        with floor.create_app().app_context():
            floor.fill()
            floor.db.engine.dispose()
        command = [sys.executable, "-m", "bench.serve_floor", str(self.folder)]
        running = Running(command, self.environment | {floor.DATABASE: os.environ[floor.DATABASE]}, self.folder / "floor.log")
        self._ends.callback(running.stop)
        return running

    def learner(self, email: str = LEARNER, served: Running | None = None) -> Browser:
        """A browser that signed in through the form, and has seen a page with a form since, so that its cookie is settled."""
        browser = Browser((served or self.served).url)
        form = browser.get("/sign-in").text
        browser.post("/sign-in", {"csrf_token": token(form), "email": email, "password": PASSWORD})
        browser.get("/me/")
        return browser

    def floor_user(self) -> Browser:
        """A browser that is signed in at the floor."""
        browser = Browser(self.served_floor.url)
        browser.post(floor.ENTER, {}, status=204)
        return browser

    def somebody(self, served: Running | None = None) -> Browser:
        """A signed-in browser of somebody of the crowd who was not there yet."""
        return Browser((served or self.served).url, self.people.next_cookies())


def say(text: str) -> None:
    """A word on how far the run is."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)
