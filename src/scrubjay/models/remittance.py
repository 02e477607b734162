"""What a payer paid, as typed, frozen values: lines of what `scrubjay remit` writes.

A `Payment` is one transaction set of an 835, a `Remittance` one claim in it with its service lines
and adjustments, a `ProviderAdjustment` one amount of a PLB: positive reduces the payment. Where a
code has a word, both are kept: ``status`` is the word, ``status_code`` the code as it stood. As
JSON, what is not there is left out; in files, what is the same for a whole set stands beside the
records (`scrubjay.sources`).
"""

from typing import Literal

from pydantic import Field

from scrubjay.models.persons import Address
from scrubjay.models.row import Code, Day, Money, Number, Row, Text

__all__ = [
    "SCHEMA",
    "Amount",
    "Delivery",
    "HeldBack",
    "Inpatient",
    "OfPayment",
    "Outpatient",
    "Party",
    "Payee",
    "Payer",
    "Payment",
    "PaymentContact",
    "Procedure",
    "ProviderAdjustment",
    "ProviderSummary",
    "Quantity",
    "Reference",
    "Remark",
    "Remittance",
    "RemittanceAdjustment",
    "RemittanceLine",
    "RemittanceSource",
]

SCHEMA = 2
"""The version of the records' shape; raised where a reader has to change."""


def _rows() -> tuple[()]:
    return Field(default=(), strict=False)


class RemittanceSource(Row):
    """Where a record comes from; `index` is the ordinal of the claim in its file."""

    kind: Literal["835"]
    file: Text = None
    sha256: Text = None
    """Of the file; missing where it was read from standard input."""
    interchange_index: int | None = None
    group_index: int | None = None
    set_index: int | None = None
    interchange: Text = None
    """ISA13."""
    group: Text = None
    """GS06."""
    set: Text = None
    """ST02."""
    sender: Text = None
    receiver: Text = None
    index: int | None = None
    segment_index: int | None = None


class Reference(Row):
    """A number that somebody or something goes by (REF)."""

    qualifier: Code = None
    name: Text = None
    value: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None


class Amount(Row):
    """An amount beside those of the balance (AMT)."""

    qualifier: Code = None
    name: Text = None
    amount: Money = None


class Quantity(Row):
    """A count of something (QTY)."""

    qualifier: Code = None
    name: Text = None
    quantity: Number = None


class PaymentContact(Row):
    """Whom to ask (PER)."""

    name: Text = None
    phone: Text = None
    extension: Text = None
    fax: Text = None
    email: Text = None
    web: Text = None


class Payer(Address):
    """Who pays (1000A)."""

    name: Text = None
    plan_id: Text = None
    contact: Text = None
    web: Text = None
    references: tuple[Reference, ...] = _rows()
    contacts: tuple[PaymentContact, ...] = _rows()
    technical_contacts: tuple[PaymentContact, ...] = _rows()


class Payee(Address):
    """Who is paid (1000B)."""

    name: Text = None
    id_qualifier: Code = None
    id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    references: tuple[Reference, ...] = _rows()


class Delivery(Row):
    """How the remittance is sent (RDM)."""

    method_code: Code = None
    name: Text = None
    address: Text = None


class OfPayment(Row):
    """Which payment a record belongs to: what TRN and BPR say of it."""

    trace: Text = None
    """TRN02: the number of the check, or of the transfer."""
    originator: Text = None
    date: Day = None
    payee_id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None


