"""Numbers as people type them, in either language and on any keyboard."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from webapp.courses.revisions import plain

LONGEST = 40
MOST_DIGITS = 15

# Signs of full-width and typographic keyboards. Not NFKC: it would read 5² as 52.
_SIGNS = str.maketrans({
    "，": ",", "．": ".", "。": ".", "＋": "+", "－": "-", "−": "-", "‐": "-", "‑": "-", "–": "-", "％": "%", "﹣": "-",
    "\u3000": " ", "\xa0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\t": " ", "’": "'", "＇": "'",
})
_GROUPED = {
    sign: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(sign)}[0-9]{{3}})+") for sign in (",", ".", " ", "'")
}
_PLAIN = re.compile(r"[0-9]+")


class UnreadableNumber(ValueError):
    """The text is no number that can be read in one way."""


def read_number(text: str, units: Iterable[str] = ()) -> str | None:
    """Digits of the number that a text means, such as `-1137.5`; None for an empty text. Raises `UnreadableNumber`.

    Full-width and other decimal digits, thousands set apart by comma, space, apostrophe or point, a decimal point or comma, and
    the unit behind the number are understood. One comma or point before exactly three digits: the comma is taken for a
    thousands separator (`1,137` is 1137) unless a lone zero stands before it, the point for a decimal one (`1.137`).
    """
    if len(text) > LONGEST:
        raise UnreadableNumber
    typed = "".join(_digit(each) for each in text.translate(_SIGNS)).strip()
    if not typed:
        return None
    typed = _without_unit(typed, units).removesuffix(".")
    if not typed:
        raise UnreadableNumber
    sign, typed = ("-", typed[1:]) if typed[0] == "-" else ("", typed[1:] if typed[0] == "+" else typed)
    whole, fraction = _parts(typed.strip())
    if len(whole) + len(fraction) > MOST_DIGITS:
        raise UnreadableNumber
    return plain(Decimal(f"{sign}{whole}.{fraction or '0'}"))


def _digit(character: str) -> str:
    value = unicodedata.decimal(character, None)
    return character if value is None else str(value)


def _without_unit(typed: str, units: Iterable[str]) -> str:
    folded = typed.casefold()
    for unit in sorted({each.translate(_SIGNS).casefold().strip() for each in units if each.strip()}, key=len, reverse=True):
        if folded.endswith(unit) and len(folded) > len(unit):
            return typed[: len(typed) - len(unit)].strip()
    return typed


def _parts(typed: str) -> tuple[str, str]:
    """Digits before and after the decimal sign."""
    if _PLAIN.fullmatch(typed):
        return typed, ""
    for sign, pattern in _GROUPED.items():
        # A single point is a decimal point in both languages.
        if pattern.fullmatch(typed) and not (sign == "." and typed.count(".") == 1):
            return typed.replace(sign, ""), ""
    for mark in (".", ","):
        whole, found, fraction = typed.rpartition(mark)
        if not found or not _PLAIN.fullmatch(fraction):
            continue
        if re.fullmatch("0[0-9]+", whole) and len(fraction) == 3:
            break
        if whole == "" or _PLAIN.fullmatch(whole):
            return whole or "0", fraction
        if any(sign != mark and pattern.fullmatch(whole) for sign, pattern in _GROUPED.items()):
            return re.sub(r"[^0-9]", "", whole), fraction
    raise UnreadableNumber
