"""Segments that claims, or lines, of several kinds have: bases of their models.

A model has its fields in the order of its guide, and of two bases the last has the first fields; so
each base is a run of fields that stands whole wherever it stands (docs/decisions/0025).
"""

from typing import Any

from scrubjay.models.parties import Patient, Payer, Provider, Subscriber, TransactionHeader
from scrubjay.models.row import Code, Money, Number, Row, Text

__all__ = [
    "Above",
    "Contract",
    "Drug",
    "Numbered",
    "Pointers",
    "RepricedGroup",
    "RepricedService",
    "Repricing",
    "RepricingOutcome",
    "Service",
]


class Above(Row):
    """What is above a claim; `kind` says what it is."""

    kind: Any = None
    set: TransactionHeader | None = None
    provider: Provider | None = None
    subscriber: Subscriber | None = None
    payer: Payer | None = None
    patient: Patient | None = None


class Contract(Row):
    """What payer and provider agreed on (CN1)."""

    contract_type: Code = None
    contract_amount: Money = None
    contract_percent: Number = None
    contract_code: Text = None
    contract_terms: Number = None
    contract_version: Text = None


class Repricing(Row):
    """What somebody else priced it at (HCP)."""

    repricing_method: Code = None
    repriced_amount: Money = None
    repriced_saving: Money = None
    repricer_id: Text = None
    repricing_rate: Number = None


class RepricedGroup(Row):
    """The group that it was priced by (HCP)."""

    repriced_group: Text = None
    repriced_group_amount: Money = None


class RepricedService(Row):
    """The service that it was priced as (HCP)."""

    repriced_procedure_qualifier: Code = None
    repriced_procedure: Text = None
    repriced_unit: Code = None
    repriced_units: Number = None


class RepricingOutcome(Row):
    """What came of the pricing (HCP)."""

    repricing_reject: Code = None
    repricing_compliance: Code = None
    repricing_exception: Code = None


class Numbered(Row):
    """Which line it is (LX)."""

    number: Number = None


class Service(Row):
    """What was done, and for how much (SV1, SV2, SV3)."""

    procedure_qualifier: Code = None
    procedure: Code = None
    modifier_1: Code = None
    modifier_2: Code = None
    modifier_3: Code = None
    modifier_4: Code = None
    description: Text = None
    charge: Money = None


class Pointers(Row):
    """The diagnoses that a line is for (SV1, SV3), as their ordinals from 1."""

    pointer_1: Number = None
    pointer_2: Number = None
    pointer_3: Number = None
    pointer_4: Number = None


class Drug(Row):
    """A drug (LIN, CTP, REF)."""

    drug_qualifier: Code = None
    ndc: Text = None
    drug_quantity: Number = None
    drug_unit: Code = None
    drug_reference_qualifier: Code = None
    drug_reference: Text = None
