"""A bureau of complaints with agencies, officers and senders that there are already."""

from uuid import UUID

from tests.storage.complaints.bureau import Bureau, OpenUnit


def bureau_of(open_unit: OpenUnit, party_id: UUID, agency_id: UUID, officer_id: UUID) -> Bureau:
    """Return one where a party complains of an agency, for which an officer may do everything.

    Another agency is the same one, unless it is replaced.
    """
    return Bureau(
        open_unit=open_unit,
        party_id=party_id,
        agency_id=agency_id,
        officer_id=officer_id,
        other_agency_id=agency_id,
        other_officer_id=officer_id,
    )