class Payment(Row):
    """One payment: a transaction set of an 835 that is good as a whole."""

    schema_version: Literal[2]
    source: RemittanceSource
    # TRN, BPR
    trace: Text = None
    originator: Text = None
    originator_supplement: Text = None
    handling: Text = None
    handling_code: Code = None
    amount: Money = None
    direction: Text = None
    direction_code: Code = None
    method: Text = None
    method_code: Code = None
    format_code: Code = None
    date: Day = None
    sender_bank_qualifier: Code = None
    sender_bank: Text = None
    sender: Text = None
    sender_supplement: Text = None
    receiver_bank_qualifier: Code = None
    receiver_bank: Text = None
    # DTM, CUR, REF
    production_date: Day = None
    currency: Code = None
    receiver: Text = None
    version: Text = None
    payer: Payer | None = None
    payee: Payee | None = None
    delivery: Delivery | None = None
    claims: int = 0
    """Claims of it that are among the remittances."""
    claims_quarantined: int = 0
    """Claims of it that were held back: they are in quarantine.jsonl."""


class Party(Row):
    """Somebody in a claim (NM1)."""

    entity: Code = None
    name: Text = None
    last: Text = None
    first: Text = None
    middle: Text = None
    suffix: Text = None
    id_qualifier: Code = None
    id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None


class Inpatient(Row):
    """How an inpatient claim was priced (MIA)."""

    covered_days: Number = None
    operating_outlier: Money = None
    psychiatric_days: Number = None
    drg_amount: Money = None
    remark_1: Code = None
    disproportionate_share: Money = None
    secondary_passthrough: Money = None
    capital_amount: Money = None
    capital_federal_amount: Money = None
    capital_hospital_amount: Money = None
    capital_disproportionate_share: Money = None
    old_capital: Money = None
    capital_teaching: Money = None
    operating_hospital_amount: Money = None
    report_days: Number = None
    operating_federal_amount: Money = None
    capital_outlier: Money = None
    indirect_teaching: Money = None
    professional_component: Money = None
    remark_2: Code = None
    remark_3: Code = None
    remark_4: Code = None
    remark_5: Code = None
    capital_exception: Money = None


class Outpatient(Row):
    """How an outpatient claim was priced (MOA)."""

    reimbursement_rate: Number = None
    payable: Money = None
    remark_1: Code = None
    remark_2: Code = None
    remark_3: Code = None
    remark_4: Code = None
    remark_5: Code = None
    esrd_paid: Money = None
    professional_component: Money = None


class RemittanceAdjustment(Row):
    """Why less was paid than was charged: one reason of a CAS."""

    group: Text = None
    group_code: Code = None
    """CO contractual, PR the patient's, PI the payer's own, OA other."""
    reason_code: Code = None
    amount: Money = None
    quantity: Number = None


class Remark(Row):
    """A remark on a service line (LQ)."""

    list: Code = None
    code: Code = None


class Procedure(Row):
    """A procedure as it was submitted, where the payer judged another (SVC06, SVC07)."""

    product_qualifier: Code = None
    procedure: Code = None
    modifier_1: Code = None
    modifier_2: Code = None
    modifier_3: Code = None
    modifier_4: Code = None
    description: Text = None
    units: Number = None


class RemittanceLine(Row):
    """One service line as it was paid (2110)."""

    product_qualifier: Code = None
    procedure: Code = None
    modifier_1: Code = None
    modifier_2: Code = None
    modifier_3: Code = None
    modifier_4: Code = None
    charge: Money = None
    paid: Money = None
    revenue: Code = None
    units: Number = None
    submitted: Procedure | None = None
    service_from: Day = None
    service_to: Day = None
    control: Text = None
    """REF*6R: the line's control number in the claim."""
    references: tuple[Reference, ...] = _rows()
    amounts: tuple[Amount, ...] = _rows()
    quantities: tuple[Quantity, ...] = _rows()
    remarks: tuple[Remark, ...] = _rows()
    adjustments: tuple[RemittanceAdjustment, ...] = _rows()


