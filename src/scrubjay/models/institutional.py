"""The institutional claim (837I): what 2300 says of it, its codes, and its lines."""

import datetime as dt
from typing import Literal

from pydantic import Field

from scrubjay.models.claim import Claim, Condition, Diagnosis, Note
from scrubjay.models.coverage import Adjudication, OtherPayer
from scrubjay.models.line import ServiceLine
from scrubjay.models.parties import Patient, Payer, Provider, Subscriber, TransactionHeader
from scrubjay.models.row import Code, Day, Money, Number, Row, Text
from scrubjay.models.supplements import Attachment, Certification, FileInformation

__all__ = [
    "ExternalCause",
    "InstitutionalClaim",
    "InstitutionalLine",
    "Occurrence",
    "OccurrenceSpan",
    "Procedure",
    "Treatment",
    "ValueCode",
    "VisitReason",
]


class VisitReason(Row):
    """Why an outpatient came (HI*APR)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None


class ExternalCause(Row):
    """What brought an injury about (HI*ABN)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None
    present_on_admission: Code = None


class Procedure(Row):
    """A procedure in ICD-10-PCS (HI*BBR, HI*BBQ), the principal one first."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None
    date: Day = None


class OccurrenceSpan(Row):
    """Something that went on for some days (HI*BI)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None
    span_from: Day = None
    span_to: Day = None


class Occurrence(Row):
    """Something that happened on a day (HI*BH)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None
    date: Day = None


class ValueCode(Row):
    """An amount or a number and what it is of (HI*BE)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None
    amount: Money = None


class Treatment(Row):
    """A treatment code (HI*TC)."""

    # 2300 HI
    qualifier: Code = None
    code: Code = None


class InstitutionalInformation(Row):
    """What is above a claim, what it says of itself, and who took part (2300, 2310)."""

    kind: Literal["837I"] = "837I"
    set: TransactionHeader | None = None
    provider: Provider | None = None
    subscriber: Subscriber | None = None
    payer: Payer | None = None
    patient: Patient | None = None

    # 2300 CLM
    id: Text = None
    charge: Money = None
    facility_type: Code = None
    place_qualifier: Code = None
    frequency: Code = None
    assignment: Code = None
    benefits_assignment: Code = None
    release: Code = None
    delay_reason: Code = None
    # 2300 DTP
    statement_from: Day = None  # DTP*434
    statement_to: Day = None  # DTP*434
    admission_date: Day = None  # DTP*435
    admission_hour: Text = None  # DTP*435
    discharge_hour: Text = None  # DTP*096
    repricer_date: Day = None  # DTP*050
    # 2300 CL1
    admission_type: Code = None
    admission_source: Code = None
    patient_status: Code = None
    # 2300 CN1
    contract_type: Code = None
    contract_amount: Money = None
    contract_percent: Number = None
    contract_code: Text = None
    contract_terms: Number = None
    contract_version: Text = None
    # 2300 AMT
    patient_due: Money = None
    # 2300 REF
    service_exception: Text = None  # REF*4N
    referral: Text = None  # REF*9F
    prior_authorization: Text = None  # REF*G1
    original_reference: Text = None  # REF*F8
    repriced_reference: Text = None  # REF*9A
    adjusted_repriced_reference: Text = None  # REF*9C
    investigational_device: Text = None  # REF*LX
    clearinghouse_reference: Text = None  # REF*D9
    accident_state: Code = None  # REF*LU
    medical_record: Text = None  # REF*EA
    demonstration_project: Text = None  # REF*P4
    peer_review: Text = None  # REF*G4
    # 2300 NTE
    billing_note: Text = None  # NTE*ADD
    # 2300 HI
    admitting_qualifier: Code = None
    admitting_diagnosis: Code = None
    drg: Code = None
    # 2300 HCP
    repricing_method: Code = None
    repriced_amount: Money = None
    repriced_saving: Money = None
    repricer_id: Text = None
    repricing_rate: Number = None
    repriced_group: Text = None
    repriced_group_amount: Money = None
    repriced_revenue: Code = None
    repriced_unit: Code = None
    repriced_units: Number = None
    repricing_reject: Code = None
    repricing_compliance: Code = None
    repricing_exception: Code = None
    # 2310A NM1
    attending_last: Text = None
    attending_first: Text = None
    attending_middle: Text = None
    attending_suffix: Text = None
    attending_npi: Text = None
    # 2310A PRV
    attending_taxonomy: Text = None
    # 2310A REF
    attending_secondary_id_qualifier: Code = None
    attending_secondary_id: Text = None
    # 2310B NM1
    operating_last: Text = None
    operating_first: Text = None
    operating_middle: Text = None
    operating_suffix: Text = None
    operating_npi: Text = None
    # 2310B REF
    operating_secondary_id_qualifier: Code = None
    operating_secondary_id: Text = None
    # 2310C NM1
    other_operating_last: Text = None
    other_operating_first: Text = None
    other_operating_middle: Text = None
    other_operating_suffix: Text = None
    other_operating_npi: Text = None
    # 2310C REF
    other_operating_secondary_id_qualifier: Code = None
    other_operating_secondary_id: Text = None
    # 2310D NM1
    rendering_last: Text = None
    rendering_first: Text = None
    rendering_middle: Text = None
    rendering_suffix: Text = None
    rendering_npi: Text = None
    # 2310D REF
    rendering_secondary_id_qualifier: Code = None
    rendering_secondary_id: Text = None
    # 2310E NM1
    facility_name: Text = None
    facility_npi: Text = None
    # 2310E N3
    facility_address: Text = None
    facility_address2: Text = None
    # 2310E N4
    facility_city: Text = None
    facility_state: Code = None
    facility_zip: Text = None
    facility_country: Code = None
    facility_subdivision: Code = None
    # 2310E REF
    facility_secondary_id_qualifier: Code = None
    facility_secondary_id: Text = None
    # 2310F NM1
    referring_last: Text = None
    referring_first: Text = None
    referring_middle: Text = None
    referring_suffix: Text = None
    referring_npi: Text = None
    # 2310F REF
    referring_secondary_id_qualifier: Code = None
    referring_secondary_id: Text = None


