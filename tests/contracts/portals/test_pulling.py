"""What changes at a portal is pulled: whole, once, and as it goes wrong."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from api.connectors.engine import TurnLostError
from api.connectors.portals.port import NotLetInError, PortalError, UnavailableError
from api.connectors.pulling import following
from api.connectors.pulling.callers import NobodySpeaksError
from api.connectors.pulling.following import follow, pull
from api.recording.schemas import DossierEvent
from api.recording.service import receive
from auth.principals import AgencyCaller
from storage.ids import new_id
from storage.portal_pulls import leases
from tests.contracts.portals.conftest import EVENT
from tests.contracts.portals.pulling import Pulling, dossier, dossiers, step

CODES = [f"H26-261121-{number:04}" for number in range(1, 8)]
STRAYS = "SELECT code, reason, field, times, settled_at IS NULL FROM portal_stray ORDER BY code"
BREAKS = f"""
CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'a fault'; END $$;
CREATE TRIGGER breaks BEFORE INSERT ON dossier FOR EACH ROW WHEN (NEW.code = '{CODES[1]}')
  EXECUTE FUNCTION breaks()
"""
LOST_ON_THE_WAY = [
    {"kind": "status", "code": 500},
    {"kind": "status", "code": 503},
    {"kind": "cut"},
    {"kind": "truncate"},
    {"kind": "repeat"},
    {"kind": "misreport", "code": "1"},
    {"kind": "misreport", "text": "Lỗi: hệ thống đang bận"},
    {"kind": "refuse", "code": "02"},
    {"kind": "expire"},
    {"kind": "accept_then_hang", "seconds": 1.5},
]


@pytest.fixture
async def pulling(stage, unit_of_work):
    """A portal, and a database with agencies and a catalogue."""
    one = Pulling(stage=stage, open_unit=unit_of_work)
    await one.prepare()
    return one


async def test_what_changed_is_kept_and_a_repeat_is_nothing_new(pulling):
    """All dossiers with who told them; read again, as windows overlap, they are the same facts."""
    link = pulling.link(page_size=3)
    await pulling.have(dossiers(7))
    async with pulling.turn(link) as turn:
        first = await pull(link, turn)
        again = await pull(link, turn)
    assert (first.records, first.events, first.repeated, first.strays) == (7, 7, 0, [])
    assert (again.records, again.events, again.repeated) == (7, 0, 7)
    facts = await pulling.rows()
    assert [(code, status, told_by) for code, status, _, _, told_by, _ in facts] == [
        (code, 2, "portal:quoc-gia") for code in CODES
    ]
    stream = await pulling.stream(link)
    assert stream.window_since is None
    assert stream.error is None
    assert stream.records == 14
    assert datetime.now(UTC) - stream.read_until < timedelta(seconds=30)


async def test_what_changes_later_is_read_by_the_next_window(pulling):
    """And begins where the one before ended."""
    link = pulling.link()
    await pulling.have(dossiers(2))
    async with pulling.turn(link) as turn:
        await pull(link, turn)
        before = (await pulling.stream(link)).read_until
        later = {"status": 4, "occurred_at": "2026-11-22T09:00:00+07:00"}
        await pulling.have([dossier(dossier_code=CODES[0], applicant=None, **later)])
        kept = await pull(link, turn)
    assert kept.events == 1
    assert [status for code, status, *_ in await pulling.rows() if code == CODES[0]] == [2, 4]
    assert (await pulling.stream(link)).read_until > before


async def test_steps_of_progress_are_facts_of_their_own(pulling):
    """Where the portal shows them; and the step that brought the dossier to its status is told once."""
    link = pulling.link()
    at = "2026-11-21T15:00:00+07:00"
    first = step(dossier_code=CODES[0], status=4, occurred_at=at, step="Một cửa")
    accepted = dossier(dossier_code=CODES[0])
    foreign = step(dossier_code="H30-261121-0001", status=2)
    await pulling.have([{**accepted, "TrangThaiHoSo": "4", "DanhSachTienDo": [first, "?", foreign]}])
    async with pulling.turn(link) as turn:
        kept = await pull(link, turn)
    assert (kept.records, kept.strays) == (1, [])
    assert [(code, status, told) for code, status, _, told, *_ in await pulling.rows()] == [
        (CODES[0], 2, ""),
        (CODES[0], 4, "Một cửa"),
    ]


async def test_what_we_told_ourselves_comes_back_as_the_same_fact(pulling):
    """Though the portal's clock has no fractions of a second: no second fact, and no second notice."""
    link, at = pulling.link(), datetime(2026, 11, 21, 2, 0, 0, 250_000, tzinfo=UTC)
    pushed = DossierEvent(
        event_id="a-1", **EVENT | {"occurred_at": at.isoformat(), "status": 5, "step": "Một cửa"}
    )
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
    told = dossier(status=5, occurred_at=at.replace(microsecond=0).isoformat())
    await pulling.have([told])
    async with pulling.turn(link) as turn:
        kept = await pull(link, turn)
        await pull(link, turn)
    assert (kept.events, kept.repeated, kept.strays) == (0, 1, [])
    assert [(status, when, step) for _, status, when, step, *_ in await pulling.rows()] == [
        (5, at, "Một cửa")
    ]
    assert await pulling.rows("SELECT count(*) FROM notification") == [(1,)]


