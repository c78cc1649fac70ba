"""Agencies, parties with dossiers at them, and broadcasts to them, in tests."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from storage.agencies.models import Agency
from storage.broadcasts import publishing, repository
from storage.broadcasts.audience import Audience
from storage.broadcasts.repository import NewBroadcast
from storage.dossiers.models import Dossier
from storage.ids import new_id
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork


def words(title: str, english: str | None = None) -> dict[str, dict[str, str]]:
    """Return words with this title."""
    said = {"vi": {"title": title, "body": f"Nội dung của {title}."}}
    return said | ({"en": {"title": english, "body": f"Body of {english}."}} if english else {})


@dataclass(kw_only=True)
class Square:
    """Where all of them meet."""

    open_unit: Callable[[], UnitOfWork]
    serial: Any = field(default_factory=lambda: itertools.count(1))

    async def agency(self, code: str, above: Agency | None = None) -> Agency:
        """Found an agency."""
        agency = Agency(id=new_id(), code=code, name=f"Cơ quan {code}", parent_id=above and above.id)
        agency.lineage = [*(above.lineage if above else []), agency.id]
        async with self.open_unit() as uow:
            uow.session.add(agency)
            await uow.commit()
        return agency

    async def party(self, kind: PartyKind = PartyKind.PERSON) -> UUID:
        """Make a party without a dossier."""
        number = next(self.serial)
        text = f"001190{number:06d}" if kind is PartyKind.PERSON else f"99{number:08d}"
        async with self.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [PartyIdentity(kind=kind, number=text)])
            await uow.commit()
            return key.party_id

    async def dossier(self, party_id: UUID, agency_id: UUID) -> None:
        """Give a party a dossier at an agency."""
        now = datetime.now(UTC)
        dossier = Dossier(
            code=f"H26-261121-{next(self.serial):04d}",
            party_id=party_id,
            agency_id=agency_id,
            procedure_code="1.001193",
            status=2,
            status_since=now,
            first_at=now,
            waits=[],
            updated_at=now,
            heard_at=now,
        )
        async with self.open_unit() as uow:
            uow.session.add(dossier)
            await uow.commit()

    async def tell(
        self,
        audience: Audience | None = None,
        *,
        title: str = "Nghỉ lễ",
        english: str | None = None,
        agency_id: UUID | None = None,
        link: str | None = None,
        in_: timedelta = timedelta(0),
        life: timedelta = timedelta(days=30),
        published: bool = True,
    ) -> UUID:
        """Tell something; published as a planner does, unless it is to wait for one."""
        publish_at = datetime.now(UTC) + in_
        new = NewBroadcast(
            agency_id=agency_id or new_id(),
            words=words(title, english),
            link=link,
            audience=audience or Audience(),
            author="test",
            publish_at=publish_at,
            expires_at=publish_at + life,
        )
        async with self.open_unit() as uow:
            broadcast_id = await repository.add(uow, new)
            if published:
                await publishing.publish(uow, broadcast_id, [])
            await uow.commit()
            return broadcast_id

    async def withdraw(self, broadcast_id: UUID) -> bool:
        """Take one back."""
        async with self.open_unit() as uow:
            stood = await repository.withdraw(uow, broadcast_id, author="test", reason="sai")
            await uow.commit()
            return stood

    async def rows(self, query: str, *given: object) -> list[Any]:
        """Return what a query finds, or none where it finds no rows but changes some."""
        async with self.open_unit() as uow:
            cursor = await (await uow.driver()).execute(query.encode(), given)
            found = await cursor.fetchall() if cursor.description else []
            await uow.commit()
            return list(found)


def ids(items: Iterable[dict[str, Any]]) -> list[UUID]:
    """Return the ids of items, as the API answers them."""
    return [UUID(item["id"]) for item in items]
