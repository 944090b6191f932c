"""A PostgreSQL server of the test run's own: started on a free port of this machine, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    program = str(found[0]) if found else shutil.which(name)
    if not program:
        message = f"{name} is missing: `make test` installs PostgreSQL"
        raise RuntimeError(message)
    return program


def _as_owner(command: list[str]) -> list[str]:
    """PostgreSQL refuses root, so root runs it as the user that the package made."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--", *command] if os.geteuid() == 0 else command


class Server:
    """One cluster in a temporary folder, reached through its TCP port."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="localgoals-postgres-"))
        self.port = 0

    def start(self) -> str:
        """Start and return the address of the maintenance database."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        data = self.folder / "data"
        self._run([_program("initdb"), "-D", str(data), "-U", "localgoals", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off "
            "-c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
        )
        self._run([_program("pg_ctl"), "-D", str(data), "-o", options, "-w", "-l", str(self.folder / "log"), "start"])
        return f"postgresql+psycopg://localgoals@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        subprocess.run(
            _as_owner([_program("pg_ctl"), "-D", str(self.folder / "data"), "-m", "immediate", "stop"]),
            check=False, capture_output=True, cwd="/",
        )
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        # pg_ctl's server inherits the output: a pipe would never close.
        with (self.folder / "output").open("a") as output:
            subprocess.run(_as_owner(command), check=True, stdout=output, stderr=output, cwd="/")