@pytest.mark.parametrize("fault", LOST_ON_THE_WAY, ids=str)
async def test_a_portal_that_fails_loses_nothing(pulling, fault):
    """The stream stays where it stands and says since when and why; after it, all is there, once."""
    link = pulling.link(page_size=2, timeout_seconds=1)
    await pulling.have(dossiers(7))
    await pulling.stage.script({"kind": "delay", "seconds": 0.01}, fault, to="TraCuuHoSo")
    async with pulling.turn(link) as turn:
        for _ in range(4):
            with suppress(PortalError):
                await pull(link, turn)
                break
            stream = await pulling.stream(link)
            assert stream.failing_since is not None
            assert stream.error.startswith("UnavailableError")
            assert stream.read_until is None
            assert stream.cursor is not None
    assert await pulling.codes() == CODES
    assert len(await pulling.rows()) == 7
    stream = await pulling.stream(link)
    assert (stream.failing_since, stream.error, stream.window_since) == (None, None, None)


async def test_a_page_cut_short_is_noticed_where_no_total_is_told(pulling):
    """By the page after it, as only the last may be short."""
    link = pulling.link(page_size=3)
    await pulling.stage.rule(totals=False)
    await pulling.have(dossiers(7))
    await pulling.stage.script({"kind": "truncate"}, to="TraCuuHoSo")
    async with pulling.turn(link) as turn:
        await pull(link, turn)
    assert await pulling.codes() == CODES


async def test_pages_that_are_always_cut_short_are_no_end(pulling):
    """Such as where pages there are smaller than we think: nothing is passed over in silence."""
    link = pulling.link(page_size=5)
    await pulling.stage.rule(totals=False, page=3)
    await pulling.have(dossiers(7))
    async with pulling.turn(link) as turn:
        for _ in range(2):
            with pytest.raises(UnavailableError, match="cut short"):
                await pull(link, turn)
            assert (await pulling.stream(link)).read_until is None


async def test_what_can_not_be_kept_is_a_stray_with_its_reason(pulling):
    """Sealed, listed by code and field; it holds up nothing, and the same one again is the same."""
    link = pulling.link()
    good = dossiers(2)
    strange = dossier(dossier_code="H26-261121-0103", procedure_code="9.999999")
    foreign = dossier(dossier_code="H30-261121-0104", agency_code="H30")
    await pulling.have(
        [
            good[0],
            {**dossier(dossier_code="H26-261121-0101"), "TrangThaiHoSo": "77"},
            {"MaHoSo": "?", "TrangThaiHoSo": "2", "HoTen": "Trần Văn Mẫu"},
            strange,
            foreign,
            good[1],
        ]
    )
    async with pulling.turn(link) as turn:
        kept = await pull(link, turn)
        await pull(link, turn)
    assert (kept.records, kept.events, len(kept.strays)) == (6, 2, 4)
    assert await pulling.codes() == CODES[:2]
    assert await pulling.rows(STRAYS) == [
        ("H26-261121-0101", "malformed", "TrangThaiHoSo", 2, True),
        ("H26-261121-0103", "unknown-procedure", "/procedure_code", 2, True),
        ("H30-261121-0104", "agency-not-allowed", "/dossier_code", 2, True),
        (None, "malformed", "MaHoSo", 2, True),
    ]
    assert b"M\xe1\xba\xabu" not in b"".join(
        record for (record,) in await pulling.rows("SELECT record FROM portal_stray")
    )


async def test_a_stray_that_is_kept_after_all_is_settled(pulling):
    """By the reading that brings the same record again, once what it lacked is there."""
    link = pulling.link()
    await pulling.have([dossier(dossier_code=CODES[0], procedure_code="1.004222")])
    async with pulling.turn(link) as turn:
        await pull(link, turn)
        assert [open_ for *_, open_ in await pulling.rows(STRAYS)] == [True]
        async with pulling.open_unit() as uow:
            await (await uow.driver()).execute(
                "INSERT INTO procedure (code, name) VALUES ('1.004222', 'Đăng ký thường trú')"
            )
            await uow.commit()
        await pull(link, turn)
    assert await pulling.codes() == [CODES[0]]
    assert await pulling.rows("SELECT outcome FROM portal_stray") == [("kept",)]


