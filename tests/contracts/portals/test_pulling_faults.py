"""What could make pulling stand still for ever, or tell the same thing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.connectors.engine import TurnLostError
from api.connectors.pulling.catalogue import look
from api.connectors.pulling.following import follow, pull
from api.recording.schemas import DossierEvent
from api.recording.service import receive
from auth.principals import AgencyCaller
from storage.ids import new_id
from storage.portal_pulls import streams
from storage.portal_pulls.kinds import Stream
from tests.contracts.portals.conftest import EVENT
from tests.contracts.portals.pulling import Pulling, dossier, dossiers

CODES = [f"H26-261121-{number:04}" for number in range(1, 4)]
STRAYS = "SELECT code, reason FROM portal_stray ORDER BY code"
STEP = "Bộ phận Tiếp nhận và Trả kết quả"


@pytest.fixture
async def pulling(stage, unit_of_work):
    """A portal, and a database with agencies and a catalogue."""
    one = Pulling(stage=stage, open_unit=unit_of_work)
    await one.prepare()
    return one


async def push(pulling, link, **changes):
    """Let an agency tell a fact itself."""
    pushed = DossierEvent(event_id="a-1", **EVENT | changes)
    async with pulling.open_unit() as uow:
        await receive(
            uow,
            caller=AgencyCaller(client_id="h26", agency_id=await pulling.agency("H26"), scopes=frozenset()),
            authority=link.authority,
            good={0: pushed},
            now=datetime.now(UTC),
            stale_after=link.stale_after,
            locale="vi",
        )
        await uow.commit()


async def test_a_dossier_that_can_not_be_deciphered_holds_up_no_other(pulling):
    """What the portal tells of it is a stray until it is mended; the rest of its page is kept."""
    link = pulling.link()
    await pulling.have(dossiers(1))
    async with pulling.turn(link) as turn:
        await pull(link, turn)
    async with pulling.open_unit() as uow:
        await (await uow.driver()).execute("UPDATE party_key SET wrapped = '\\x00'::bytea")
        await uow.commit()
    later = {"status": 4, "occurred_at": "2026-11-21T10:00:00+07:00", "step": "Một cửa"}
    await pulling.have([*dossiers(1, **later), *dossiers(3)[1:]])
    async with pulling.turn(link) as turn:
        await pull(link, turn)
    assert await pulling.codes() == CODES
    assert await pulling.rows(STRAYS) == [(CODES[0], "faulty")]


async def test_a_stray_names_nobody_where_it_is_kept(pulling):
    """Name, number and words are sealed; the rest of its row is a code and why."""
    link = pulling.link()
    record = dossier(dossier_code="H30-261121-0001", summary="Khai sinh")
    await pulling.have([record])
    async with pulling.turn(link) as turn:
        await pull(link, turn)
    ((row,),) = await pulling.rows("SELECT to_jsonb(s)::text || encode(record, 'escape') FROM portal_stray s")
    assert "H30-261121-0001" in row
    for told in ("001190000001", "Nguy", "Khai sinh", "ChuHoSo"):
        assert told not in row


@pytest.mark.parametrize("rules", [{"limits": {"PhongBanXuLy": 10}}, {"omitted": ["PhongBanXuLy"]}])
async def test_a_step_that_the_portal_shortened_is_no_second_fact(pulling, rules):
    """A portal that was told a step, and has room for less of its name, tells back what we know."""
    link = pulling.link(records=rules)
    at = "2026-11-21T09:00:00+07:00"
    await push(pulling, link, status=4, occurred_at=at, step=STEP)
    echo = dossier(status=4, occurred_at=at, step=STEP[:10] if "limits" in rules else None)
    await pulling.have([echo])
    async with pulling.turn(link) as turn:
        await pull(link, turn)
    assert [(status, step) for _, status, _, step, *_ in await pulling.rows()] == [(4, STEP)]


@pytest.mark.parametrize("hour", ["00:00:00", "17:00:00.25"])
async def test_a_promised_time_that_comes_back_stays_as_it_was_promised(pulling, hour):
    """A portal tells of midnight, which its own systems write for a day, and has no fractions of a second."""
    link, due = pulling.link(), f"2026-11-26T{hour}+07:00"
    await push(pulling, link, status=2, due_at=due)
    await pulling.have([dossier(due_at=due)])
    async with pulling.turn(link) as turn:
        kept = await pull(link, turn)
    assert (kept.repeated, kept.strays) == (1, [])
    assert await pulling.rows("SELECT due_at FROM dossier") == [(datetime.fromisoformat(due),)]


async def test_a_clock_that_was_far_ahead_for_a_while_loses_nothing(pulling):
    """What was read "until" a day that is yet to come is read again, as nobody knows until when it was."""
    link = pulling.link()
    async with pulling.open_unit() as uow:
        ahead = datetime.now(UTC) + timedelta(days=300)
        await streams.begin(
            uow,
            link.name,
            Stream.DOSSIERS,
            since=ahead - timedelta(hours=1),
            until=ahead,
            now=ahead,
        )
        await streams.finish(uow, link.name, Stream.DOSSIERS, 0, ahead)
        await uow.commit()
    await pulling.have(dossiers(1))
    async with pulling.turn(link) as turn:
        await follow(link, turn)
    assert await pulling.codes() == CODES[:1]
    until = (await pulling.stream(link)).read_until
    assert until is not None
    assert until <= datetime.now(UTC)


async def test_a_turn_is_given_back_at_once(pulling):
    """Also by whoever fails amid it: nobody has to wait until a lease runs out."""
    link = pulling.link()
    with pytest.raises(KeyError):
        async with pulling.turn(link):
            raise KeyError
    async with pulling.turn(link) as again:
        assert again is not None


class Slow:
    """A portal that answers so late that another worker took the chore over."""

    def __init__(self, pulling, portal) -> None:
        self._pulling, self._portal = pulling, portal

    def __getattr__(self, name) -> Any:
        return getattr(self._portal, name)

    async def changed(self, since, until, cursor=None):
        """Let the other one take it, and answer."""
        async with self._pulling.open_unit() as uow:
            await (await uow.driver()).execute("UPDATE portal_lease SET holder = %s", (new_id(),))
            await uow.commit()
        return await self._portal.changed(since, until, cursor)


async def test_who_lost_the_turn_amid_a_page_keeps_nothing_of_it(pulling):
    """It is the other one's to keep: neither the records nor the place moves."""
    link = pulling.link()
    await pulling.have(dossiers(2))
    async with pulling.turn(link) as turn:
        with pytest.raises(TurnLostError):
            await pull(replace(link, portal=Slow(pulling, link.portal)), turn)
    assert await pulling.codes() == []
    assert (await pulling.stream(link)).read_until is None


async def test_a_catalogue_that_was_read_by_such_a_clock_is_read_again(pulling):
    """It is not left alone until that day comes."""
    link = pulling.link(pull={"catalogue_hours": 24})
    async with pulling.open_unit() as uow:
        ahead = datetime.now(UTC) + timedelta(days=300)
        await streams.done(uow, link.name, Stream.PROCEDURES, 1, ahead)
        await uow.commit()
    async with pulling.turn(link) as turn:
        await look(link, turn)
    async with pulling.open_unit() as uow:
        stream = await streams.read(uow, link.name, Stream.PROCEDURES)
    assert stream.succeeded_at is not None
    assert stream.succeeded_at <= datetime.now(UTC)
