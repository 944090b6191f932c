"""Expressions of conditions and calculations: Python's syntax, a short list of what is allowed, no evaluation of code.

A source text becomes a *tree* of nested tuples, plain JSON, that this package and the page's script evaluate alike:
`("number", "1.5")`, `("text", "yes")`, `("flag", True)`, `("empty",)`, `("list", …)`, `("field", id)`, `("own", column)` of the
same row, `("rows", table)`, `("column", table, column)`, `("cells", matrix)` and `("cells", matrix, row or column)`,
`("+", a, b)` and the other operators, `("neg", a)`, `("not", a)`, `("and", …)`, `("or", …)`, `("if", condition, a, b)`,
`("call", function, …)`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from webapp.core.i18n import _
from webapp.courses.problems import shown
from webapp.courses.questionnaire.functions import FUNCTIONS, signature
from webapp.courses.questionnaire.sorts import ANY, EMPTY, FLAG, NUMBER, TEXT, Mismatch, Names, Sort, Type, compare, contain, together
from webapp.courses.revisions import plain

Tree = tuple[Any, ...]

LENGTH_LIMIT = 500
DEPTH_LIMIT = 20
NODE_LIMIT = 120
DIGIT_LIMIT = 15
# A number grown into a word (`1or 2`), which Python only warns of.
DOUBTFUL = re.compile(r"(?<![A-Za-z0-9_.])[0-9.]*[0-9][0-9.]*[A-Za-z_]")
BINARY: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%"}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in", ast.NotIn: "not in",
}


class BadExpression(ValueError):
    """The text is no expression of this questionnaire; `problems` are sentences for its author."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse(source: str, names: Names, *, condition: bool = False) -> Tree:
    """The tree of a condition (true or false) or of a calculation (one value). Raises `BadExpression` with every problem."""
    builder = _Builder(names)
    node = _syntax(source, names)
    tree, type_ = builder.build(node, 0)
    if not builder.problems:
        if type_.column:
            builder.note(_("The result is a value for each row. Expected one value, as by sum(…), count(…) or mean(…)."))
        elif condition and type_.sort not in (Sort.FLAG, Sort.ANY):
            builder.note(_("This is not true or false. Expected a comparison such as `a == 'b'`, or answered(…)."))
        elif not condition and type_.sort not in (Sort.NUMBER, Sort.TEXT, Sort.CHOICE, Sort.DATE, Sort.FLAG, Sort.ANY):
            builder.note(_("The result is a list. Expected one value, as by count(…) or distinct(…)."))
    if builder.problems:
        # An id with a hyphen reads as a subtraction: then that is what is wrong, not the parts.
        spelling = _hyphenated(source, names)
        raise BadExpression((spelling,) if spelling else tuple(dict.fromkeys(builder.problems)))
    return tree


def _syntax(source: str, names: Names) -> ast.expr:
    if len(source) > LENGTH_LIMIT:
        raise BadExpression((_("The expression has %(count)d characters. Expected at most %(limit)d.",
                               count=len(source), limit=LENGTH_LIMIT),))
    unreadable = BadExpression((_("“%(source)s” cannot be read as an expression.", source=shown(source)) + _hint(source, names),))
    if "\\" in source or DOUBTFUL.search(_unquoted(source)):
        raise unreadable
    try:
        node = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise unreadable from None
    if sum(1 for _node in ast.walk(node)) > NODE_LIMIT * 2:
        raise BadExpression((_("The expression is too long. Expected at most %(limit)d parts.", limit=NODE_LIMIT),))
    return node


def _hint(source: str, names: Names) -> str:
    if re.search(r"(?<![=!<>:])=(?!=)", source):
        return " " + _("Two values are compared with `==`.")
    if "“" in source or "”" in source or "‘" in source:
        return " " + _("Texts stand between straight quotation marks.")
    spelling = _hyphenated(source, names)
    return f" {spelling}" if spelling else ""


def _unquoted(source: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "''", source)


