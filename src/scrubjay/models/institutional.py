"""The institutional claim (837I): what 2300 says of it, its codes, and its lines."""

import datetime as dt
from typing import Literal

from pydantic import Field

from scrubjay.models.claim import Claim, Condition, Diagnosis, Note
from scrubjay.models.coverage import Adjudication, OtherPayer
from scrubjay.models.line import ServiceLine
from scrubjay.models.providers import (
    Facility,
    Operating,
    OtherOperating,
    ReferringName,
    ReferringNumber,
    RenderingName,
    RenderingNumber,
)
from scrubjay.models.row import Code, Day, Money, Number, Row, Text
from scrubjay.models.segments import (
    Above,
    Contract,
    Drug,
    Numbered,
    RepricedGroup,
    RepricedService,
    Repricing,
    RepricingOutcome,
    Service,
)
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
    """What a claim says of itself, its dates, and the stay (2300 CLM to CL1)."""

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


class InstitutionalReferences(Row):
    """Its numbers, and why the patient came (2300 AMT to HI)."""

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


class RepricedStay(Row):
    """The stay that it was priced as (2300 HCP)."""

    # 2300 HCP
    repriced_revenue: Code = None
    repriced_unit: Code = None
    repriced_units: Number = None


class Attending(Row):
    """Who attends the patient (2310A)."""

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


class InstitutionalClaim(
    ReferringNumber,
    ReferringName,
    Facility,
    RenderingNumber,
    RenderingName,
    OtherOperating,
    Operating,
    Attending,
    RepricingOutcome,
    RepricedStay,
    RepricedGroup,
    Repricing,
    InstitutionalReferences,
    Contract,
    InstitutionalInformation,
    Above,
    Claim,
):
    """One institutional claim, complete in itself."""

    kind: Literal["837I"] = "837I"
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


class Revenue(Row):
    """What it counts as (2400 SV2)."""

    # 2400 SV2
    revenue: Code = None


class InstitutionalUnits(Row):
    """How much of it, when, its numbers and taxes (2400 SV2 to NTE)."""

    # 2400 SV2
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


class RepricedRevenue(Row):
    """What it was priced as (2400 HCP)."""

    # 2400 HCP
    repriced_revenue: Code = None


class InstitutionalLine(
    ReferringNumber,
    ReferringName,
    RenderingNumber,
    RenderingName,
    OtherOperating,
    Operating,
    Drug,
    RepricingOutcome,
    RepricedService,
    RepricedRevenue,
    RepricedGroup,
    Repricing,
    InstitutionalUnits,
    Service,
    Revenue,
    Numbered,
    ServiceLine,
):
    """A service of an institutional claim: what it counts as (its revenue code), and what it is."""

    attachments: tuple[Attachment, ...] = Field(default=(), strict=False)
    adjudications: tuple[Adjudication, ...] = Field(default=(), strict=False)
