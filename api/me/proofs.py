"""An address of one's own, and the code that proves it."""

import math
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from api.me import pace
from api.me.schemas import ContactItem, NewContact, ProofAsked
from api.me.service import MASKS, contact_item
from api.problems import FieldError, Problem
from auth.principals import Citizen
from notify import one_time_code
from notify.announce import THE_SYSTEM, Notice, announce
from notify.categories import Category
from notify.one_time_code import LIFETIME, MOST_TRIES
from storage.contacts import proving
from storage.contacts import repository as contacts
from storage.contacts.addresses import ContactKind, InvalidAddress, normalise_email, normalise_phone
from storage.contacts.models import ContactSource
from storage.errors import NotFoundError
from storage.notifications import planning
from storage.parties import repository as parties
from storage.suppressions import repository as suppressions
from storage.unit_of_work import UnitOfWork
from storage.verifications import repository as verifications
from storage.verifications.repository import Sent

NORMALISE = {ContactKind.EMAIL: normalise_email, ContactKind.PHONE: normalise_phone}


async def ask(uow: UnitOfWork, citizen: Citizen, given: NewContact, now: datetime) -> ProofAsked:
    """Keep an address as pending and have a code sent to it, unless it is proved already.

    Raises:
        Problem: it is no address (422), or no code may be sent now (429).
    """
    value = _normal(given)
    key = await parties.open_key(uow, citizen.party_id)
    contact = await proving.give(uow, key, given.kind, value, now=now)
    asked = ProofAsked(
        id=contact.id, kind=given.kind, value=MASKS[given.kind](value), verified=contact.verified
    )
    if contact.verified:
        return asked
    sent = await verifications.sent_lately(uow, citizen.party_id, given.kind, value, now=now)
    _require_free(sent, now)
    expires_at = now + LIFETIME
    verification_id = await verifications.add(
        uow, contact.id, citizen.party_id, now=now, expires_at=expires_at
    )
    notice = Notice(
        party_id=citizen.party_id,
        agency_id=THE_SYSTEM,
        category=Category.OTP,
        target_id=contact.id,
        params={"verification_id": str(verification_id)},
    )
    await announce(uow, [notice], now)
    resend_after = pace.next_at([now, *sent.to_address], [now, *sent.by_party], now=now)
    return asked.model_copy(update={"expires_at": expires_at, "resend_after": resend_after})


def _normal(given: NewContact) -> str:
    try:
        return NORMALISE[given.kind](given.value)
    except InvalidAddress as error:
        wrong = FieldError(pointer="/value", code=f"invalid-{error.kind}")
        raise Problem("validation", 422, errors=[wrong]) from None


def _require_free(sent: Sent, now: datetime) -> None:
    free_at = pace.next_at(sent.to_address, sent.by_party, now=now)
    if free_at <= now:
        return
    seconds = math.ceil((free_at - now).total_seconds())
    kind = "code-just-sent" if free_at == pace.BETWEEN.free_at(sent.to_address) else "too-many-codes"
    headers = {"retry-after": str(seconds)}
    raise Problem(kind, 429, headers=headers, seconds=seconds, minutes=math.ceil(seconds / 60))


async def guess(
    uow: UnitOfWork, *, citizen: Citizen, contact_id: UUID, code: str, now: datetime
) -> ContactItem | Problem:
    """Prove an address by its code. One that is proved already stays so, whatever the code.

    A wrong code is answered by a problem that is returned and not raised: that it was tried must be kept.

    Raises:
        NotFoundError: the party gave no such address.
    """
    contact = await proving.lock(uow, citizen.party_id, contact_id)
    if contact.source is ContactSource.VERIFIED:
        return contact_item(contact)
    live = await verifications.newest(uow, contact_id)
    if live is None or live.expires_at <= now:
        return _refused("code-expired")
    left = MOST_TRIES - live.tries - 1
    if left < 0:
        return _refused("code-spent")
    await verifications.count_try(uow, live.id)
    if not one_time_code.matches(uow.cipher, live.id, code):
        return _refused("wrong-code", left=left) if left else _refused("code-spent")
    await verifications.use(uow, live.id, now=now)
    await proving.prove(uow, contact_id, now=now)
    await suppressions.lift(uow, contact.kind, contact.value)
    await planning.stop(uow, citizen.party_id, category=Category.OTP.value, target_id=contact_id)
    return contact_item(replace(contact, source=ContactSource.VERIFIED, verified_at=now))


def _refused(code: str, **params: object) -> Problem:
    return Problem("validation", 422, errors=[FieldError(pointer="/code", code=code, params=params)])


async def remove(uow: UnitOfWork, citizen: Citizen, contact_id: UUID, now: datetime) -> None:
    """Send nothing more to an address. Raises NotFoundError."""
    withdrawn = await proving.withdraw(uow, citizen.party_id, contact_id, now=now)
    if not withdrawn and not await contacts.remove(uow, citizen.party_id, contact_id):
        raise NotFoundError("contact")
