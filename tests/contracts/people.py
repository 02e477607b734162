"""The same invented people as an 834, as a table and as pages of JSON, for the suite they share."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

Person = dict[str, Any]

PLAN = {"line": "DEN", "plan": "DENTAL 1", "tier": "FAM", "begin": "2026-01-01"}


def _person(number: int, **more: Any) -> Person:
    return {
        "number": f"EE{number:05d}",
        "relationship": "18",
        "action": "030",
        "reason": "XN",
        "last": "SAMPLETON",
        "first": "ANN",
        "born": "1980-02-03",
        "sex": "F",
        "ssn": f"90001{number:04d}",
        "coverages": [],
        **more,
    }


PEOPLE: tuple[Person, ...] = (
    _person(
        1,
        middle="B",
        marital="M",
        phone="2125550100",
        email="ann@example.com",
        street="1 EXAMPLE ST",
        city="TESTVILLE",
        state="NY",
        zip="10001",
        client="MEM00000001",
        status="FT",
        hired="2020-05-01",
        eligible="2020-06-01",
        location="NORTH",
        coverages=[{**PLAN, "premium": "41.50"}, {**PLAN, "line": "VIS", "plan": "VISION 2"}],
    ),
    _person(
        1,
        relationship="01",
        first="BEN",
        sex="M",
        born="1979-11-30",
        ssn="900020001",
        coverages=[PLAN],
    ),
    _person(1, relationship="19", first="CARA", born="2010-07-04", ssn="", coverages=[PLAN]),
    _person(2, action="021", reason="28", last="MOCKSON", coverages=[{**PLAN, "action": "021"}]),
    _person(
        3,
        action="024",
        reason="08",
        last="FAUXWELL",
        status="TE",
        left="2026-03-15",
        ended="2026-03-31",
        coverages=[{**PLAN, "action": "024", "end": "2026-03-31"}],
    ),
    _person(4, action="001", reason="43", last="DEMOLEY", street="9 DEMO RD", city="FAUXFIELD"),
    # Numbers that are held: by every source, for the same reason.
    _person(5, last=""),
    _person(6, action="021", reason="28", last="TESTER"),
    _person(7, coverages=[{**PLAN, "begin": "2026-02-01", "end": "2026-01-01"}]),
    _person(8, ssn="000120008", coverages=[PLAN]),
)
HELD = ("NAME_MISSING", "COVERAGE_MISSING", "END_BEFORE_BEGIN", "SSN_INVALID")


# ---- 834


def _x12(day: str) -> str:
    return day.replace("-", "")


def edi(people: Iterable[Person] = PEOPLE) -> bytes:
    """An 834 of one set."""
    body = [*_head(), *(segment for person in people for segment in _loop(person))]
    count = len(body) + 2
    lines = [
        _ISA,
        "GS*BE*SPONSOR*PLAN*20260401*1200*1*X*005010X220A1",
        "ST*834*0001*005010X220A1",
        *body,
        f"SE*{count}*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]
    return "".join(f"{line}~\n" for line in lines).encode()


_ISA = "*".join(
    (
        *("ISA", "00", " " * 10, "00", " " * 10, "ZZ", f"{'SPONSOR':<15}", "ZZ", f"{'PLAN':<15}"),
        *("260401", "1200", "^", "00501", "000000001", "0", "T", ":"),
    )
)


def _head() -> list[str]:
    return [
        "BGN*00*REF0001*20260401*1200*ET***RX",
        "REF*38*GRP1",
        "N1*P5*TESTVILLE SCHOOLS*FI*970000001",
        "N1*IN*EXAMPLE HEALTH PLAN*FI*970099901",
    ]


def _loop(person: Person) -> Iterator[str]:
    get = person.get
    own = "Y" if person["relationship"] == "18" else "N"
    ins = f"INS*{own}*{person['relationship']}*{person['action']}*{person['reason']}*A"
    yield f"{ins}***{get('status')}" if get("status") else ins
    yield f"REF*0F*{person['number']}"
    yield "REF*1L*GRP1"
    if get("client"):
        yield f"REF*23*{get('client')}"
    for qualifier, key in (
        ("336", "hired"),
        ("337", "left"),
        ("356", "eligible"),
        ("357", "ended"),
    ):
        if get(key):
            yield f"DTP*{qualifier}*D8*{_x12(person[key])}"
    name = f"NM1*IL*1*{person['last']}*{person['first']}*{get('middle', '')}"
    yield (f"{name}***34*{person['ssn']}" if person["ssn"] else name).rstrip("*")
    if get("phone"):
        yield f"PER*IP**HP*{get('phone')}*EM*{get('email')}"
    if get("street"):
        yield f"N3*{get('street')}"
        yield f"N4*{get('city')}*{get('state', '')}*{get('zip', '')}".rstrip("*")
    yield f"DMG*D8*{_x12(person['born'])}*{person['sex']}*{get('marital', '')}".rstrip("*")
    for coverage in person["coverages"]:
        yield from _covered(coverage)
    if get("location"):
        yield from ("LS*2700", "LX*1", "N1*75*LOCATION", f"REF*LU*{get('location')}", "LE*2700")


def _covered(coverage: dict[str, Any]) -> Iterator[str]:
    action = coverage.get("action", "030")
    yield f"HD*{action}**{coverage['line']}*{coverage['plan']}*{coverage['tier']}"
    for qualifier, key in (("348", "begin"), ("349", "end")):
        if coverage.get(key):
            yield f"DTP*{qualifier}*D8*{_x12(coverage[key])}"
    if coverage.get("premium"):
        yield f"AMT*P3*{coverage['premium']}"


# ---- a table


RELATIONS = {"18": "EE", "01": "Spouse", "19": "Child"}
COLUMNS = (
    *("Emp No", "Rel", "Action", "Reason", "Last Name", "First", "Middle", "DOB", "Sex", "SSN"),
    *("Marital", "Home Phone", "E-Mail", "Street", "City", "ST", "Zip", "Client No", "Status"),
    *("Hired", "Left", "Eligible From", "Eligible To", "Location", "Line", "Plan", "Tier"),
    *("Cov Action", "From", "To", "Premium"),
)


def _us(day: str) -> str:
    year, month, date = day.split("-") if day else ("", "", "")
    return f"{month}/{date}/{year}" if day else ""


def rows(people: Iterable[Person] = PEOPLE) -> Iterator[tuple[str, ...]]:
    """One row a coverage, one at least a member."""
    for person in people:
        get = person.get
        base = (
            *(person["number"], RELATIONS[person["relationship"]], person["action"]),
            *(person["reason"], person["last"], person["first"], get("middle", "")),
            *(_us(person["born"]), person["sex"], person["ssn"], get("marital", "")),
            *(get("phone", ""), get("email", ""), get("street", ""), get("city", "")),
            *(get("state", ""), get("zip", ""), get("client", ""), get("status", "")),
            *(_us(get("hired", "")), _us(get("left", "")), _us(get("eligible", ""))),
            *(_us(get("ended", "")), get("location", "")),
        )
        for each in person["coverages"] or [{}]:
            action = each.get("action", "030") if each else ""
            yield (
                *base,
                *(each.get("line", ""), each.get("plan", ""), each.get("tier", ""), action),
                *(_us(each.get("begin", "")), _us(each.get("end", "")), each.get("premium", "")),
            )


def table(
    delimiter: str = ",", encoding: str = "utf-8", people: Iterable[Person] = PEOPLE
) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(COLUMNS)
    writer.writerows(rows(people))
    return text.getvalue().encode(encoding)


SET = """
[set]
"source.reference" = "REF0001"
"source.date" = 2026-04-01
"source.action" = "replace"
"sponsor.name" = "TESTVILLE SCHOOLS"
"sponsor.id_qualifier" = "FI"
"sponsor.id" = "970000001"
"sponsor.policy" = "GRP1"
"payer.name" = "EXAMPLE HEALTH PLAN"
"payer.id_qualifier" = "FI"
"payer.id" = "970099901"
"member.policy" = "GRP1"
"member.benefit_status" = "active"
"""
TABLE_MAP = f"""name = "contract"
dates = ["%m/%d/%Y"]
{SET}
[fields]
"member.subscriber_id" = "Emp No"
"member.relationship" = {{ from = "Rel", values = {{ EE = "self" }} }}
"event.action" = "Action"
"event.reason" = "Reason"
"member.last" = "Last Name"
"member.first" = "First"
"member.middle" = "Middle"
"member.birth_date" = "DOB"
"member.sex" = "Sex"
"member.ssn" = "SSN"
"member.marital" = "Marital"
"member.contacts.home_phone" = "Home Phone"
"member.contacts.email" = "E-Mail"
"member.residence.address" = "Street"
"member.residence.city" = "City"
"member.residence.state" = "ST"
"member.residence.zip" = "Zip"
"member.ids.client_number" = "Client No"
"member.employment.status" = "Status"
"member.employment.begin" = "Hired"
"member.employment.end" = "Left"
"event.eligibility_begin" = "Eligible From"
"event.eligibility_end" = "Eligible To"
"reporting.LOCATION" = {{ from = "Location", qualifier = "LU" }}

