"""The floor behind the very server that serves LocalGoals: same gunicorn, same settings, two workers."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from bench import floor
from webapp.cli_serve import listen
from webapp.serving import Server

if TYPE_CHECKING:
    from flask import Flask


class FloorServer(Server):
    """`Server`, with the floor's database where that of LocalGoals is named."""

    def load(self) -> Flask:
        """The application, loaded once for all workers."""
        gc.disable()
        app = self.make_app()
        gc.freeze()
        gc.enable()
        return app

    def begin_worker(self, _master: Any, _worker: Any) -> None:
        """In the new process: the pool of the master is not its own."""
        with self.callable.app_context():
            floor.db.engine.dispose(close=False)


def main() -> None:
    """Serve until told to stop. The argument is a folder for the server's own files."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    FloorServer(
        floor.create_app, socket=listener.detach(), url=url, workers=2, threads=4, metrics=Path(sys.argv[1]) / "metrics",
        with_scheduler=False, reload=False,
    ).run()


if __name__ == "__main__":
    main()
