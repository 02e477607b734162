"""The service line (2400 to 2440): what those of all kinds share, and the professional one."""

from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import Field

from scrubjay.models.coverage import Adjudication
from scrubjay.models.providers import (
    Dropoff,
    Facility,
    Ordering,
    Pickup,
    Purchased,
    Referring,
    Rendering,
    Supervising,
)
from scrubjay.models.row import Code, Day, Money, Number, Row, Text
from scrubjay.models.segments import (
    Contract,
    Drug,
    Numbered,
    Pointers,
    RepricedGroup,
    RepricedService,
    Repricing,
    RepricingOutcome,
    Service,
)
from scrubjay.models.supplements import (
    Attachment,
    Certification,
    FileInformation,
    Form,
    Measurement,
)

__all__ = ["ProfessionalLine", "ServiceLine"]


class ServiceLine(Row):
    """One service of any kind of claim: what was done, when, how often, for how much, by whom.

    What all kinds have is named here; each has it at its place in its guide.
    """

    if TYPE_CHECKING:
        number: Number = None
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
        service_from: Day = None
        control: Text = None
        adjudications: tuple[Adjudication, ...] = ()

    @property
    def modifiers(self) -> tuple[str, ...]:
        """The modifiers that are there, in their order."""
        four = (self.modifier_1, self.modifier_2, self.modifier_3, self.modifier_4)
        return tuple(modifier for modifier in four if modifier)


class ProfessionalUnits(Row):
    """How much of it, and where (2400 SV1)."""

    # 2400 SV1
    unit: Code = None
    units: Number = None
    place_of_service: Code = None


class ProfessionalSupplies(Row):
    """What else belongs to it, and its dates (2400 SV1 to QTY)."""

    # 2400 SV1
    emergency: Code = None
    epsdt: Code = None
    family_planning: Code = None
    copay_status: Code = None
    # 2400 SV5
    dme_procedure_qualifier: Code = None
    dme_procedure: Code = None
    dme_unit: Code = None
    dme_days: Number = None
    dme_rental_price: Money = None
    dme_purchase_price: Money = None
    dme_rental_period: Code = None
    # 2400 PWK
    cmn_transmission: Code = None
    # 2400 CR1
    ambulance_weight_unit: Code = None
    ambulance_weight: Number = None
    ambulance_reason: Code = None
    ambulance_distance_unit: Code = None
    ambulance_distance: Number = None
    ambulance_round_trip: Text = None
    ambulance_stretcher: Text = None
    # 2400 CR3
    dme_certification: Code = None
    dme_duration_unit: Code = None
    dme_duration: Number = None
    # 2400 DTP
    service_from: Day = None  # DTP*472
    service_to: Day = None  # DTP*472
    prescription_date: Day = None  # DTP*471
    certification_revision_date: Day = None  # DTP*607
    therapy_begin_date: Day = None  # DTP*463
    last_certification_date: Day = None  # DTP*461
    last_seen_date: Day = None  # DTP*304
    hemoglobin_date: Day = None
    creatinine_date: Day = None
    shipped_date: Day = None  # DTP*011
    xray_date: Day = None  # DTP*455
    initial_treatment_date: Day = None  # DTP*454
    # 2400 QTY
    ambulance_patients: Number = None  # QTY*PT
    anesthesia_units: Number = None  # QTY*FL


class ProfessionalLineReferences(Row):
    """Its numbers and notes (2400 REF to PS1)."""

    # 2400 REF
    repriced_reference: Text = None  # REF*9B
    adjusted_repriced_reference: Text = None  # REF*9D
    prior_authorization: Text = None  # REF*G1
    control: Text = None  # REF*6R
    mammography: Text = None  # REF*EW
    clia: Text = None  # REF*X4
    referring_clia: Text = None  # REF*F4
    immunization_batch: Text = None  # REF*BT
    referral: Text = None  # REF*9F
    # 2400 AMT
    sales_tax: Money = None  # AMT*T
    postage: Money = None  # AMT*F4
    # 2400 NTE
    note_type: Code = None
    note: Text = None
    third_party_note: Text = None
    # 2400 PS1
    purchased_provider_id: Text = None
    purchased_charge: Money = None


class ProfessionalLine(
    Dropoff,
    Pickup,
    Referring,
    Ordering,
    Supervising,
    Facility,
    Purchased,
    Rendering,
    Drug,
    RepricingOutcome,
    RepricedService,
    RepricedGroup,
    Repricing,
    ProfessionalLineReferences,
    Contract,
    ProfessionalSupplies,
    Pointers,
    ProfessionalUnits,
    Service,
    Numbered,
    ServiceLine,
):
    """A service of a professional claim. Pointers are ordinals of its diagnoses, from 1.

    `service_to` is there only where the date is a range.
    """

    measurements: tuple[Measurement, ...] = Field(default=(), strict=False)
    attachments: tuple[Attachment, ...] = Field(default=(), strict=False)
    certifications: tuple[Certification, ...] = Field(default=(), strict=False)
    file_information: tuple[FileInformation, ...] = Field(default=(), strict=False)
    adjudications: tuple[Adjudication, ...] = Field(default=(), strict=False)
    forms: tuple[Form, ...] = Field(default=(), strict=False)

    @property
    def pointers(self) -> tuple[Decimal, ...]:
        """The diagnosis pointers that are there, in their order."""
        four = (self.pointer_1, self.pointer_2, self.pointer_3, self.pointer_4)
        return tuple(pointer for pointer in four if pointer is not None)
