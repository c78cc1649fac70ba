"""What will be written for a dossier that is told: drawn up without touching the database, then written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from api.agency_dossiers.answers import ItemAnswer
from api.agency_dossiers.arranging import Arranged, Arranger, Kept, normal_form
from api.agency_dossiers.judging import Put
from api.agency_dossiers.schemas import LISTS, Item
from api.recording.judging import meant_by
from notify.announce import Notice, announce
from storage.agencies.repository import Bearers
from storage.arrangements import repository as arrangements
from storage.arrangements.kinds import ArrangementKind
from storage.arrangements.repository import FIRST
from storage.cipher import Cipher
from storage.contacts import repository as contacts
from storage.contacts.addresses import ContactKind
from storage.contacts.repository import SuppliedContact
from storage.dossiers import kin, restating
from storage.dossiers.repository import LockedDossier
from storage.dossiers.restating import Restatement, Stated
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """All that will be written for one dossier, beside its events.

    Attributes:
        told: what is arranged and was told, in order, with the kind of each.
        withdrawn: what was told before and is named no more.
        addresses: where the applicant is reached, as told.
    """

    restatement: Restatement
    told: Sequence[tuple[ArrangementKind, Arranged]]
    withdrawn: Sequence[Arranged] = ()
    addresses: Sequence[tuple[ContactKind, str]] = ()

    @property
    def arranged(self) -> list[Arranged]:
        """All that changes of what is arranged."""
        return [one for _, one in self.told] + list(self.withdrawn)

    def answers(self) -> dict[str, list[ItemAnswer]]:
        """Return the answers to what is arranged, by its lists."""
        return {name: [one.answer for kind, one in self.told if kind is of] for of, name in LISTS.items()}

    def notices(self) -> list[Notice]:
        """Say what the applicant is told."""
        to = self.restatement
        return [
            notice_of(to.party.party_id, to.after.agency_id, to.dossier_id, one)
            for one in self.arranged
            if one.news
        ]


def notice_of(party_id: UUID, agency_id: UUID, dossier_id: UUID, arranged: Arranged) -> Notice:
    """Make the notice of news that there is."""
    news = arranged.news
    if news is None:
        raise ValueError("there is no news")
    params: dict[str, Any] = {
        "arrangement": news.matter.value,
        "occurred_at": news.occurred_at.isoformat(),
        "at": news.at.isoformat() if news.at else None,
    }
    return Notice(
        party_id=party_id, agency_id=agency_id, category=news.category, dossier_id=dossier_id, params=params
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafter:
    """Draws up what dossiers that are locked come to be.

    Attributes:
        agencies: those named in the request.
        before: what stands about the dossiers.
        kept: what is arranged about them.
    """

    cipher: Cipher
    arranger: Arranger
    agencies: Mapping[str, Bearers]
    before: Mapping[UUID, Stated]
    kept: Mapping[UUID, Kept]

    def draft(self, put: Put, dossier: LockedDossier) -> Draft:
        """Work a dossier that was judged into what is known of it."""
        kept = self.kept.get(dossier.id, {})
        told = [(kind, self._arranged(kind, item, dossier.id, kept)) for kind, _, item in put.body.items()]
        named = {(kind, item.source_id) for kind, _, item in put.body.items()}
        left_out = [one for key, one in kept.items() if put.whole and key not in named]
        withdrawn = [one for before in left_out if (one := self.arranger.withdraw(before))]
        before = self.before[dossier.id]
        restatement = Restatement(
            dossier_id=dossier.id,
            party=dossier.party,
            before=before,
            after=self._after(before, put),
            arranged=bool(withdrawn) or any(one.write for _, one in told),
        )
        return Draft(restatement=restatement, told=told, withdrawn=withdrawn, addresses=_addresses(put))

    def _arranged(self, kind: ArrangementKind, item: Item, dossier_id: UUID, kept: Kept) -> Arranged:
        before = kept.get((kind, item.source_id))
        if before is not None:
            return self.arranger.again(before, item)
        return self.arranger.new(
            kind, item, dossier_id=dossier_id, first_hash=first_hash(self.cipher, kind, item)
        )

    def _after(self, before: Stated, put: Put) -> Stated:
        """Replace what may be left out where all is replaced; else change what is said alone."""
        body = put.body
        said = {"channel": body.channel, "summary": body.summary, "parent_code": body.parent_code}
        changes: dict[str, Any] = {
            name: value for name, value in said.items() if put.whole or value is not None
        }
        if body.agency_code:
            changes["agency_id"] = meant_by(self.agencies[body.agency_code], put).id
        return replace(before, **changes)


def first_hash(cipher: Cipher, kind: ArrangementKind, item: Item) -> bytes:
    """Return by what a repeat is known: keyed, as the content may be guessed."""
    return cipher.blind_index(FIRST, normal_form(kind, item))


def _addresses(put: Put) -> list[tuple[ContactKind, str]]:
    applicant = put.body.applicant
    if applicant is None:
        return []
    given = ((ContactKind.EMAIL, applicant.email), (ContactKind.PHONE, applicant.phone))
    return [(kind, value) for kind, value in given if value]


async def write(uow: UnitOfWork, client_id: str, drafts: Sequence[Draft], now: datetime) -> None:
    """Write what was drawn up, set by set."""
    restatements = [draft.restatement for draft in drafts]
    keys = {one.dossier_id: one.party for one in restatements}
    writes = [one.write for draft in drafts for one in draft.arranged if one.write]
    await arrangements.write(uow, client_id, keys, writes)
    await restating.restate(uow, restatements)
    moved = [one for one in restatements if one.before.parent_code != one.after.parent_code]
    await kin.link(uow, {one.dossier_id: one.after.parent_code for one in moved})
    supplied = [
        SuppliedContact(
            party=draft.restatement.party,
            dossier_id=draft.restatement.dossier_id,
            kind=kind,
            value=value,
            told_at=now,
        )
        for draft in drafts
        for kind, value in draft.addresses
    ]
    await contacts.supply(uow, supplied)
    await announce(uow, [notice for draft in drafts for notice in draft.notices()], now)
