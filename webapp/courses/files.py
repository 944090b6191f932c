"""Files of a course, from a folder or an archive: bounded, with safe names, all in memory."""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.courses.problems import Findings, Problem

FILE_LIMIT = 1_000_000
TOTAL_LIMIT = 20_000_000
COUNT_LIMIT = 2_000
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
# Left behind by file managers and editors; never content.
LITTER = re.compile(r"(?:^|/)(?:\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini|[^/]*~)(?:/|$)")
SYMBOLIC_LINK = stat.S_IFLNK


@dataclass(frozen=True)
class CourseFiles:
    """Path (with `/`, relative to the course) to bytes; `name` is the folder's name, `problems` what could not be taken."""

    name: str
    files: Mapping[str, bytes]
    problems: tuple[Problem, ...] = ()


class _Intake:
    """Takes files within the limits and notes the others."""

    def __init__(self) -> None:
        self.findings = Findings()
        self.files: dict[str, bytes] = {}
        self.total = 0

    def name_is_fine(self, path: str) -> bool:
        if NAME.fullmatch(path) and len(path) <= 200:
            return True
        self.findings.add(path, 0, _("Unusable file name. Expected Latin letters, digits, hyphens and dots only."))
        return False

    def full(self) -> bool:
        if len(self.files) < COUNT_LIMIT and self.total < TOTAL_LIMIT:
            return False
        self.findings.add("course.yaml", 0, _(
            "The course has more than %(count)d files or is larger than %(size)d MB.", count=COUNT_LIMIT, size=TOTAL_LIMIT // 1_000_000,
        ))
        return True

    def take(self, path: str, data: bytes) -> None:
        if len(data) > FILE_LIMIT:
            self.findings.add(path, 0, _("The file is larger than 1 MB. Expected a smaller one."))
            return
        if path in self.files:
            self.findings.add(path, 0, _("The archive holds this file twice."))
            return
        self.files[path] = data
        self.total += len(data)

    def result(self, name: str) -> CourseFiles:
        return CourseFiles(name, dict(sorted(self.files.items())), self.findings.sorted())


def from_folder(folder: Path) -> CourseFiles:
    """Files below a folder. Links and unreadable files are problems; what file managers leave behind is passed over."""
    intake = _Intake()
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if LITTER.search(name) or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink() or not path.is_file():
            intake.findings.add(name, 0, _("This is a link, not a file. Expected the file itself."))
            continue
        if not intake.name_is_fine(name):
            continue
        if intake.full():
            break
        try:
            with path.open("rb") as file:
                intake.take(name, file.read(FILE_LIMIT + 1))
        except OSError as error:
            intake.findings.add(name, 0, _("The file cannot be read: %(why)s.", why=error.strerror or error))
    return intake.result(root.name)


def _inside(names: list[str]) -> str:
    """The one folder that everything is in, with `/`; empty if files lie at the top."""
    tops = {name.split("/", 1)[0] for name in names}
    top = next(iter(tops)) + "/" if len(tops) == 1 else ""
    return top if top and all(name.startswith(top) for name in names) else ""


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, intake: _Intake, name: str) -> None:
    # The size an archive declares may lie, so at most the limit is ever unpacked.
    try:
        with archive.open(entry) as file:
            intake.take(name, file.read(FILE_LIMIT + 1))
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, EOFError):
        intake.findings.add(name, 0, _("The archive is damaged or encrypted here."))


def _is_safe(entry: zipfile.ZipInfo, intake: _Intake) -> bool:
    name = entry.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ":" in name or ".." in parts or "\\" in name:
        intake.findings.add(name, 0, _("The path leaves the archive. Expected a path inside the course folder."))
        return False
    if stat.S_IFMT(entry.external_attr >> 16) == SYMBOLIC_LINK:
        intake.findings.add(name, 0, _("This is a link, not a file. Expected the file itself."))
        return False
    return True


def from_archive(data: bytes, name: str = "") -> CourseFiles:
    """Files of a zip archive, either with one folder for the course inside, or with the files at the top (then `name` is needed)."""
    intake = _Intake()
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        return CourseFiles(name, {}, (Problem(name or "archive", 0, _("This is not a zip archive.")),))
    with archive:
        entries = [entry for entry in archive.infolist()[: COUNT_LIMIT * 2] if not entry.is_dir()]
        safe = [entry for entry in entries if _is_safe(entry, intake) and not LITTER.search(entry.filename)]
        prefix = _inside([entry.filename for entry in safe])
        for entry in safe:
            inner = entry.filename.removeprefix(prefix)
            if not intake.name_is_fine(inner):
                continue
            if intake.full():
                break
            _read_entry(archive, entry, intake, inner)
    return intake.result(prefix.rstrip("/") or name)


def to_archive(course_id: str, files: Mapping[str, bytes]) -> bytes:
    """A zip archive with one folder for the course; the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(f"{course_id}/{path}", date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return out.getvalue()


def decode(path: str, data: bytes, findings: Findings) -> str | None:
    """Text of a file with Unix line ends; None, and a problem that names the encoding, if it is no text or not UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.add(path, 1, _("The file is encoded as UTF-16. Expected UTF-8."))
        return None
    if b"\0" in data:
        findings.add(path, 1, _("The file is no text. Expected a text file in UTF-8."))
        return None
    if data.startswith(b"\xef\xbb\xbf"):
        findings.add(path, 1, _("The file begins with a byte order mark (BOM). Expected UTF-8 without BOM."))
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        try:
            data.decode("gb18030")
        except UnicodeDecodeError:
            findings.add(path, line, _("The file is not UTF-8 here. Expected UTF-8."))
        else:
            findings.add(path, line, _("The file seems to be encoded as GB18030 or GBK. Expected UTF-8."))
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")
