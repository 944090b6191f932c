"""Keys that put rows in order: a key fits between any two, so that moving one row writes one row. The page's script does the same.

A key is a fraction in base 62 without trailing zeros; keys made at an end count up in the first four digits, so that they stay
short however many rows are added.
"""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
HEAD = 4
MIDDLE = DIGITS[BASE // 2]
FIRST = f"U000{MIDDLE}"


def after(key: str) -> str:
    """A key behind this one; the first of all behind none."""
    return _step(key, 1) if key else FIRST


def before(key: str) -> str:
    """A key in front of this one."""
    return _step(key, -1)


def between(low: str, high: str) -> str:
    """A key between two; an empty one stands for the end on that side. Where nothing fits, one behind the lower."""
    if not high:
        return after(low)
    if not low:
        return before(high)
    high = high.rstrip("0")
    return _middle(low, high) if low < high else after(low)


def spread(low: str, high: str, count: int) -> list[str]:
    """So many keys between two, in order, as short as halving makes them."""
    if count <= 0:
        return []
    if not high:
        found = [after(low)]
        while len(found) < count:
            found.append(after(found[-1]))
        return found
    middle, left = between(low, high), (count - 1) // 2
    return [*spread(low, middle, left), middle, *spread(middle, high, count - 1 - left)]


def _step(key: str, by: int) -> str:
    head = key[:HEAD].ljust(HEAD, "0")
    number = sum(DIGITS.index(each) * BASE**place for place, each in enumerate(reversed(head))) + by
    if not 0 <= number < BASE**HEAD:
        return _middle(key, "") if by > 0 else _middle("", key.rstrip("0"))
    return "".join(DIGITS[number // BASE**place % BASE] for place in range(HEAD - 1, -1, -1)) + MIDDLE


def _middle(low: str, high: str) -> str:
    same = 0
    while high and same < len(high) and (low[same] if same < len(low) else "0") == high[same]:
        same += 1
    if same:
        return high[:same] + _middle(low[same:], high[same:])
    first, last = (DIGITS.index(low[0]) if low else 0), (DIGITS.index(high[0]) if high else BASE)
    if last - first > 1:
        return DIGITS[(first + last + 1) // 2]
    if len(high) > 1:
        return high[0]
    return DIGITS[first] + _middle(low[1:], "")
