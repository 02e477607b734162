"""Other coverage: what others paid for a claim (2320) or a line (2430), why not more."""

from pydantic import Field

from scrubjay.models.persons import Address, Coverage, Insurer
from scrubjay.models.row import Code, Day, Money, Number, Row, Text

__all__ = ["Adjudication", "Adjustment", "OtherPayer"]


class Adjustment(Row):
    """Why a payer did not pay all: one reason, its amount and quantity (CAS)."""

    # 2320 CAS
    group: Code = None
    reason: Code = None
    amount: Money = None
    quantity: Number = None


class OtherCoverage(Coverage):
    """What another payer paid, and for whom (2320, 2330A)."""

    # 2320 AMT
    paid: Money = None  # AMT*D
    noncovered: Money = None  # AMT*A8
    remaining: Money = None  # AMT*EAF
    # 2320 OI
    benefits_assignment: Code = None
    patient_signature: Code = None
    release: Code = None
    # 2320 MIA, of inpatients
    inpatient_days: Number = None
    psychiatric_days: Number = None
    inpatient_drg_amount: Money = None
    inpatient_remark_1: Text = None
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
    inpatient_professional_component: Money = None
    inpatient_remark_2: Text = None
    inpatient_remark_3: Text = None
    inpatient_remark_4: Text = None
    inpatient_remark_5: Text = None
    capital_exception: Money = None
    # 2320 MOA
    reimbursement_rate: Number = None
    payable: Money = None
    remark_1: Text = None
    remark_2: Text = None
    remark_3: Text = None
    remark_4: Text = None
    remark_5: Text = None
    esrd_paid: Money = None
    professional_component: Money = None
    # 2330A NM1
    subscriber_entity: Code = None
    subscriber_last: Text = None
    subscriber_first: Text = None
    subscriber_middle: Text = None
    subscriber_suffix: Text = None
    member_id_qualifier: Code = None
    member_id: Text = None
    # 2330A N3
    subscriber_address: Text = None
    subscriber_address2: Text = None
    # 2330A N4
    subscriber_city: Text = None
    subscriber_state: Code = None
    subscriber_zip: Text = None
    subscriber_country: Code = None
    subscriber_subdivision: Code = None
    # 2330A REF
    subscriber_ssn: Text = None  # REF*SY


class OtherPayer(Address, Insurer, OtherCoverage):
    """Another payer of the claim (2320, 2330A to 2330I): its insured, what it paid, who it is.

    It has what any kind of claim has; `write` refuses what the claim's own guide has no place for.
    """

    # 2330B DTP
    adjudication_date: Day = None
    # 2330B REF
    secondary_id_qualifier: Code = None
    secondary_id: Text = None
    prior_authorization: Text = None  # REF*G1
    referral: Text = None  # REF*9F
    predetermination_reference: Text = None  # REF*G3
    adjustment_indicator: Code = None  # REF*T4
    claim_control: Text = None  # REF*F8
    # 2330C to 2330I NM1 and REF: their numbers with this payer
    referring_qualifier: Code = None
    referring_id_qualifier: Code = None
    referring_id: Text = None
    rendering_entity: Code = None
    rendering_id_qualifier: Code = None
    rendering_id: Text = None
    facility_id_qualifier: Code = None
    facility_id: Text = None
    supervising_id_qualifier: Code = None
    supervising_id: Text = None
    billing_entity: Code = None
    billing_id_qualifier: Code = None
    billing_id: Text = None
    attending_id_qualifier: Code = None
    attending_id: Text = None
    operating_id_qualifier: Code = None
    operating_id: Text = None
    other_operating_id_qualifier: Code = None
    other_operating_id: Text = None
    assistant_entity: Code = None
    assistant_id_qualifier: Code = None
    assistant_id: Text = None
    adjustments: tuple[Adjustment, ...] = Field(default=(), strict=False)


class Adjudication(Row):
    """What another payer paid for a line (2430); `payer_id` is that payer's id in 2330B."""

    # 2430 SVD
    payer_id: Text = None
    paid: Money = None
    procedure_qualifier: Code = None
    procedure: Code = None
    modifier_1: Code = None
    modifier_2: Code = None
    modifier_3: Code = None
    modifier_4: Code = None
    description: Text = None
    revenue: Code = None
    units: Number = None
    bundled_line: Number = None
    # 2430 DTP
    date: Day = None
    # 2430 AMT
    remaining: Money = None
    adjustments: tuple[Adjustment, ...] = Field(default=(), strict=False)
