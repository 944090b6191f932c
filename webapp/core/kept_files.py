"""Files of the data folder that only save time, signed with a key made from the site's own.

Nothing of a file is looked at before its signature fits, so whoever else can write to the folder can only make us do the work
again. A folder that cannot be read or written costs time, and the log says so.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import tempfile
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

_SIGNATURE = hashlib.sha256().digest_size


class KeptFiles:
    """Signed files of one folder. `purpose` keeps what was signed for one thing from being taken for another."""

    def __init__(self, folder: Path, key: str, purpose: str) -> None:
        self.folder = folder
        self._key = hmac.digest(key.encode(), b"localgoals kept " + purpose.encode(), "sha256")

    def read(self, name: str) -> bytes | None:
        """What was kept under this very name; None if nothing was, or if it is not ours."""
        try:
            data = (self.folder / name).read_bytes()
        except OSError:
            return None
        signature, content = data[:_SIGNATURE], data[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._signature(name, content)):
            log.warning("kept_file_refused", folder=self.folder.name, file=name)
            return None
        return content

    def write(self, name: str, content: bytes) -> None:
        """Keep it under this name. Several processes may do so at once: each renames a whole file, so that nobody reads half of one."""
        path = self.folder / name
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, unfinished = tempfile.mkstemp(dir=self.folder, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(self._signature(name, content) + content)
                Path(unfinished).replace(path)
            except BaseException:
                Path(unfinished).unlink(missing_ok=True)
                raise
        except OSError as error:
            log.warning("file_not_kept", folder=self.folder.name, file=name, reason=type(error).__name__)

    def forget_others(self, name: str, pattern: str) -> None:
        """Delete the files that a pattern finds, but for the one of this name."""
        for old in self.folder.glob(pattern):
            if old.name != name:
                with contextlib.suppress(OSError):
                    old.unlink()

    def _signature(self, name: str, content: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + content, "sha256")
