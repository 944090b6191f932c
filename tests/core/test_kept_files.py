"""Files that only save time: taken back whole and ours, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.core.kept_files import KeptFiles

if TYPE_CHECKING:
    from pathlib import Path

KEY = "k" * 32


@pytest.fixture
def files(tmp_path: Path) -> KeptFiles:
    return KeptFiles(tmp_path / "kept", KEY, "pages")


def test_what_was_kept_is_found_again_and_replaced(files: KeptFiles) -> None:
    assert files.read("one") is None
    files.write("one", b"first")
    files.write("one", b"second")
    assert files.read("one") == b"second"
    assert [path.name for path in files.folder.iterdir()] == ["one"]


def test_only_the_owner_can_open_it(files: KeptFiles) -> None:
    files.write("one", b"text")
    assert files.folder.stat().st_mode & 0o077 == 0
    assert (files.folder / "one").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("position", [0, 31, 32, 35])
def test_a_changed_byte_makes_it_worthless(files: KeptFiles, position: int) -> None:
    files.write("one", b"text")
    data = bytearray((files.folder / "one").read_bytes())
    data[position] ^= 1
    (files.folder / "one").write_bytes(bytes(data))
    assert files.read("one") is None


def test_it_counts_under_its_own_name_key_and_purpose_only(files: KeptFiles) -> None:
    files.write("one", b"text")
    (files.folder / "one").rename(files.folder / "two")
    assert files.read("two") is None
    files.write("one", b"text")
    assert KeptFiles(files.folder, "other" * 8, "pages").read("one") is None
    assert KeptFiles(files.folder, KEY, "courses").read("one") is None


def test_a_folder_that_cannot_be_made_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    files = KeptFiles(tmp_path / "kept", KEY, "pages")
    files.write("one", b"text")
    assert files.read("one") is None


def test_others_of_a_kind_are_forgotten(files: KeptFiles) -> None:
    for name in ("a.1", "a.2", "b.1"):
        files.write(name, b"text")
    files.forget_others("a.2", "a.*")
    assert sorted(path.name for path in files.folder.iterdir()) == ["a.2", "b.1"]
