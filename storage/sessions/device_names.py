"""What people call their devices: often by their own name, so it is kept as personal text is."""

from uuid import UUID

from storage.parties import repository as parties
from storage.unit_of_work import Reading

PURPOSE = "session.device"


async def seal_name(reading: Reading, party_id: UUID | None, name: str | None) -> bytes | None:
    """Encrypt a name under its party's key, or an officer's, who is no party, under the master key."""
    if name is None:
        return None
    if party_id is None:
        return reading.cipher.seal(name, PURPOSE)
    return (await parties.open_key(reading, party_id)).encrypt(name, PURPOSE)


async def open_name(reading: Reading, party_id: UUID | None, sealed: bytes | None) -> str | None:
    """Return a name that `seal_name` encrypted."""
    if sealed is None:
        return None
    if party_id is None:
        return reading.cipher.unseal(sealed, PURPOSE)
    return (await parties.open_key(reading, party_id)).decrypt(sealed, PURPOSE)
