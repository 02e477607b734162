"""The professional claim (837P): what 2300 says of it, and who took part."""

from typing import Literal

from pydantic import Field

from scrubjay.models.claim import Claim, Condition, Diagnosis
from scrubjay.models.coverage import OtherPayer
from scrubjay.models.line import ProfessionalLine
from scrubjay.models.providers import (
    Dropoff,
    Facility,
    Pickup,
    Referring,
    Rendering,
    Supervising,
)
from scrubjay.models.row import Code, Day, Money, Number, Row, Text
from scrubjay.models.segments import (
    Above,
    Contract,
    RepricedGroup,
    Repricing,
    RepricingOutcome,
)
from scrubjay.models.supplements import Attachment, Certification, FileInformation

__all__ = ["Anesthesia", "ProfessionalClaim"]


class Anesthesia(Row):
    """An anesthesia-related procedure (HI*BP, HI*BO)."""

    # 2300 HI
    qualifier: Code = None
    procedure: Code = None


class ProfessionalInformation(Row):
    """What a claim says of itself, and its dates (2300 CLM, DTP)."""

    # 2300 CLM
    id: Text = None
    charge: Money = None
    place_of_service: Code = None
    place_qualifier: Code = None
    frequency: Code = None
    provider_signature: Code = None
    assignment: Code = None
    benefits_assignment: Code = None
    release: Code = None
    patient_signature: Code = None
    related_cause_1: Code = None
    related_cause_2: Code = None
    related_cause_3: Code = None
    accident_state: Code = None
    accident_country: Code = None
    special_program: Code = None
    delay_reason: Code = None
    # 2300 DTP
    onset_date: Day = None  # DTP*431
    initial_treatment_date: Day = None  # DTP*454
    last_seen_date: Day = None  # DTP*304
    acute_date: Day = None  # DTP*453
    accident_date: Day = None  # DTP*439
    last_menstrual_date: Day = None  # DTP*484
    xray_date: Day = None  # DTP*455
    prescription_date: Day = None  # DTP*471
    disability_from: Day = None
    disability_to: Day = None
    last_worked_date: Day = None  # DTP*297
    return_date: Day = None  # DTP*296
    admission_date: Day = None  # DTP*435
    discharge_date: Day = None  # DTP*096
    assumed_care_date: Day = None
    relinquished_care_date: Day = None
    first_contact_date: Day = None  # DTP*444
    repricer_date: Day = None  # DTP*050


class ProfessionalReferences(Row):
    """Its numbers, notes, and how the patient came (2300 AMT to CR2)."""

    # 2300 AMT
    patient_paid: Money = None
    # 2300 REF
    service_exception: Text = None  # REF*4N
    medicare_crossover: Text = None  # REF*F5
    mammography: Text = None  # REF*EW
    referral: Text = None  # REF*9F
    prior_authorization: Text = None  # REF*G1
    original_reference: Text = None  # REF*F8
    clia: Text = None  # REF*X4
    repriced_reference: Text = None  # REF*9A
    adjusted_repriced_reference: Text = None  # REF*9C
    investigational_device: Text = None  # REF*LX
    clearinghouse_reference: Text = None  # REF*D9
    medical_record: Text = None  # REF*EA
    demonstration_project: Text = None  # REF*P4
    care_plan_oversight: Text = None  # REF*1J
    # 2300 NTE
    note_type: Code = None
    note: Text = None
    # 2300 CR1
    ambulance_weight_unit: Code = None
    ambulance_weight: Number = None
    ambulance_reason: Code = None
    ambulance_distance_unit: Code = None
    ambulance_distance: Number = None
    ambulance_round_trip: Text = None
    ambulance_stretcher: Text = None
    # 2300 CR2
    spinal_condition: Code = None
    spinal_description: Text = None
    spinal_description2: Text = None


class FacilityContact(Facility):
    """Where the services were given, and whom to ask there."""

    # 2310C PER
    facility_contact: Text = None
    facility_phone: Text = None
    facility_extension: Text = None


class ProfessionalClaim(
    Dropoff,
    Pickup,
    Supervising,
    FacilityContact,
    Rendering,
    Referring,
    RepricingOutcome,
    RepricedGroup,
    Repricing,
    ProfessionalReferences,
    Contract,
    ProfessionalInformation,
    Above,
    Claim,
):
    """One professional claim, complete in itself: `validate` needs nothing beside it."""

    kind: Literal["837P"] = "837P"
    diagnoses: tuple[Diagnosis, ...] = Field(default=(), strict=False)
    anesthesias: tuple[Anesthesia, ...] = Field(default=(), strict=False)
    conditions: tuple[Condition, ...] = Field(default=(), strict=False)
    attachments: tuple[Attachment, ...] = Field(default=(), strict=False)
    certifications: tuple[Certification, ...] = Field(default=(), strict=False)
    file_information: tuple[FileInformation, ...] = Field(default=(), strict=False)
    other_payers: tuple[OtherPayer, ...] = Field(default=(), strict=False)
    lines: tuple[ProfessionalLine, ...] = Field(default=(), strict=False)
