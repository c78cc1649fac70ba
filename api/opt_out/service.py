"""Giving up an address by the token in a message that was sent there."""

from typing import Literal

from storage.contacts import repository as contacts
from storage.contacts.opt_out import contact_of
from storage.unit_of_work import Reading, UnitOfWork

State = Literal["asked", "given_up", "unknown"]


async def look_up(reading: Reading, token: str) -> State:
    """Say how the address of a token stands; change nothing."""
    contact_id = contact_of(reading.cipher, token)
    given_up = await contacts.opted_out(reading, contact_id) if contact_id else None
    if given_up is None:
        return "unknown"
    return "given_up" if given_up else "asked"


async def give_up(uow: UnitOfWork, token: str) -> State:
    """Send nothing more to the address of a token."""
    contact_id = contact_of(uow.cipher, token)
    done = contact_id is not None and await contacts.opt_out(uow, contact_id)
    return "given_up" if done else "unknown"
