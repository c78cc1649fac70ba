"""What an agency says of a dossier beside its events: its particulars as they are now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey
from storage.dossiers.repository import SUMMARY
from storage.unit_of_work import UnitOfWork

_KNOWN = """
SELECT d.id, d.procedure_code, d.agency_id, d.channel, d.summary_sealed, k.parent_code
FROM dossier d LEFT JOIN dossier_parent k ON k.dossier_id = d.id WHERE d.id = ANY(%s)
"""
# What is told now is newer than what any event told: see `storage.dossiers.models.Dossier`.
_RESTATE = """
UPDATE dossier d SET
  agency_id = g.agency_id,
  first_agency_id = coalesce(d.first_agency_id, d.agency_id),
  agency_named_at = CASE WHEN g.agency_id = d.agency_id THEN d.agency_named_at ELSE now() END,
  channel = g.channel,
  channel_told_at = CASE WHEN g.channel IS NOT DISTINCT FROM d.channel THEN d.channel_told_at ELSE now() END,
  summary_sealed = CASE WHEN g.resummed THEN g.summary_sealed ELSE d.summary_sealed END,
  summary_told_at = CASE WHEN g.resummed THEN now() ELSE d.summary_told_at END,
  updated_at = CASE WHEN g.changed THEN now() ELSE d.updated_at END, heard_at = now()
FROM unnest(%b::uuid[], %b::uuid[], %b::int2[], %b::bool[], %b::bytea[], %b::bool[])
  AS g(id, agency_id, channel, resummed, summary_sealed, changed)
WHERE d.id = g.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What stands about a dossier beside its timeline; `parent_code` is what it is part of."""

    procedure_code: str
    agency_id: UUID
    channel: int | None
    summary: str | None
    parent_code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restatement:
    """A dossier's particulars as they were and as they shall be.

    `arranged` tells whether something else was learned of it as well. Its procedure never changes.
    """

    dossier_id: UUID
    party: PartyKey
    before: Stated
    after: Stated
    arranged: bool

    @property
    def changed(self) -> bool:
        """Whether anything new was learned."""
        return self.arranged or self.before != self.after


async def known(uow: UnitOfWork, keys: Mapping[UUID, PartyKey]) -> dict[UUID, Stated]:
    """Return the particulars of dossiers that are locked, by the id of each with the key of its party."""
    driver = await uow.driver()
    rows: list[Any] = await (await driver.execute(_KNOWN, (list(keys),), binary=True)).fetchall()
    return {
        dossier_id: Stated(
            procedure_code=procedure_code,
            agency_id=agency_id,
            channel=channel,
            summary=keys[dossier_id].decrypt_optional(summary, SUMMARY),
            parent_code=parent_code,
        )
        for dossier_id, procedure_code, agency_id, channel, summary, parent_code in rows
    }


async def restate(uow: UnitOfWork, restatements: Sequence[Restatement]) -> None:
    """Set agency, channel and summary of dossiers that are locked; `storage.dossiers.kin` sets the parent."""
    if restatements:
        columns = zip(*map(_row, restatements), strict=True)
        await (await uow.driver()).execute(_RESTATE, [list(column) for column in columns])


def _row(one: Restatement) -> tuple[object, ...]:
    resummed = one.before.summary != one.after.summary
    return (
        one.dossier_id,
        one.after.agency_id,
        one.after.channel,
        resummed,
        one.party.encrypt_optional(one.after.summary, SUMMARY) if resummed else None,
        one.changed,
    )
