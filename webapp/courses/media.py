"""Images that are served by themselves: which kinds, and how they stand in a page."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from types import MappingProxyType

from webapp.courses.content import MediaFile

IMAGE_TYPES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}
SVG_TYPE = "image/svg+xml"
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def is_image(kind: str, data: bytes) -> bool:
    """Whether the content begins as files of this kind do."""
    if kind == "png":
        return data.startswith(b"\x89PNG\r\n\x1a\n")
    if kind == "webp":
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return kind in IMAGE_TYPES and data.startswith(b"\xff\xd8\xff")


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG or JPEG image; None if not found."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    place = 2
    while data.startswith(b"\xff\xd8") and place + 9 < len(data) and data[place] == 0xFF:
        if data[place + 1] in _FRAMES:
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + max(2, int.from_bytes(data[place + 2 : place + 4]))
    return None


def image_markup(course_id: str, path: str, data: bytes, alternative: str) -> str:
    """An image element that keeps its place while it loads. The address changes with the content."""
    known = size(data)
    room = f' width="{known[0]}" height="{known[1]}"' if known else ""
    address = f"/courses/{course_id}/{path}?v={sha256(data).hexdigest()[:12]}"
    return f'<img src="{escape(address)}" alt="{escape(alternative)}"{room} loading="lazy" decoding="async">'


def served(files: Mapping[str, bytes]) -> Mapping[str, MediaFile]:
    """Images of a course by name, without `media/`."""
    found: dict[str, MediaFile] = {}
    for path, data in files.items():
        kind = path.rpartition(".")[2].lower()
        if path.startswith("media/") and (kind == "svg" or is_image(kind, data)):
            name = path.removeprefix("media/")
            found[name] = MediaFile(name, IMAGE_TYPES.get(kind, SVG_TYPE), data, sha256(data).hexdigest())
    return MappingProxyType(found)
