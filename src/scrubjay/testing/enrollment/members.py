"""Who is enrolled, family by family: the loops 2000 of an 834.

A subscriber comes before the dependants, and REF*0F, the subscriber's number, is in each of them.
Nobody exists: names are invented, and numbers in the place of a social security number are of
ranges that are never issued.
"""

from collections.abc import Iterator
from typing import NamedTuple

from scrubjay.testing import catalogue
from scrubjay.testing.chance import Chance
from scrubjay.testing.days import TODAY, back
from scrubjay.testing.identifiers import npi, ssn

__all__ = ["Roll", "families"]

_SIZES = (1, 1, 1, 1, 2, 2, 3, 3, 4, 5)
_TIERS = {1: "EMP", 2: "ESP"}


class _Event(NamedTuple):
    """Why a family is in the file."""

    maintenance: str
    """INS03, of the member."""
    reason: str
    """INS04."""
    coverage: str
    """HD01, of each coverage; empty where no coverage is told."""
    corrected: bool = False
    ended: bool = False


_FULL = _Event("030", "XN", "030")
# What happens in a file of changes, and how often in a hundred.
_CHANGES = tuple(
    event
    for event, share in (
        (_Event("021", "28", "021"), 38),
        (_Event("021", "41", "021"), 6),
        (_Event("001", "22", "001"), 10),
        (_Event("001", "43", ""), 14),
        (_Event("001", "25", "", corrected=True), 6),
        (_Event("024", "08", "024", ended=True), 10),
        (_Event("024", "07", "", ended=True), 8),
        (_Event("025", "41", "025"), 8),
    )
    for _ in range(share)
)


def families(count: int, seed: int) -> Iterator[int]:
    """How many members each family has, until there are `count`."""
    chance = Chance(seed)
    while count > 0:
        size = min(count, chance.pick(_SIZES))
        count -= size
        yield size


class _Home(NamedTuple):
    """What a family has in common."""

    number: str
    group: str
    last: str
    address: str
    phone: str
    event: _Event
    begun: str
    ended: str
    """The day that coverage ends, where `event` ends it."""
    tier: str
    plan: tuple[str, str, int]


