"""What a start loads: everybody who starts or restarts the server waits for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from webapp.core import clock
from webapp.core.late import Late

COURSES = Path(__file__).parents[1] / "courses"

# Each of these takes a twentieth of a second or more; the first request that needs it loads it.
LATER = (
    "docx", "fontTools", "lxml", "markdown", "openpyxl", "PIL", "pydantic", "reportlab", "rich", "uharfbuzz",
    "webapp.core.charts.onpage", "webapp.questionnaires.exports_results", "webapp.questionnaires.sheet_document",
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    """Names of the modules of a process that has just built the application."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from webapp import create_app\n"
        "from webapp.loading import loading\n"
        "from webapp.core.config import Mode, Settings\n"
        "with loading():\n"
        "    create_app(Settings(mode=Mode.TEST, data_dir=Path(sys.argv[1]), secret_key='k' * 40))\n"
        "print(*sys.modules)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path_factory.mktemp("data"))]
    return frozenset(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


@pytest.mark.parametrize("library", LATER)
def test_a_start_does_not_load(library: str, loaded: frozenset[str]) -> None:
    assert library not in loaded


def test_a_server_holds_its_courses_without_what_reads_them(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from webapp.courses.catalogue import _read, preload\n"
        "from webapp.courses.keeping import Kept\n"
        "preload(Path(sys.argv[2]), Kept(Path(sys.argv[1]), 'k' * 40))\n"
        "print(*(course.id for _stamp, course in _read.values()), *sys.modules)\n"
    )
    for _start in ("the first", "the next"):
        ran = subprocess.run([sys.executable, "-c", program, str(tmp_path), str(COURSES)], check=True, capture_output=True, text=True)
        there = ran.stdout.split()
        assert "tot-1-introduction" in there
        assert not {"pydantic", "markdown"} & set(there)


def test_what_is_hidden_while_loading_can_be_loaded_afterwards() -> None:
    program = "from webapp.loading import loading\nwith loading():\n    import structlog\nimport rich\nassert structlog.dev.rich is None"
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)


def test_a_late_module_is_itself_once_it_is_asked() -> None:
    late = Late("webapp.core.clock")
    assert late.now is clock.now
    with pytest.raises(AttributeError):
        late.nothing_of_this_name  # noqa: B018  asking is what is tested


def test_a_late_function_is_called_with_what_it_is_given() -> None:
    named = Late("webapp.goals.room").function("goal_name")
    assert named.__name__ == "call"
    with pytest.raises(TypeError, match="goal_name"):
        named()
