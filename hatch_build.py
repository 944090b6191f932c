"""Build hook: compiles the translation catalogues, which are kept as text."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Writes each messages.mo beside its messages.po."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  the hook's signature
        """Compile before the files are collected."""
        for path in Path(self.root, "webapp").glob("**/messages.po"):
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read_po(BytesIO(path.read_bytes()), locale=path.parts[-3]))
            build_data["artifacts"].append(str(path.with_suffix(".mo").relative_to(self.root)))