class Roll(Chance):
    """The members of one sponsor, one after the other."""

    def __init__(self, seed: int, *, file: int, first: int, group: str, full: bool) -> None:
        """`file` is the seed of all sets, `first` counts the members of those before this one.

        `full` is a list of all members, and not of changes.
        """
        super().__init__(seed)
        self._file = file % 10_000
        self._member = first
        self._group = group
        self._full = full

    def members(self, sizes: Iterator[int]) -> Iterator[str]:
        """The loop 2000 of each."""
        for size in sizes:
            home = self._home(size)
            yield self._subscriber(home)
            for number in range(1, size):
                yield self._dependant(home, spouse=number == 1)

    def _home(self, size: int) -> _Home:
        city, state, code, _, area = self.pick(catalogue.CITIES)
        street = f"{1 + self.below(999)} {self.pick(catalogue.STREETS)}"
        name = self.pick(catalogue.LAST_NAMES)
        phone = f"{area}5550{self.below(900) + 100}"
        event = _FULL if self._full else self.pick(_CHANGES)
        days = 30 + self.below(330)
        # some are told of long after
        late = self.below(days) if event.ended and self.happens(0.3) else 0
        return _Home(
            number=f"SYN{self._file:04d}{self._member + 1:08d}",
            group=self._group,
            last=name,
            address=f"N3*{street}~\nN4*{city}*{state}*{code}~\n",
            phone=phone,
            event=event,
            begun=back(days),
            ended=back(late),
            tier=_TIERS.get(size, "FAM"),
            plan=self.pick(catalogue.PLANS),
        )

    def _subscriber(self, home: _Home) -> str:
        self._member += 1
        event = home.event
        state = "TE" if event.ended else "PT" if self.happens(0.1) else "FT"
        sex = self.pick("FM")
        insured = f"INS*Y*18*{event.maintenance}*{event.reason}*A***{state}~\n"
        dates = f"DTP*336*D8*{home.begun}~\n{self._eligible(home)}"
        person = self._person(home, sex, self.birthday(1958, 45), contact=True)
        return (
            f"{insured}{self._references(home)}{dates}{person}{self._around(home)}"
            f"{self._coverages(home, subscriber=True)}{self._categories()}"
        )

    def _dependant(self, home: _Home, *, spouse: bool) -> str:
        self._member += 1
        event = home.event
        sex = self.pick("FM")
        relation = ("01" if self.happens(0.95) else "53") if spouse else "19"
        born = self.birthday(1960, 40) if spouse else self.birthday(2001, 25)
        student = not spouse and born < "2008"
        insured = f"INS*N*{relation}*{event.maintenance}*{event.reason}*A"
        text = f"{insured}{'****F' if student else ''}~\n"
        text += f"{self._references(home)}{self._eligible(home)}"
        text += self._person(home, sex, born, contact=False)
        if student:
            text += "NM1*M8*2*EXAMPLE COLLEGE~\n"
        return text + self._coverages(home, subscriber=False)

    # ---- the loops of a member

    def _references(self, home: _Home) -> str:
        text = f"REF*0F*{home.number}~\nREF*1L*{home.group}~\n"
        if self.happens(0.3):
            text += f"REF*23*MEM{self._member:08d}~\n"
        if self.happens(0.1):
            text += f"REF*DX*DEPT{self.below(90) + 10}~\n"
        return text

    @staticmethod
    def _eligible(home: _Home) -> str:
        if home.event.ended:
            return f"DTP*357*D8*{home.ended}~\n"
        if home.event.maintenance == "001":
            return f"DTP*303*D8*{TODAY}~\n"
        return f"DTP*356*D8*{home.begun}~\n"

    def _person(self, home: _Home, sex: str, born: str, *, contact: bool) -> str:
        first = self.pick(catalogue.FIRST_NAMES[sex])
        name = f"*1*{home.last}*{first}"
        number = f"****34*{ssn(self._member)}~\n"
        corrected = home.event.corrected
        text = f"NM1*{'74' if corrected else 'IL'}{name}{number}"
        if contact and self.happens(0.7):
            text += f"PER*IP**HP*{home.phone}~\n"
        if contact or self.happens(0.2):
            text += home.address
        married = "M" if home.tier == "FAM" and contact else "I"
        text += f"DMG*D8*{born}*{sex}*{married}~\n"
        if contact and self.happens(0.05):
            text += f"ICM*4*{30 + self.below(90)}00.00*40~\n"
        if self.happens(0.05):
            text += "HLH*N~\n"
        if self.happens(0.05):
            text += "LUI*LE*SPA**7~\n"
        if corrected:
            text += f"NM1*70*1*{self.pick(catalogue.LAST_NAMES)}*{first}~\n"
        return text

    def _around(self, home: _Home) -> str:
        """Who and what else belongs to some subscribers."""
        text = ""
        if self.happens(0.04):
            text += f"NM1*31*1~\nN3*PO BOX {1 + self.below(999)}~\nN4*TESTVILLE*NY*10001~\n"
        if self.happens(0.02):
            guardian = self.pick(catalogue.FIRST_NAMES["F"])
            text += f"NM1*QD*1*{home.last}*{guardian}~\nPER*RP**TE*{home.phone}~\n"
        if self.happens(0.02):
            text += f"DSB*2~\nDTP*360*D8*{home.begun}~\n"
        return text

    def _coverages(self, home: _Home, *, subscriber: bool) -> str:
        event = home.event
        if not event.coverage:
            return ""
        line, plan, premium = home.plan
        dates = f"DTP*348*D8*{home.begun}~\n"
        if event.ended:
            dates += f"DTP*349*D8*{home.ended}~\n"
        text = f"HD*{event.coverage}**{line}*{plan}*{home.tier}~\n{dates}"
        if subscriber:
            text += f"AMT*P3*{premium // 100}~\n"
        if line == "HMO" and self.happens(0.5):
            text += self._physician()
        if self.happens(0.04):
            text += self._other_insurance(home)
        for more, share in (("DEN", 0.3), ("VIS", 0.15)):
            if self.happens(share):
                text += f"HD*{event.coverage}**{more}**{home.tier}~\n{dates}"
        return text

    def _physician(self) -> str:
        name = f"{self.pick(catalogue.LAST_NAMES)}*{self.pick(catalogue.FIRST_NAMES['F'])}"
        number = npi(130_000_000 + self.below(900_000))
        return f"LX*1~\nNM1*P3*1*{name}****XX*{number}*25~\n"

    def _other_insurance(self, home: _Home) -> str:
        name, ident, _ = self.pick(catalogue.PAYERS)
        policy = f"OTH{self._member:08d}"
        return (
            f"COB*S*{policy}*1~\nREF*6P*{home.group}~\nDTP*344*D8*{home.begun}~\n"
            f"NM1*IN*2*{name}*****FI*9700{ident}~\n"
        )

    def _categories(self) -> str:
        """What the sponsor wants reported, between LS and LE."""
        if not self.happens(0.15):
            return ""
        site = self.pick(("NORTH", "SOUTH", "EAST", "WEST"))
        return (
            f"LS*2700~\nLX*1~\nN1*75*LOCATION~\nREF*LU*{site}~\n"
            f"LX*2~\nN1*75*PAY GROUP~\nREF*ZZ*{1 + self.below(9)}~\nDTP*007*D8*{TODAY}~\nLE*2700~\n"
        )
