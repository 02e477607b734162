"""A frozen value has its fields, its defaults, and nothing else, and keeps them."""

import pytest

from scrubjay.frozen import Frozen


class Point(Frozen):
    """Two numbers, of which one may be left out."""

    x: int
    y: int = 0


def test_fields_are_given_by_name_and_have_defaults() -> None:
    assert (Point(x=1).x, Point(x=1).y, Point(x=1, y=2).y) == (1, 0, 2)
    assert Point.names() == ("x", "y")


def test_a_field_that_is_missing_or_unknown_is_told() -> None:
    with pytest.raises(TypeError, match="Point: x is missing"):
        Point(y=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Point has no z"):
        Point(x=1, z=2)  # type: ignore[call-arg]


def test_it_is_set_once() -> None:
    point = Point(x=1)
    with pytest.raises(AttributeError, match=r"Point\.x is set once"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"Point\.y is set once"):
        del point.y
    assert point.but(y=5) == Point(x=1, y=5)


def test_it_is_its_values() -> None:
    assert Point(x=1) == Point(x=1, y=0) != Point(x=2)
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2
    assert repr(Point(x=1)) == "Point(x=1, y=0)"


def test_its_own_check_is_asked() -> None:
    class Positive(Frozen):
        value: int

        def check(self) -> None:
            if self.value <= 0:
                raise ValueError(self.value)

    with pytest.raises(ValueError, match="0"):
        Positive(value=0)
