"""Bringing 10,000 people in from a file on PostgreSQL: how long it takes, and what the process holds at its peak."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from bench import command
from bench.findings import Finding
from bench.people_list import administrator
from bench.stage import KEY, Stage
from webapp import create_app
from webapp.cli_upgrade import bring_up
from webapp.core.config import Mode, Settings
from webapp.core.database import db

ROWS, QUICK_ROWS = 10_000, 2_000
SECONDS, PEAK_MB = 60, 200
HEAD = ("姓名", "邮箱", "手机", "省", "县", "工作单位", "职级", "性别", "出生年份")


def measure(stage: Stage) -> list[Finding]:
    """The command with an empty programme and a file of new people, as text and as a workbook, each in a process of its own."""
    rows, found = QUICK_ROWS if stage.quick else ROWS, []
    for kind in ("csv", "xlsx"):
        address = stage.another(f"people_import_{kind}")
        app = create_app(Settings(mode=Mode.TEST, data_dir=stage.folder / kind, database_url=address, secret_key=KEY))
        with app.app_context():
            bring_up()
            administrator(app)
            db.session.remove()
            db.engine.dispose()
        file = stage.folder / f"people.{kind}"
        (_as_text if kind == "csv" else _as_workbook)(file, rows)
        environment = stage.environment | {"LOCALGOALS_DATABASE_URL": address}
        seconds, busy, peak = command.run(environment, "people", "import", str(file), "--as", "administrator@bench.example")
        found += [
            Finding(
                f"import of {rows:,} people, {kind}", f"{seconds:.1f} s ({busy:.1f} s of processor)", f"{SECONDS} s", seconds < SECONDS,
            ),
            Finding("  peak of the process", f"{peak:.0f} MB", f"under {PEAK_MB} MB", peak < PEAK_MB),
        ]
    return found


def _row(number: int) -> tuple[str, ...]:
    county = ("德清县", "长兴县", "安吉县")[number % 3]
    return (
        f"学员{number:05}", f"person{number}@bench.example", f"139{number:08}", "浙江省", county, f"{county}第{number % 40}局",
        ("科员", "中层管理人员")[number % 2], "男女"[number % 2], str(1965 + number % 35),
    )


def _as_text(file: Path, rows: int) -> None:
    lines = [HEAD, *(_row(number) for number in range(rows))]
    file.write_text("\n".join(",".join(line) for line in lines), encoding="gb18030")


def _as_workbook(file: Path, rows: int) -> None:
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate([HEAD, *(_row(each) for each in range(rows))]):
            sheet.write_row(number, 0, line)
