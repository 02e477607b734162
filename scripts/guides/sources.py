"""Which two sources describe a guide, and how each is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pyx12_source
import stupidedi_source
from notation import Base

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from notation import Loop

GUIDES = Path(__file__).parents[2] / "crates/x12/guides"

# what a source writes down of a guide; what it leaves out it must not seem to deny
EVERYTHING = frozenset({"usage", "max", "pos", "notes", "codes", "segment", "length"})


@dataclass(frozen=True)
class Source:
    """A public description of guides: where it is, and what it says."""

    name: str
    home: str
    read: Callable[[Path], Loop]
    says: frozenset[str]
    base: Callable[[Path], Base] | None = None


@dataclass(frozen=True)
class Description:
    """What one source says of one guide; `base` where it has its own standard below it."""

    tree: Loop
    says: frozenset[str]
    base: Base | None


@cache
def pyx12_base(checkout: Path) -> Base:
    """The data elements as pyx12 has them."""
    elements = pyx12_source.read_data_elements(checkout / "pyx12/map/dataele.xml")
    return Base(elements=elements)


@cache
def stupidedi_base(checkout: Path) -> Base:
    """The standard as stupidedi has it."""
    return stupidedi_source.read_base(checkout / "lib/stupidedi")


_PYX12 = Source("pyx12", "azoner/pyx12", pyx12_source.read_map, EVERYTHING - {"length"})
_STUPIDEDI = Source(
    "stupidedi", "kputnam/stupidedi", stupidedi_source.read_guide, EVERYTHING, stupidedi_base
)

_PYX12_MAPS = "pyx12/map"
_STUPIDEDI_GUIDES = "lib/stupidedi/transaction_sets/005010/implementations"

# kind: source a and its file, source b and its file
SOURCES: dict[str, tuple[tuple[Source, str], tuple[Source, str]]] = {
    "837P": (
        (_PYX12, f"{_PYX12_MAPS}/837.5010.X222.A1.xml"),
        (_STUPIDEDI, f"{_STUPIDEDI_GUIDES}/X222A1-HC837.rb"),
    ),
    "837I": (
        (_PYX12, f"{_PYX12_MAPS}/837Q3.I.5010.X223.A1.xml"),
        (_STUPIDEDI, f"{_STUPIDEDI_GUIDES}/X223A2-HC837.rb"),
    ),
    "835": (
        (_PYX12, f"{_PYX12_MAPS}/835.5010.X221.A1.xml"),
        (_STUPIDEDI, f"{_STUPIDEDI_GUIDES}/X221A1-HP835.rb"),
    ),
    "834": (
        (_PYX12, f"{_PYX12_MAPS}/834.5010.X220.A1.xml"),
        (_STUPIDEDI, f"{_STUPIDEDI_GUIDES}/X220A1-BE834.rb"),
    ),
    "999": (
        (_PYX12, f"{_PYX12_MAPS}/999.5010X231.A1.xml"),
        (_STUPIDEDI, f"{_STUPIDEDI_GUIDES}/X231A1-FA999.rb"),
    ),
    "277CA": (
        (_PYX12, f"{_PYX12_MAPS}/277.5010.X214.xml"),
        (_STUPIDEDI, f"{_STUPIDEDI_GUIDES}/X214-HN277.rb"),
    ),
}


def add_options(parser: ArgumentParser) -> None:
    """One option for each source: its checkout."""
    for source in sorted(
        {s.name: s for pair in SOURCES.values() for s, _ in pair}.values(), key=str
    ):
        parser.add_argument(f"--{source.name}", type=Path, help=f"a checkout of {source.home}")


def is_given(kind: str, options: Namespace) -> bool:
    """Whether both sources of `kind` are at hand."""
    return all(getattr(options, source.name) for source, _ in SOURCES[kind])


def described(kind: str, options: Namespace) -> tuple[Description, Description]:
    """What the two sources of `kind` say."""
    (one, its), (other, theirs) = SOURCES[kind]
    return _read(one, options, its), _read(other, options, theirs)


def _read(source: Source, options: Namespace, file: str) -> Description:
    checkout = getattr(options, source.name)
    base = source.base(checkout) if source.base else None
    return Description(source.read(checkout / file), source.says, base)