def _hyphenated(source: str, names: Names) -> str:
    found = [each for each in re.findall(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+", _unquoted(source)) if names.knows(each)]
    return _("Ids are written with `_` for `-` here: `%(name)s`.", name=found[0].replace("-", "_")) if found else ""


class _Builder:
    """Builds the tree and its type; notes problems and goes on with a type that fits anything."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.problems: list[str] = []
        self.nodes = 0

    def note(self, message: str) -> tuple[Tree, Type]:
        self.problems.append(message)
        return ("empty",), ANY

    def build(self, node: ast.expr, depth: int) -> tuple[Tree, Type]:
        self.nodes += 1
        if depth > DEPTH_LIMIT or self.nodes > NODE_LIMIT:
            raise BadExpression((_("The expression is nested too deep or too long."),))
        make: Callable[[Any, int], tuple[Tree, Type]] | None = getattr(self, f"_{type(node).__name__.lower()}", None)
        if make is None:
            return self.note(_("“%(part)s” is not used in expressions.", part=shown(ast.unparse(node))))
        try:
            return make(node, depth + 1)
        except Mismatch as mismatch:
            return self.note(str(mismatch))

    def _constant(self, node: ast.Constant, _depth: int) -> tuple[Tree, Type]:
        value = node.value
        if value is None or value == "":
            return ("empty",), EMPTY
        if isinstance(value, bool):
            return ("flag", value), FLAG
        if isinstance(value, (int, float)):
            number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
            if not number.is_finite() or len(plain(number).strip("-0.").replace(".", "")) > DIGIT_LIMIT or number.adjusted() >= DIGIT_LIMIT:
                return self.note(_("The number is too long. Expected at most %(limit)d digits.", limit=DIGIT_LIMIT))
            return ("number", plain(number)), NUMBER
        if isinstance(value, str):
            return ("text", value), Type(Sort.TEXT, literal=value)
        return self.note(_("“%(part)s” is not used in expressions.", part=shown(ast.unparse(node))))

    def _name(self, node: ast.Name, _depth: int) -> tuple[Tree, Type]:
        return self.names.name(node.id)

    def _attribute(self, node: ast.Attribute, _depth: int) -> tuple[Tree, Type]:
        if not isinstance(node.value, ast.Name):
            return self.note(_("“%(part)s” is not used in expressions.", part=shown(ast.unparse(node))))
        return self.names.part(node.value.id, node.attr)

    def _binop(self, node: ast.BinOp, depth: int) -> tuple[Tree, Type]:
        sign = BINARY.get(type(node.op))
        (left, left_type), (right, right_type) = self.build(node.left, depth), self.build(node.right, depth)
        if sign is None:
            return self.note(_("“%(part)s” is not used in expressions.", part=shown(ast.unparse(node))))
        self._numbers((node.left, left_type), (node.right, right_type))
        return (sign, left, right), together(Sort.NUMBER, left_type, right_type)

    def _numbers(self, *parts: tuple[ast.expr, Type]) -> None:
        for node, type_ in parts:
            if type_.sort not in (Sort.NUMBER, Sort.ANY, Sort.EMPTY):
                self.note(self._mismatch(node, type_, _("a number")))

    def _flags(self, *parts: tuple[ast.expr, Type]) -> None:
        for node, type_ in parts:
            if type_.sort not in (Sort.FLAG, Sort.ANY):
                self.note(self._mismatch(node, type_, _("true or false, such as a comparison")))

    @staticmethod
    def _mismatch(node: ast.expr, type_: Type, expected: str) -> str:
        return _("`%(part)s` is %(found)s. Expected %(expected)s.", part=shown(ast.unparse(node)), found=type_.words(), expected=expected)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> tuple[Tree, Type]:
        inner, type_ = self.build(node.operand, depth)
        if isinstance(node.op, ast.Not):
            self._flags((node.operand, type_))
            return ("not", inner), together(Sort.FLAG, type_)
        if isinstance(node.op, ast.Invert):
            return self.note(_("“%(part)s” is not used in expressions.", part="~"))
        self._numbers((node.operand, type_))
        return (("neg", inner) if isinstance(node.op, ast.USub) else inner), together(Sort.NUMBER, type_)

    def _boolop(self, node: ast.BoolOp, depth: int) -> tuple[Tree, Type]:
        parts = [(value, *self.build(value, depth)) for value in node.values]
        self._flags(*((value, type_) for value, _tree, type_ in parts))
        return ("and" if isinstance(node.op, ast.And) else "or", *(tree for _value, tree, _type in parts)), together(
            Sort.FLAG, *(type_ for _value, _tree, type_ in parts)
        )

    def _compare(self, node: ast.Compare, depth: int) -> tuple[Tree, Type]:
        sides = [node.left, *node.comparators]
        built = [self._side(side, depth) for side in sides]
        found: list[Tree] = []
        types: list[Type] = []
        for index, operator in enumerate(node.ops):
            sign = COMPARISONS.get(type(operator))
            (left, left_type), (right, right_type) = built[index], built[index + 1]
            if sign is None:
                return self.note(_("“%(part)s” is not used in expressions.", part="is"))
            texts = ast.unparse(sides[index]), ast.unparse(sides[index + 1])
            types.append((contain if sign in ("in", "not in") else compare)(sign, left_type, right_type, texts))
            # `in` looks into each row's choices; `among` looks through a column of single values.
            if sign in ("in", "not in") and right_type.column and right_type.sort is not Sort.SET:
                sign = sign.replace("in", "among")
            found.append((sign, left, right))
        return found[0] if len(found) == 1 else ("and", *found), together(Sort.FLAG, *types)

    def _side(self, node: ast.expr, depth: int) -> tuple[Tree, Type]:
        if not isinstance(node, (ast.List, ast.Tuple)):
            return self.build(node, depth)
        parts = [self.build(each, depth + 1) for each in node.elts]
        return ("list", *(tree for tree, _type in parts)), Type(Sort.LIST, members=tuple(type_ for _tree, type_ in parts))

    def _ifexp(self, node: ast.IfExp, depth: int) -> tuple[Tree, Type]:
        (test, test_type), (yes, yes_type), (no, no_type) = (self.build(each, depth) for each in (node.test, node.body, node.orelse))
        self._flags((node.test, test_type))
        chosen = no_type if yes_type.sort is Sort.EMPTY else yes_type
        same = chosen.sort in (yes_type.sort, Sort.EMPTY) and no_type.sort in (chosen.sort, Sort.EMPTY)
        return ("if", test, yes, no), together(chosen.sort if same else Sort.ANY, test_type, yes_type, no_type)

    def _call(self, node: ast.Call, depth: int) -> tuple[Tree, Type]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS:
            return self.note(_("There is no function “%(name)s”. Expected one of: %(known)s.",
                               name=shown(ast.unparse(node.func)), known=", ".join(FUNCTIONS)))
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            return self.note(_("“%(part)s” is not used in expressions.", part=shown(ast.unparse(node))))
        built = [self.build(each, depth) for each in node.args]
        type_ = signature(name, [(ast.unparse(each), type_) for each, (_tree, type_) in zip(node.args, built, strict=True)])
        return ("call", name, *(tree for tree, _type in built)), type_


def leaves(tree: Tree) -> Iterator[Tree]:
    """What a tree reads: its `field`, `own`, `rows`, `column` and `cells` parts."""
    if tree[0] in ("field", "own", "rows", "column", "cells"):
        yield tree
        return
    for part in tree[1:]:
        if isinstance(part, tuple):
            yield from leaves(part)


def as_json(tree: Tree) -> list[Any]:
    """The tree as JSON lists."""
    return [as_json(part) if isinstance(part, tuple) else part for part in tree]


__all__ = ["TEXT", "BadExpression", "Tree", "as_json", "leaves", "parse"]
