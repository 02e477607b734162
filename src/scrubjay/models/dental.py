"""The dental claim (837D): what 2300 says of it, its teeth, and its lines."""

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field

from scrubjay.models.claim import Claim, Diagnosis, Note
from scrubjay.models.coverage import Adjudication, OtherPayer
from scrubjay.models.line import ServiceLine
from scrubjay.models.parties import Patient, Payer, Provider, Subscriber, TransactionHeader
from scrubjay.models.row import Code, Day, Money, Number, Row, Text
from scrubjay.models.supplements import Attachment, FileInformation

__all__ = ["DentalClaim", "DentalLine", "Tooth", "ToothStatus"]


class ToothStatus(Row):
    """A tooth that is missing (`M`) or will be taken out (`E`) (DN2)."""

    # 2300 DN2
    tooth: Code = None
    status: Code = None


class Tooth(Row):
    """A tooth that was treated, and its surfaces (TOO)."""

    # 2400 TOO
    number: Code = None
    surface_1: Code = None
    surface_2: Code = None
    surface_3: Code = None
    surface_4: Code = None
    surface_5: Code = None


class DentalInformation(Row):
    """What is above a claim, what it says of itself, and who took part (2300, 2310)."""

    kind: Literal["837D"] = "837D"
    set: TransactionHeader | None = None
    provider: Provider | None = None
    subscriber: Subscriber | None = None
    payer: Payer | None = None
    patient: Patient | None = None

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
    related_cause_1: Code = None
    related_cause_2: Code = None
    accident_state: Code = None
    accident_country: Code = None
    special_program: Code = None
    predetermination: Code = None
    delay_reason: Code = None
    # 2300 DTP
    accident_date: Day = None  # DTP*439
    appliance_date: Day = None  # DTP*452
    treated_from: Day = None  # DTP*472
    treated_to: Day = None  # DTP*472
    repricer_date: Day = None  # DTP*050
    # 2300 DN1
    orthodontic_months: Number = None
    orthodontic_months_left: Number = None
    orthodontic_indicator: Text = None
    # 2300 CN1
    contract_type: Code = None
    contract_amount: Money = None
    contract_percent: Number = None
    contract_code: Text = None
    contract_terms: Number = None
    contract_version: Text = None
    # 2300 AMT
    patient_paid: Money = None
    # 2300 REF
    predetermination_reference: Text = None  # REF*G3
    service_exception: Text = None  # REF*4N
    original_reference: Text = None  # REF*F8
    referral: Text = None  # REF*9F
    prior_authorization: Text = None  # REF*G1
    repriced_reference: Text = None  # REF*9A
    adjusted_repriced_reference: Text = None  # REF*9C
    clearinghouse_reference: Text = None  # REF*D9
    # 2300 HCP
    repricing_method: Code = None
    repriced_amount: Money = None
    repriced_saving: Money = None
    repricer_id: Text = None
    repricing_rate: Number = None
    repriced_group: Text = None
    repricing_reject: Code = None
    repricing_compliance: Code = None
    repricing_exception: Code = None
    # 2310A NM1
    referring_last: Text = None
    referring_first: Text = None
    referring_middle: Text = None
    referring_suffix: Text = None
    referring_npi: Text = None
    primary_care_last: Text = None
    primary_care_first: Text = None
    primary_care_middle: Text = None
    primary_care_suffix: Text = None
    primary_care_npi: Text = None
    # 2310A PRV
    referring_taxonomy: Text = None
    # 2310A REF
    referring_secondary_id_qualifier: Code = None
    referring_secondary_id: Text = None
    # 2310B NM1
    rendering_entity: Code = None
    rendering_last: Text = None
    rendering_first: Text = None
    rendering_middle: Text = None
    rendering_suffix: Text = None
    rendering_npi: Text = None
    # 2310B PRV
    rendering_taxonomy: Text = None
    # 2310B REF
    rendering_secondary_id_qualifier: Code = None
    rendering_secondary_id: Text = None
    # 2310C NM1
    facility_name: Text = None
    facility_npi: Text = None
    # 2310C N3
    facility_address: Text = None
    facility_address2: Text = None
    # 2310C N4
    facility_city: Text = None
    facility_state: Code = None
    facility_zip: Text = None
    facility_country: Code = None
    facility_subdivision: Code = None
    # 2310C REF
    facility_secondary_id_qualifier: Code = None
    facility_secondary_id: Text = None
    # 2310D NM1
    assistant_last: Text = None
    assistant_first: Text = None
    assistant_middle: Text = None
    assistant_suffix: Text = None
    assistant_npi: Text = None
    # 2310D PRV
    assistant_taxonomy: Text = None
    # 2310D REF
    assistant_secondary_id_qualifier: Code = None
    assistant_secondary_id: Text = None
    # 2310E NM1
    supervising_last: Text = None
    supervising_first: Text = None
    supervising_middle: Text = None
    supervising_suffix: Text = None
    supervising_npi: Text = None
    # 2310E REF
    supervising_secondary_id_qualifier: Code = None
    supervising_secondary_id: Text = None


