"""Who else took part in a claim or a line, a class a role; bases of `Claim` and `ServiceLine`."""

from scrubjay.models.row import Code, Row, Text

__all__ = [
    "Assistant",
    "Dropoff",
    "Facility",
    "Operating",
    "Ordering",
    "OtherOperating",
    "Pickup",
    "PrimaryCareName",
    "Purchased",
    "Referring",
    "ReferringName",
    "ReferringNumber",
    "Rendering",
    "RenderingName",
    "RenderingNumber",
    "Supervising",
]


class ReferringName(Row):
    """Who referred the patient (NM1)."""

    referring_last: Text = None
    referring_first: Text = None
    referring_middle: Text = None
    referring_suffix: Text = None
    referring_npi: Text = None


class PrimaryCareName(Row):
    """Their primary care (NM1)."""

    primary_care_last: Text = None
    primary_care_first: Text = None
    primary_care_middle: Text = None
    primary_care_suffix: Text = None
    primary_care_npi: Text = None


class ReferringNumber(Row):
    """Another number of who referred them (REF)."""

    referring_secondary_id_qualifier: Code = None
    referring_secondary_id: Text = None


class Referring(ReferringNumber, PrimaryCareName, ReferringName):
    """Who referred the patient, and their primary care (2310A, 2420F)."""


class RenderingName(Row):
    """Who gave the service (NM1)."""

    rendering_last: Text = None
    rendering_first: Text = None
    rendering_middle: Text = None
    rendering_suffix: Text = None
    rendering_npi: Text = None


class RenderingNumber(Row):
    """Another number of theirs (REF)."""

    rendering_secondary_id_qualifier: Code = None
    rendering_secondary_id: Text = None


class RenderingEntity(Row):
    """A person, or an organization (NM1)."""

    rendering_entity: Code = None


class RenderingTaxonomy(Row):
    """What they are (PRV)."""

    rendering_taxonomy: Text = None


class Rendering(RenderingNumber, RenderingTaxonomy, RenderingName, RenderingEntity):
    """Who gave the service (2310B, 2420A)."""


class Assistant(Row):
    """Who assisted the dentist (2310D, 2420B)."""

    assistant_last: Text = None
    assistant_first: Text = None
    assistant_middle: Text = None
    assistant_suffix: Text = None
    assistant_npi: Text = None
    assistant_taxonomy: Text = None
    assistant_secondary_id_qualifier: Code = None
    assistant_secondary_id: Text = None


class Operating(Row):
    """Who operated (2310B, 2420A)."""

    operating_last: Text = None
    operating_first: Text = None
    operating_middle: Text = None
    operating_suffix: Text = None
    operating_npi: Text = None
    operating_secondary_id_qualifier: Code = None
    operating_secondary_id: Text = None


class OtherOperating(Row):
    """Who operated as well (2310C, 2420B)."""

    other_operating_last: Text = None
    other_operating_first: Text = None
    other_operating_middle: Text = None
    other_operating_suffix: Text = None
    other_operating_npi: Text = None
    other_operating_secondary_id_qualifier: Code = None
    other_operating_secondary_id: Text = None


class Purchased(Row):
    """Whom the service was bought from (2420B)."""

    # NM1
    purchased_entity: Code = None
    purchased_npi: Text = None
    # REF
    purchased_secondary_id_qualifier: Code = None
    purchased_secondary_id: Text = None


class Facility(Row):
    """Where the service was given (2310C, 2420C)."""

    # NM1
    facility_name: Text = None
    facility_npi: Text = None
    # N3
    facility_address: Text = None
    facility_address2: Text = None
    # N4
    facility_city: Text = None
    facility_state: Code = None
    facility_zip: Text = None
    facility_country: Code = None
    facility_subdivision: Code = None
    # REF
    facility_secondary_id_qualifier: Code = None
    facility_secondary_id: Text = None


class Supervising(Row):
    """Who supervised (2310D, 2420D)."""

    # NM1
    supervising_last: Text = None
    supervising_first: Text = None
    supervising_middle: Text = None
    supervising_suffix: Text = None
    supervising_npi: Text = None
    # REF
    supervising_secondary_id_qualifier: Code = None
    supervising_secondary_id: Text = None


class Ordering(Row):
    """Who ordered the service (2420E)."""

    # NM1
    ordering_last: Text = None
    ordering_first: Text = None
    ordering_middle: Text = None
    ordering_suffix: Text = None
    ordering_npi: Text = None
    # N3
    ordering_address: Text = None
    ordering_address2: Text = None
    # N4
    ordering_city: Text = None
    ordering_state: Code = None
    ordering_zip: Text = None
    ordering_country: Code = None
    ordering_subdivision: Code = None
    # REF
    ordering_secondary_id_qualifier: Code = None
    ordering_secondary_id: Text = None
    # PER
    ordering_contact: Text = None
    ordering_phone: Text = None
    ordering_extension: Text = None
    ordering_email: Text = None
    ordering_fax: Text = None


class Pickup(Row):
    """Where an ambulance took the patient up (2310E, 2420G)."""

    # N3
    pickup_address: Text = None
    pickup_address2: Text = None
    # N4
    pickup_city: Text = None
    pickup_state: Code = None
    pickup_zip: Text = None
    pickup_country: Code = None
    pickup_subdivision: Code = None


class Dropoff(Row):
    """Where an ambulance set the patient down (2310F, 2420H)."""

    # NM1
    dropoff_name: Text = None
    # N3
    dropoff_address: Text = None
    dropoff_address2: Text = None
    # N4
    dropoff_city: Text = None
    dropoff_state: Code = None
    dropoff_zip: Text = None
    dropoff_country: Code = None
    dropoff_subdivision: Code = None
