"""Which two sources describe a guide, and how each is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import biztalk_source
import bots_source
import edifabric_source
import moov_source
import pyx12_source
import stupidedi_source
import tigershark_source
from notation import Base, Loop, Segment, Structure

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Iterator

    from notation import Child

GUIDES = Path(__file__).parents[2] / "crates/x12/guides"

# what a source writes down of a guide; what it leaves out it must not seem to deny
# ("listed": codes where it lists any)
EVERYTHING = frozenset({"usage", "max", "pos", "notes", "codes", "segment", "length"})


@dataclass(frozen=True)
class Source:
    """A public description of guides: where it is, how it is read and what it says.

    `base` where it has a standard of its own below its guides.
    """

    name: str
    home: str
    folder: str
    read: Callable[[Path], Loop] | None = None
    says: frozenset[str] = frozenset()
    base: Callable[[Path], Base] | None = None


@dataclass(frozen=True)
class Witness:
    """A source and its file on one guide.

    `ids` where it calls a loop otherwise than the guide; `2120C/LS` is the loop 2120C that begins
    with LS. `both_ways` where it has a request and its response one behind the other.
    """

    source: Source
    file: str
    ids: dict[str, str] = field(default_factory=dict)
    both_ways: bool = False


@dataclass(frozen=True)
class Description:
    """What one source says of one guide."""

    tree: Loop
    says: frozenset[str]
    base: Base | None


@cache
def stupidedi_base(checkout: Path) -> Base:
    """The standard as stupidedi has it."""
    return stupidedi_source.read_base(checkout / "lib/stupidedi")


def base_sides(options: Namespace) -> tuple[Base, Base]:
    """The standard twice.

    The one side is what the guides of pyx12 show of it, and what bots demands; the other is
    stupidedi. BizTalk fills up the side that knows nothing of a segment or composite, and has the
    syntax notes of composites.
    """
    maps = options.pyx12 / PYX12.folder
    pyx12, stupidedi = pyx12_source.read_structures(maps), stupidedi_base(options.stupidedi)
    biztalk = biztalk_source.read_base(options.biztalk / BIZTALK.folder)
    demands = bots_source.read_demands(options.bots / BOTS.folder / "records005010.py")
    segments = _filled(pyx12.segments, stupidedi.segments, biztalk.segments)
    composites = _filled({}, stupidedi.composites, biztalk.composites)
    elements = biztalk.elements | pyx12_source.read_data_elements(maps / "dataele.xml")
    places = _places(segments[1])
    return (
        Base(
            elements,
            {
                name: _demanded(it, demands.get(places.get(name, ""), ()))
                for name, it in (pyx12.composites | composites[0]).items()
            },
            {name: _demanded(it, demands.get(name, ())) for name, it in segments[0].items()},
        ),
        Base(stupidedi.elements, composites[1], segments[1]),
    )


Structures = dict[str, Structure]


def _filled(one: Structures, other: Structures, both: Structures) -> tuple[Structures, Structures]:
    """The two with what `both` has of the things that only one of them knows."""
    known = {name: it for name, it in other.items() if it.members}
    return (
        {name: it for name, it in both.items() if name in known} | one,
        {name: it for name, it in both.items() if name not in known} | known,
    )


def _places(segments: Structures) -> dict[str, str]:
    """A place where each composite stands, as `CLM05`."""
    return {
        member.ref: f"{name}{number:02}"
        for name, segment in segments.items()
        for number, member in enumerate(segment.members, 1)
        if member.composite
    }


def _demanded(structure: Structure, demands: tuple[bool, ...]) -> Structure:
    """The structure with the requirement of each member, as far as it is mandatory or not."""
    words = ["M" if demand else "C" for demand in demands]
    missing = ["?"] * (len(structure.members) - len(words))
    members = (
        replace(member, requirement=word)
        for member, word in zip(structure.members, [*words, *missing], strict=False)
    )
    return replace(structure, members=tuple(members))


def _biztalk_guide(path: Path) -> Loop:
    """A file and, after a `#`, the root element in it."""
    name, _, root = path.name.partition("#")
    return biztalk_source.read_guide(path.with_name(name), root)


PYX12 = Source("pyx12", "azoner/pyx12", "pyx12/map", pyx12_source.read_map, EVERYTHING - {"length"})
STUPIDEDI = Source(
    "stupidedi",
    "kputnam/stupidedi",
    "lib/stupidedi/transaction_sets/005010/implementations",
    stupidedi_source.read_guide,
    EVERYTHING,
    stupidedi_base,
)
BIZTALK = Source(
    "biztalk",
    "leo-gan/GLD.HIPAA",
    "GLD.HIPAA.Classes/XmlSchemas",
    _biztalk_guide,
    EVERYTHING - {"length", "pos"},
)
# its codes below the claim are those of the institutional guide
TIGERSHARK = Source(
    "tigershark",
    "zentist/TigerShark, branch update/ZEN-21440",
    "tigershark/parsers",
    tigershark_source.read_guide,
    frozenset({"usage", "max", "pos", "notes"}),
)
TIGERSHARK_MAPS = replace(TIGERSHARK, says=EVERYTHING - {"length"})
# an absent repeat count may mean one or may mean nothing
MOOV = Source(
    "moov",
    "moov-io/x12",
    "rules",
    moov_source.read_guide,
    frozenset({"usage", "listed", "segment"}),
)
EDIFABRIC = Source(
    "edifabric",
    "EdiFabric/X12.NET, as of December 2020",
    "EdiFabric.Examples.X12.Templates.V5010.NoValidation",
    edifabric_source.read_guide,
    frozenset({"segment"}),
)
# they describe the envelope beside their guides
_TOLD = frozenset({"usage", "codes"})
PYX12_ENVELOPE = replace(PYX12, read=pyx12_source.read_acknowledgment, says=_TOLD)
STUPIDEDI_ENVELOPE = replace(
    STUPIDEDI,
    folder="lib/stupidedi/interchanges",
    read=stupidedi_source.read_acknowledgment,
    says=_TOLD,
    base=None,
)
BOTS = Source("bots", "bots-edi/bots-grammars", "x12/5010")
_ALL = (PYX12, STUPIDEDI, BIZTALK, TIGERSHARK, MOOV, EDIFABRIC, BOTS)

Side = tuple[Witness, ...]

# kind: source a and source b; where a side has several, the first that says anything counts
SOURCES: dict[str, tuple[Side, Side]] = {
    "837P": (
        (Witness(PYX12, "837.5010.X222.A1.xml"),),
        (Witness(STUPIDEDI, "X222A1-HC837.rb"),),
    ),
    "837I": (
        (Witness(PYX12, "837Q3.I.5010.X223.A1.xml"),),
        (Witness(STUPIDEDI, "X223A2-HC837.rb"),),
    ),
    "837D": (
        (Witness(BIZTALK, "X12_00501_837_D.xsd#X12_00501_837_D"),),
        (Witness(MOOV, "rule_5010_837d/rule.go"), Witness(TIGERSHARK, "M837_5010_X224_A2")),
    ),
    "270": (
        (Witness(TIGERSHARK_MAPS, "M270_5010_X279_A1.py"),),
        (Witness(STUPIDEDI, "X279A1-HS270.rb"),),
    ),
    "271": (
        (Witness(TIGERSHARK_MAPS, "M271_5010_X279_A1.py"),),
        (Witness(STUPIDEDI, "X279A1-HB271.rb", {"2120C/LS": "LSC", "2120D/LS": "LSD"}),),
    ),
    "276": (
        (Witness(BIZTALK, "X12_00501_276.xsd#X12_00501_276"),),
        (Witness(STUPIDEDI, "X212-HR276.rb"),),
    ),
    "277": (
        (Witness(PYX12, "277.5010.X212.xml"),),
        (Witness(BIZTALK, "X12_00501_277.xsd#X12_00501_277"),),
    ),
    "278": (
        (Witness(BIZTALK, "X12_00501_278.xsd#X12_00501_278", both_ways=True),),
        (Witness(EDIFABRIC, "EF_HIPAA_005010_278.cs", both_ways=True),),
    ),
    "820": (
        (Witness(PYX12, "820.5010.X218.xml"),),
        (Witness(BIZTALK, "X12_00501_820.xsd#X12_00501_820"),),
    ),
    "835": (
        (Witness(PYX12, "835.5010.X221.A1.xml"),),
        (Witness(STUPIDEDI, "X221A1-HP835.rb"),),
    ),
    "834": (
        (Witness(PYX12, "834.5010.X220.A1.xml", {"LS_LOOP": "LS"}),),
        (Witness(STUPIDEDI, "X220A1-BE834.rb", {"2700": "LS", "2710": "2700"}),),
    ),
    "999": (
        (Witness(PYX12, "999.5010X231.A1.xml"),),
        (Witness(STUPIDEDI, "X231A1-FA999.rb"),),
    ),
    "TA1": (
        (Witness(PYX12_ENVELOPE, "x12.control.00501.xml"),),
        (Witness(STUPIDEDI_ENVELOPE, "00501"),),
    ),
    "277CA": (
        (Witness(PYX12, "277.5010.X214.xml"),),
        (Witness(STUPIDEDI, "X214-HN277.rb"),),
    ),
}


def add_options(parser: ArgumentParser) -> None:
    """One option for each source: its checkout."""
    for source in _ALL:
        parser.add_argument(f"--{source.name}", type=Path, help=f"a checkout of {source.home}")


def base_is_given(options: Namespace) -> bool:
    """Whether all sources of the base are at hand."""
    return all(getattr(options, source.name) for source in (PYX12, STUPIDEDI, BIZTALK, BOTS))


def is_given(kind: str, options: Namespace) -> bool:
    """Whether all sources of `kind` are at hand."""
    return all(getattr(options, witness.source.name) for side in SOURCES[kind] for witness in side)


def described(kind: str, options: Namespace) -> list[list[Description]]:
    """What the two sides of `kind` say."""
    return [[_described(witness, options) for witness in side] for side in SOURCES[kind]]


def _described(witness: Witness, options: Namespace) -> Description:
    source = witness.source
    checkout = getattr(options, source.name)
    if source.read is None:
        raise ValueError(f"{source.name} describes no guides")
    tree = source.read(checkout / source.folder / witness.file)
    base = source.base(checkout) if source.base else None
    tree = _renamed(tree, witness.ids)
    return Description(_two_ways(tree) if witness.both_ways else tree, source.says, base)


def _two_ways(tree: Loop) -> Loop:
    """Request and response as loops that BHT opens; the loops of the response begin with R."""
    children: list[Child] = []
    for child in tree.children:
        if isinstance(child, Loop) and child.id == "BHT":
            children.extend(child.children)
        else:
            children.append(child)
    first, second = (n for n, child in enumerate(children) if _is_start(child))
    request = Loop("REQUEST", usage="S", children=tuple(children[first:second]))
    response = Loop("RESPONSE", usage="S", children=tuple(_answering(children[second:-1])))
    return replace(tree, children=(*children[:first], request, response, children[-1]))


def _answering(children: Iterable[Child]) -> Iterator[Child]:
    for child in children:
        if isinstance(child, Loop):
            inner = tuple(_answering(child.children))
            yield replace(child, id=f"R{child.id}", children=inner)
        else:
            yield child


def _is_start(child: Child) -> bool:
    return isinstance(child, Segment) and child.id == "BHT"


def _renamed(loop: Loop, ids: dict[str, str]) -> Loop:
    children = (_renamed(c, ids) if isinstance(c, Loop) else c for c in loop.children)
    opener = loop.segments[0].id if loop.segments else ""
    name = ids.get(f"{loop.id}/{opener}") or ids.get(loop.id, loop.id)
    return replace(loop, id=name, children=tuple(children))
