from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.courses.small_course import FILES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A folder of courses with the small one in it."""
    root = tmp_path / "courses"
    for path, text in FILES.items():
        target = root / "water" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root
