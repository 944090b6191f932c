"""A command that cannot reach its database or folder says so in a sentence, and tells nothing of what it asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

LOCALGOALS = str(Path(sys.executable).with_name("localgoals"))


def said(folder: Path, *words: str, **settings: str) -> str:
    """What a command complains about."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOCALGOALS_")}
    given = {"LOCALGOALS_DATA_DIR": str(folder), "LOCALGOALS_SECRET_KEY": "k" * 40, **settings}
    ran = subprocess.run([LOCALGOALS, *words], env=kept | given, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    return ran.stderr


def test_a_database_that_does_not_answer(tmp_path: Path) -> None:
    told = said(tmp_path, "upgrade", LOCALGOALS_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert "The database cannot be used." in told
    assert "LOCALGOALS_DATABASE_URL" in told


def test_a_database_without_tables(tmp_path: Path) -> None:
    told = said(tmp_path, "people", "create", "--role", "administrator", "--name", "Zhou Min", "--email", "zhou.min@example.org")
    assert "localgoals upgrade" in told
    assert "zhou.min" not in told


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_is_none(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    assert "file" in said(tmp_path / name, "upgrade")