[[coverages]]
when = "Line"
[coverages.fields]
action = "Cov Action"
line = "Line"
plan = "Plan"
tier = "Tier"
begin = "From"
end = "To"
"amounts.premium" = "Premium"

[csv]
member = ["Emp No", "Rel", "First"]
"""


# ---- pages of JSON


def items(people: Iterable[Person] = PEOPLE) -> list[dict[str, Any]]:
    """Employees with their dependants inside."""
    made: list[dict[str, Any]] = []
    for person in people:
        get = person.get
        item = {
            "event": {"action": person["action"], "reason": person["reason"]},
            "relation": RELATIONS[person["relationship"]].lower(),
            "name": {"last": person["last"], "first": person["first"], "middle": get("middle")},
            "born": person["born"],
            "sex": {"F": "Female", "M": "Male"}[person["sex"]],
            "ssn": person["ssn"] or None,
            "marital": get("marital"),
            "job": {key: get(key) for key in ("status", "hired", "left")},
            "eligible": [get("eligible"), get("ended")],
            "enrollments": [
                {**each, "premium": each.get("premium") and float(each["premium"])}
                | {"action": each.get("action", "030")}
                for each in person["coverages"]
            ],
        }
        if person["relationship"] == "18":
            more = ("phone", "email", "street", "city", "state", "zip", "client", "location")
            home = {key: get(key) for key in more}
            made.append({"number": person["number"], "dependents": [], **home, **item})
        else:
            made[-1]["dependents"].append(item)
    return made


_SHARED = (
    '"member.subscriber_id" = "/number"\n'
    '"member.relationship" = { from = "relation", values = { ee = "self" } }\n'
    '"event.action" = "event/action"\n'
    '"event.reason" = "event/reason"\n'
    '"member.last" = "name/last"\n'
    '"member.first" = "name/first"\n'
    '"member.middle" = "name/middle"\n'
    '"member.birth_date" = "born"\n'
    '"member.sex" = "sex"\n'
    '"member.ssn" = "ssn"\n'
)


def service_map(url: str, rest: str) -> str:
    """A mapping of the service."""
    return f"""name = "contract"
{SET}
[fields]
{_SHARED}"member.marital" = "marital"
"member.contacts.home_phone" = "phone"
"member.contacts.email" = "email"
"member.residence.address" = "street"
"member.residence.city" = "city"
"member.residence.state" = "state"
"member.residence.zip" = "zip"
"member.ids.client_number" = "client"
"member.employment.status" = "job/status"
"member.employment.begin" = "job/hired"
"member.employment.end" = "job/left"
"event.eligibility_begin" = "eligible/0"
"event.eligibility_end" = "eligible/1"
"reporting.LOCATION" = {{ from = "location", qualifier = "LU" }}

[[coverages]]
at = "enrollments"
[coverages.fields]
action = "action"
line = "line"
plan = "plan"
tier = "tier"
begin = "begin"
end = "end"
"amounts.premium" = "premium"

[rest]
url = "{url}"
items = "/data"
{rest}

[[rest.members]]
at = "dependents"
[rest.members.fields]
{_SHARED}"""


def pages(every: list[dict[str, Any]], size: int) -> list[bytes]:
    """The items in pages, each naming the next."""
    cut = [every[at : at + size] for at in range(0, len(every), size)]
    return [
        json.dumps({"data": part, "next": f"c{at + 1}" if at + 1 < len(cut) else None}).encode()
        for at, part in enumerate(cut)
    ]
