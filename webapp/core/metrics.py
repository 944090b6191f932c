"""Counters and times for Prometheus, added up over the workers."""

from __future__ import annotations

import hmac
import os
from functools import cache

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from webapp.core.access import machine
from webapp.core.config import settings

bp = Blueprint("metrics", __name__)

_requests = Counter("localgoals_requests_total", "Requests answered.", ["endpoint", "method", "status"])
_seconds = Histogram("localgoals_request_seconds", "Time to answer.", ["endpoint"], buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10))
_LOCAL = frozenset({"127.0.0.1", "::1"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def observe(endpoint: str, method: str, status: int, seconds: float) -> None:
    """Count a request. Endpoints, not addresses: addresses hold ids; unknown methods count as one."""
    requests, times = _of(endpoint, method if method in _METHODS else "other", f"{status // 100}xx")
    requests.inc()
    times.observe(seconds)


@cache
def _of(endpoint: str, method: str, status: str) -> tuple[Counter, Histogram]:
    """The counter and the times of one kind of request: as many as the program has, found faster than by their labels."""
    return _requests.labels(endpoint, method, status), _seconds.labels(endpoint)


@bp.get("/metrics")
@machine
def metrics() -> Response:
    """The numbers of all workers, for this machine or the holder of the token."""
    token = settings().metrics_token
    if token:
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()):
            abort(404)
    elif request.remote_addr not in _LOCAL or "X-Forwarded-For" in request.headers:
        abort(404)
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
