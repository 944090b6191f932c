"""When a mail is tried again."""

from __future__ import annotations

from datetime import timedelta

FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=4)
# With the delays below the last try comes two days and a quarter of an hour after the first.
TRIES = 20


def delay_after(tries: int) -> timedelta | None:
    """Time to wait after that many tries in vain, from 1; None: give up.

    Doubles from one minute up to four hours. Counting tries instead of hours keeps mail alive that waited while no
    runner was at work.
    """
    if tries >= TRIES:
        return None
    doubled: timedelta = FIRST_DELAY * 2 ** (tries - 1)
    return min(doubled, LONGEST_DELAY)
