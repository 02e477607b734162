"""The modifiers of a service line: four places that mean the same."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scrubjay.rules.expressions import Bool, Code
    from scrubjay.rules.fields import Line

__all__ = ["has", "lacks", "modifiers"]


def modifiers(line: Line) -> tuple[Code, Code, Code, Code]:
    """The line's four modifiers."""
    return line.modifier_1, line.modifier_2, line.modifier_3, line.modifier_4


def has(line: Line, *codes: str) -> Bool:
    """One of the line's modifiers is one of these; unknown where there is none."""
    one, two, three, four = (slot.is_in(codes) for slot in modifiers(line))
    return one | two | three | four


def lacks(line: Line, *codes: str) -> Bool:
    """None of the line's modifiers is one of these, also where there is none."""
    one, two, three, four = (slot.is_missing() | ~slot.is_in(codes) for slot in modifiers(line))
    return one & two & three & four
