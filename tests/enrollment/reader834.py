"""An 834 read in plain Python, as docs/enrollment.md says: what the engine is held to.

It stands in tests only: it is slow, and takes whole sets loop by loop.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrubjay import documents
from scrubjay.codes.enrollment import word
from scrubjay.documents import Loop, Segment, TransactionSet
from scrubjay.enrollment.fields import Draft, Problem, field_of
from scrubjay.enrollment.identity import Tokens, is_tax_number
from scrubjay.enrollment.making import Made, Maker

EVENTS = {
    "303": "event.effective",
    "356": "event.eligibility_begin",
    "357": "event.eligibility_end",
    "050": "event.received",
    "300": "event.signed",
    "336": "member.employment.begin",
    "337": "member.employment.end",
    "286": "member.employment.retirement",
    "383": "member.employment.adjusted_hire",
    "394": "member.employment.rehire",
    "338": "member.medicare.begin",
    "339": "member.medicare.end",
    "473": "member.medicaid_begin",
    "474": "member.medicaid_end",
    "301": "member.cobra.event_date",
    "340": "member.cobra.begin",
    "341": "member.cobra.end",
    "350": "member.education_begin",
    "351": "member.education_end",
}
COVERAGE_DATES = {
    "348": "begin",
    "349": "end",
    "303": "effective",
    "343": "premium_paid_to",
    "543": "last_premium_paid",
    "300": "signed",
}


def read(path: Path, maker: Maker) -> Iterator[Made]:
    """The members of every set of a file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    index = 0
    seen: dict[str, list[Any]] = {"interchange": [], "group": [], "set": []}
    for each in documents.read(path):
        assert each.group is not None
        assert each.group.interchange is not None
        _count(seen, each)
        envelope = {
            "kind": "834",
            "file": path.name,
            "sha256": digest,
            "interchange_index": len(seen["interchange"]) - 1,
            "group_index": len(seen["group"]) - 1,
            "set_index": len(seen["set"]) - 1,
            "interchange": each.group.interchange.control_number,
            "group": each.group.control_number,
            "set": each.control_number,
            "sender": each.group.sender,
            "receiver": each.group.receiver,
        }
        for made in _Set(each, envelope, maker).members(index):
            yield made
            index += 1


def _count(seen: dict[str, list[Any]], each: TransactionSet) -> None:
    assert each.group is not None
    above = [("interchange", each.group.interchange), ("group", each.group)]
    for at, (name, held) in enumerate(above):
        if held not in seen[name]:
            seen[name].append(held)
            for below in ("group", "set")[at:]:
                seen[below] = []
    # A group that follows in the same interchange begins its sets anew.
    if seen["group"][-1] is each.group and (not seen["set"] or seen["set"][-1] is not each):
        seen["set"].append(each)


class _Set:
    """One set: its head, and then member after member."""

    def __init__(self, of: TransactionSet, envelope: Draft, maker: Maker) -> None:
        self._of = of
        self._head: Draft = {"source": dict(envelope)}
        self._maker = maker

    def members(self, index: int) -> Iterator[Made]:
        """Each loop 2000; the head is read on the way to the first."""
        held: list[Segment] = []
        for segment in self._of:
            if segment.id == "INS":
                if held:
                    yield self._made(held, index)
                    index += 1
                held = [segment]
            elif held:
                held.append(segment)
            else:
                self._read_head(segment)
        if held:
            yield self._made(held, index)

    def _read_head(self, segment: Segment) -> None:
        head, source = self._head, self._head["source"]
        match segment.id, segment.loop:
            case "BGN", _:
                source["purpose_code"], source["reference"] = segment[1], segment[2]
                _fill(head, "source.date", segment[3])
                _fill(head, "source.action", segment[8])
            case "REF", _:
                head.setdefault("sponsor", {})["policy"] = segment[2]
            case "DTP", _:
                source.setdefault("dates", []).append(_span(segment))
            case "N1", "1000A":
                head.setdefault("sponsor", {}).update(_organization(segment))
            case "N1", "1000B":
                head["payer"] = _organization(segment)
            case "N1", "1000C":
                role = {"role_code": segment[1], "role": word("administrator", segment[1])}
                made = {**_organization(segment), **role}
                head.setdefault("administrators", []).append(made)
            case "ACT", _:
                head["administrators"][-1] |= {"account": segment[1], "account_2": segment[6]}

    def _made(self, segments: list[Segment], index: int) -> Made:
        member = _Member(Loop("2000", tuple(segments)), self._maker.tokens)
        # Sponsors and the like are the set's: each member has its own copy.
        draft = {
            name: dict(held) if isinstance(held, dict) else held
            for name, held in self._head.items()
        }
        draft["source"]["index"] = index
        draft["source"]["segment_index"] = segments[0].number
        return self._maker.make(draft | member.draft, {}, member.problems)