class InstitutionalClaim(InstitutionalInformation, Claim):
    """One institutional claim, complete in itself."""

    diagnoses: tuple[Diagnosis, ...] = Field(default=(), strict=False)
    visit_reasons: tuple[VisitReason, ...] = Field(default=(), strict=False)
    external_causes: tuple[ExternalCause, ...] = Field(default=(), strict=False)
    procedures: tuple[Procedure, ...] = Field(default=(), strict=False)
    occurrence_spans: tuple[OccurrenceSpan, ...] = Field(default=(), strict=False)
    occurrences: tuple[Occurrence, ...] = Field(default=(), strict=False)
    value_codes: tuple[ValueCode, ...] = Field(default=(), strict=False)
    conditions: tuple[Condition, ...] = Field(default=(), strict=False)
    treatments: tuple[Treatment, ...] = Field(default=(), strict=False)
    notes: tuple[Note, ...] = Field(default=(), strict=False)
    attachments: tuple[Attachment, ...] = Field(default=(), strict=False)
    certifications: tuple[Certification, ...] = Field(default=(), strict=False)
    file_information: tuple[FileInformation, ...] = Field(default=(), strict=False)
    other_payers: tuple[OtherPayer, ...] = Field(default=(), strict=False)
    lines: tuple["InstitutionalLine", ...] = Field(default=(), strict=False)

    @property
    def type_of_bill(self) -> str | None:
        """Facility type and frequency as people say them together: `111`."""
        parts = (self.facility_type, self.frequency)
        return "".join(part for part in parts if part) or None

    @property
    def service_from(self) -> dt.date | None:
        """The first day of the statement."""
        return self.statement_from or super().service_from

    @property
    def service_to(self) -> dt.date | None:
        """The last day of the statement."""
        return self.statement_to or super().service_to


class LineInformation(Row):
    """What a line says of itself, of a drug, and who took part (2400 to 2420)."""

    # 2400 LX
    number: Number = None
    # 2400 SV2
    revenue: Code = None
    procedure_qualifier: Code = None
    procedure: Code = None
    modifier_1: Code = None
    modifier_2: Code = None
    modifier_3: Code = None
    modifier_4: Code = None
    description: Text = None
    charge: Money = None
    unit: Code = None
    units: Number = None
    noncovered: Money = None
    # 2400 DTP
    service_from: Day = None  # DTP*472
    service_to: Day = None  # DTP*472
    # 2400 REF
    control: Text = None  # REF*6R
    repriced_reference: Text = None  # REF*9B
    adjusted_repriced_reference: Text = None  # REF*9D
    # 2400 AMT
    service_tax: Money = None  # AMT*GT
    facility_tax: Money = None  # AMT*N8
    # 2400 NTE
    third_party_note: Text = None
    # 2400 HCP
    repricing_method: Code = None
    repriced_amount: Money = None
    repriced_saving: Money = None
    repricer_id: Text = None
    repricing_rate: Number = None
    repriced_group: Text = None
    repriced_group_amount: Money = None
    repriced_revenue: Code = None
    repriced_procedure_qualifier: Code = None
    repriced_procedure: Text = None
    repriced_unit: Code = None
    repriced_units: Number = None
    repricing_reject: Code = None
    repricing_compliance: Code = None
    repricing_exception: Code = None
    # 2410 LIN
    drug_qualifier: Code = None
    ndc: Text = None
    # 2410 CTP
    drug_quantity: Number = None
    drug_unit: Code = None
    # 2410 REF
    drug_reference_qualifier: Code = None
    drug_reference: Text = None
    # 2420A NM1
    operating_last: Text = None
    operating_first: Text = None
    operating_middle: Text = None
    operating_suffix: Text = None
    operating_npi: Text = None
    # 2420A REF
    operating_secondary_id_qualifier: Code = None
    operating_secondary_id: Text = None
    # 2420B NM1
    other_operating_last: Text = None
    other_operating_first: Text = None
    other_operating_middle: Text = None
    other_operating_suffix: Text = None
    other_operating_npi: Text = None
    # 2420B REF
    other_operating_secondary_id_qualifier: Code = None
    other_operating_secondary_id: Text = None
    # 2420C NM1
    rendering_last: Text = None
    rendering_first: Text = None
    rendering_middle: Text = None
    rendering_suffix: Text = None
    rendering_npi: Text = None
    # 2420C REF
    rendering_secondary_id_qualifier: Code = None
    rendering_secondary_id: Text = None
    # 2420D NM1
    referring_last: Text = None
    referring_first: Text = None
    referring_middle: Text = None
    referring_suffix: Text = None
    referring_npi: Text = None
    # 2420D REF
    referring_secondary_id_qualifier: Code = None
    referring_secondary_id: Text = None


class InstitutionalLine(LineInformation, ServiceLine):
    """A service of an institutional claim: what it counts as (its revenue code), and what it is."""

    attachments: tuple[Attachment, ...] = Field(default=(), strict=False)
    adjudications: tuple[Adjudication, ...] = Field(default=(), strict=False)
