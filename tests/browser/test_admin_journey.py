"""A province set up from two spreadsheets in one sitting, and a person who leaves with their data and is gone. In Chinese, in a browser."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.live import settings_of
from tests.browser.office import appoint
from tests.browser.reader import DESK, Opens, Reader
from tests.cast import PASSWORD
from webapp.core.database import db

if TYPE_CHECKING:
    from tests.browser.world import World

pytestmark = pytest.mark.browser

# Two new counties below Huzhou.
PLACES = (
    "code,parent,kind,name_zh-Hans,name_en,reading\n"
    "330591,330500,county,南太湖县,South Taihu County,nan tai hu xian\n"
    "330592,330500,county,莫干山县,Moganshan County,mo gan shan xian\n"
)
HEAD = ("姓名", "手机号码", "邮箱", "工作单位", "职务层次", "行政区划", "备注")
PEOPLE = (
    ("许文静", "13900139001", "xuwenjing@example.org", "南太湖县统计局", "中层", "330591", "班长"),
    ("何志远", "13900139002", "", "南太湖县统计局", "工作人员", "330591", ""),
    ("罗敏", "139-不详", "", "莫干山县教育局", "工作人员", "330592", ""),
    ("唐海燕", "13900139004", "", "莫干山县教育局", "工作人员", "没有这个县", ""),
)
RIGHT = {"罗敏": {"手机号码": "13900139003"}, "唐海燕": {"行政区划": "330592"}}


def sheet(rows: list[tuple[str, ...]]) -> bytes:
    """A workbook as somebody would save it."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(out)
    book.close()
    return out.getvalue()


def command(world: World, *words: str) -> str:
    """A command on the server's machine; what it says."""
    program = Path(sys.executable).with_name("localgoals")
    ran = subprocess.run([str(program), *words], env=settings_of(world.folder), capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_a_province_is_set_up_from_two_spreadsheets_in_one_sitting(opens: Opens, world: World, tmp_path: Path) -> None:
    chief = world.person("方主任", login="chief")
    appoint(world, chief)
    (tmp_path / "places.csv").write_text(PLACES, encoding="utf-8")
    command(world, "places", "import", str(tmp_path / "places.csv"), "--country", "CN")
    reader = opens(DESK, chief)
    sees_the_new_counties(reader)
    sends_people(reader, sheet([HEAD, *PEOPLE]), "people.xlsx", "2", "2")
    wrong = wrong_rows(reader)
    begins(reader)
    sends_people(reader, corrected(wrong), "corrected.csv", "2", "0")
    begins(reader)
    finds_everybody(reader)
    appoints_a_trainer(reader)
    looks_at_the_trail(reader)


def sees_the_new_counties(reader: Reader) -> None:
    reader.go("/admin/")
    reader.page.locator("main").get_by_role("link", name="地区", exact=True).click()
    reader.page.locator("#q").fill("nth")
    reader.press("Apply filters")
    expect(reader.page.locator("main table")).to_contain_text("南太湖县")


def sends_people(reader: Reader, content: bytes, name: str, new: str, wrong: str) -> None:
    """Up to the preview, which nobody has entered yet."""
    page = reader.page
    reader.go("/admin/people/")
    reader.follow("Import people")
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})
    reader.press("Send the file")
    reader.heading(reader.says("What the columns hold"))
    # Every heading but the remark is understood; the remark is left out.
    expect(page.get_by_label("行政区划", exact=True)).to_have_value("place")
    expect(page.get_by_label("备注", exact=True)).to_have_value("")
    reader.press("Show what would happen")
    reader.heading(reader.says("What would happen"))
    figures = page.locator("main .facts")
    expect(figures).to_contain_text(re.compile(rf"{reader.says('new people')}\s*{new}"))
    expect(figures).to_contain_text(re.compile(rf"{reader.says('rows with problems')}\s*{wrong}"))


def wrong_rows(reader: Reader) -> str:
    """The rows that cannot go in, as a file."""
    with reader.page.expect_download() as download:
        reader.press("Save as CSV")
    return download.value.path().read_text(encoding="utf-8-sig")


def corrected(text: str) -> bytes:
    """What the administrator makes of it: the same columns, the last one still saying what was wrong."""
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["姓名"] for row in rows} == set(RIGHT)
    assert all(list(row.values())[-1] for row in rows), "every row says why"
    for row in rows:
        row.update(RIGHT[row["姓名"]])
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    # As a spreadsheet program in China saves it.
    return out.getvalue().encode("gb18030")


