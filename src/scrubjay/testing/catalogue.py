"""What synthetic claims are made of. Names are obviously nobody's; codes have only their form."""

__all__ = [
    "BILLERS",
    "CITIES",
    "DENTISTS",
    "DIAGNOSES",
    "EMPLOYERS",
    "FIRST_NAMES",
    "HOSPITALS",
    "LAST_NAMES",
    "LEFT",
    "OPERATIONS",
    "OUTPATIENT",
    "PAYERS",
    "PLACES",
    "PLANS",
    "PROCEDURES",
    "RIGHT",
    "STAY",
    "STREETS",
    "TAXONOMIES",
    "TREATMENTS",
]

LAST_NAMES = tuple(
    start + end
    for start in ("SAMPLE", "TEST", "MOCK", "DEMO", "FAUX", "EXAMPLE", "SYNTH", "PLACEHOLD")
    for end in ("MAN", "TON", "BERG", "FIELD", "SON", "LEY", "WORTH", "STEIN", "WELL", "ER")
)
FIRST_NAMES = {
    "F": ("ANN", "BETH", "CARA", "DORA", "EVE", "FAY", "GINA", "HOPE", "IDA", "JUNE", "KAY", "LIV"),
    "M": ("ABE", "BEN", "CARL", "DAN", "ED", "FINN", "GUS", "HAL", "IAN", "JAY", "KURT", "LEO"),
}
STREETS = ("EXAMPLE ST", "SAMPLE AVE", "TEST RD", "DEMO BLVD", "MOCK LN", "FIXTURE WAY")

# City, state, ZIP, +4 of its providers, area code.
CITIES = (
    ("TESTVILLE", "NY", "10001", "0001", "212"),
    ("SAMPLETON", "NJ", "07030", "0002", "201"),
    ("MOCKFORD", "IL", "60601", "0003", "312"),
    ("DEMOPOLIS", "TX", "75201", "0004", "214"),
    ("FAUXFIELD", "CA", "94103", "0005", "415"),
    ("EXAMPLE CITY", "OH", "43215", "0006", "614"),
    ("SYNTHBURG", "PA", "15222", "0007", "412"),
    ("PLACEHOLD", "GA", "30303", "0008", "404"),
)

# Name and taxonomy of billing organisations; those without a name are persons.
BILLERS = (
    ("{} FAMILY PRACTICE", "261QP2300X"),
    ("{} MEDICAL GROUP", "193200000X"),
    ("{} ORTHOPEDICS", "193400000X"),
    ("{} CLINIC", "261Q00000X"),
    ("", "207Q00000X"),
)
TAXONOMIES = ("207Q00000X", "207R00000X", "208D00000X", "207RC0000X", "363LF0000X")

HOSPITALS = (
    ("{} GENERAL TEST HOSPITAL", "282N00000X"),
    ("{} CHILDRENS MOCK HOSPITAL", "282NC2000X"),
    ("{} REHABILITATION SAMPLE", "283X00000X"),
    ("{} CRITICAL ACCESS DEMO", "282NC0060X"),
)
DENTISTS = (
    ("{} FAMILY DENTAL", "1223G0001X"),
    ("{} SMILES SAMPLE", "122300000X"),
    ("{} MOCK ORTHODONTICS", "1223X0400X"),
    ("", "1223G0001X"),
)

# Name, id, filing indicator.
PAYERS = (
    ("EXAMPLE HEALTH PLAN", "99901", "CI"),
    ("SAMPLE BLUE PLAN", "99902", "BL"),
    ("TEST HMO", "99903", "HM"),
    ("MOCK PREFERRED PLAN", "99904", "12"),
    ("DEMO MEDICARE PART B", "99905", "MB"),
    ("FAUX MEDICAID", "99906", "MC"),
    ("SYNTHETIC MUTUAL", "99907", "CI"),
    ("PLACEHOLDER CARE", "99908", "CI"),
)

EMPLOYERS = (
    "SYNTHETIC WORKS",
    "TESTVILLE SCHOOLS",
    "SAMPLE FREIGHT LINES",
    "MOCKFORD FOUNDRY",
    "EXAMPLE CITY COUNCIL",
    "DEMO FOODS",
)