async def test_a_record_that_breaks_us_holds_up_no_other(pulling):
    """What the database itself refuses, as by a fault of ours, is a stray; the rest of its page is kept."""
    link = pulling.link()
    await pulling.have(dossiers(3))
    async with pulling.open_unit() as uow:
        await (await uow.driver()).execute(BREAKS.encode())
        await uow.commit()
    try:
        async with pulling.turn(link) as turn:
            kept = await pull(link, turn)
    finally:
        async with pulling.open_unit() as uow:
            await (await uow.driver()).execute(b"DROP FUNCTION breaks CASCADE")
            await uow.commit()
    assert (kept.records, kept.events) == (3, 2)
    assert await pulling.codes() == [CODES[0], CODES[2]]
    assert await pulling.rows(STRAYS) == [(CODES[1], "faulty", None, 1, True)]
    assert (await pulling.stream(link)).error is None


async def test_each_dossier_is_told_for_the_agency_that_may(pulling):
    """The first of the deployment's that speaks for whose it is."""
    link = pulling.link(agencies=["H30", "H26"])
    other = dossier(dossier_code="H30-261121-0001", agency_code="H30")
    ward = dossier(dossier_code="H26.1-261121-0001", agency_code="H26.1")
    await pulling.have([other, ward, *dossiers(1)])
    async with pulling.turn(link) as turn:
        kept = await pull(link, turn)
    assert (kept.events, kept.strays) == (3, [])
    owners = await pulling.rows("SELECT d.code, a.code FROM dossier d JOIN agency a ON a.id = d.agency_id")
    assert sorted(owners) == [
        ("H26-261121-0001", "H26"),
        ("H26.1-261121-0001", "H26.1"),
        ("H30-261121-0001", "H30"),
    ]


async def test_a_deployment_of_agencies_that_we_do_not_know_keeps_nothing(pulling):
    """And says so; nothing is passed over."""
    link = pulling.link(agencies=["H77"])
    await pulling.have(dossiers(1))
    async with pulling.turn(link) as turn:
        with pytest.raises(NobodySpeaksError):
            await pull(link, turn)
    stream = await pulling.stream(link)
    assert stream.error.startswith("NobodySpeaksError")
    assert stream.read_until is None


async def test_a_portal_that_does_not_let_us_in_is_left_alone_for_longer(pulling):
    """An operator has something to mend."""
    link = pulling.link(unit="G99")
    async with pulling.turn(link) as turn:
        with pytest.raises(NotLetInError):
            await pull(link, turn)
        rest = await follow(link, turn)
    assert following.TROUBLE_SECONDS < rest <= following.SHUT_OUT_SECONDS


async def test_it_is_read_when_it_is_time_to(pulling):
    """By whichever worker: when it was tried stands in the database."""
    link = pulling.link(pull={"settle_seconds": 0, "every_seconds": 3600})
    await pulling.have(dossiers(1))
    async with pulling.turn(link) as turn:
        await follow(link, turn)
        await pulling.have(dossiers(2))
        assert 0 < await follow(link, turn) <= 3600
    assert await pulling.codes() == CODES[:1]


async def test_one_does_it_at_a_time(pulling):
    """Another gets no turn; and whoever lost it to another keeps nothing more."""
    link = pulling.link()
    await pulling.have(dossiers(2))
    async with pulling.turn(link) as turn, pulling.turn(link) as second:
        assert second is None
        async with pulling.open_unit() as uow:
            await (await uow.driver()).execute("UPDATE portal_lease SET until = now() - interval '1 s'")
            assert await leases.hold(uow, link.name, "pull", new_id())
            await uow.commit()
        with pytest.raises(TurnLostError):
            await pull(link, turn)
    assert await pulling.codes() == []


async def test_no_connection_is_held_while_the_portal_is_asked(pulling, engine):
    """However long it takes to answer."""
    link = pulling.link()
    await pulling.have(dossiers(1))
    await pulling.stage.script({"kind": "delay", "seconds": 0.5}, to="TraCuuHoSo")
    async with pulling.turn(link) as turn:
        reading = asyncio.create_task(pull(link, turn))
        held = []
        while not reading.done():
            await asyncio.sleep(0.02)
            held.append(engine.pool.pool.checkedout())
        await reading
    assert held.count(0) > 10


async def test_pages_of_another_size_are_counted_anew(pulling):
    """A cursor counts pages: after a change of their size it would mean another place."""
    await pulling.have(dossiers(7))
    small, large = pulling.link(page_size=2), pulling.link(page_size=5)
    await pulling.stage.script(*[{"kind": "delay", "seconds": 0.01}] * 2, {"kind": "status", "code": 500})
    async with pulling.turn(small) as turn:
        with suppress(PortalError):
            await pull(small, turn)
        assert (await pulling.stream(small)).cursor is not None
        await pull(large, turn)
    assert await pulling.codes() == CODES
