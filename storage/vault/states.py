"""How a document comes to be superseded or revoked. Each change renews the row's `mac`, if it was right."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select, update

from storage.cipher import PartyKey
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.unit_of_work import UnitOfWork
from storage.vault.entries import REASON
from storage.vault.errors import NotIntact, StateConflict
from storage.vault.integrity import is_intact, mac_of
from storage.vault.kinds import DocumentState
from storage.vault.models import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """Whom the end of a document concerns, and what ends with it."""

    party_id: UUID
    dossier_id: UUID | None
    seal_id: UUID | None


async def supersede(
    uow: UnitOfWork,
    agency_codes: Collection[str],
    document_id: UUID,
    *,
    by: UUID,
    reason: str,
    now: datetime,
) -> bool:
    """Let a document of an agency take the place of another of the same party, both being kept already.

    Returns whether that is new: what is so already stays as it was.

    Raises:
        NotFoundError: one of them is not there, or not these agencies', or they are of two parties.
        StateConflict: one of them is not valid any more, or takes another's place.
        NotIntact: the row of one of them was tampered with.
    """
    # In one order for everybody, so that two requests never wait for each other.
    rows = {one: await locked(uow, agency_codes, one) for one in sorted({document_id, by})}
    old, new = rows[document_id], rows[by]
    if old.party_id != new.party_id or old is new:
        raise NotFoundError("document")
    if new.supersedes_id == old.id:
        return False
    for row, free in ((old, True), (new, new.supersedes_id is None)):
        if row.state != DocumentState.VALID or not free:
            raise StateConflict(DocumentState(row.state))
    key = await parties.open_key(uow, old.party_id)
    await change(uow, new, {"supersedes_id": old.id})
    await change_state(uow, key, old, DocumentState.SUPERSEDED, reason=reason, now=now)
    return True


async def revoke(
    uow: UnitOfWork, agency_codes: Collection[str], document_id: UUID, *, reason: str, now: datetime
) -> Revoked | None:
    """Take a document's force, also where another has taken its place since, or a file of it is damaged.

    Returns none where nothing is new: what was revoked stays so, with its first reason and time.

    Raises:
        NotFoundError: it is not there, or not these agencies'.
        NotIntact: its row was tampered with.
    """
    row = await locked(uow, agency_codes, document_id)
    if row.state == DocumentState.REVOKED:
        return None
    key = await parties.open_key(uow, row.party_id)
    await change_state(uow, key, row, DocumentState.REVOKED, reason=reason, now=now)
    return Revoked(party_id=row.party_id, dossier_id=row.dossier_id, seal_id=row.seal_id)


async def locked(uow: UnitOfWork, agency_codes: Collection[str], document_id: UUID) -> Document:
    """Return a document's row, and keep others from changing it until this transaction ends."""
    query = (
        select(Document)
        .where(
            col(Document.id) == document_id,
            col(Document.agency_code).in_(agency_codes),
            col(Document.removed_at).is_(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await uow.session.exec(query)).first()
    if row is None:
        raise NotFoundError("document")
    if not is_intact(uow.cipher, row):
        # A new `mac` would vouch for whatever was done to it.
        raise NotIntact(str(row.id))
    return row


async def change_state(
    uow: UnitOfWork, key: PartyKey, row: Document, state: DocumentState, *, reason: str, now: datetime
) -> None:
    """Write how a locked row stands from now on, and why."""
    sealed = key.encrypt(reason, REASON)
    await change(uow, row, {"state": state.value, "state_at": now, "reason_sealed": sealed})


async def change(uow: UnitOfWork, row: Document, changes: dict[str, Any]) -> None:
    """Write some columns of a row that was found intact, under a new `mac`, for apps to hear of."""
    changed = Document(**(row.model_dump(exclude={"changed_xid"}) | changes))
    values = changes | {"mac": mac_of(uow.cipher, changed), "changed_xid": func.pg_current_xact_id()}
    await uow.session.exec(
        update(Document)
        .where(col(Document.id) == row.id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
