"""A hall with agencies, their officers, and dossiers whose parties write."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from storage.agencies.models import Agency
from storage.conversations import writing
from storage.conversations.kinds import Author
from storage.conversations.writing import NewMessage
from storage.ids import new_id
from storage.officers import repository as officers
from storage.officers.roles import Role
from storage.parties import repository as parties
from storage.parties.kinds import PartyKind
from storage.parties.repository import PartyIdentity
from storage.unit_of_work import UnitOfWork

START = datetime(2026, 11, 2, 2, tzinfo=UTC)
_DOSSIER = """
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at, ended_at,
  due_at, due_set_at, waits, contradictions, updated_at, heard_at)
VALUES (%(id)s, %(code)s, %(party)s, %(agency)s, '1.1', %(status)s, now(), now(), %(ended)s, %(due)s, %(set)s,
  %(waits)s::jsonb, 0, now(), now())
"""


def day(number: float) -> datetime:
    """Return a time so many days after the beginning."""
    return START + timedelta(days=number)


@dataclass(kw_only=True)
class Hall:
    """Makes what a queue is made of; agencies and dossiers go by their codes."""

    open_unit: Callable[[], UnitOfWork]
    ids: dict[str, UUID] = field(default_factory=dict)
    serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def agency(self, code: str, *, above: str | None = None, **fields: Any) -> UUID:
        """Make an agency, below another one where that is named."""
        agency_id = self.ids[code] = new_id()
        async with self.open_unit() as uow:
            top = await uow.session.get_one(Agency, self.ids[above]) if above else None
            row = Agency(
                id=agency_id,
                code=code,
                name=code,
                lineage=[*(top.lineage if top else []), agency_id],
                **fields,
            )
            uow.session.add(row)
            await uow.commit()
        return agency_id

    async def officer(self, *roles: tuple[Role, str]) -> UUID:
        """Make an officer who holds roles for agencies."""
        async with self.open_unit() as uow:
            email = f"o{next(self.serial)}@example.vn"
            officer_id = await officers.invite(uow, email=email, invited_by="test")
            for role, code in roles:
                await officers.grant(uow, officer_id, role, agency_id=self.ids[code], granted_by="test")
            await uow.commit()
        return officer_id

    async def dossier(
        self,
        code: str,
        agency: str,
        *,
        status: int = 4,
        due: datetime | None = None,
        waits: list[tuple[datetime, datetime | None]] | None = None,
        ended: datetime | None = None,
    ) -> UUID:
        """Make a dossier of a party of its own."""
        dossier_id = self.ids[code] = new_id()
        identity = PartyIdentity(kind=PartyKind.PERSON, number=f"001190{next(self.serial):06d}", name="An")
        async with self.open_unit() as uow:
            (key,) = await parties.find_or_create(uow, [identity])
            given = {
                "id": dossier_id,
                "code": code,
                "party": key.party_id,
                "agency": self.ids[agency],
                "status": status,
                "ended": ended,
                "due": due,
                "set": due and START,
                "waits": to_json(waits or []).decode(),
            }
            await (await uow.driver()).execute(_DOSSIER, given)
            await uow.commit()
        return dossier_id

    async def wrote(self, code: str, at: datetime, *, author: Author = Author.PARTY) -> UUID:
        """Keep a message about a dossier."""
        message_id = new_id()
        async with self.open_unit() as uow:
            query = "SELECT party_id FROM dossier WHERE code = %s"
            row: Any = await (await (await uow.driver()).execute(query, (code,))).fetchone()
            new = NewMessage(
                id=message_id, dossier_id=self.ids[code], author=author, author_ref="x", text="Xin chào"
            )
            await writing.add(uow, await parties.open_key(uow, row[0]), new, now=at)
            await uow.commit()
        return message_id
