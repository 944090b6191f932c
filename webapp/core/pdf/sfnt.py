"""Reading TrueType files piece by piece, and cutting subsets from them.

A Chinese face is 15 MB, of which a certificate draws some hundred glyphs. Mapped or read whole it would stay in each
worker's memory; here tables are read when asked for and outlines one by one. Table layouts are those of the
OpenType specification 1.9.
"""

import array
import os
import struct
import sys
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

# Flags of a composite glyph's components.
ARGUMENTS_ARE_WORDS = 0x0001
HAS_SCALE = 0x0008
MORE_COMPONENTS = 0x0020
HAS_TWO_SCALES = 0x0040
HAS_MATRIX = 0x0080


class FontFile:
    """An open TrueType file. Safe to share between threads and forked processes: reads carry their own offset."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        (count,) = struct.unpack(">4xH6x", os.pread(self._descriptor, 12, 0))
        directory = struct.iter_unpack(">4s4xLL", os.pread(self._descriptor, 16 * count, 12))
        self._tables: dict[str, bytes] = {}
        self._places = {tag.decode("ascii"): (offset, length) for tag, offset, length in directory}

    def table(self, tag: str) -> bytes:
        """The whole table `tag`, empty where the file has none. Kept: HarfBuzz points into the same bytes."""
        if tag not in self._tables:
            offset, length = self._places.get(tag, (0, 0))
            # Of two threads that read at once both must go on with the same bytes.
            self._tables.setdefault(tag, os.pread(self._descriptor, length, offset))
        return self._tables[tag]

    @cached_property
    def _loca(self) -> "array.array[int]":
        (is_long,) = struct.unpack_from(">h", self.table("head"), 50)
        offsets = array.array("I" if is_long else "H", self.table("loca"))
        if sys.byteorder == "little":
            offsets.byteswap()
        return offsets if is_long else array.array("I", [offset * 2 for offset in offsets])

    @cached_property
    def _hmtx(self) -> bytes:
        return self.table("hmtx")

    @cached_property
    def _metric_count(self) -> int:
        return int(struct.unpack_from(">H", self.table("hhea"), 34)[0])

    def outline(self, index: int) -> bytes:
        """The outline of glyph `index` as stored; empty for a space."""
        start, end = self._loca[index], self._loca[index + 1]
        return os.pread(self._descriptor, end - start, self._places["glyf"][0] + start) if end > start else b""

    def reach(self, index: int) -> tuple[int, int]:
        """The lowest and highest point of glyph `index`, in font units, upwards from the baseline."""
        outline = self.outline(index)
        if not outline:
            return 0, 0
        low, high = struct.unpack_from(">4xh2xh", outline)
        return low, high

    def _metric(self, index: int) -> tuple[int, int]:
        last = self._metric_count - 1
        if index <= last:
            advance, bearing = struct.unpack_from(">Hh", self._hmtx, 4 * index)
            return advance, bearing
        (advance,) = struct.unpack_from(">H", self._hmtx, 4 * last)
        (bearing,) = struct.unpack_from(">h", self._hmtx, 4 * last + 4 + 2 * (index - last - 1))
        return advance, bearing

    def subset(self, indices: Iterable[int]) -> tuple[bytes, dict[int, int]]:
        """A font file of .notdef, the glyphs `indices` and their components, and the place of each glyph in it.

        Holds what a PDF viewer draws with, without character map, names, layout tables and hints.
        """
        order = [0, *sorted(set(indices) - {0})]
        places = {index: place for place, index in enumerate(order)}
        outlines = []
        for index in order:  # grows while it is walked: components join at the end
            outline = bytearray(self.outline(index))
            for at in _components(outline):
                (component,) = struct.unpack_from(">H", outline, at)
                if component not in places:
                    places[component] = len(order)
                    order.append(component)
                struct.pack_into(">H", outline, at, places[component])
            outlines.append(bytes(outline) + bytes(-len(outline) % 4))
        return self._assemble(order, outlines), places

    def _assemble(self, order: list[int], outlines: list[bytes]) -> bytes:
        offsets = [0]
        for outline in outlines:
            offsets.append(offsets[-1] + len(outline))
        head = bytearray(self.table("head"))
        struct.pack_into(">L", head, 8, 0)  # the checksum adjustment, set below
        struct.pack_into(">h", head, 50, 1)  # long offsets
        hhea = bytearray(self.table("hhea"))
        struct.pack_into(">H", hhea, 34, len(order))
        maxp = bytearray(self.table("maxp"))
        struct.pack_into(">H", maxp, 4, len(order))
        return _file(
            {
                "glyf": b"".join(outlines),
                "head": bytes(head),
                "hhea": bytes(hhea),
                "hmtx": b"".join(struct.pack(">Hh", *self._metric(index)) for index in order),
                "loca": struct.pack(f">{len(offsets)}L", *offsets),
                "maxp": bytes(maxp),
            }
        )


def _components(outline: bytearray) -> list[int]:
    """Where the glyph numbers of a composite's components stand; empty for a simple outline."""
    if not outline or outline[0] < 0x80:  # a negative count of contours marks a composite
        return []
    found, at = [], 10
    while True:
        (flags,) = struct.unpack_from(">H", outline, at)
        found.append(at + 2)
        if not flags & MORE_COMPONENTS:
            return found
        at += 8 if flags & ARGUMENTS_ARE_WORDS else 6
        at += 2 if flags & HAS_SCALE else 4 if flags & HAS_TWO_SCALES else 8 if flags & HAS_MATRIX else 0


def _file(tables: dict[str, bytes]) -> bytes:
    search = 1 << (len(tables).bit_length() - 1)
    header = struct.pack(">LHHHH", 0x00010000, len(tables), 16 * search, search.bit_length() - 1, 16 * (len(tables) - search))
    position = 12 + 16 * len(tables)
    directory, body = b"", b""
    head_at = 0
    for tag, content in sorted(tables.items()):
        if tag == "head":
            head_at = position
        padded = content + bytes(-len(content) % 4)
        directory += struct.pack(">4sLLL", tag.encode("ascii"), _checksum(padded), position, len(content))
        body += padded
        position += len(padded)
    file = bytearray(header + directory + body)
    struct.pack_into(">L", file, head_at + 8, (0xB1B0AFBA - _checksum(bytes(file))) & 0xFFFFFFFF)
    return bytes(file)


def _checksum(padded: bytes) -> int:
    words = array.array("I", padded)
    if sys.byteorder == "little":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF
