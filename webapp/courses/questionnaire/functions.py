"""The functions of expressions: what they take and what they give."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.core.i18n import _
from webapp.courses.questionnaire.sorts import Mismatch, Sort, Type, together

FUNCTIONS = ("sum", "count", "mean", "min", "max", "round", "abs", "answered", "distinct", "percent")
MANY = 20
# Least and most arguments.
_COUNTS = {
    "sum": (1, MANY), "count": (1, 1), "mean": (1, MANY), "min": (1, MANY), "max": (1, MANY), "round": (1, 2), "abs": (1, 1),
    "answered": (1, 1), "distinct": (1, 1), "percent": (2, 2),
}
_NUMERIC = (Sort.NUMBER, Sort.ANY, Sort.EMPTY)
_ORDERED = (*_NUMERIC, Sort.DATE)


def signature(name: str, arguments: Sequence[tuple[str, Type]]) -> Type:
    """The kind of a call's result; each argument with its text. Raises `Mismatch`."""
    least, most = _COUNTS[name]
    if not least <= len(arguments) <= most:
        expected = str(least) if least == most else f"{least}–{most}"
        raise Mismatch(_("%(name)s(…) has %(count)d arguments. Expected %(expected)s.", name=name, count=len(arguments), expected=expected))
    types = [type_ for _text, type_ in arguments]
    if name in ("sum", "mean", "min", "max"):
        return _summary(name, arguments)
    if name == "count":
        return _counted(arguments[0])
    if name == "distinct":
        _refuse(arguments[0], types[0].sort is Sort.ROWS or not (types[0].column or types[0].sort in (Sort.SET, Sort.ANY)),
                _("a column such as table.column, or several choices"))
        return Type(Sort.NUMBER)
    if name == "answered":
        _refuse(arguments[0], types[0].sort is Sort.ROWS, _("a field or a column; use count(…) > 0 for rows"))
        return together(Sort.FLAG, *types)
    for argument in arguments:
        _refuse(argument, argument[1].sort not in _NUMERIC, _("a number"))
    if name == "round" and len(types) == 2 and not (arguments[1][0].isdigit() and int(arguments[1][0]) <= 6):
        raise Mismatch(_("round(…): the number of decimals is a whole number from 0 to 6."))
    return together(Sort.NUMBER, *types)


def _refuse(argument: tuple[str, Type], wrong: bool, expected: str) -> None:  # noqa: FBT001  the condition of the refusal
    if wrong:
        raise Mismatch(_("`%(part)s` is %(found)s. Expected %(expected)s.", part=argument[0], found=argument[1].words(), expected=expected))


def _summary(name: str, arguments: Sequence[tuple[str, Type]]) -> Type:
    allowed = _ORDERED if name in ("min", "max") else _NUMERIC
    for text, type_ in arguments:
        if type_.sort is Sort.FLAG:
            raise Mismatch(_("`%(part)s` is true or false. Expected count(…) for how often it is true.", part=text))
        if type_.sort not in allowed:
            found = Type(type_.sort).words()
            raise Mismatch(_("`%(part)s` is %(found)s. Expected %(expected)s.", part=text, found=found, expected=_("numbers")))
    if len(arguments) == 1 and not arguments[0][1].column and arguments[0][1].sort is not Sort.ANY:
        raise Mismatch(_("`%(part)s` is one value. Expected a column such as table.column, or several values.", part=arguments[0][0]))
    if len(arguments) > 1 and any(type_.column for _text, type_ in arguments):
        raise Mismatch(_("%(name)s(…) takes either one column or several single values.", name=name))
    dates = any(type_.sort is Sort.DATE for _text, type_ in arguments)
    return Type(Sort.DATE if dates else Sort.NUMBER)


def _counted(argument: tuple[str, Type]) -> Type:
    type_ = argument[1]
    _refuse(argument, not (type_.column or type_.sort in (Sort.SET, Sort.ANY)), _("a table, a column, or several choices"))
    return Type(Sort.NUMBER)
