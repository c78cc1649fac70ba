"""A withdrawal and a fetch that meet: after the one the other sees it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from storage.agencies.models import Agency
from storage.errors import NotFoundError
from storage.ids import new_id
from storage.reuse import answering, asking, using
from storage.reuse.answering import Speaker
from storage.reuse.asking import NewRequest
from storage.reuse.kinds import USUAL_LIFE
from storage.unit_of_work import UnitOfWork
from storage.vault.kinds import FileRole
from tests.faults.polling import until
from tests.storage.vault.keeping import keep, make_party

Open = Callable[[], UnitOfWork]
WAITING = b"SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@dataclass(frozen=True, kw_only=True)
class Granted:
    """A grant of a document to an agency."""

    agency_id: UUID
    request_id: UUID
    document_id: UUID
    speaker: Speaker

    async def fetch(self, uow: UnitOfWork) -> using.Opening:
        """Open the original."""
        return await using.open_file(
            uow,
            caller_id=self.agency_id,
            client_id="gateway",
            request_id=self.request_id,
            document_id=self.document_id,
            role=FileRole.ORIGINAL,
            now=datetime.now(UTC),
        )

    async def withdraw(self, uow: UnitOfWork) -> None:
        """Withdraw it."""
        await answering.withdraw(uow, self.speaker, self.request_id, now=datetime.now(UTC))


@pytest.fixture
async def granted(unit_of_work: Open) -> Granted:
    """A grant that stands."""
    now, agency_id = datetime.now(UTC), new_id()
    async with unit_of_work() as uow:
        uow.session.add(Agency(id=agency_id, code="H26.7", name="Phường Bảy", lineage=[agency_id]))
        await uow.session.flush()
        key = await make_party(uow)
        document_id = await keep(uow, key)
        new = NewRequest(
            agency_id=agency_id,
            client_id="gateway",
            source_id="1",
            content_hash=b"1",
            procedure_code="1.001193",
            dossier_id=None,
            channel=None,
            type_codes=["KQ.KS"],
            number=None,
            reason="Đăng ký thường trú",
            expires_at=now + USUAL_LIFE,
        )
        asked = await asking.ask(uow, key, new, now=now)
        speaker = Speaker(
            party_id=key.party_id, actor_id=key.party_id, representation_id=None, session_id=new_id()
        )
        await answering.grant(uow, speaker, asked.request_id, [document_id], version=1, now=now)
        await uow.commit()
    return Granted(agency_id=agency_id, request_id=asked.request_id, document_id=document_id, speaker=speaker)


async def somebody_waits(unit_of_work: Open) -> bool:
    """Tell whether a transaction waits for another."""
    async with unit_of_work() as uow:
        return await (await (await uow.driver()).execute(WAITING)).fetchone() is not None


async def test_who_comes_while_it_is_withdrawn_gets_nothing(unit_of_work: Open, granted: Granted) -> None:
    """It waits for the withdrawal, although the grant stood when it asked."""

    async def fetch() -> None:
        async with unit_of_work() as uow:
            await granted.fetch(uow)

    async with unit_of_work() as withdrawing:
        await granted.withdraw(withdrawing)
        fetching = asyncio.create_task(fetch())
        await until(lambda: somebody_waits(unit_of_work))
        await withdrawing.commit()
    with pytest.raises(NotFoundError):
        await fetching


async def test_a_withdrawal_waits_for_a_fetch_that_is_noted(unit_of_work: Open, granted: Granted) -> None:
    """What was opened before it is in the evidence; nothing is after it."""

    async def withdraw() -> None:
        async with unit_of_work() as uow:
            await granted.withdraw(uow)
            await uow.commit()

    async with unit_of_work() as fetching:
        opened = await granted.fetch(fetching)
        withdrawing = asyncio.create_task(withdraw())
        await until(lambda: somebody_waits(unit_of_work))
        await fetching.commit()
    await withdrawing
    assert opened.first
    async with unit_of_work() as uow:
        with pytest.raises(NotFoundError):
            await granted.fetch(uow)


async def test_the_ledger_alone_ends_it(unit_of_work: Open, granted: Granted) -> None:
    """A consent that no longer counts, however the request's own row stands, lets nobody in."""
    async with unit_of_work() as uow:
        await granted.fetch(uow)
        await (await uow.driver()).execute(
            "INSERT INTO consent (id, party_id, purpose, subject_id, number, version, given, at, actor_id,"
            " session_id) SELECT gen_random_uuid(), party_id, purpose, subject_id, number + 1, version, false,"
            " at, actor_id, session_id FROM consent"
        )
        with pytest.raises(NotFoundError):
            await granted.fetch(uow)
