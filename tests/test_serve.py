"""A real server on a free port: workers, scheduler, metrics, and that nothing of it is left."""

import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from tests.conftest import BACKENDS, SERVER_ADDRESS, fresh_postgres
from webapp.cli import commands
from webapp.serving import _safe

PATIENCE = 30
MIGRATE = "from webapp.cli import make_app; from webapp.cli_upgrade import migrate; make_app().app_context().push(); migrate()"
LOCALGOALS = [sys.executable, "-c", "from webapp.cli import main; main()"]


def environment(folder, database_url="", **variables):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCALGOALS_")}
    given = {"DATA_DIR": str(folder), "DATABASE_URL": database_url, "SECRET_KEY": "test" * 10, **variables}
    return kept | {f"LOCALGOALS_{name}": value for name, value in given.items()}


class Running:
    """A started server and the address that it printed."""

    def __init__(self, process, errors):
        self.process, self.errors = process, errors
        assert select.select([process.stdout], [], [], PATIENCE)[0], "no address"
        self.line = process.stdout.readline()
        assert self.line, errors.read_text()
        self.address = urlsplit(self.line.split()[-1])

    def get(self, path):
        """Status and text, over a connection of its own."""
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def children(self):
        """Process ids below the server's own."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid:
                found.append(int(stat.parent.name))
        return found

    def log(self):
        return [json.loads(line) for line in self.errors.read_text().splitlines() if line.startswith("{")]

    def scheduler(self, among):
        """Waits until one of these processes leads the jobs: its log line wakes nobody, so it is looked for between requests."""
        for _look in range(400):
            pids = [entry["worker"] for entry in self.log() if entry["event"] == "scheduler_leads"]
            if pids and among(pids[-1]):
                return pids[-1]
            self.get("/healthz")
            select.select([], [], [], 0.05)
        raise AssertionError("no scheduler leads")


@contextmanager
def serving(folder, *options, database_url="", **variables):
    errors = folder / "errors.log"
    with errors.open("w") as file:
        process = subprocess.Popen(
            [*LOCALGOALS, "serve", "--port", "0", *options], env=environment(folder / "data", database_url, **variables),
            stdout=subprocess.PIPE, stderr=file, text=True,
        )
    try:
        yield Running(process, errors)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


def gone(pids):
    """Whether all processes have ended; waits for them, whoever their parent is."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            if not select.select([handle], [], [], PATIENCE)[0]:
                return False
        finally:
            os.close(handle)
    return True


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_server_answers_says_when_it_is_ready_and_leaves_nothing_behind(tmp_path, backend):
    database = fresh_postgres("serve") if backend == "postgresql" else nullcontext("")
    with database as database_url, serving(tmp_path, "--with-scheduler", database_url=database_url) as server:
        assert re.fullmatch(r"LocalGoals serves http://127\.0\.0\.1:\d+\n", server.line)
        assert server.get("/healthz") == (200, '{"status":"ok"}\n')
        status, body = server.get("/readyz")
        assert (status, json.loads(body)["migrations"]) == (503, "pending")
        subprocess.run([sys.executable, "-c", MIGRATE], env=environment(tmp_path / "data", database_url), check=True, timeout=PATIENCE)
        with ThreadPoolExecutor(8) as many:
            assert {status for status, _body in many.map(server.get, ["/readyz"] * 40)} == {200}
        server.scheduler(lambda pid: pid in server.children())
        children = server.children()
        assert len(children) == 3
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE) == 0
        assert gone(children)
        assert not list((tmp_path / "data" / "metrics").iterdir())
        assert {entry["level"] for entry in server.log() if entry["event"] == "server"} == set()


def test_the_numbers_of_all_workers_are_added_up(tmp_path):
    with serving(tmp_path, "--workers", "2") as server:
        folder = tmp_path / "data" / "metrics" / str(server.address.port)
        asked = 0
        with ThreadPoolExecutor(8) as many:
            while len(list(folder.glob("counter_*.db"))) < 2:
                assert asked < 5000, "one worker answers everything"
                asked += len(list(many.map(server.get, ["/healthz"] * 20)))
        for _time in range(6):
            _status, text = server.get("/metrics")
            assert f'localgoals_requests_total{{endpoint="health.healthz",method="GET",status="2xx"}} {asked}.0\n' in text


def test_a_scheduler_that_dies_is_started_again(tmp_path):
    with serving(tmp_path, "--with-scheduler", "--workers", "1") as server:
        first = server.scheduler(lambda pid: True)
        os.kill(first, signal.SIGKILL)
        second = server.scheduler(lambda pid: pid != first)
        assert second in server.children()


def test_when_the_server_is_killed_its_children_end_by_themselves(tmp_path):
    with serving(tmp_path, "--with-scheduler") as server:
        server.scheduler(lambda pid: True)
        children = server.children()
        server.process.kill()
        server.process.wait(PATIENCE)
        assert gone(children)


def test_requests_that_are_too_long_are_refused_and_not_logged(tmp_path):
    with serving(tmp_path, "--workers", "1") as server:
        status, _body = server.get("/healthz?secret=" + "x" * 5000)
        assert 400 <= status < 500
        with socket.create_connection((server.address.hostname, server.address.port), PATIENCE) as line:
            line.sendall(b"GET /secret HTTP/1.1\r\nBad Header: li@example.org\r\n\r\n")
            assert line.recv(20).startswith(b"HTTP/1.1 400")
        server.process.terminate()
        server.process.wait(PATIENCE)
        written = server.errors.read_text()
        assert not re.search(r"secret|li@example|127\.0\.0\.1|Traceback", written)
        assert [entry["reason"] for entry in server.log() if entry["event"] == "server"] == ["Invalid request"] * 2


def test_a_port_in_use_is_one_clear_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [*LOCALGOALS, "serve", "--port", str(port)]
        refused = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"Error: Port {port} of 127.0.0.1 is in use: another server runs there. Stop it, or choose another port with --port.\n"
    )


def test_an_address_of_another_machine_is_one_clear_sentence(monkeypatch):
    monkeypatch.delenv(SERVER_ADDRESS)
    refused = CliRunner().invoke(commands, ["serve", "--host", "192.0.2.1", "--port", "0"])
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: Cannot listen on 192.0.2.1")


def test_reloading_is_for_development_only(monkeypatch):
    monkeypatch.delenv(SERVER_ADDRESS)
    monkeypatch.setenv("LOCALGOALS_MODE", "production")
    refused = CliRunner().invoke(commands, ["serve", "--reload"])
    assert refused.exit_code == 2
    assert "LOCALGOALS_MODE=development" in refused.output


def test_a_reloading_server_answers_too(tmp_path):
    with serving(tmp_path, "--reload", "--workers", "1", MODE="development") as server:
        assert server.get("/healthz")[0] == 200


@pytest.mark.parametrize(
    ("message", "arguments", "kept"),
    [
        ("Worker (pid:%s) was sent %s!", (12, "SIGKILL"), "Worker (pid:12) was sent SIGKILL!"),
        ("Error handling request %s", ("/certificates/7KQ4?name=li",), "Error handling request …"),
        ("Invalid request from ip=192.0.2.7: GET /x", (), "Invalid request"),
        ("100 % odd", ("a",), "100 % odd"),
        (ValueError("li@example.org"), (), "ValueError"),
    ],
)
def test_what_the_server_logs_of_a_request_names_nobody(message, arguments, kept):
    assert _safe(message, arguments) == kept
