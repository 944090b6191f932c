"""The rooms as design.md orders them: an arrow goes down or not at all."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest

import webapp
from webapp.core.database import Model, db

PACKAGE = Path(webapp.__file__).parent
# One line of rooms a row; rooms on one row are strangers.
ORDER = (
    ("core",), ("places",), ("accounts",), ("participation",), ("goals",), ("courses",), ("learning",), ("quizzes", "questionnaires"),
    ("trainings",), ("certificates",), ("reports",), ("statistics",), ("interface",), ("portal",), ("scheduler",),
)
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
TOP = len(ORDER)


def owner(dotted: str) -> str | None:
    """The room of a module, `top` for those beside the rooms, None for other people's modules."""
    parts = dotted.split(".")
    if parts[0] != "webapp":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in RANK else "top"


def rank(room: str) -> int:
    return TOP if room == "top" else RANK[room]


def imported(tree: ast.AST) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names.update({node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names})
    return names


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted(path: Path) -> str:
    return ".".join(("webapp", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_rooms_below_it(path):
    me = owner(dotted(path)) or "top"
    for name in imported(ast.parse(path.read_text())):
        other = owner(name)
        if other in (None, me) or (other == "top" and me == "top"):
            continue
        if name == "webapp" and me == "top":
            continue
        assert rank(other) < rank(me), f"{path}: {me} -> {other} ({name})"


def test_every_package_is_a_room():
    found = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    assert found <= set(RANK), found - set(RANK)


def test_foreign_keys_point_down():
    owners = {}
    for info in pkgutil.walk_packages([str(PACKAGE)], "webapp."):
        if info.name.rpartition(".")[2].startswith("models") or info.name.split(".")[1] == "core":
            module = importlib.import_module(info.name)
            for value in vars(module).values():
                if isinstance(value, type) and issubclass(value, Model) and value is not Model and value.__module__ == info.name:
                    owners[value.__table__.name] = owner(info.name)
    assert set(owners) == set(db.metadata.tables)
    for table in db.metadata.tables.values():
        for key in table.foreign_keys:
            mine, other = owners[table.name], owners[key.column.table.name]
            assert mine == other or RANK[other] < RANK[mine], f"{table.name} -> {key.column.table.name}"