class Remittance(Row):
    """One claim as it was paid (2100): its charge less its adjustments is what was paid."""

    schema_version: Literal[2]
    source: RemittanceSource
    payment: OfPayment | None = None
    group: Text = None
    """LX01: the group of claims it stands in."""
    # CLP
    id: Text = None
    """CLP01: the CLM01 of the claim; of a replacement that of the claim it replaces."""
    status: Text = None
    status_code: Code = None
    charge: Money = None
    paid: Money = None
    patient_responsibility: Money = None
    filing_code: Code = None
    payer_control: Text = None
    """CLP07: what the payer calls the claim; the REF*F8 of a replacement."""
    facility_code: Code = None
    frequency: Code = None
    drg: Code = None
    drg_weight: Number = None
    discharge_fraction: Number = None
    # DTM
    statement_from: Day = None
    statement_to: Day = None
    coverage_end: Day = None
    received: Day = None
    # NM1
    patient: Party | None = None
    insured: Party | None = None
    corrected: Party | None = None
    provider: Party | None = None
    crossover: Party | None = None
    priority_payer: Party | None = None
    other_insured: Party | None = None
    # MIA, MOA
    inpatient: Inpatient | None = None
    outpatient: Outpatient | None = None
    references: tuple[Reference, ...] = _rows()
    contacts: tuple[PaymentContact, ...] = _rows()
    amounts: tuple[Amount, ...] = _rows()
    quantities: tuple[Quantity, ...] = _rows()
    lines: tuple[RemittanceLine, ...] = _rows()
    adjustments: tuple[RemittanceAdjustment, ...] = _rows()


class ProviderAdjustment(Row):
    """An amount that belongs to no claim (PLB): positive reduces the payment."""

    schema_version: Literal[2]
    source: RemittanceSource
    payment: OfPayment | None = None
    provider_id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    fiscal_period_end: Day = None
    reason: Text = None
    reason_code: Code = None
    reference: Text = None
    """Of a takeback (WO, FB) often CLP01, CLP07 and the trace of the payment taken back."""
    amount: Money = None


class ProviderSummary(Row):
    """What a group of claims comes to, as Medicare tells institutions (TS3, TS2)."""

    schema_version: Literal[2]
    source: RemittanceSource
    payment: OfPayment | None = None
    group: Text = None
    provider_id: Text = None
    ssn_last4: Text = None
    ssn_token: Text = None
    facility_code: Code = None
    fiscal_period_end: Day = None
    claims: int | None = None
    charge: Money = None
    secondary_paid: Money = None
    charge_outside_laboratory: Money = None
    reportable_charge: Money = None
    payable: Money = None
    professional_component: Money = None
    secondary_liability_met: Money = None
    patient_reimbursement: Money = None
    periodic_claims: int | None = None
    periodic_adjustment: Money = None
    drg_amount: Money = None
    federal_amount: Money = None
    hospital_amount: Money = None
    disproportionate_share: Money = None
    capital_amount: Money = None
    indirect_teaching: Money = None
    outlier_days: Number = None
    day_outlier: Money = None
    cost_outlier: Money = None
    average_stay: Number = None
    discharges: Number = None
    report_days: Number = None
    covered_days: Number = None
    noncovered_days: Number = None
    secondary_passthrough: Money = None
    average_drg_weight: Number = None
    capital_federal_amount: Money = None
    capital_hospital_amount: Money = None
    capital_disproportionate_share: Money = None


class HeldBack(Row):
    """One reason why a claim, or a whole set, is held back or noted: a line of quarantine.jsonl."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    fix: str | None = None
    kind: Literal["835"]
    file: str | None = None
    interchange: str | None = None
    group: str | None = None
    set: str | None = None
    loop: str | None = None
    segment: str | None = None
    value: str | None = None
    """What stood there, masked: letters as A, digits as 9."""
    subscriber: None = None
    row: None = None
    path: None = None
    field: str | None = None
    """The place in the record: ``lines.paid``."""
    scope: str
    """claim; or set, group, interchange: then `members` went back with it."""
    profile: str | None = None
    profile_version: str | None = None
    index: int | None = None
    segment_index: int | None = None
    element: int | None = None
    component: int | None = None
    members: int | None = None
    """How many records went back with the set, group or interchange."""
