"""Text as it is compared in a search: same length as the original, so that a place found in one is the place in the other."""

from __future__ import annotations

import re

# Full-width Latin, digits and signs as half-width ones; quotation marks, hyphens and blanks as one kind each.
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_SIGNS = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "　": " "}
_TABLE = {**_WIDE, **{ord(sign): plain for sign, plain in _SIGNS.items()}}
# British and American spelling are one: localisation, localization; analyse, analyze.
_SPELLING = re.compile(r"(?<=[a-z]{2}[a-z])is(?=(?:e|ed|es|ing|er|ers|ation|ations|ational)\b)|(?<=anal)ys(?=e|ing)|(?<=paral)ys(?=e)")


def fold(text: str) -> str:
    """The text without case and width, with one spelling; as long as it was."""
    flat = text.translate(_TABLE)
    low = flat.lower()
    if len(low) != len(text):
        low = "".join(small if len(small := each.lower()) == 1 else each for each in flat)
    return _SPELLING.sub(lambda match: match[0].replace("s", "z"), low)
