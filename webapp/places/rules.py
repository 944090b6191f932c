"""Pure decisions about places: levels and kinds, paths, names, what a search looks at."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from webapp.core.errors import DomainError
from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places.pinyin import initials

# A state of which no first day is known was so from the beginning of the calendar.
BEGINNING = date(1, 1, 1)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Compiled when it is first asked for, which takes longer than most modules.
HAN_ONLY = r"[㐀-鿿豈-﫿\U00020000-\U0003ffff·]+"
MARK = "|"
LONGEST_QUERY = 60


class PlaceError(DomainError):
    """A rule about places said no."""


class SomethingFollowed(PlaceError):
    """Something later builds on the operation."""

    def __init__(self) -> None:
        super().__init__(_("Something later builds on this change, so it cannot be taken back. Make a new change instead."))


class PlaceIsClosed(PlaceError):
    """A closed place does not change any more."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is closed; it cannot change any more.", name=name))


class TooEarly(PlaceError):
    """A change is dated on or before a change that is already kept."""

    def __init__(self, name: str, earliest: date) -> None:
        super().__init__(_("%(name)s already changed later: the earliest day for this is %(day)s.", name=name, day=earliest.isoformat()))


class NotMergeable(PlaceError):
    """A place cannot merge into itself, into a place below it, or into another country."""

    def __init__(self, name: str, into: str) -> None:
        super().__init__(_("%(name)s cannot be merged into %(into)s.", name=name, into=into))


class NotMovable(PlaceError):
    """A place cannot stand below itself, below a closed place, in another country, or below a place of its own or a lower level."""

    def __init__(self, name: str, parent: str) -> None:
        super().__init__(_("%(name)s cannot stand below %(parent)s.", name=name, parent=parent))


class CodeTaken(PlaceError):
    """Another open place of the country has the code."""

    def __init__(self, code: str) -> None:
        super().__init__(_("The code %(code)s belongs to another place.", code=code))


class HasPlacesBelow(PlaceError):
    """Open places below a place must go first."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There are still places below %(name)s. Move or close them first.", name=name))


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a country and the kinds of place on it, each with names by language."""

    id: str
    names: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Scheme:
    """The levels of a country from the top down. A place may skip levels but never stand above its parent."""

    levels: tuple[Level, ...]

    @classmethod
    def from_json(cls, stored: Sequence[Mapping[str, Any]]) -> Scheme:
        """From the stored form: a list of `{id, names, kinds}`."""
        return cls(tuple(Level(level["id"], level["names"], level["kinds"]) for level in stored))

    def to_json(self) -> list[dict[str, Any]]:
        """The form that is stored."""
        return [
            {"id": level.id, "names": dict(level.names), "kinds": {kind: dict(names) for kind, names in level.kinds.items()}}
            for level in self.levels
        ]

    def level_of(self, kind: str) -> Level | None:
        """The level on which a kind stands; None for a kind that is not declared."""
        return next((level for level in self.levels if kind in level.kinds), None)

    def level(self, level_id: str) -> Level | None:
        """The level with an id."""
        return next((level for level in self.levels if level.id == level_id), None)

    def may_hold(self, parent_kind: str, kind: str) -> bool:
        """Whether a place of one kind may stand directly below a place of another: only on a lower level."""
        above, below = self.level_of(parent_kind), self.level_of(kind)
        return above is not None and below is not None and self.levels.index(above) < self.levels.index(below)


class Named(Protocol):
    """What full names need: places and former states have it."""

    @property
    def names(self) -> Mapping[str, str]:
        """Full names by language."""

    @property
    def short_names(self) -> Mapping[str, str]:
        """Short names by language, where they differ."""


def path_of(country: str, codes: Sequence[str]) -> str:
    """`("CN", ["330000", "330500"])` is `CN/330000/330500/`."""
    return "".join(f"{part}/" for part in (country, *codes))


def path_range(path: str) -> tuple[str, str]:
    """The half-open range of strings that begin with a path: `>=` the first and `<` the second."""
    return path, f"{path[:-1]}0"


def full_name(lineage: Sequence[Named], language: str) -> str:
    """The name with its lineage (from the top down, the place last).

    Chinese writes full names from the top down (浙江省湖州市德清县); other languages write the place's full name, then the
    short names upwards (Deqing County, Huzhou, Zhejiang). A name missing in the language falls back to another one.
    """
    if language.startswith("zh"):
        names = [_in(place.names, language) for place in lineage]
        return "".join(names) if all(re.fullmatch(HAN_ONLY, name) for name in names) else " ".join(names)
    upwards = [_in({**place.names, **place.short_names}, language) for place in reversed(lineage[:-1])]
    return ", ".join([_in(place.names, language) for place in lineage[-1:]] + upwards)


def _in(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), "")


def normalised(words: str) -> str:
    """What is compared in a search: case, accents, apostrophes, punctuation and spaces left out; full width made plain."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", words).casefold())
    return "".join(character for character in plain if character.isalnum())


def own_terms(names: Mapping[str, str], short_names: Mapping[str, str], reading: str) -> list[str]:
    """Everything by which a place itself is found: names, short names, sound, initials; each once, always in the same order."""
    syllables = reading.casefold().split()
    # By language, since a database may give the names back in another order.
    terms = [normalised(name) for each in (names, short_names) for _tag, name in sorted(each.items())]
    sound = "".join(syllables)
    # Input methods write ü as v.
    terms += [normalised(sound), normalised(sound.replace("ü", "v")), normalised(initials(syllables))]
    return [term for term in dict.fromkeys(terms) if term]


def search_text(own: Sequence[str], lineage_names: Sequence[str]) -> str:
    """The text a search looks at: `|term|term|` of the place itself, then the names with their lineage."""
    above = " ".join(normalised(name) for name in lineage_names)
    return f"{MARK}{MARK.join(own)}{MARK} {above}"


def query_words(query: str) -> list[str]:
    """The words of a typed search, normalised; a full name in any order works: `deqing, huzhou`. Empty for nothing usable."""
    words = [normalised(word) for word in re.split(r"[\s,;，、；/]+", query[:LONGEST_QUERY])]
    return [word for word in words if word]
