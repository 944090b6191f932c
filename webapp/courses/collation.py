"""Order of words as a printed glossary has it: by letter in English, by pinyin in Chinese.

GB 2312 lists its 3,755 commoner characters by pinyin, so a character's code gives its place and first letter; no
dictionary is needed. Characters outside that list follow those inside.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right

# The first character of each letter in the list; no syllable begins with i, u or v.
FIRST = (
    ("A", "啊"), ("B", "芭"), ("C", "擦"), ("D", "搭"), ("E", "蛾"), ("F", "发"), ("G", "噶"), ("H", "哈"), ("J", "击"), ("K", "喀"),
    ("L", "垃"), ("M", "妈"), ("N", "拿"), ("O", "哦"), ("P", "啪"), ("Q", "期"), ("R", "然"), ("S", "撒"), ("T", "塌"), ("W", "挖"),
    ("X", "昔"), ("Y", "压"), ("Z", "匝"),
)
BOUNDS = tuple(character.encode("gb2312") for _letter, character in FIRST)
LAST = "座".encode("gb2312")
# Characters with two readings, where the list has the other one: how a word begins, and a character read as it should be.
READ_AS = (("重建", "崇"), ("重复", "崇"), ("长期", "常"), ("长效", "常"))
OTHER = "#"


def order(text: str, language: str) -> tuple[bytes, ...]:
    """What to sort by: signs and digits first, then letters, then Han characters by pinyin."""
    return tuple(_weight(character) for character in _prepared(text, language))


def initial(text: str, language: str) -> str:
    """The letter under which a word stands, `#` for digits and for characters outside the list."""
    first = _prepared(text, language)[:1]
    if first.isascii():
        return first.upper() if first.isalpha() else OTHER
    code = _code(first)
    if code is None or not BOUNDS[0] <= code <= LAST:
        return OTHER
    return FIRST[bisect_right(BOUNDS, code) - 1][0]


def _prepared(text: str, language: str) -> str:
    text = text.lstrip("“”‘’《》〈〉「」（）()·—-. ")
    if language.startswith("zh"):
        for beginning, read in READ_AS:
            if text.startswith(beginning):
                return read + text[1:]
        return text
    plain = "".join(each for each in unicodedata.normalize("NFD", text) if not unicodedata.combining(each))
    return "".join(each for each in plain.casefold() if each.isalnum() or each == " ")


def _code(character: str) -> bytes | None:
    try:
        return character.encode("gb2312")
    except UnicodeEncodeError:
        return None


def _weight(character: str) -> bytes:
    code = _code(character)
    return b"\xff" + character.encode() if code is None else code.lower() if len(code) == 1 else b"\xa0" + code
