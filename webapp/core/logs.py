"""Structured logs, one JSON line each, without personal data: no address, no query, no body, no name."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO, cast

import structlog
from flask import g, request

from webapp.core.metrics import observe

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from flask import Flask, Response

    from webapp.core.config import Settings

_KEPT = frozenset({
    "event", "level", "timestamp", "logger", "endpoint", "method", "status", "milliseconds", "exception", "job", "count", "problems",
    "course", "revision", "file", "line", "problem", "attempt", "host", "reason", "mail_id", "signal", "worker", "version",
    "head",
})


class _Stderr:
    """Standard error as it is when a line is written: a server may have put another stream in its place."""

    def write(self, text: str) -> int:
        """Write a piece."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """Let go of it."""
        sys.stderr.flush()


_STDERR = cast("TextIO", _Stderr())


def _only_known(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list: what is never written can never leak."""
    return {key: value for key, value in entry.items() if key in _KEPT}


def _class_only(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A traceback without the message: messages of database errors hold the values of the row."""
    error = entry.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()[1]
    if isinstance(error, BaseException):
        frames = []
        trace = error.__traceback__
        while trace is not None:
            frames.append(f"{trace.tb_frame.f_code.co_filename.rsplit('site-packages/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        entry["exception"] = f"{type(error).__name__} at {' > '.join(frames[-8:])}"
    return entry


def init_logs(app: Flask, settings: Settings) -> None:
    """Write one line a request and count it for the metrics."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True), _class_only, _only_known,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.log_level)),
        # One write a line, so that lines of several processes and threads stay whole.
        logger_factory=structlog.WriteLoggerFactory(_STDERR),
        cache_logger_on_first_use=False,
    )
    # Put together here and not at each line, of which every request writes one.
    log = structlog.get_logger("request").bind()
    quiet = settings.mode == "test"

    @app.before_request
    def started() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finished(response: Response) -> Response:
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        observe(request.endpoint or "none", request.method, response.status_code, seconds)
        if not quiet:
            log.info(
                "request", endpoint=request.endpoint, method=request.method, status=response.status_code,
                milliseconds=round(seconds * 1000, 1),
            )
        return response
