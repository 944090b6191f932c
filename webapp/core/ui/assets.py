"""Static files under names that carry their content: change a file and its address changes.

A page names `css/base.css`; the reader's browser asks for `/static/css/base.1f3a9c04d2.css` and may keep it
for a year. Copies with their gzip and Brotli variants are made once, in a folder of the data directory, and
served by WhiteNoise before Flask sees the request.
"""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import brotli  # type: ignore[import-untyped]

PREFIX = "static"
HASH_LENGTH = 10
COMPRESSED = frozenset({".css", ".js", ".svg", ".json", ".txt", ".webmanifest"})


class UnknownAssetError(LookupError):
    """A template named a static file that is not shipped."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no static file is called {name!r}")


class _Asset(NamedTuple):
    published: str
    stamp: tuple[int, int]


class Assets:
    """The static files of one folder, published under hashed names.

    `static_dir` holds the sources; copies go to `published_dir` inside `cache_dir`. With `watch` a changed
    source is published again at the next use; without it a file is read once, at the start. Raises
    `OSError` when the cache folder cannot be written.
    """

    def __init__(self, static_dir: Path, cache_dir: Path, *, watch: bool = False) -> None:
        self.static_dir = static_dir
        self.published_dir = cache_dir / "published"
        # A folder of its own: who lists the published files never meets one that is about to vanish.
        self._unfinished_dir = cache_dir / "unfinished"
        self.watch = watch
        self._lock = Lock()
        self._assets: dict[str, _Asset] = {}
        self.published_dir.mkdir(parents=True, exist_ok=True)
        self._unfinished_dir.mkdir(parents=True, exist_ok=True)
        for path in sorted(static_dir.rglob("*")):
            if path.is_file() and not path.name.startswith("."):
                self._publish(path.relative_to(static_dir).as_posix())

    def published(self, name: str) -> str:
        """Hashed name of a source: `css/base.css` -> `css/base.1f3a9c04d2.css`. Raises `UnknownAssetError`."""
        known = self._assets.get(name)
        if self.watch and self._changed(name, known):
            return self._publish(name)
        if known is None:
            raise UnknownAssetError(name)
        return known.published

    def names(self) -> list[str]:
        """Names of all sources, in order."""
        return sorted(self._assets)

    def _changed(self, name: str, known: _Asset | None) -> bool:
        source = self.static_dir / name
        if not source.is_file() or self.static_dir not in source.resolve().parents:
            return False
        return known is None or known.stamp != _stamp(source)

    def _publish(self, name: str) -> str:
        source = self.static_dir / name
        with self._lock:
            stamp = _stamp(source)
            content = source.read_bytes()
            published = hashed_name(name, content)
            target = self.published_dir / published
            # Variants first: WhiteNoise looks for them when it finds the file itself.
            if source.suffix in COMPRESSED:
                self._write_once(target.with_name(target.name + ".gz"), lambda: gzip.compress(content, 9, mtime=0))
                self._write_once(target.with_name(target.name + ".br"), lambda: brotli.compress(content))
            self._write_once(target, lambda: content)
            self._assets[name] = _Asset(published, stamp)
        return published

    def _write_once(self, target: Path, content: Callable[[], bytes]) -> None:
        """Write a file whose name says what is in it, unless it is there.

        Several workers start at once: each writes a file of its own and renames it, so that a reader sees
        either nothing or the whole.
        """
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=self._unfinished_dir)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content())
            Path(unfinished).chmod(0o644)
            Path(unfinished).replace(target)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise


def hashed_name(name: str, content: bytes) -> str:
    """Name with ten hexadecimal digits of the content's SHA-256 before its suffix."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{sha256(content).hexdigest()[:HASH_LENGTH]}{dot}{suffix}"


def _stamp(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_mtime_ns, state.st_size
