"""What may be wrong with a value, in sentences that name the field and the limit; the page's script fills the same ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from webapp.core.frozen import dataclass
from webapp.core.i18n import _, localised
from webapp.courses.questionnaire.fields import Field
from webapp.courses.revisions import plain


@dataclass(frozen=True)
class Trouble:
    """A broken rule by its code, with the numbers that its sentence needs."""

    code: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


# Functions, since a message is found in the sources by its call and translated when it is needed.
_SENTENCES: Mapping[str, Callable[[], str]] = {
    "shape": lambda: _("“%(name)s”: this cannot be stored here."),
    "too_long": lambda: _("“%(name)s” takes %(limit)s characters at most; these are %(count)s."),
    "number": lambda: _("“%(name)s” is a number, for example 1137.5."),
    "whole": lambda: _("“%(name)s” is a whole number."),
    "decimals": lambda: _("“%(name)s”: digits after the point: %(decimals)s at most."),
    "min": lambda: _("“%(name)s” must be %(min)s or more."),
    "max": lambda: _("“%(name)s” must be %(max)s or less."),
    "date": lambda: _("“%(name)s” is a date, for example 2026-11-20."),
    "date_min": lambda: _("“%(name)s” must be %(min)s or later."),
    "date_max": lambda: _("“%(name)s” must be %(max)s or earlier."),
    "option": lambda: _("“%(name)s”: please choose from the list."),
    "other_empty": lambda: _("“%(name)s”: please say what “other” is."),
    "choose_min": lambda: _("“%(name)s”: please choose %(min)s or more."),
    "choose_max": lambda: _("“%(name)s”: please choose %(max)s at most."),
    "choose_alone": lambda: _("“%(name)s”: the last choice says that none of the others fits. Please take it, or the others."),
    "rank": lambda: _("“%(name)s”: please rank %(count)s."),
    "scale": lambda: _("“%(name)s” is a whole number from %(first)s to %(last)s."),
    "goal": lambda: _("“%(name)s”: a goal is a number from 1 to 17."),
    "target": lambda: _("“%(name)s”: there is no such target."),
    "target_outside": lambda: _("“%(name)s”: target %(target)s belongs to a goal that is not asked here."),
    "place": lambda: _("“%(name)s”: this place is not known."),
    "organisation": lambda: _("“%(name)s”: this organisation is not known."),
    "file": lambda: _("“%(name)s”: this file is no longer there."),
    "file_count": lambda: _("“%(name)s” takes %(max)s files at most."),
    "file_kind": lambda: _("“%(name)s” takes these kinds of files: %(kinds)s. “%(file)s” is none of them."),
    "file_size": lambda: _("“%(name)s” takes files of %(mb)s MB at most; “%(file)s” is larger."),
    "row": lambda: _("“%(name)s”: this row cannot be stored."),
    "rows_min": lambda: _("“%(name)s” needs %(min)s rows or more."),
    "rows_max": lambda: _("“%(name)s” takes %(max)s rows at most."),
    "no_value": lambda: _("“%(name)s” takes no value."),
    "required": lambda: _("“%(name)s” is needed."),
}


def sentence(asked: Field, trouble: Trouble, label: str = "") -> str:
    """The rule's sentence in the reader's language; `label` names the spot instead of the field's label."""
    name = label or localised(asked.label) or asked.id
    return _SENTENCES[trouble.code]() % {"name": name, **{key: _shown(value) for key, value in trouble.numbers.items()}}


def templates() -> dict[str, str]:
    """All sentences by code in the reader's language, with `%(name)s` and the like left in."""
    return {code: text() for code, text in _SENTENCES.items()}


def _kind_of_file(kind: str) -> str:
    words = {"pdf": _("PDF"), "image": _("images"), "spreadsheet": _("spreadsheets"), "document": _("text documents")}
    return words.get(kind, kind)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return _(", ").join(_kind_of_file(each) for each in value)
    return plain(value) if isinstance(value, Decimal) else str(value)