def begins(reader: Reader) -> None:
    """Let the job do it, and see it done on the page that renews itself."""
    reader.press("Begin the import")
    command(reader.world, "scheduler", "--once", "import-people")
    reader.heading(reader.says("The import is done"))


def finds_everybody(reader: Reader) -> None:
    for asked, name in (("xwj", "许文静"), ("何志远", "何志远"), ("luo min", "罗敏"), ("13900139004", "唐海燕")):
        reader.go("/admin/people/")
        reader.page.locator("#q").fill(asked)
        reader.press("Apply filters")
        expect(reader.page.locator("main tbody tr")).to_have_count(1)
        expect(reader.page.locator("main tbody")).to_contain_text(name)


def appoints_a_trainer(reader: Reader) -> None:
    page = reader.page
    reader.go("/admin/roles/")
    reader.follow("Grant a role")
    page.locator("main #q").fill("xwj")
    page.locator("main form[role=search] button, main form.filters button").first.click()
    page.locator("main tbody").get_by_role("link", name="许文静").click()
    page.locator("main").get_by_role("radio", name=reader.says("Trainer")).check()
    page.locator("[data-place-picker] input[name$='-query']").press_sequentially("nan tai hu")
    page.get_by_role("option").filter(has_text="南太湖县").first.click()
    expect(page.locator("[data-place-chosen]")).to_contain_text("南太湖县")
    reader.fill("Reason", "县教育局2026年第12号任命")
    reader.press("Grant the role")
    expect(page).to_have_url(re.compile(r"/rights$"))
    expect(page.locator("main")).to_contain_text("南太湖县")
    expect(page.locator("main")).to_contain_text("县教育局2026年第12号任命")


def looks_at_the_trail(reader: Reader) -> None:
    reader.go("/admin/audit/")
    trail = reader.page.locator("main table")
    for said in ("方主任", "许文静", "南太湖县"):
        expect(trail).to_contain_text(said)
    assert re.search(r"\d+:[0-9a-f]{16,}", command(reader.world, "audit", "verify"))


def test_who_leaves_takes_their_data_along_and_is_gone(opens: Opens, world: World) -> None:
    name = "欧阳若曦"
    leaver = world.person(name, login="leaver")
    reader = opens(DESK, leaver)
    reader.go("/me/data/")
    with reader.page.expect_download() as download:
        reader.press("Download everything")
    with zipfile.ZipFile(download.value.path()) as archive:
        texts = {each: archive.read(each).decode() for each in archive.namelist()}
    assert any(name in text for each, text in texts.items() if each.endswith(".html"))
    assert any(name in json.dumps(json.loads(text), ensure_ascii=False) for each, text in texts.items() if each.endswith(".json"))
    erases(reader)
    is_gone(opens, world, leaver.email, name)


def erases(reader: Reader) -> None:
    page = reader.page
    reader.go("/me/data/")
    reader.follow("Erase my data")
    reader.page.get_by_label(reader.says("They stay verifiable by their code, without my name")).check()
    page.get_by_label(reader.says("I know that nobody can bring my data back")).check()
    reader.fill("Present password", PASSWORD)
    reader.press("Erase my data")
    reader.at("/me/data/")
    reader.sees("Keep my data")
    # The days for changing one's mind pass.
    with reader.world.app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE erasure_requests SET due_at = datetime('now', '-1 minute')"))
    command(reader.world, "scheduler", "--once", "erase-people")


def is_gone(opens: Opens, world: World, email: str, name: str) -> None:
    reader = opens(DESK)
    reader.expects(422)
    reader.go("/sign-in")
    reader.page.locator("#email").fill(email)
    reader.page.locator("#password").fill(PASSWORD)
    reader.page.locator("main form .acts button").first.click()
    expect(reader.page.get_by_role("alert")).to_be_visible()
    reader.at("/sign-in")
    assert holding(world, name) == []
    assert holding(world, email) == []


def holding(world: World, text: str) -> list[str]:
    """Every column of the database that still holds this text, as it is or as JSON writes it."""
    escaped = json.dumps(text)[1:-1]
    found = []
    with world.app.app_context(), db.engine.begin() as connection:
        for table in db.metadata.sorted_tables:
            for column in table.columns:
                there = sa.cast(column, sa.String)
                query = sa.select(sa.func.count()).select_from(table).where(there.contains(text) | there.contains(escaped, autoescape=True))
                if connection.scalar(query):
                    found.append(f"{table.name}.{column.name}")
    return found
