"""An application with failing views, once for the tests that only read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.core.probe import probe_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from flask.testing import FlaskClient


@pytest.fixture(scope="module")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with probe_app(tmp_path_factory.mktemp("probe")) as app:
        yield app


@pytest.fixture
def browser(probe: Flask) -> FlaskClient:
    return probe.test_client()
