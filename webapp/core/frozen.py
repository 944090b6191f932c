"""Dataclasses whose methods are made when the first instance is.

The standard decorator compiles up to six methods of every class while the module loads. For the five hundred classes of the
application that was a quarter of a start, and most of them are not used by the first pages. This decorator leaves the fields to the
standard one and makes all of it late: the fields are read when somebody asks for them, `__init__` is compiled by the first instance,
the other methods are shared by all classes. What it does not know (slots, order) it hands to the standard decorator. To the type
checker both are one.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """As `dataclasses.dataclass`."""
        if cls is None:
            return lambda decorated: _made(decorated, options)
        return _made(cls, options)


_KNOWN = frozenset({"frozen", "eq", "kw_only"})


def _made(cls: type, options: dict[str, bool]) -> type:
    stranger = any("__dataclass_fields__" in vars(base) and "__made_late__" not in vars(base) for base in cls.__mro__[1:])
    if stranger or not _KNOWN.issuperset(options) or "__init__" in vars(cls):
        return dataclasses.dataclass(**options)(cls)
    own = dict(vars(cls))
    cls.__made_late__ = True  # type: ignore[attr-defined]
    for name in _Late.NAMES:
        _set(cls, own, name, _Late(cls, name, kw_only=options.get("kw_only", False)))
    _set(cls, own, "__init__", _first(cls, frozen=options.get("frozen", False)))
    _set(cls, own, "__repr__", _repr)
    if options.get("eq", True):
        _set(cls, own, "__eq__", _eq)
        _set(cls, own, "__hash__", _hash if options.get("frozen") else None)
    if options.get("frozen"):
        _set(cls, own, "__setattr__", _refuse_setting)
        _set(cls, own, "__delattr__", _refuse_deleting)
    return cls


class _Late:
    """What the standard decorator finds out about a class, in the place of its result until somebody asks."""

    NAMES = ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
    # Reading the fields takes their defaults from the class: a second reader would find none.
    _one_at_a_time = threading.RLock()

    def __init__(self, cls: type, name: str, *, kw_only: bool) -> None:
        self.cls, self.name, self.kw_only = cls, name, kw_only

    def __get__(self, _instance: object, _owner: type) -> Any:
        with self._one_at_a_time:
            if isinstance(vars(self.cls)["__dataclass_fields__"], _Late):
                # Without any method of its own the standard decorator only reads the fields. Each result takes the place of what
                # stands for it in one step: at no moment does another thread find a class without.
                dataclasses.dataclass(init=False, repr=False, eq=False, match_args=False, kw_only=self.kw_only)(self.cls)
                if isinstance(vars(self.cls).get("__match_args__"), _Late):
                    by_place = tuple(field.name for field in dataclasses.fields(self.cls) if field.init and not field.kw_only)
                    type.__setattr__(self.cls, "__match_args__", by_place)
        return vars(self.cls)[self.name]


def _set(cls: type, own: dict[str, Any], name: str, value: Any) -> None:
    # A class with `__eq__` of its own has `__hash__` None without having said so.
    if name not in own or (name == "__hash__" and own[name] is None and "__eq__" in own):
        setattr(cls, name, value)


def _first(cls: type, *, frozen: bool) -> Callable[..., None]:
    """The `__init__` that stands until there is an instance: it puts the compiled one in its place."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807  the name that errors show
        made = _compiled(cls, frozen=frozen)
        # Not through the class of the instance, which may be a subclass with an `__init__` of its own.
        type.__setattr__(cls, "__init__", made)
        made(self, *args, **kwargs)

    return __init__


def _compiled(cls: type, *, frozen: bool) -> Callable[..., None]:
    names: dict[str, Any] = {"_missing": MISSING}
    parameters, body, by_name = ["self"], ["    _held = self.__dict__"] if frozen else [], False
    wanted = [field for field in dataclasses.fields(cls) if field.init]
    for field in sorted(wanted, key=lambda each: bool(each.kw_only)):
        if field.kw_only and not by_name:
            parameters.append("*")
            by_name = True
        parameters.append(_parameter(field, names))
    for field in dataclasses.fields(cls):
        value = _value(field, names)
        if value:
            body.append(f"    _held[{field.name!r}] = {value}" if frozen else f"    self.{field.name} = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    source = f"def __init__({', '.join(parameters)}):\n" + "\n".join(body or ["    pass"])
    exec(source, names)  # noqa: S102  the standard decorator does the same; no part of it comes from outside
    made: Callable[..., None] = names["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _parameter(field: dataclasses.Field[Any], names: dict[str, Any]) -> str:
    if field.default is not MISSING:
        names[f"_default_{field.name}"] = field.default
        return f"{field.name}=_default_{field.name}"
    return field.name if field.default_factory is MISSING else f"{field.name}=_missing"


def _value(field: dataclasses.Field[Any], names: dict[str, Any]) -> str:
    """What a field is set to; empty where the class holds its default."""
    if field.default_factory is MISSING:
        return field.name if field.init else ""
    names[f"_make_{field.name}"] = field.default_factory
    make = f"_make_{field.name}()"
    return f"{make} if {field.name} is _missing else {field.name}" if field.init else make


def _compared(self: Any, *, hashed: bool = False) -> tuple[Any, ...]:
    return tuple(
        getattr(self, field.name) for field in dataclasses.fields(self)
        if (field.compare if field.hash is None or not hashed else field.hash)
    )


def _repr(self: Any) -> str:
    shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: object) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return _compared(self) == _compared(other)


def _hash(self: Any) -> int:
    return hash(_compared(self, hashed=True))


def _refuse_setting(self: Any, name: str, value: Any) -> None:
    if "__made_late__" in vars(type(self)) or name in type(self).__dataclass_fields__:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _refuse_deleting(self: Any, name: str) -> None:
    if "__made_late__" in vars(type(self)) or name in type(self).__dataclass_fields__:
        raise FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


__all__ = ["dataclass"]
