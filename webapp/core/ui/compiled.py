"""Compiled templates kept in the data folder: compiling those of one page takes a tenth of a second in each worker and language.

They are found by the template's file and language, and hold for the source, the catalogues of messages that are translated
into them, and the program that compiles.
"""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

from webapp.core.i18n import catalogues

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

    from webapp.core.kept_files import KeptFiles

# What makes a template's source into the program of a page.
_COMPILERS = tuple(Path(__file__).with_name(name) for name in ("compiled.py", "speaking.py"))


class KeptTemplates(BytecodeCache):
    """Compiled templates in signed files, one a template and language."""

    def __init__(self, files: KeptFiles) -> None:
        self.files = files

    def get_source_checksum(self, source: str) -> str:
        """Another one for another source, or another program."""
        return hashlib.sha256(_program() + source.encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled before."""
        found = self.files.read(_name(bucket))
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        self.files.write(_name(bucket), bucket.bytecode_to_string())


def _name(bucket: Bucket) -> str:
    return f"{bucket.key}.{getattr(bucket.environment, 'language', None)}"


@cache
def _program() -> bytes:
    """SHA-256 of what compiles templates and of what it puts into them."""
    found = hashlib.sha256(f"{sys.version}\0{version('jinja2')}\0".encode())
    for path in (*_COMPILERS, *(path for folder in catalogues() for path in sorted(folder.glob("*/LC_MESSAGES/*.mo")))):
        data = path.read_bytes()
        found.update(f"{path}\0{len(data)}\0".encode())
        found.update(data)
    return found.digest()
