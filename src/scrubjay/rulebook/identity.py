"""Who bills, who is insured: identifiers and names."""

from scrubjay.rules import Bool, rule
from scrubjay.rules.fields import Provider


@rule(
    "INVALID_BILLING_NPI",
    severity="error",
    snip=5,
    status="A7:562:85",
    source="CMS NPI check digit specification (ISO/IEC 7812 Luhn over 80840 and the NPI)",
    fix="Correct the billing provider's NPI; compare it with the NPPES registry",
)
def invalid_billing_npi(provider: Provider) -> Bool:
    """The billing provider's NPI is not a valid NPI."""
    return ~provider.npi.passes("npi")
