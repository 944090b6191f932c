"""A server of one's own for each file of tests, one browser for each worker, readers that watch for faults."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.live import Live, free_port
from tests.browser.reader import ARGUMENTS, PHONE, Look, Opens, Reader
from tests.browser.world import Account, World, copied, plant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


def pytest_addoption(parser: pytest.Parser) -> None:
    """Pictures of every page: `pytest tests/browser/test_pages.py --shots FOLDER`."""
    parser.addoption("--shots", type=Path, default=None, help="folder for pictures of every page")


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database from which every file's own is copied, made by whichever worker comes first."""
    root = tmp_path_factory.getbasetemp()
    shared = root.parent if root.name.startswith("popen-") else root
    folder, done = shared / "world", shared / "world.done"
    with (shared / "world.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            plant(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The machine's own Chromium."""
    program = shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def served(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, str]]:
    """A world and the address at which it is served."""
    port = free_port()
    world = copied(template, tmp_path_factory.mktemp("live") / "data", f"http://127.0.0.1:{port}")
    with Live(world.folder, port) as live:
        yield world, live.url
    world.close()


@pytest.fixture
def world(served: tuple[World, str]) -> World:
    """The database behind the server."""
    return served[0]


@pytest.fixture
def opens(browser: Browser, served: tuple[World, str]) -> Iterator[Opens]:
    """`opens(PHONE, account)` is a new browser, signed in if an account is given."""
    world, url = served
    readers: list[Reader] = []

    def open_reader(look: Look = PHONE, account: Account | None = None) -> Reader:
        readers.append(Reader(browser, world, url, look, account))
        return readers[-1]

    yield open_reader
    faults: list[str] = []
    for reader in readers:
        faults += reader.faults
        if any(fault.startswith("status 5") for fault in reader.faults):
            faults.append((world.folder / "server.log").read_text(errors="replace")[-4000:])
        reader.faults = []
        reader.close()
    assert not faults, "\n".join(faults)
