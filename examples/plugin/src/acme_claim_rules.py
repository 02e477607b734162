"""What ACME wants of professional claims, beyond what every payer does."""

from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Claim, Line

ACME = "60054"


@rule(
    "ACME_HOME_VISIT_NOTE",
    severity="warning",
    snip=7,
    status="A6:586",
    source="ACME provider manual, home visits",
    fix="Say in NTE of the line why the patient could not come",
    at=lambda line, _: (line.note, line.procedure),
    tests=[
        {
            "expect": "fail",
            "claim": {"payer": {"id": ACME}, "place_of_service": "12", "lines": [{}]},
        },
        {
            "expect": "pass",
            "claim": {
                "payer": {"id": ACME},
                "place_of_service": "12",
                "lines": [{"note": "BEDRIDDEN"}],
            },
        },
    ],
)
def acme_home_visit_note(line: Line, claim: Claim) -> Bool:
    """A home visit does not say why the patient could not come."""
    home = line.place_of_service.otherwise(claim.place_of_service) == "12"
    return (claim.payer.id == ACME) & home & line.note.is_missing()
