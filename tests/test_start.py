"""What a start loads: everybody who starts or restarts the server waits for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

# Each of these takes a twentieth of a second or more; the first request that needs it loads it.
LATER = ("docx", "fontTools", "lxml", "markdown", "openpyxl", "PIL", "pydantic", "reportlab")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Names of the modules of a process that has just built the application."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from webapp import create_app\n"
        "from webapp.core.config import Mode, Settings\n"
        "create_app(Settings(mode=Mode.TEST, data_dir=Path(sys.argv[1]), secret_key='k' * 40))\n"
        "print(*sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path_factory.mktemp("data"))]
    return frozenset(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("library", LATER)
def test_a_start_does_not_load(library: str, loaded: frozenset[str]) -> None:
    assert library not in loaded