class _Member:
    """One loop 2000 as a draft."""

    def __init__(self, of: Loop, tokens: Tokens) -> None:
        self.draft: Draft = {"member": {}, "event": {}}
        self.problems: list[Problem] = []
        self._tokens = tokens
        self._read(of)

    def _read(self, of: Loop) -> None:
        self._insured(of.segments[0])
        for segment in of.all("REF"):
            self._reference(segment)
        for segment in of.all("DTP"):
            self._date(EVENTS, segment, self.draft, self.draft["member"])
        for loop in of.loops(*(f"2100{each}" for each in "ABCDEFGH"), "2200", "2300", "2700"):
            match loop.id:
                case "2100A":
                    self._name(loop)
                case "2100B":
                    self._prior(loop)
                case "2100C":
                    self.draft["member"]["mailing"] = _place(loop)
                case "2200":
                    self._disability(loop)
                case "2300":
                    self.draft.setdefault("coverages", []).append(self._coverage(loop))
                case "2700":
                    self._reporting(loop)
                case _:
                    self.draft["member"].setdefault("related", []).append(self._related(loop))

    def put(
        self, name: str, text: str, into: Draft | None = None, *, coverage: bool = False
    ) -> None:
        """Fills a field, if there is anything."""
        if text:
            field = field_of(name, coverage=coverage)
            fault = field.fill(self.draft if into is None else into, text, tokens=self._tokens)
            if fault:
                self.problems.append(fault)

    def _insured(self, ins: Segment) -> None:
        self.put("member.is_subscriber", ins[1])
        for name, value in (
            ("member.relationship", ins[2]),
            ("event.action", ins[3]),
            ("event.reason", ins[4]),
            ("member.benefit_status", ins[5]),
            ("member.medicare.plan", ins[6, 1]),
            ("member.medicare.reason", ins[6, 2]),
            ("member.cobra.event", ins[7]),
            ("member.employment.status", ins[8]),
            ("member.student", ins[9]),
            ("member.is_disabled", ins[10]),
            ("member.death_date", ins[12]),
            ("member.confidentiality_code", ins[13]),
            ("member.birth_sequence", ins[17]),
        ):
            self.put(name, value)

    def _reference(self, ref: Segment) -> None:
        match ref[1]:
            case "0F":
                self.put("member.subscriber_id", ref[2])
            case "1L":
                self.put("member.policy", ref[2])
            case _:
                self.draft["member"].setdefault("ids", []).append(self._identifier(ref))

    def _identifier(self, ref: Segment) -> Draft:
        made: Draft = {"qualifier": ref[1], "name": word("id", ref[1])}
        if ref[1] == "SY" or (ref[1] == "ZZ" and is_tax_number(ref[2])):
            kept = self._tokens.ssn(ref[2])
            return made | {"ssn_last4": kept.last4 or None, "ssn_token": kept.token}
        return made | {"value": ref[2]}

    def _date(
        self,
        fields: dict[str, str],
        dtp: Segment,
        into: Draft,
        rest: Draft,
        *,
        coverage: bool = False,
    ) -> None:
        name = fields.get(dtp[1])
        taken = name and field_of(name, coverage=coverage).take(into) is not None
        if name is None:
            rest.setdefault("dates", []).append(_span(dtp))
        if name is None or taken:
            return
        first, _, last = dtp[3].partition("-")
        if coverage and dtp[2] == "RD8" and name == "begin":
            self.put(name, first, into, coverage=True)
            if "end" not in into:
                self.put("end", last, into, coverage=True)
        else:
            said = last if name == "end" and last else first
            self.put(name, said, into, coverage=coverage)

    def _name(self, loop: Loop) -> None:
        member = self.draft["member"]
        nm1 = loop.segments[0]
        member |= _person(nm1)
        if nm1[1] == "74":
            member["is_corrected"] = True
        member |= self._number(nm1, "member")
        for per in loop.all("PER"):
            member.setdefault("contacts", []).extend(_contacts(per))
        member["residence"] = _place(loop)
        dmg = loop.first("DMG")
        if dmg is not None:
            self._demographics(dmg, "member")
            for race in dmg.repetitions(5):
                member.setdefault("races", []).append(race[0] or race[2])
            member["citizenship_code"] = dmg[6]
        self._more(loop)

    def _more(self, loop: Loop) -> None:
        """What stands behind DMG."""
        member = self.draft["member"]
        for ec in loop.all("EC"):
            member.setdefault("employment", {}).setdefault("classes", []).extend(filter(None, ec))
        for amt in loop.all("AMT"):
            self.put(f"member.amounts.{amt[1]}", amt[2])
        icm = loop.first("ICM")
        if icm is not None:
            for at, name in enumerate(
                ("frequency_code", "amount", "hours", "location", "salary_grade"), 1
            ):
                self.put(f"member.income.{name}", icm[at])
        hlh = loop.first("HLH")
        if hlh is not None:
            for at, name in enumerate(("health_code", "height", "weight"), 1):
                self.put(f"member.{name}", hlh[at])
        for lui in loop.all("LUI"):
            made = {"qualifier": lui[1], "code": lui[2], "description": lui[3], "use_code": lui[4]}
            member.setdefault("languages", []).append(made)

    def _number(self, nm1: Segment, name: str) -> Draft:
        if not nm1[9]:
            return {}
        if nm1[8] != "34":
            return {"id_qualifier": nm1[8], "id": nm1[9]}
        scratch: Draft = {}
        self.put(f"{name}.ssn", nm1[9], scratch)
        return dict(scratch["member"])

    def _demographics(self, dmg: Segment, name: str) -> None:
        self.put(f"{name}.birth_date", dmg[2])
        self.put(f"{name}.sex", dmg[3])
        self.put(f"{name}.marital", dmg[4])

    def _prior(self, loop: Loop) -> None:
        prior = _person(loop.segments[0])
        self.draft["member"]["prior"] = prior
        number = loop.segments[0]
        if number[8] == "34":
            self.put("member.prior.ssn", number[9])
        else:
            prior |= {"id_qualifier": number[8], "id": number[9]}
        dmg = loop.first("DMG")
        if dmg is not None:
            self._demographics(dmg, "member.prior")

    def _related(self, loop: Loop) -> Draft:
        nm1 = loop.segments[0]
        made = {"role": word("related", nm1[1]), "role_code": nm1[1], **self._party(nm1)}
        for per in loop.all("PER"):
            made["contact"] = per[2]
            made.setdefault("contacts", []).extend(_contacts(per))
        made["place"] = _place(loop)
        return made

    def _party(self, nm1: Segment) -> Draft:
        made = {"name": nm1[3]} if nm1[2] == "2" else _person(nm1)
        if nm1[8] == "34" and nm1[9]:
            kept = self._tokens.ssn(nm1[9])
            return made | {"ssn_last4": kept.last4 or None, "ssn_token": kept.token}
        return made | {"id_qualifier": nm1[8], "id": nm1[9]}

    def _disability(self, loop: Loop) -> None:
        dsb = loop.segments[0]
        made: Draft = {"type_code": dsb[1], "diagnosis_qualifier": dsb[7], "diagnosis": dsb[8]}
        for dtp in loop.all("DTP"):
            made["begin" if dtp[1] == "360" else "end"] = _day(dtp[3])
        self.draft["member"].setdefault("disabilities", []).append(made)

    def _coverage(self, loop: Loop) -> Draft:
        made: Draft = {}
        hd = loop.segments[0]
        for name, value in (
            ("action", hd[1]),
            ("line", hd[3]),
            ("plan", hd[4]),
            ("tier", hd[5]),
            ("is_late", hd[9]),
        ):
            self.put(name, value, made, coverage=True)
        for dtp in loop.all("DTP"):
            self._date(COVERAGE_DATES, dtp, made, made, coverage=True)
        for amt in loop.all("AMT"):
            self.put(f"amounts.{amt[1]}", amt[2], made, coverage=True)
        for ref in loop.all("REF"):
            if ref[1] == "QQ":
                self.put("prior_months", ref[2], made, coverage=True)
            else:
                made.setdefault("ids", []).append(self._identifier(ref))
        for idc in loop.all("IDC"):
            card: Draft = {"plan": idc[1], "type_code": idc[2], "action_code": idc[4]}
            card |= {"quantity": int(idc[3])} if idc[3] else {}
            made.setdefault("cards", []).append(card)
        for inner in loop.loops("2310", "2320"):
            if inner.id == "2310":
                made.setdefault("providers", []).append(self._provider(inner))
            else:
                made.setdefault("cob", []).append(self._cob(inner))
        return made

    def _provider(self, loop: Loop) -> Draft:
        nm1 = next(segment for segment in loop if segment.id == "NM1")
        made = {"role": word("provider", nm1[1]), "role_code": nm1[1], **self._party(nm1)}
        made["patient_code"] = nm1[10]
        for per in loop.all("PER"):
            made.setdefault("contacts", []).extend(_contacts(per))
        made["place"] = _place(loop)
        pla = loop.first("PLA")
        if pla is not None:
            made["change_effective"], made["change_reason_code"] = _day(pla[3]), pla[5]
        return made

    def _cob(self, loop: Loop) -> Draft:
        cob = loop.segments[0]
        made: Draft = {
            "responsibility": word("cob", cob[1]),
            "responsibility_code": cob[1],
            "policy": cob[2],
            "kind": word("cob_kind", cob[3]),
            "kind_code": cob[3],
            "benefit_codes": [part[0] for part in cob.repetitions(4)],
            "ids": [self._identifier(ref) for ref in loop.all("REF")],
        }
        for dtp in loop.all("DTP"):
            made["begin" if dtp[1] == "344" else "end"] = _day(dtp[3])
        for inner in loop.loops("2330"):
            nm1 = inner.segments[0]
            insurer = {"entity_code": nm1[1], "name": nm1[3], "id_qualifier": nm1[8], "id": nm1[9]}
            per = inner.first("PER")
            insurer["phone"] = per[4] if per else ""
            made.setdefault("insurers", []).append({**insurer, "place": _place(inner)})
        return made

    def _reporting(self, loop: Loop) -> None:
        inside = next(iter(loop.loops("2750")), None)
        if inside is None:
            return
        dated = {}
        for dtp in inside.all("DTP"):
            span = _span(dtp)
            dated = {"date": span["date"], "end": span.get("end")}
        refs = [{"qualifier": ref[1], "value": ref[2]} for ref in inside.all("REF")] or [{}]
        name = {"name": inside.segments[0][2]}
        self.draft.setdefault("reporting", []).extend({**name, **ref, **dated} for ref in refs)


