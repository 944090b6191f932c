"""Static files: names that carry the content, copies made once, served for ever."""

from __future__ import annotations

import gzip
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest

from webapp.core.ui.assets import Assets, UnknownAssetError, hashed_name


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "css").mkdir(parents=True)
    (folder / "css" / "base.css").write_text("a { margin: 0; }\n" * 50)
    return folder


def test_the_name_carries_the_content(source, tmp_path):
    assets = Assets(source, tmp_path / "cache")
    content = (source / "css" / "base.css").read_bytes()
    assert assets.published("css/base.css") == hashed_name("css/base.css", content)
    assert hashed_name("a/b.c.css", b"x") != hashed_name("a/b.c.css", b"y")
    assert hashed_name("a/b.c.css", b"x").startswith("a/b.c.")


def test_compressed_variants_hold_the_same_bytes(source, tmp_path):
    assets = Assets(source, tmp_path / "cache")
    published = assets.published_dir / assets.published("css/base.css")
    content = published.read_bytes()
    assert gzip.decompress(Path(f"{published}.gz").read_bytes()) == content
    assert brotli.decompress(Path(f"{published}.br").read_bytes()) == content


def test_a_name_that_is_not_shipped_raises(source, tmp_path):
    assets = Assets(source, tmp_path / "cache", watch=True)
    for name in ("css/none.css", "../secret", "css", ""):
        with pytest.raises(UnknownAssetError):
            assets.published(name)


def test_without_watching_a_change_waits_for_the_next_start(source, tmp_path):
    assets = Assets(source, tmp_path / "cache")
    before = assets.published("css/base.css")
    (source / "css" / "base.css").write_text("b { margin: 0; }")
    assert assets.published("css/base.css") == before
    assert Assets(source, tmp_path / "cache").published("css/base.css") != before


def test_with_watching_a_change_and_a_new_file_show_at_once(source, tmp_path):
    assets = Assets(source, tmp_path / "cache", watch=True)
    before = assets.published("css/base.css")
    (source / "css" / "base.css").write_text("b { margin: 0; }")
    os.utime(source / "css" / "base.css", ns=(1, 1))
    assert assets.published("css/base.css") != before
    (source / "css" / "new.css").write_text("i { margin: 0; }")
    assert (assets.published_dir / assets.published("css/new.css")).exists()


def test_workers_that_start_together_leave_whole_files_and_nothing_else(source, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(lambda _: Assets(source, tmp_path / "cache").published("css/base.css"), range(16)))
    assert len(names) == 1
    cache = tmp_path / "cache"
    name = names.pop()
    assert sorted(path.relative_to(cache).as_posix() for path in cache.rglob("*") if path.is_file()) == sorted(
        f"published/{name}{variant}" for variant in ("", ".br", ".gz")
    )


def test_a_published_file_is_kept_for_ever_and_comes_compressed(client, app):
    name = app.extensions["assets"].published("css/base.css")
    answer = client.get(f"/static/{name}", headers={"Accept-Encoding": "br"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "br"
    assert answer.headers["Content-Type"] == 'text/css; charset="utf-8"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    answer.close()


@pytest.mark.parametrize("path", ["css/base.css", "css/base.0000000000.css", "../secret-key", "css/", ""])
def test_other_static_addresses_do_not_exist(client, path):
    assert client.get(f"/static/{path}").status_code == 404
