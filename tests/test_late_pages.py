"""A server loads most pages when they are first asked for; nobody can tell, but for the time that a start takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import settings_for_tests
from webapp import create_app
from webapp.core import access, late_pages
from webapp.core.config import Mode
from webapp.core.database import db
from webapp.core.late_rooms import all_tables

ROOT = Path(__file__).parents[1]
# Pages that few processes show, and what only they need.
LATE = (
    "accounts.views_admin_people", "accounts.import_plan", "trainings.views", "trainings.views_plan", "statistics.views_pivot",
    "reports.views", "questionnaires.views_builder", "courses.views_admin", "portal.views_admin_audit", "scheduler.views",
)


def ran(folder: Path, *more: str) -> dict[str, Any]:
    """What a process like a server's says of itself."""
    command = [sys.executable, "-m", "tests.late_program", str(folder), *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The first start in a folder, and the next one, which is asked for every late page."""
    folder = tmp_path_factory.mktemp("late")
    return ran(folder), ran(folder, "and ask")


def test_the_first_start_loads_every_page_and_the_next_one_few(starts) -> None:
    first, second = starts
    wanted = {f"webapp.{name}" for name in LATE}
    assert wanted <= set(first["loaded"])
    assert not wanted & set(second["loaded"])


def test_both_starts_tell_the_same_addresses_and_permissions(starts) -> None:
    first, second = starts
    assert second["before"] == first["before"]
    assert first["before"]["addresses"]


def test_tables_of_the_topmost_rooms_are_loaded_when_they_are_asked_for(starts) -> None:
    first, second = starts
    assert first["held"] == first["tables"] == second["tables"]
    missing = set(second["tables"]) - set(second["held"])
    assert {"statistic_views", "reports"} <= missing
    assert {name.partition("_")[0] for name in missing} == {"statistic", "report", "reports"}


def test_what_is_loaded_late_points_only_to_what_is_there_before() -> None:
    order = list(all_tables().tables)
    mapped = {mapper.local_table.name: mapper for mapper in db.Model.registry.mappers}
    for room in ("statistics", "reports"):
        for name in [name for name, mapper in mapped.items() if mapper.class_.__module__.startswith(f"webapp.{room}.")]:
            targets = {key.column.table.name for key in all_tables().tables[name].foreign_keys}
            targets |= {each.mapper.local_table.name for each in mapped[name].relationships}
            assert all(order.index(target) < order.index(name) for target in targets), "another thread may look at it half loaded"


def test_nothing_is_registered_by_a_page_that_comes_late(starts) -> None:
    _first, second = starts
    assert second["after"] == second["before"]


def test_every_late_page_answers_first_of_all_as_it_does_later(starts) -> None:
    _first, second = starts
    differing = [
        (address, now, then) for address, now, then in zip(second["asked"], second["first"], second["later"], strict=True) if now != then
    ]
    assert not differing
    assert len(second["asked"]) > 150


def kept_app(folder: Path) -> Any:
    """An application whose pages are kept in a folder."""
    return create_app(settings_for_tests(folder, mode=Mode.PRODUCTION))


def test_another_program_is_loaded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_app(tmp_path)
    (before,) = (tmp_path / "pages").iterdir()
    monkeypatch.setattr(late_pages, "_file_name", lambda: "pages.of-another-program")
    kept_app(tmp_path)
    (after,) = (tmp_path / "pages").iterdir()
    assert before.name != after.name == "pages.of-another-program"


def test_a_page_whose_permission_changed_meanwhile_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept_app(tmp_path)
    app = kept_app(tmp_path)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    from webapp.scheduler import views  # noqa: PLC0415  loaded by the first of both

    monkeypatch.setattr(views.jobs, access.MARK, (access.PUBLIC, "anyone"))
    with app.test_request_context(), pytest.raises(access.UnmarkedView, match=r"scheduler\.jobs"):
        app.view_functions["scheduler.jobs"]()


def test_what_somebody_else_wrote_is_not_believed(tmp_path: Path) -> None:
    kept_app(tmp_path)
    (kept,) = (tmp_path / "pages").iterdir()
    kept.write_bytes(kept.read_bytes()[:-1] + b" ")
    app = kept_app(tmp_path)
    assert app.view_functions["scheduler.jobs"].__code__.co_filename.endswith("access.py")


def test_a_view_that_its_name_does_not_lead_to_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from webapp.scheduler import views  # noqa: PLC0415  whichever test loads it

    monkeypatch.delattr(views, "jobs")
    with pytest.raises(RuntimeError, match=r"scheduler\.jobs: no function of webapp\.scheduler\.views is called jobs"):
        kept_app(tmp_path)


def test_development_loads_every_page_at_once(tmp_path: Path) -> None:
    create_app(settings_for_tests(tmp_path))
    assert not (tmp_path / "pages").exists()
