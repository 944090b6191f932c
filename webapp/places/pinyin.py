"""English names of Chinese places from their readings: pure rules, no dictionary.

A reading is the list of a name's syllables without tones, one a character (`["hu", "zhou", "shi"]`), ü kept. The rules
follow the Chinese standard for romanised place names: syllables run together, an apostrophe before a syllable that
begins with a, e or o (Xi'an), the generic word translated, and kept as well where the name itself is one syllable
(Shanxian County, since nobody says "Shan").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from webapp.core.frozen import dataclass

# Longest first, so that 自治县 is found before 县.
SUFFIXES: tuple[tuple[str, str], ...] = (
    ("特别行政区", "Special Administrative Region"), ("自治区", "Autonomous Region"), ("自治州", "Autonomous Prefecture"),
    ("自治县", "Autonomous County"), ("自治旗", "Autonomous Banner"), ("地区", "Prefecture"), ("矿区", "Mining District"),
    ("省", "Province"), ("盟", "League"), ("旗", "Banner"), ("市", "City"), ("区", "District"), ("县", "County"),
)
ETHNIC_SUFFIXES = frozenset({"自治区", "自治州", "自治县", "自治旗", "区"})


@dataclass(frozen=True, slots=True)
class Parts:
    """A Chinese name taken apart: stem, peoples named in it, and the generic word (empty if none)."""

    stem: str
    peoples: tuple[str, ...]
    suffix: str


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What no rule gives: English names of whole names, of stems, of peoples."""

    names: Mapping[str, str] = field(default_factory=dict)
    stems: Mapping[str, str] = field(default_factory=dict)
    peoples: Mapping[str, str] = field(default_factory=dict)


def joined(reading: Sequence[str]) -> str:
    """Syllables as one capitalised word: `["xi", "an"]` is `Xi'an`. Empty for no syllables."""
    word = ""
    for syllable in reading:
        word += f"'{syllable}" if word and syllable[:1] in "aeo" else syllable
    return word[:1].upper() + word[1:]


def initials(reading: Sequence[str]) -> str:
    """First letters of the syllables: `["hu", "zhou", "shi"]` is `hzs`."""
    return "".join(syllable[:1] for syllable in reading)


def take_apart(name: str, exceptions: Exceptions) -> Parts:
    """Stem, peoples and generic word of a Chinese name; a listed stem stays whole (内蒙古 names no people).

    A name that is nothing but peoples keeps the first as its stem: 东乡族自治县 is Dongxiang Autonomous County.
    """
    suffix = next((word for word, _english in SUFFIXES if name.endswith(word) and name != word), "")
    stem = name.removesuffix(suffix)
    if stem.endswith("各族"):
        return Parts(stem.removesuffix("各族"), ("各族",), suffix)
    found: list[str] = []
    if suffix in ETHNIC_SUFFIXES and (suffix != "区" or stem.endswith("族")):
        while stem not in exceptions.stems and (people := _last_people(stem, exceptions.peoples)):
            found.insert(0, people)
            stem = stem.removesuffix(people)
    if not stem and found:
        stem = found.pop(0)
    return Parts(stem, tuple(found), suffix)


def _last_people(stem: str, peoples: Mapping[str, str]) -> str:
    return max((people for people in peoples if stem.endswith(people)), key=len, default="")


def list_of(words: Sequence[str]) -> str:
    """`Miao`, `Miao and Dong`, `Bonan, Dongxiang and Salar`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def english_stem(name: str, reading: Sequence[str], exceptions: Exceptions) -> str:
    """The English name without generic word and peoples: 恩施土家族苗族自治州 is `Enshi`, 单县 `Shanxian`."""
    parts = take_apart(name, exceptions)
    if parts.stem in exceptions.stems:
        return exceptions.stems[parts.stem]
    if parts.stem in exceptions.peoples:
        return exceptions.peoples[parts.stem]
    if len(parts.stem) == 1:
        return joined(reading)
    return joined(reading[: len(parts.stem)])


def english_name(name: str, reading: Sequence[str], exceptions: Exceptions) -> str:
    """The full English name: 德清县 is `Deqing County`, 西安市 `Xi'an City`."""
    if name in exceptions.names:
        return exceptions.names[name]
    parts = take_apart(name, exceptions)
    generic = dict(SUFFIXES).get(parts.suffix, "")
    if len(parts.stem) == 1 and generic.endswith(" District"):
        generic = "District"
    words = [english_stem(name, reading, exceptions), list_of([exceptions.peoples[people] for people in parts.peoples]), generic]
    return " ".join(word for word in words if word)
