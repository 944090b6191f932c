"""The product's own server in a process of its own, on a free port of this machine."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.world import KEY
from webapp.core.config import PREFIX

if TYPE_CHECKING:
    from typing import Self

PATIENCE = 60.0
PAUSE = 0.05
DIES_WITH_PARENT = 1
READY = b"LocalGoals serves"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings_of(folder: Path, public_url: str = "http://127.0.0.1") -> dict[str, str]:
    """The environment of a program of the product that works on this folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    settings = {"MODE": "development", "DATA_DIR": str(folder), "SECRET_KEY": KEY, "PUBLIC_URL": public_url, "LOG_LEVEL": "WARNING"}
    return {**kept, **{PREFIX + name: value for name, value in settings.items()}}


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM)


class Live:
    """A running server: `with Live(folder, port) as live: ...`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "server.log"

    def __enter__(self) -> Self:
        program = Path(sys.executable).with_name("localgoals")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(program), "serve", "--port", str(self.port)], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=settings_of(self.folder, self.url), preexec_fn=_die_with_parent,  # noqa: PLW1509
            )
        self._wait()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait(self) -> None:
        """Until it says that it serves; one that ends instead shows what it said."""
        waited = 0.0
        while waited < PATIENCE:
            if READY in self.log.read_bytes():
                return
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(PAUSE)
                break
            waited += PAUSE
        self.process.kill()
        self.process.wait()
        raise RuntimeError(self.log.read_text(errors="replace"))
