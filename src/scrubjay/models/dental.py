"""The dental claim (837D): what 2300 says of it, its teeth, and its lines."""

import datetime as dt
from decimal import Decimal
from typing import Literal

from pydantic import Field

from scrubjay.models.claim import Claim, Diagnosis, Note
from scrubjay.models.coverage import Adjudication, OtherPayer
from scrubjay.models.line import ServiceLine
from scrubjay.models.providers import (
    Assistant,
    Facility,
    PrimaryCareName,
    ReferringName,
    ReferringNumber,
    Rendering,
    Supervising,
)
from scrubjay.models.row import Code, Day, Money, Number, Row, Text
from scrubjay.models.segments import (
    Above,
    Contract,
    Numbered,
    Pointers,
    RepricedService,
    Repricing,
    RepricingOutcome,
    Service,
)
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
    """What a claim says of itself, its dates, and the treatment (2300 CLM to DN1)."""

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


class DentalReferences(Row):
    """Its numbers (2300 AMT, REF)."""

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


class RepricedDentistry(Row):
    """The group that it was priced by (2300 HCP)."""

    # 2300 HCP
    repriced_group: Text = None


class ReferringTaxonomy(Row):
    """What the one who referred is (2310A PRV)."""

    # 2310A PRV
    referring_taxonomy: Text = None


class DentalClaim(
    Supervising,
    Assistant,
    Facility,
    Rendering,
    ReferringNumber,
    ReferringTaxonomy,
    PrimaryCareName,
    ReferringName,
    RepricingOutcome,
    RepricedDentistry,
    Repricing,
    DentalReferences,
    Contract,
    DentalInformation,
    Above,
    Claim,
):
    """One dental claim, or a request for a predetermination, complete in itself."""

    kind: Literal["837D"] = "837D"
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


class DentalUnits(Row):
    """Where in the mouth, and how much of it (2400 SV3)."""

    # 2400 SV3
    place_of_service: Code = None
    oral_cavity_1: Code = None
    oral_cavity_2: Code = None
    oral_cavity_3: Code = None
    oral_cavity_4: Code = None
    oral_cavity_5: Code = None
    prosthesis: Code = None
    units: Number = None


class DentalDates(Row):
    """When, and what was there before (2400 DTP)."""

    # 2400 DTP
    service_from: Day = None  # DTP*472
    prior_placement_date: Day = None
    prior_placement_estimate: Day = None
    appliance_date: Day = None  # DTP*452
    replacement_date: Day = None  # DTP*446
    treatment_start_date: Day = None  # DTP*196
    treatment_end_date: Day = None  # DTP*198


class DentalLineReferences(Row):
    """Its numbers (2400 REF, AMT)."""

    # 2400 REF
    predetermination_reference: Text = None  # REF*G3
    prior_authorization: Text = None  # REF*G1
    control: Text = None  # REF*6R
    repriced_reference: Text = None  # REF*9A
    adjusted_repriced_reference: Text = None  # REF*9C
    referral: Text = None  # REF*9F
    # 2400 AMT
    sales_tax: Money = None


class DentalLine(
    Facility,
    Supervising,
    Assistant,
    Rendering,
    RepricingOutcome,
    RepricedService,
    Repricing,
    DentalLineReferences,
    Contract,
    DentalDates,
    Pointers,
    DentalUnits,
    Service,
    Numbered,
    ServiceLine,
):
    """A service of a dental claim. Pointers are ordinals of its diagnoses, from 1."""

    teeth: tuple[Tooth, ...] = Field(default=(), strict=False)
    file_information: tuple[FileInformation, ...] = Field(default=(), strict=False)
    adjudications: tuple[Adjudication, ...] = Field(default=(), strict=False)

    @property
    def pointers(self) -> tuple[Decimal, ...]:
        """The diagnosis pointers that are there, in their order."""
        four = (self.pointer_1, self.pointer_2, self.pointer_3, self.pointer_4)
        return tuple(pointer for pointer in four if pointer is not None)
