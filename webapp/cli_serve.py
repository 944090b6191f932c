"""`localgoals serve`: the web server."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from webapp.core.config import Mode, Settings
from webapp.loading import loading

if TYPE_CHECKING:
    from flask import Flask

BACKLOG = 2048


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for every one of this machine.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Requests that each of them answers at a time.")
@click.option("--with-scheduler", is_flag=True, help="Send mail and run the jobs as well, in a process beside them.")
@click.option("--reload", is_flag=True, help="Start anew when the program changes; in development only.")
@click.pass_obj
def serve(
    make_app: Callable[[], Flask], *, host: str, port: int, workers: int, threads: int, with_scheduler: bool, reload: bool
) -> None:
    """Serve until told to stop (SIGTERM or Ctrl-C); requests under way are finished first."""
    here = Settings.from_environment()
    if reload and here.mode is not Mode.DEVELOPMENT:
        raise click.UsageError("--reload is for development: set LOCALGOALS_MODE=development.")
    listener = listen(host, port)
    port = listener.getsockname()[1]
    # The server is not needed to find that the port is taken.
    with loading():
        from webapp.serving import Server, count_in  # noqa: PLC0415

    metrics = here.data_dir / "metrics" / str(port)
    count_in(metrics)
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    Server(
        make_app, socket=listener.detach(), url=url, workers=workers, threads=threads, metrics=metrics, with_scheduler=with_scheduler,
        reload=reload,
    ).run()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `click.ClickException` with a sentence that says what to do."""
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except socket.gaierror as error:
        raise click.ClickException(f"{host} is no address of this machine.") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise click.ClickException(_sentence(error, host, port)) from error
    return listener


def _sentence(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is in use: another server runs there. Stop it, or choose another port with --port."
    if error.errno == errno.EACCES:
        return f"Port {port} is for the system. Choose one above 1023 with --port, and put a proxy in front."
    return f"Cannot listen on {host}, port {port}: {error.strerror}."