class DentalClaim(DentalInformation, Claim):
    """One dental claim, or a request for a predetermination, complete in itself."""

    diagnoses: tuple[Diagnosis, ...] = Field(default=(), strict=False)
    tooth_statuses: tuple[ToothStatus, ...] = Field(default=(), strict=False)
    notes: tuple[Note, ...] = Field(default=(), strict=False)
    attachments: tuple[Attachment, ...] = Field(default=(), strict=False)
    file_information: tuple[FileInformation, ...] = Field(default=(), strict=False)
    other_payers: tuple[OtherPayer, ...] = Field(default=(), strict=False)
    lines: tuple["DentalLine", ...] = Field(default=(), strict=False)

    @property
    def service_from(self) -> dt.date | None:
        """The first date of service of all lines, else of the claim."""
        return super().service_from or self.treated_from

    @property
    def service_to(self) -> dt.date | None:
        """The last date of service of all lines, else of the claim."""
        return super().service_to or self.treated_to or self.treated_from


class LineInformation(Row):
    """What a line says of itself, and who took part (2400, 2420)."""

    # 2400 LX
    number: Number = None
    # 2400 SV3
    procedure_qualifier: Code = None
    procedure: Code = None
    modifier_1: Code = None
    modifier_2: Code = None
    modifier_3: Code = None
    modifier_4: Code = None
    description: Text = None
    charge: Money = None
    place_of_service: Code = None
    oral_cavity_1: Code = None
    oral_cavity_2: Code = None
    oral_cavity_3: Code = None
    oral_cavity_4: Code = None
    oral_cavity_5: Code = None
    prosthesis: Code = None
    units: Number = None
    pointer_1: Number = None
    pointer_2: Number = None
    pointer_3: Number = None
    pointer_4: Number = None
    # 2400 DTP
    service_from: Day = None  # DTP*472
    prior_placement_date: Day = None
    prior_placement_estimate: Day = None
    appliance_date: Day = None  # DTP*452
    replacement_date: Day = None  # DTP*446
    treatment_start_date: Day = None  # DTP*196
    treatment_end_date: Day = None  # DTP*198
    # 2400 CN1
    contract_type: Code = None
    contract_amount: Money = None
    contract_percent: Number = None
    contract_code: Text = None
    contract_terms: Number = None
    contract_version: Text = None
    # 2400 REF
    predetermination_reference: Text = None  # REF*G3
    prior_authorization: Text = None  # REF*G1
    control: Text = None  # REF*6R
    repriced_reference: Text = None  # REF*9A
    adjusted_repriced_reference: Text = None  # REF*9C
    referral: Text = None  # REF*9F
    # 2400 AMT
    sales_tax: Money = None
    # 2400 HCP
    repricing_method: Code = None
    repriced_amount: Money = None
    repriced_saving: Money = None
    repricer_id: Text = None
    repricing_rate: Number = None
    repriced_procedure_qualifier: Code = None
    repriced_procedure: Text = None
    repriced_unit: Code = None
    repriced_units: Number = None
    repricing_reject: Code = None
    repricing_compliance: Code = None
    repricing_exception: Code = None
    # 2420A NM1
    rendering_entity: Code = None
    rendering_last: Text = None
    rendering_first: Text = None
    rendering_middle: Text = None
    rendering_suffix: Text = None
    rendering_npi: Text = None
    # 2420A PRV
    rendering_taxonomy: Text = None
    # 2420A REF
    rendering_secondary_id_qualifier: Code = None
    rendering_secondary_id: Text = None
    # 2420B NM1
    assistant_last: Text = None
    assistant_first: Text = None
    assistant_middle: Text = None
    assistant_suffix: Text = None
    assistant_npi: Text = None
    # 2420B PRV
    assistant_taxonomy: Text = None
    # 2420B REF
    assistant_secondary_id_qualifier: Code = None
    assistant_secondary_id: Text = None
    # 2420C NM1
    supervising_last: Text = None
    supervising_first: Text = None
    supervising_middle: Text = None
    supervising_suffix: Text = None
    supervising_npi: Text = None
    # 2420C REF
    supervising_secondary_id_qualifier: Code = None
    supervising_secondary_id: Text = None
    # 2420D NM1
    facility_name: Text = None
    facility_npi: Text = None
    # 2420D N3
    facility_address: Text = None
    facility_address2: Text = None
    # 2420D N4
    facility_city: Text = None
    facility_state: Code = None
    facility_zip: Text = None
    facility_country: Code = None
    facility_subdivision: Code = None
    # 2420D REF
    facility_secondary_id_qualifier: Code = None
    facility_secondary_id: Text = None


class DentalLine(LineInformation, ServiceLine):
    """A service of a dental claim. Pointers are ordinals of its diagnoses, from 1."""

    teeth: tuple[Tooth, ...] = Field(default=(), strict=False)
    file_information: tuple[FileInformation, ...] = Field(default=(), strict=False)
    adjudications: tuple[Adjudication, ...] = Field(default=(), strict=False)

    @property
    def pointers(self) -> tuple[Decimal, ...]:
        """The diagnosis pointers that are there, in their order."""
        four = (self.pointer_1, self.pointer_2, self.pointer_3, self.pointer_4)
        return tuple(pointer for pointer in four if pointer is not None)
