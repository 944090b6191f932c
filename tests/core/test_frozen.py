"""Classes made late are those of the standard decorator, as far as anybody can tell."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, field
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core import frozen

values = st.one_of(st.none(), st.integers(-3, 3), st.text(max_size=3), st.tuples(st.integers(0, 2)))


def both(**options: bool) -> Any:
    """A class by either decorator."""
    made = []
    for decorate in (frozen.dataclass, dataclasses.dataclass):
        @decorate(**options)
        class Thing:
            first: Any
            second: Any = 2
            third: list[Any] = field(default_factory=list, compare=False)
            fourth: Any = field(default="x", repr=False)
            fifth: int = field(init=False, default=7)

        made.append(Thing)
    return made


FROZEN, PLAIN, NAMED = both(frozen=True), both(), both(frozen=True, kw_only=True)


@frozen.dataclass(frozen=True)
class Base:
    """A base with a method and a cached value."""

    name: str

    @cached_property
    def loud(self) -> str:
        return self.name.upper()


@frozen.dataclass(frozen=True)
class Grown(Base):
    """One more field."""

    size: int = 1

    def __post_init__(self) -> None:
        if self.size < 0:
            raise ValueError(self.size)


@given(first=values, second=values, other=values)
def test_equality_hash_and_words_are_the_same(first, second, other):
    for ours, theirs in (FROZEN, PLAIN):
        one, two = ours(first, second), ours(first, other)
        assert repr(one) == repr(theirs(first, second))
        assert (one == two) == (theirs(first, second) == theirs(first, other))
        if ours is FROZEN[0]:
            assert hash(one) == hash(theirs(first, second))
    named = NAMED[0](first=first, second=second)
    assert repr(named) == repr(NAMED[1](first=first, second=second))


@pytest.mark.parametrize("number", [0, 1], ids=["ours", "theirs"])
def test_wrong_arguments_are_refused(number):
    for args, kwargs in (((), {}), ((1, 2, 3, 4, 5), {}), ((1,), {"sixth": 1}), ((1,), {"first": 1})):
        with pytest.raises(TypeError, match="__init__"):
            FROZEN[number](*args, **kwargs)
    with pytest.raises(TypeError, match="positional"):
        NAMED[number](1)


@pytest.mark.parametrize("number", [0, 1], ids=["ours", "theirs"])
def test_a_frozen_one_cannot_be_changed(number):
    thing = FROZEN[number](1)
    for change in (lambda: setattr(thing, "first", 2), lambda: setattr(thing, "new", 2), lambda: delattr(thing, "first")):
        with pytest.raises(FrozenInstanceError):
            change()
    plain = PLAIN[number](1)
    plain.first = 5
    assert plain.first == 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(plain)


def test_tools_of_the_standard_library_know_them():
    thing = FROZEN[0](1, third=[3])
    assert dataclasses.asdict(thing) == dataclasses.asdict(FROZEN[1](1, third=[3]))
    assert dataclasses.replace(Grown("a", 2), size=3) == Grown("a", 3)
    assert copy.deepcopy(Grown("a", 2)) == pickle.loads(pickle.dumps(Grown("a", 2))) == Grown("a", 2)
    assert FROZEN[0](1).third is not FROZEN[0](1).third


def test_inheritance_post_init_and_cached_values():
    assert Grown("a").loud == "A"
    assert Grown("a") != Base("a")
    assert Grown("a") == Grown("a", 1)
    with pytest.raises(ValueError, match="-1"):
        Grown("a", -1)

    class Loose(Base):
        """Not decorated: it may have more than the fields."""

    loose = Loose("a")
    loose.more = 1
    with pytest.raises(FrozenInstanceError):
        loose.name = "b"


def test_what_it_does_not_know_is_left_to_the_standard_decorator():
    @frozen.dataclass(frozen=True, slots=True)
    class Slotted:
        value: int

    @frozen.dataclass(frozen=True, order=True)
    class Ordered:
        value: int

    assert not hasattr(Slotted(1), "__dict__")
    assert Ordered(1) < Ordered(2)
    assert not hasattr(Ordered, "__made_late__")


def test_an_equality_or_an_init_of_their_own_is_kept():
    @frozen.dataclass(frozen=True)
    class Own:
        value: int

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 1

    @frozen.dataclass(frozen=True, eq=False)
    class Same:
        value: int

    assert Own(1) == Own(2)
    assert hash(Own(5)) == 1
    assert Same(1) != Same(1)


def test_fields_are_read_once_whoever_asks_first():
    def ask(cls: type) -> tuple[str, ...]:
        barrier.wait()
        return names_of(cls)

    for _turn in range(20):
        (ours, theirs), barrier = both(frozen=True), threading.Barrier(4)
        with ThreadPoolExecutor(4) as threads:
            assert set(threads.map(ask, [ours] * 4)) == {names_of(theirs)}
        assert ours(1).third == []
        assert ours(1).fourth == "x"


def test_while_the_fields_are_read_no_thread_finds_a_class_without(monkeypatch):
    real, seen = dataclasses.dataclass, []

    def reading(**options: Any) -> Any:
        def read(cls: type) -> type:
            seen.append({"__dataclass_fields__", "__dataclass_params__", "__match_args__"} <= set(vars(cls)))
            return real(**options)(cls)

        return read

    ours, theirs = both(frozen=True)
    monkeypatch.setattr(dataclasses, "dataclass", reading)
    assert names_of(ours) == names_of(theirs)
    assert seen == [True]


def names_of(cls: type) -> tuple[str, ...]:
    """Names of the fields."""
    return tuple(each.name for each in dataclasses.fields(cls))


def test_what_matches_by_position_needs_no_instance_before():
    ours, theirs = both(frozen=True)
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__dataclass_params__.init is False

    @frozen.dataclass(frozen=True)
    class Pair:
        left: int
        right: int

    read = Pair.__new__(Pair)
    vars(read).update(left=1, right=2)
    match read:
        case Pair(left, right):
            assert (left, right) == (1, 2)
    assert dataclasses.is_dataclass(Pair)

