"""Who a claim is from, about and for: the levels above it (loops 1000A to 2010CA)."""

from scrubjay.models.persons import (
    Address,
    Coverage,
    Demographics,
    Insurer,
    MemberId,
    PatientInformation,
    PersonName,
)
from scrubjay.models.row import Code, Day, Row, Text

__all__ = ["Patient", "Payer", "Provider", "Subscriber", "TransactionHeader"]


class TransactionHeader(Row):
    """The set: BHT, submitter (1000A) and receiver (1000B)."""

    # ST ST
    control: Text = None
    guide: Text = None
    # ST BHT
    purpose: Code = None
    reference: Text = None
    date: Day = None
    time: Text = None
    type: Code = None
    # 1000A NM1
    submitter_entity: Code = None
    submitter_name: Text = None
    submitter_first: Text = None
    submitter_middle: Text = None
    submitter_id: Text = None
    # 1000A PER
    submitter_contact: Text = None
    submitter_phone: Text = None
    submitter_extension: Text = None
    submitter_email: Text = None
    submitter_fax: Text = None
    # 1000B NM1
    receiver_name: Text = None
    receiver_id: Text = None


class BillingName(Row):
    """What a billing provider is, and its name."""

    # 2000A PRV
    taxonomy: Text = None
    # 2000A CUR
    currency: Code = None
    # 2010AA NM1
    entity: Code = None
    name: Text = None
    first: Text = None
    middle: Text = None
    suffix: Text = None
    npi: Text = None


class Provider(Address, BillingName):
    """The billing provider (2000A, 2010AA), its pay-to address (2010AB) and plan (2010AC)."""

    # 2010AA REF
    tax_id_qualifier: Code = None
    tax_id: Text = None
    secondary_id_qualifier: Code = None
    secondary_id: Text = None
    # 2010AA PER
    contact: Text = None
    phone: Text = None
    extension: Text = None
    email: Text = None
    fax: Text = None
    # 2010AB NM1
    pay_to_entity: Code = None
    # 2010AB N3
    pay_to_address: Text = None
    pay_to_address2: Text = None
    # 2010AB N4
    pay_to_city: Text = None
    pay_to_state: Code = None
    pay_to_zip: Text = None
    pay_to_country: Code = None
    pay_to_subdivision: Code = None
    # 2010AC NM1
    pay_to_plan_name: Text = None
    pay_to_plan_id_qualifier: Code = None
    pay_to_plan_id: Text = None
    # 2010AC N3
    pay_to_plan_address: Text = None
    pay_to_plan_address2: Text = None
    # 2010AC N4
    pay_to_plan_city: Text = None
    pay_to_plan_state: Code = None
    pay_to_plan_zip: Text = None
    pay_to_plan_country: Code = None
    pay_to_plan_subdivision: Code = None
    # 2010AC REF
    pay_to_plan_secondary_id_qualifier: Code = None
    pay_to_plan_secondary_id: Text = None
    pay_to_plan_tax_id: Text = None  # REF*EI


class Subscriber(Demographics, Address, MemberId, PersonName, PatientInformation, Coverage):
    """The insured person: coverage (2000B SBR) and identity (2010BA)."""

    # 2010BA REF
    ssn: Text = None  # REF*SY
    casualty_claim: Text = None  # REF*Y4
    # 2010BA PER
    casualty_contact: Text = None
    casualty_phone: Text = None
    casualty_extension: Text = None


class Payer(Address, Insurer):
    """The payer the claim goes to (2010BB)."""

    # 2010BB REF
    secondary_id_qualifier: Code = None
    secondary_id: Text = None
    provider_id_qualifier: Code = None
    provider_id: Text = None


class Patient(Demographics, Address, PersonName, PatientInformation):
    """The patient, where it is not the subscriber (2000C, 2010CA)."""

    # 2010CA REF
    casualty_id_qualifier: Code = None
    casualty_id: Text = None
    casualty_claim: Text = None  # REF*Y4
    # 2010CA PER
    casualty_contact: Text = None
    casualty_phone: Text = None
    casualty_extension: Text = None
