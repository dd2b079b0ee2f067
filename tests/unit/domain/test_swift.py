"""A dataclass that is made faster is no less frozen, and in all else what Python makes of it."""

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from app.domain.swift import swift


@dataclass(frozen=True, slots=True)
class Slow:
    number: str
    count: int = 1
    tags: list[str] = field(default_factory=list)


@swift
@dataclass(frozen=True, slots=True)
class Swift:
    number: str
    count: int = 1
    tags: list[str] = field(default_factory=list)


@swift
@dataclass(frozen=True, slots=True)
class Empty:
    pass


@swift
@dataclass(frozen=True, slots=True)
class Named:
    made: int
    set: int = 1
    twin: int = 2
    nothing: int = 3


def test_its_fields_may_have_any_name():
    assert repr(Named(0, twin=5)) == "Named(made=0, set=1, twin=5, nothing=3)"


def values(made):
    return {name: getattr(made, name) for name in ("number", "count", "tags")}


@pytest.mark.parametrize(
    ("words", "named"),
    [(("1",), {}), (("1", 2), {}), (("1", 2, ["a"]), {}), ((), {"number": "1", "tags": ["a"]}), (("1",), {"count": 3})],
)
def test_it_takes_what_the_slow_one_takes(words, named):
    assert values(Swift(*words, **named)) == values(Slow(*words, **named))


@pytest.mark.parametrize(("words", "named"), [((), {}), (("1", 2, [], 4), {}), (("1",), {"other": 1})])
def test_it_refuses_what_the_slow_one_refuses(words, named):
    for kind in (Slow, Swift):
        with pytest.raises(TypeError, match="argument"):
            kind(*words, **named)


def test_every_one_gets_a_default_of_its_own():
    Swift("1").tags.append("a")
    assert Swift("1").tags == []


@pytest.mark.parametrize("name", ["number", "count", "other", "__class__"])
def test_nothing_about_it_can_be_changed(name):
    made = Swift("1")
    with pytest.raises((FrozenInstanceError, TypeError)):
        setattr(made, name, 2)
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        delattr(made, name)
    assert type(made) is Swift


def test_it_is_equal_shown_copied_and_kept_as_the_slow_one():
    made = Swift("1", 2)
    assert made == Swift("1", 2)
    assert made != Swift("1", 3)
    assert repr(made) == repr(Slow("1", 2)).replace("Slow", "Swift")
    assert replace(made, count=5) == Swift("1", 5)
    assert copy.copy(made) == made == pickle.loads(pickle.dumps(made))
    assert hash(Empty()) == hash(Empty())


def test_it_has_no_room_for_anything_else():
    assert not hasattr(Swift("1"), "__dict__")