def _fill(draft: Draft, name: str, text: str) -> None:
    if text:
        field_of(name).fill(draft, text)


def _day(text: str) -> Any:
    scratch: Draft = {}
    _fill(scratch, "member.birth_date", text)
    return scratch["member"]["birth_date"]


def _span(dtp: Segment) -> Draft:
    first, _, last = dtp[3].partition("-")
    made = {"qualifier": dtp[1], "name": word("date", dtp[1]), "date": _day(first)}
    return made | ({"end": _day(last)} if last else {})


def _organization(n1: Segment) -> Draft:
    return {"name": n1[2], "id_qualifier": n1[3], "id": n1[4]}


def _person(nm1: Segment) -> Draft:
    return {"last": nm1[3], "first": nm1[4], "middle": nm1[5], "prefix": nm1[6], "suffix": nm1[7]}


def _contacts(per: Segment) -> Iterator[Draft]:
    for at in (3, 5, 7):
        if per[at + 1]:
            yield {"kind": word("contact", per[at]), "kind_code": per[at], "value": per[at + 1]}


def _place(loop: Loop) -> Draft:
    made: Draft = {}
    n3, n4 = loop.first("N3"), loop.first("N4")
    if n3 is not None:
        made |= {"address": n3[1], "address2": n3[2]}
    if n4 is not None:
        made |= {"city": n4[1], "state": n4[2], "zip": n4[3], "country": n4[4]}
        made |= {"location_qualifier": n4[5], "location": n4[6], "subdivision": n4[7]}
    return made
