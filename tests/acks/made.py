"""Claims sent and acknowledgments of them, made by hand and small."""

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["HOP", "PAYER", "Claim", "ca", "isa", "nine", "sent", "ta1"]

HOP, PAYER = "CLEAR", "PAYER1"


class Claim(NamedTuple):
    """A claim, sent or acknowledged."""

    number: str
    charge: str = "100"
    day: str = "20260105"
    member: str = "M1"
    last: str = "DOE"
    provider: str = "1234567893"
    trace: str = ""


def isa(sender: str, receiver: str, control: str = "1", *, time: str = "1200") -> str:
    """An ISA."""
    return (
        f"ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*{receiver:<15}"
        f"*260101*{time}*^*00501*{control:0>9}*0*T*:~"
    )


def sent(
    *sets: Iterable[Claim],
    control: str = "1",
    group: str = "1",
    batch: str = "B",
    code: str = "HC",
) -> bytes:
    """An 837 with a set for each run of claims; batches are B1, B2 and so on."""
    parts = [
        isa("CLINIC", HOP, control),
        f"GS*{code}*CLINIC*{HOP}*20260101*1200*{group}*X*005010X222A1~",
    ]
    for number, claims in enumerate(sets, start=1):
        parts.append(f"ST*837*{number:04}*005010X222A1~")
        parts.append(f"BHT*0019*00*{batch}{number}*20260101*1200*CH~")
        provider = ""
        for claim in claims:
            if claim.provider != provider:
                provider = claim.provider
                parts.append(f"HL*1**20*1~NM1*85*2*CLINIC*****XX*{provider}~")
            parts.append(f"HL*2*1*22*0~NM1*IL*1*{claim.last}*ANN****MI*{claim.member}~")
            parts.append("NM1*PR*2*SOME PAYER*****PI*P1~")
            parts.append(f"CLM*{claim.number}*{claim.charge}***11:B:1~")
            if claim.trace:
                parts.append(f"REF*D9*{claim.trace}~")
            parts.append(f"NM1*IL*1*OTHER*ONE****MI*OTHER~LX*1~DTP*472*D8*{claim.day}~")
        parts.append(f"SE*1*{number:04}~")
    parts.append(f"GE*{len(sets)}*{group}~IEA*1*{control:0>9}~")
    return "".join(parts).encode()


def ta1(code: str, note: str = "000", *, control: str = "1", time: str = "1200") -> bytes:
    """A TA1 of the clearinghouse."""
    about = f"TA1*{control:0>9}*260101*{time}*{code}*{note}~"
    return f"{isa(HOP, 'CLINIC', '77')}{about}IEA*0*000000077~".encode()


def nine(*sets: str, end: str = "A", group: str = "1", control: str = "88") -> bytes:
    """A 999 of the clearinghouse; a set is what stands behind its AK2, such as ``IK5*A~``."""
    told = "".join(f"AK2*837*{number:04}~{said}" for number, said in enumerate(sets, start=1))
    return (
        f"{isa(HOP, 'CLINIC', control)}GS*FA*{HOP}*CLINIC*20260102*1200*9*X*005010X231A1~"
        f"ST*999*0001*005010X231A1~AK1*HC*{group}*005010X222A1~{told}"
        f"AK9*{end}*{len(sets)}*{len(sets)}*{len(sets)}~SE*9*0001~GE*1*9~IEA*1*{control:0>9}~"
    ).encode()


def ca(
    *claims: tuple[Claim, str] | str,
    hop: str = HOP,
    batch: str | None = "B1",
    status: str = "A1:19:PR**WQ",
    control: str = "99",
    totals: str | None = None,
) -> bytes:
    """A 277CA. A claim comes with its STC, such as ``A7:562:85**U``; a text stands as it is.

    Of one claim it has totals that are right if it is accepted; of more it has those given.
    """
    body = []
    if totals is None:
        totals = "QTY*90*1~AMT*YU*100~" if len(claims) == 1 else ""
    for entry in claims:
        if isinstance(entry, str):
            body.append(entry)
            continue
        claim, said = entry
        body.append(f"HL*9*3*PT~NM1*QC*1*{claim.last}*ANN****MI*{claim.member}~")
        body.append(f"TRN*2*{claim.number}~STC*{said}*{claim.charge}~")
        if claim.trace:
            body.append(f"REF*D9*{claim.trace}~")
        body.append(f"REF*1K*P{claim.number}~DTP*472*D8*{claim.day}~")
    kind = "PR" if hop == PAYER else "AY"
    receipt = f"TRN*2*{batch}~STC*{status}~" if batch else ""
    return (
        f"{isa(HOP, 'CLINIC', control)}GS*HN*{HOP}*CLINIC*20260102*1200*5*X*005010X214~"
        "ST*277*0001*005010X214~BHT*0085*08*R1*20260102*1200*TH~HL*1**20*1~"
        f"NM1*{kind}*2*{hop} INC*****PI*{hop}~TRN*1*T1~DTP*050*D8*20260102~DTP*009*D8*20260103~"
        f"HL*2*1*21*1~NM1*41*2*CLINIC*****46*CLINIC~{receipt}{totals}"
        f"HL*3*2*19*1~NM1*85*2*CLINIC*****XX*1234567893~{''.join(body)}"
        f"SE*9*0001~GE*1*5~IEA*1*{control:0>9}~"
    ).encode()