# Line of coverage, description, premium of one person in cents.
PLANS = (
    ("HMO", "TEST HMO 20", 41000),
    ("PPO", "SAMPLE PPO 500", 56000),
    ("EPO", "MOCK EPO 1000", 48500),
    ("HLT", "EXAMPLE HEALTH 2000", 39000),
)

# Place of service and how many in a hundred: office, telehealth, outpatient, inpatient, emergency.
PLACES = (("11", 76), ("10", 6), ("22", 9), ("21", 5), ("23", 4))

DIAGNOSES = (
    (
        "I10 E119 E785 J069 J209 N390 R0602 R1084 R519 K219 M5450 M25511 M25561 M542 F411 G4733 "
        "E039 E669 D649 B349 H6691 J0190 L309 R05 R5383 R079 R42 M7910 I509 I4891 J449 J45909 "
        "N179 N1830 K5900 E1165 E1122 M1711 M1712 G43909"
    )
    .replace(" R05 ", " R059 ")
    .split()
)
RIGHT, LEFT = frozenset({"M25511", "M25561", "H6691", "M1711"}), frozenset({"M1712"})
"""Those of one side of the body."""

# Procedure, charge in cents, kind: visit, other, laboratory, image, side, drug.
PROCEDURES = (
    ("99212", 8500, "visit"),
    ("99213", 12500, "visit"),
    ("99214", 18500, "visit"),
    ("99203", 16000, "visit"),
    ("93000", 4500, "other"),
    ("94010", 6000, "other"),
    ("96372", 3500, "other"),
    ("97110", 5500, "other"),
    ("97140", 5200, "other"),
    ("11102", 14500, "other"),
    ("36415", 1200, "laboratory"),
    ("80053", 3200, "laboratory"),
    ("85025", 2400, "laboratory"),
    ("83036", 2900, "laboratory"),
    ("81003", 900, "laboratory"),
    ("71046", 7800, "image"),
    ("73030", 6900, "image"),
    ("76700", 21000, "image"),
    ("20610", 15500, "side"),
    ("73560", 6400, "side"),
    ("G0008", 3000, "other"),
    ("G0439", 13000, "other"),
    ("J1885", 1500, "drug"),
    ("J3301", 2200, "drug"),
    ("J0696", 1800, "drug"),
)

# What a hospital stay costs beside the room: revenue code, cents.
STAY = (
    ("0250", 31000),
    ("0258", 12400),
    ("0270", 22800),
    ("0300", 18900),
    ("0305", 9600),
    ("0320", 27500),
    ("0360", 310000),
    ("0370", 88000),
    ("0410", 14300),
    ("0420", 16700),
    ("0636", 41200),
    ("0710", 36500),
    ("0730", 11800),
)
# Services to outpatients: revenue code, procedure, cents.
OUTPATIENT = (
    ("0300", "80053", 6400),
    ("0300", "85025", 4800),
    ("0307", "81003", 1900),
    ("0320", "71046", 21400),
    ("0320", "73030", 19900),
    ("0402", "76700", 48000),
    ("0450", "99284", 96500),
    ("0450", "99283", 61200),
    ("0510", "99213", 14500),
    ("0730", "93000", 16500),
    ("0420", "97110", 11200),
    ("0420", "97140", 10800),
    ("0260", "96374", 20300),
)
# Operations: their form is that of ICD-10-PCS.
OPERATIONS = ("0DTJ4ZZ", "0SR90JZ", "0FT44ZZ", "02HV33Z", "5A1935Z", "0BH17EZ", "30233N1")

# Dental procedure, cents, what it is done to: the mouth, a quadrant, a tooth, its surfaces.
TREATMENTS = (
    ("D0120", 5200, "mouth"),
    ("D0150", 8900, "mouth"),
    ("D0274", 6400, "mouth"),
    ("D1110", 9800, "mouth"),
    ("D1206", 4100, "mouth"),
    ("D4341", 24500, "quadrant"),
    ("D4910", 13800, "mouth"),
    ("D7140", 17200, "tooth"),
    ("D3330", 98000, "tooth"),
    ("D2740", 118000, "tooth"),
    ("D2391", 15900, "surfaces"),
    ("D2392", 20400, "surfaces"),
    ("D2150", 17600, "surfaces"),
)
