"""Files that people hand in: judged by what they hold, kept once, given back only to be saved."""

import io
import os
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import storage
from webapp.core.database import db
from webapp.core.file_kinds import BadFile, judge

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
TYPES = "[Content_Types].xml"


def packed(parts, compress=zipfile.ZIP_DEFLATED):
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", compress) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return found.getvalue()


def png(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))


@pytest.mark.parametrize(("content", "name", "kind"), [
    (b"%PDF-1.7\n", "a.exe", "pdf"), (png(10, 10), "a.pdf", "image"),
    (packed({TYPES: b"<x/>", "xl/workbook.xml": b""}), "a", "spreadsheet"),
    (packed({TYPES: b"<x/>", "word/document.xml": b""}), "a", "document"), ("名称,数量\n水,3\n".encode(), "a.csv", "spreadsheet"),
    ("会议纪要".encode("gb18030"), "a.txt", "document"), (b"GIF89a\x01\x00\x01\x00", "a", "image"),
    (packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), "a.odt", "document"),
])
def test_the_content_says_what_a_file_is(content, name, kind):
    assert judge(content, name).kind == kind


@pytest.mark.parametrize(("content", "code"), [
    (b"", "empty"), (b"MZ\x90\x00\x03\x00", "kind"), (b"<!DOCTYPE html><script>alert(1)</script>", "kind"), (b"<svg onload='x'/>", "kind"),
    (b"#!/bin/sh\n", "kind"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "locked"), (png(60_000, 60_000), "bomb"), (png(0, 5), "broken"),
    (packed({TYPES: b"<x/>", "xl/workbook.xml": b"\0" * 40_000_000}), "bomb"), (packed({"a.txt": b"x"}), "kind"),
    (packed({TYPES: b"<x/>", "xl/workbook.xml": b"", "xl/vbaProject.bin": b"x"}), "macros"), (b"PK\x03\x04nonsense", "broken"),
    (packed({TYPES: b"application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml": b""}), "macros"),
    (packed({f"{n}.xml": b"" for n in range(2100)}), "bomb"), (b"\xff\xd8\xff\xe0\x00", "broken"), (b"text with \x00 in it", "kind"),
])
def test_what_could_do_harm_is_refused(content, code):
    with pytest.raises(BadFile) as refused:
        judge(content)
    assert refused.value.code == code


@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF"]))
def test_no_bytes_break_the_judge(content, head):
    with suppress(BadFile):
        judge(head + content)


@pytest.mark.parametrize(("name", "kept"), [
    ("../../etc/passwd", "passwd"), ("C:\\plans\\规划.pdf", "规划.pdf"), ("a\u202efdp.exe", "afdp.exe"), ("\x00", "file"), ("..", "file"),
    ("x" * 300 + ".pdf", "x" * 110 + ".pdf"), ('a"b\n.pdf', "a-b.pdf"),
])
def test_a_name_is_only_a_name(name, kept):
    assert storage.clean_name(name) == kept


def test_one_content_is_kept_once_and_swept_when_no_row_speaks_of_it(database):
    content = b"%PDF-1.7 one"
    kind = storage.judged(content, "plan")
    rows = [storage.store(content=content, name=name, kind=kind, person_id=None, now=NOW) for name in ("plan", "计划.pdf")]
    assert [row.name for row in rows] == ["plan.pdf", "计划.pdf"]
    path = storage.path_of(rows[0].sha256)
    assert storage.content_of(rows[0]) == content
    old = (datetime.now(tz=UTC) - timedelta(days=3)).timestamp()
    os.utime(path, (old, old))
    assert storage.sweep_contents(datetime.now(tz=UTC)) == 0
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    assert storage.sweep_contents(datetime.now(tz=UTC)) == 1
    assert not path.exists()
    with pytest.raises(storage.FileIsGone):
        storage.content_of(rows[0])
