"""Dossiers that have ended, who may rate them, and what they do with it."""

from datetime import UTC, date, datetime
from uuid import UUID

from storage.agencies.models import Agency
from storage.dossiers.models import Dossier
from storage.dossiers.statuses import DossierStatus
from storage.dossiers.working_days import VIETNAM
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.ratings import inviting, keys, tokens
from storage.ratings.blind_signing import blind, finalize, prepare
from storage.ratings.casting import Token
from storage.ratings.inviting import Ended
from storage.unit_of_work import UnitOfWork

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""A Friday."""
TODAY = NOW.astimezone(VIETNAM).date()


async def make_agency(uow: UnitOfWork, code: str = "H26.1") -> UUID:
    """Make an agency."""
    agency_id = new_id()
    uow.session.add(Agency(id=agency_id, code=code, name=f"Ủy ban nhân dân {code}", lineage=[agency_id]))
    await uow.session.flush()
    return agency_id


async def make_ended(
    uow: UnitOfWork,
    agency_id: UUID,
    serial: int = 1,
    *,
    status: DossierStatus = DossierStatus.RETURNED,
    ended_at: datetime | None = NOW,
) -> Ended:
    """Make a person with a dossier that has ended."""
    identity = PartyIdentity(kind=PartyKind.PERSON, number=f"001190{serial:06d}")
    (key,) = await parties.find_or_create(uow, [identity])
    row = Dossier(
        code=f"H26.1-261120-{serial:04d}",
        party_id=key.party_id,
        agency_id=agency_id,
        procedure_code="1.001193",
        status=status,
        status_since=NOW,
        first_at=NOW,
        ended_at=ended_at,
        updated_at=NOW,
        heard_at=NOW,
    )
    uow.session.add(row)
    await uow.session.flush()
    return Ended(
        dossier_id=row.id,
        party_id=key.party_id,
        agency_id=agency_id,
        code=row.code,
        procedure_code=row.procedure_code,
        procedure_name=None,
        agency_name="Ủy ban nhân dân H26.1",
        ended_at=ended_at or NOW,
    )


async def make_invited(uow: UnitOfWork, agency_id: UUID, serial: int = 1, *, today: date = TODAY) -> Ended:
    """Make a person with a dossier that may be rated."""
    ended = await make_ended(uow, agency_id, serial)
    await keys.keep(uow, [keys.draw(group) for group in await keys.missing(uow, [ended.group])])
    await inviting.invite(uow, [ended], today=today)
    return ended


async def take_token(uow: UnitOfWork, ended: Ended, *, today: date = TODAY) -> Token:
    """Do what an app does: draw a token, have it signed blindly, and take the blinding off."""
    invitation = await tokens.invitation(uow, ended.party_id, ended.code)
    assert invitation.key is not None
    prepared = prepare(new_id().bytes)
    hidden = blind(invitation.key.key, prepared)
    issued = await tokens.issue(uow, ended.party_id, ended.code, hidden.message, today=today)
    signature = finalize(invitation.key.key, prepared, issued.signed, hidden.inverse)
    return Token(kid=invitation.key.kid, prepared=prepared, signature=signature)
