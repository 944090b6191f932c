"""Pages whose modules are loaded when the first of them is asked for.

Half of the program serves pages that few processes ever show: administration, trainings, reports. A room names the modules of such
pages. In production their addresses, and who may open them, are kept in the data folder by a start that has loaded everything; the
next ones register them from there. What was kept holds for the files of the program as they were, by name, size and time.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from webapp.core.access import MARK, UnmarkedView
from webapp.core.config import Mode, settings
from webapp.core.kept_files import KeptFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

PROGRAM = Path(__file__).parents[1]
_NAME = "pages"

# Name, module, folder of the module, folder of its templates.
_Home = tuple[str, str, str, str | None]
# Address, endpoint, module, function, methods, permission.
_Page = tuple[str, str, str, str, list[str], tuple[str, str]]


class LatePages:
    """The pages of one application that are loaded late. Without a folder to keep them in they are loaded at once."""

    def __init__(self, app: Flask, kept: KeptFiles | None) -> None:
        self._app = app
        self._kept = kept
        content = kept.read(_file_name()) if kept else None
        self._known: dict[str, dict[str, list[Any]]] = json.loads(content) if content else {}
        self._homes: dict[str, list[Blueprint]] = {}
        # Modules that import each other's neighbours in two threads would wait for each other.
        self._loading = threading.RLock()

    def add(self, package: str, modules: tuple[str, ...]) -> None:
        """Register the pages of a room's modules, loaded or not."""
        if package in self._known:
            self._register_known(package)
        else:
            self._register_loaded(package, modules)

    def keep(self) -> None:
        """Keep what was loaded for the next start. Call when all rooms have added theirs."""
        if self._kept is None or not self._homes:
            return
        pages = {
            package: {"homes": [_home(each) for each in homes], "pages": list(self._pages(homes))} for package, homes in self._homes.items()
        }
        self._kept.write(_file_name(), json.dumps(pages).encode())
        self._kept.forget_others(_file_name(), f"{_NAME}.*")

    def _register_loaded(self, package: str, modules: tuple[str, ...]) -> None:
        loaded = [import_module(f"{package}.{name}") for name in modules]
        # Pages of several modules may share a blueprint, which must have them all before it is registered.
        self._homes[package] = [
            value for module in loaded for value in vars(module).values()
            if isinstance(value, Blueprint) and value.import_name == module.__name__
        ]
        for blueprint in self._homes[package]:
            self._app.register_blueprint(blueprint)

    def _register_known(self, package: str) -> None:
        for name, module, folder, templates in self._known[package]["homes"]:
            self._app.register_blueprint(Blueprint(name, module, root_path=folder, template_folder=templates))
        for address, endpoint, module, function, methods, mark in self._known[package]["pages"]:
            view = self._app.view_functions.get(endpoint) or self._late(endpoint, module, function, tuple(mark))
            self._app.add_url_rule(address, endpoint, view, methods=methods)

    def _late(self, endpoint: str, module: str, function: str, mark: tuple[str, ...]) -> Callable[..., Any]:
        """A view that puts the real one in its place when it is called."""

        def view(**values: Any) -> Any:
            with self._loading:
                found = getattr(import_module(module), function)
            # Whoever was told wrong about the permission is not shown the page.
            if getattr(found, MARK, None) != mark:
                raise UnmarkedView(endpoint)
            self._app.view_functions[endpoint] = found
            return found(**values)

        # The CSRF check knows views that it passes over by these.
        view.__module__, view.__name__ = module, function
        setattr(view, MARK, mark)
        return view

    def _pages(self, homes: list[Blueprint]) -> Iterator[_Page]:
        names = {each.name for each in homes}
        for rule in self._app.url_map.iter_rules():
            if rule.endpoint.partition(".")[0] not in names:
                continue
            view = self._app.view_functions[rule.endpoint]
            if getattr(sys.modules[view.__module__], view.__name__, None) is not view:
                raise RuntimeError(f"{rule.endpoint}: no function of {view.__module__} is called {view.__name__}")
            methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            yield rule.rule, rule.endpoint, view.__module__, view.__name__, methods, getattr(view, MARK)


def _home(blueprint: Blueprint) -> _Home:
    folder = blueprint.template_folder
    return blueprint.name, blueprint.import_name, blueprint.root_path, None if folder is None else str(folder)


@cache
def _file_name() -> str:
    """What the pages of this state of the program are kept under."""
    found = hashlib.sha256(sys.version.encode())
    for path, changed, size in sorted(_below(PROGRAM)):
        found.update(f"{path}\0{changed}\0{size}\n".encode())
    return f"{_NAME}.{found.hexdigest()}"


def _below(folder: str | Path) -> Iterator[tuple[str, int, int]]:
    """Path, time and size of every module. With `Path.rglob` this took four times as long, a hundredth of a start."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _below(entry.path)
            elif entry.name.endswith(".py"):
                facts = entry.stat()
                yield entry.path, facts.st_mtime_ns, facts.st_size


def init_late_pages(app: Flask) -> LatePages:
    """Before the rooms. In development and tests every page is loaded at once."""
    found = settings(app)
    kept = KeptFiles(found.data_dir / _NAME, found.signing_key, _NAME) if found.mode is Mode.PRODUCTION else None
    pages = app.extensions["late_pages"] = LatePages(app, kept)
    return pages


def add_pages(app: Flask, package: str, *modules: str) -> None:
    """Register the pages of these modules of a room's package, which may be loaded when one of them is asked for."""
    pages: LatePages = app.extensions["late_pages"]
    pages.add(package, modules)
