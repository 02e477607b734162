"""Who a claim is from, about and for: the levels above it (loops 1000A to 2010CA)."""

from scrubjay.models.row import Code, Day, Number, Row, Text

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


class Provider(Row):
    """The billing provider (2000A, 2010AA), its pay-to address (2010AB) and plan (2010AC)."""

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
    # 2010AA N3
    address: Text = None
    address2: Text = None
    # 2010AA N4
    city: Text = None
    state: Code = None
    zip: Text = None
    country: Code = None
    subdivision: Code = None
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


class Subscriber(Row):
    """The insured person: coverage (2000B SBR) and identity (2010BA)."""

    # 2000B SBR
    responsibility: Code = None
    relationship: Code = None
    group_number: Text = None
    group_name: Text = None
    insurance_type: Code = None
    filing_indicator: Code = None
    # 2000B PAT
    death_date: Day = None
    weight: Number = None
    pregnancy: Code = None
    # 2010BA NM1
    entity: Code = None
    last: Text = None
    first: Text = None
    middle: Text = None
    suffix: Text = None
    member_id_qualifier: Code = None
    member_id: Text = None
    # 2010BA N3
    address: Text = None
    address2: Text = None
    # 2010BA N4
    city: Text = None
    state: Code = None
    zip: Text = None
    country: Code = None
    subdivision: Code = None
    # 2010BA DMG
    birth_date: Day = None
    sex: Code = None
    # 2010BA REF
    ssn: Text = None  # REF*SY
    casualty_claim: Text = None  # REF*Y4
    # 2010BA PER
    casualty_contact: Text = None
    casualty_phone: Text = None
    casualty_extension: Text = None


class Payer(Row):
    """The payer the claim goes to (2010BB)."""

    # 2010BB NM1
    name: Text = None
    id_qualifier: Code = None
    id: Text = None
    # 2010BB N3
    address: Text = None
    address2: Text = None
    # 2010BB N4
    city: Text = None
    state: Code = None
    zip: Text = None
    country: Code = None
    subdivision: Code = None
    # 2010BB REF
    secondary_id_qualifier: Code = None
    secondary_id: Text = None
    provider_id_qualifier: Code = None
    provider_id: Text = None


class Patient(Row):
    """The patient, where it is not the subscriber (2000C, 2010CA)."""

    # 2000C PAT
    relationship: Code = None
    death_date: Day = None
    weight: Number = None
    pregnancy: Code = None
    # 2010CA NM1
    entity: Code = None
    last: Text = None
    first: Text = None
    middle: Text = None
    suffix: Text = None
    # 2010CA N3
    address: Text = None
    address2: Text = None
    # 2010CA N4
    city: Text = None
    state: Code = None
    zip: Text = None
    country: Code = None
    subdivision: Code = None
    # 2010CA DMG
    birth_date: Day = None
    sex: Code = None
    # 2010CA REF
    casualty_id_qualifier: Code = None
    casualty_id: Text = None
    casualty_claim: Text = None  # REF*Y4
    # 2010CA PER
    casualty_contact: Text = None
    casualty_phone: Text = None
    casualty_extension: Text = None
