"""The conditions and calculations of a questionnaire: their trees, what reads what, and loops."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from webapp.core.frozen import dataclass
from webapp.courses.questionnaire.content import Questionnaire
from webapp.courses.questionnaire.expressions import BadExpression, Tree, leaves, parse
from webapp.courses.questionnaire.fields import ALWAYS, CalculatedField, Field, MatrixField, TableField
from webapp.courses.questionnaire.paths import split_from
from webapp.courses.questionnaire.sorts import Names

# What may be in a loop: ("section", id), ("field", id), or ("column", "table.column").
Node = tuple[str, str]
SECTION, FIELD, COLUMN = "section", "field", "column"


@dataclass(frozen=True)
class Source:
    """A condition or calculation as written: `key` is `when`, `required` or `value` of a section, field or column."""

    node: Node
    key: str
    text: str
    table: TableField | None = None

    @property
    def condition(self) -> bool:
        """Whether it must be true or false."""
        return self.key != "value"


@dataclass(frozen=True)
class Logic:
    """Trees by node; a node without a condition is not in `when`, one that is always or never required not in `required`."""

    when: Mapping[Node, Tree]
    required: Mapping[Node, Tree]
    values: Mapping[Node, Tree]
    reads: Mapping[Node, frozenset[Node]]


def sources(questionnaire: Questionnaire) -> Iterator[Source]:
    """Everything written as an expression, in order."""
    for section in questionnaire.sections:
        if section.when:
            yield Source((SECTION, section.id), "when", section.when)
        for field in section.fields:
            yield from _of_field((FIELD, field.id), field, None)
            for column in field.columns if isinstance(field, TableField) else ():
                assert isinstance(field, TableField)
                yield from _of_field((COLUMN, f"{field.id}.{column.id}"), column, field)


def _of_field(node: Node, field: Field, table: TableField | None) -> Iterator[Source]:
    if field.when:
        yield Source(node, "when", field.when, table)
    if field.required and field.required != ALWAYS:
        yield Source(node, "required", field.required, table)
    if isinstance(field, CalculatedField):
        yield Source(node, "value", field.value, table)


@lru_cache(maxsize=256)
def logic_of(questionnaire: Questionnaire) -> Logic:
    """The trees of a questionnaire that was checked, parsed once. Raises `BadExpression` if it was not."""
    when: dict[Node, Tree] = {}
    required: dict[Node, Tree] = {}
    values: dict[Node, Tree] = {}
    by_key = {"when": when, "required": required, "value": values}
    for source in sources(questionnaire):
        tree = parse(source.text, Names(questionnaire.by_id, source.table), condition=source.condition)
        by_key[source.key][source.node] = tree
    return Logic(when, required, values, _reads(questionnaire, when, values))


def _reads(questionnaire: Questionnaire, when: Mapping[Node, Tree], values: Mapping[Node, Tree]) -> dict[Node, frozenset[Node]]:
    """What the value or the showing of each node depends on directly."""
    found: dict[Node, set[Node]] = {}
    for section in questionnaire.sections:
        found.setdefault((SECTION, section.id), set())
        for field in section.fields:
            reads = found.setdefault((FIELD, field.id), {(SECTION, section.id)})
            if isinstance(field, MatrixField):
                reads.update((FIELD, split_from(each)[0]) for each in (field.rows_from, field.columns_from) if each)
            for column in field.columns if isinstance(field, TableField) else ():
                found[COLUMN, f"{field.id}.{column.id}"] = {(FIELD, field.id)}
    for trees in (when, values):
        for node, tree in trees.items():
            found.setdefault(node, set()).update(read for leaf in leaves(tree) for read in _nodes(leaf, node))
    return {node: frozenset(reads) for node, reads in found.items()}


def _nodes(leaf: Tree, node: Node) -> Iterator[Node]:
    if leaf[0] == "own":
        yield COLUMN, f"{split_from(node[1])[0]}.{leaf[1]}"
    elif leaf[0] == "column":
        yield FIELD, leaf[1]
        yield COLUMN, f"{leaf[1]}.{leaf[2]}"
    else:
        yield FIELD, leaf[1]


def loops(reads: Mapping[Node, Iterable[Node]]) -> list[tuple[Node, ...]]:
    """Chains that come back to where they began, each once, in the order of reading."""
    found: list[tuple[Node, ...]] = []
    settled: set[Node] = set()
    for start in reads:
        _walk(start, reads, settled, found)
    return found


def _walk(start: Node, reads: Mapping[Node, Iterable[Node]], settled: set[Node], found: list[tuple[Node, ...]]) -> None:
    """Depth first, without recursion: a definition may chain hundreds of fields."""
    chain: list[Node] = []
    pending: list[tuple[Node, Iterator[Node]]] = []

    def enter(node: Node) -> None:
        chain.append(node)
        pending.append((node, iter(sorted(reads.get(node, ())))))

    if start not in settled:
        enter(start)
    while pending:
        node, following = pending[-1]
        target = next(following, None)
        if target is None:
            pending.pop()
            chain.pop()
            settled.add(node)
        elif target in chain:
            found.append(tuple(chain[chain.index(target):]))
        elif target not in settled:
            enter(target)


def deepest(logic: Logic) -> tuple[Node | None, int]:
    """The node that takes the most nested steps to work out, and how many; for a logic without loops."""
    steps: dict[Node, int] = {}
    for start in logic.reads:
        pending = [start]
        while pending:
            node = pending[-1]
            ahead = [each for each in logic.reads.get(node, ()) if each not in steps]
            if ahead:
                pending.extend(ahead)
                continue
            pending.pop()
            own = [_depth(trees[node]) for trees in (logic.when, logic.values) if node in trees]
            steps[node] = 1 + max(own, default=0) + max((steps[each] for each in logic.reads.get(node, ())), default=0)
    return max(((node, count) for node, count in steps.items()), key=lambda each: each[1], default=(None, 0))


def _depth(tree: Tree) -> int:
    return 1 + max((_depth(part) for part in tree[1:] if isinstance(part, tuple)), default=0)


def depends(questionnaire: Questionnaire) -> dict[str, frozenset[str]]:
    """Which fields a field's showing, need or value depends on, directly or not; by field id, for fields that depend on any."""
    logic = logic_of(questionnaire)
    reads = {node: set(each) for node, each in logic.reads.items()}
    for node, tree in logic.required.items():
        reads.setdefault(node, set()).update(read for leaf in leaves(tree) for read in _nodes(leaf, node))
    found: dict[str, frozenset[str]] = {}
    for field in questionnaire.fields:
        columns = [(COLUMN, f"{field.id}.{column.id}") for column in field.columns] if isinstance(field, TableField) else []
        seen = reached([(FIELD, field.id), *columns], reads)
        ids = frozenset(split_from(name)[0] for kind, name in seen if kind != SECTION) - {field.id}
        if ids:
            found[field.id] = ids
    return found


def reached(start: Iterable[Node], reads: Mapping[Node, Iterable[Node]]) -> set[Node]:
    """The nodes that these read, directly or not, and themselves."""
    seen: set[Node] = set()
    pending = list(start)
    while pending:
        node = pending.pop()
        if node not in seen:
            seen.add(node)
            pending.extend(reads.get(node, ()))
    return seen


__all__ = ["COLUMN", "FIELD", "SECTION", "BadExpression", "Logic", "Node", "Source", "depends", "logic_of", "loops", "reached", "sources"]
