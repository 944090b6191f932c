"""How people's names are found and ordered: in characters, by sound, by first letters, in Latin letters. Pure."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import cache
from itertools import groupby

from webapp.places.rules import normalised

SORT_LONGEST = 200
QUERY_WORDS = 6
# A longer name is found by its first eight characters on; names of a hundred would make texts of thousands.
ENDS = 8
# Surnames that are read otherwise than the character by itself.
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "查": "zha", "仇": "qiu", "区": "ou", "朴": "piao", "任": "ren", "盖": "ge", "华": "hua",
    "尉": "yu", "冼": "xian", "缪": "miao", "纪": "ji", "翟": "zhai", "员": "yun", "覃": "qin", "召": "shao", "乐": "yue", "折": "she",
    "种": "chong", "黑": "he", "秘": "bi", "重": "chong", "繁": "po", "晟": "cheng", "宓": "fu", "逄": "pang", "万": "wan", "长": "chang",
}
# 万俟, 尉迟, 长孙: two characters, read together.
DOUBLE_SURNAMES = {"万俟": ("mo", "qi"), "尉迟": ("yu", "chi"), "长孙": ("zhang", "sun"), "澹台": ("tan", "tai"), "单于": ("chan", "yu")}
# First and last of the blocks of Chinese characters. No pattern: making one takes longer than a hundred lists of names.
_HAN = (("㐀", "鿿"), ("豈", "﫿"), ("\U00020000", "\U0003ffff"))


@cache
def _readings() -> dict[int, str]:
    """Readings by character. Loaded at the first Chinese name; without the dictionary of phrases, which names are not in."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415  13 MB that a process without Chinese names need not hold

    found: dict[int, str] = pinyin_dict
    return found


@cache
def _syllable(character: str) -> str:
    """The most frequent reading without its tone, ü written as v; the character itself if it has none."""
    first = _readings().get(ord(character), "").split(",")[0]
    plain = unicodedata.normalize("NFD", first).replace("u\u0308", "v")
    return "".join(each for each in plain if each.isascii() and each.isalpha()) or character


def syllables(han: str) -> list[str]:
    """Readings of a Chinese name, the surname first: `["wang", "xiao", "lan"]`."""
    if len(han) > 2 and han[:2] in DOUBLE_SURNAMES:
        return [*DOUBLE_SURNAMES[han[:2]], *(_syllable(each) for each in han[2:])]
    return [SURNAMES.get(each) or _syllable(each) if not place else _syllable(each) for place, each in enumerate(han)]


def _is_han(character: str) -> bool:
    return any(first <= character <= last for first, last in _HAN)


def _runs(name: str) -> list[tuple[bool, str]]:
    """A name taken apart into runs of Chinese characters and words of other scripts."""
    folded = unicodedata.normalize("NFKC", name)
    runs: list[tuple[bool, str]] = []
    for is_han, each in groupby(folded, _is_han):
        text = "".join(each)
        runs += [(True, text)] if is_han else [(False, word) for word in re.split(r"[\s·・•‧.,\-]+", text) if word]
    return runs


def search_terms(name: str) -> list[str]:
    """Everything that the beginning of a typed word may meet, each once.

    For 王晓兰: the name, its ends and its characters (王晓兰, 晓兰, 兰, 王, 晓),
    the sound and its ends (wangxiaolan, xiaolan, lan), the first letters (wxl).
    For Amina Diallo: the words and the whole (amina, diallo, aminadiallo), the first letters (ad).
    """
    runs = _runs(name)
    terms = [normalised(name)]
    for is_han, text in runs:
        if not is_han:
            terms.append(normalised(text))
            continue
        plain = normalised(text)
        terms += [plain[start:] for start in range(min(len(plain), ENDS))]
        terms += plain[:ENDS]
        for spoken in _spoken(text):
            terms += ["".join(spoken[start:]) for start in range(min(len(spoken), ENDS))]
            terms.append("".join(each[0] for each in spoken))
    if not any(is_han for is_han, _text in runs):
        terms.append("".join(normalised(text)[:1] for _is_han, text in runs))
    return [term for term in dict.fromkeys(terms) if term]


def _spoken(han: str) -> list[list[str]]:
    """The readings to be found by: with the surname's own reading and with the plain one, ü as v and as u."""
    ways = [syllables(han), [_syllable(each) for each in han]]
    ways += [[each.replace("v", "u") for each in way] for way in ways]
    return list({tuple(way): way for way in ways}.values())


def search_text(name: str) -> str:
    """What the column `search` keeps: the terms with one space between them."""
    return " ".join(search_terms(name))


def sort_key(name: str) -> str:
    """Orders Chinese names by sound among the others: `wang xiao lan 王晓兰`, `amina diallo`."""
    parts = [part for is_han, text in _runs(name) for part in (syllables(text) if is_han else [normalised(text)])]
    plain = " ".join(part for part in parts if part)
    return f"{plain} {name.casefold()}"[:SORT_LONGEST]


def query_words(text: str) -> list[str]:
    """Words of a typed search, normalised, at most six. Empty for nothing usable."""
    words = (normalised(word) for word in re.split(r"[\s·・•‧.,;，、；/\-]+", text))
    return [word for word in words if word][:QUERY_WORDS]


def is_character(word: str) -> bool:
    """Whether a word is one Chinese character, which is a term of its own: a surname would otherwise begin hundreds of terms."""
    return len(word) == 1 and _is_han(word)


def is_address(text: str) -> bool:
    """Whether a typed search means an e-mail address rather than a name."""
    return text.isascii() and any(each in "@_" or each.isdigit() for each in text)
