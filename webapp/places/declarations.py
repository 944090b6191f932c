"""Reading the declaration of a country: its names, levels and kinds, from a YAML file. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from webapp.core.frozen import dataclass
from webapp.core.i18n import _
from webapp.places.rules import LANGUAGE, Level, PlaceError, Scheme

COUNTRY = re.compile(r"[A-Z]{2}")
IDENTIFIER = re.compile(r"[a-z][a-z0-9-]{0,39}")
LARGEST = 100_000


class WrongDeclaration(PlaceError):
    """The file that declares a country is not in the right form; the message says where."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A country as a file declares it."""

    country: str
    names: Mapping[str, str]
    scheme: Scheme


def read_declaration(text: str) -> Declaration:
    """The declaration in a YAML text. Raises `WrongDeclaration` with the place in the file and what was expected."""
    try:
        given = yaml.safe_load(text) if len(text) <= LARGEST else None
    except (yaml.YAMLError, RecursionError) as error:
        raise WrongDeclaration(_("The declaration is not YAML: %(error)s", error=str(error)[:300])) from error
    top = _mapping(given, "")
    country = str(top.get("country", ""))
    if not COUNTRY.fullmatch(country):
        raise WrongDeclaration(_("“%(where)s” must be %(what)s.", where="country", what=_("two capital letters, such as CN")))
    levels = top.get("levels")
    if not isinstance(levels, list) or not levels:
        raise WrongDeclaration(_("“%(where)s” must be %(what)s.", where="levels", what=_("a list, the highest level first")))
    scheme = Scheme(tuple(_level(level, f"levels[{number}]") for number, level in enumerate(levels, start=1)))
    ids = [level.id for level in scheme.levels]
    kinds = [kind for level in scheme.levels for kind in level.kinds]
    if len(set(ids)) < len(ids) or len(set(kinds)) < len(kinds):
        raise WrongDeclaration(_("A level or a kind is declared twice."))
    return Declaration(country, _names(top.get("names"), "names"), scheme)


def _level(given: Any, where: str) -> Level:
    level = _mapping(given, where)
    kinds = _mapping(level.get("kinds"), f"{where}.kinds")
    return Level(
        _identifier(level.get("id"), f"{where}.id"), _names(level.get("names"), f"{where}.names"),
        {_identifier(kind, f"{where}.kinds"): _names(names, f"{where}.kinds.{kind}") for kind, names in kinds.items()},
    )


def _mapping(given: Any, where: str) -> dict[Any, Any]:
    if not isinstance(given, dict) or not given:
        raise WrongDeclaration(_("“%(where)s” must be %(what)s.", where=where or _("the file"), what=_("a mapping of keys to values")))
    return given


def _identifier(given: Any, where: str) -> str:
    if not isinstance(given, str) or not IDENTIFIER.fullmatch(given):
        raise WrongDeclaration(_("“%(where)s” must be %(what)s.", where=where, what=_("lower-case letters, digits and dashes")))
    return given


def _names(given: Any, where: str) -> dict[str, str]:
    names = _mapping(given, where)
    if not all(isinstance(tag, str) and LANGUAGE.fullmatch(tag) and isinstance(name, str) and name for tag, name in names.items()):
        raise WrongDeclaration(_("“%(where)s” must be %(what)s.", where=where, what=_("names by language, such as en and zh-Hans")))
    return dict(names)
