"""The parts of the demonstration: what is loaded, how a file is read and told, which mails count."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.connectors.dialect import VIETNAM
from api.demonstration import load as demonstration
from api.demonstration import record_file
from api.demonstration.arrivals import Arrival
from api.demonstration.batches import BATCH, NEEDED_AT_FIRST, batches
from api.demonstration.record_file import Line
from api.demonstration.tally import Tally
from api.settings import Settings
from auth.agencies import authenticate
from auth.identity import Vouched
from auth.officers import admit
from infra.sandbox import staff
from storage.agencies import repository as agencies
from storage.agencies.repository import AgencyRecord
from storage.engine import libpq_url
from storage.errors import SettingsError
from storage.officers.reading import enabled_officer
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from storage.units import repository as units
from storage.units.gazetteer import Gazetteer
from storage.units.record import Share, Units

EXAMPLE = Path(record_file.__file__).with_name("records_example.jsonl")
START = datetime(2026, 11, 9, 8, tzinfo=UTC)
RECORD = {
    "MaHoSo": "000.00.01.H26-261109-0001",
    "MaTTHC": "1.001193",
    "SoGiayToChuHoSo": "001190000001",
    "TrangThaiHoSo": "1",
    "NgayNopHoSo": "20261109081500",
}


def line(number: int, dossier: int, hour: int, *fields: str, top: str = "H26") -> Line:
    """Make a line of a dossier, as of an hour."""
    event: dict[str, Any] = dict.fromkeys(fields, "…")
    event |= {"dossier_code": f"{top}.1-261109-{dossier:04d}", "agency_code": f"{top}.1"}
    event["occurred_at"] = (START + timedelta(hours=hour)).isoformat()
    return Line(number=number, record={}, event=event)


needs = st.sampled_from([(), ("applicant",), ("procedure_code",), ("applicant", "procedure_code")])
told = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 9), needs, st.sampled_from(["H26", "G09"])), max_size=60
)


def opening(dossier: list[Line]) -> set[int]:
    """Return the lines up to the one by which applicant and procedure are both named."""
    named: set[str] = set()
    for place, one in enumerate(dossier, start=1):
        named |= one.event.keys() & {"applicant", "procedure_code"}
        if len(named) == 2:
            return {line.number for line in dossier[:place]}
    return {line.number for line in dossier[:1]}


@given(told)
def test_batches_keep_the_order_of_each_dossier(told: list[tuple[int, int, tuple[str, ...], str]]):
    """Every line once; a batch is one agency's; a dossier is opened whole, then goes on step by step."""
    lines = [line(number, *one[:2], *one[2], top=one[3]) for number, one in enumerate(told)]
    sent = list(batches(lines))
    assert sorted(one.number for batch in sent for one in batch) == list(range(len(lines)))
    assert all(len({one.top for one in batch}) == 1 for batch in sent)
    for code in {one.code for one in lines}:
        of_dossier = sorted(
            (one for one in lines if one.code == code), key=lambda one: one.event["occurred_at"]
        )
        parts = [[one for one in batch if one.code == code] for batch in sent]
        parts = [part for part in parts if part]
        assert {one.number for one in parts[0]} == opening(of_dossier)
        assert all(len(part) == 1 for part in parts[1:])
        assert [one.number for part in parts for one in part] == [one.number for one in of_dossier]


def test_times_of_several_zones_are_in_order():
    """It is the moment that orders, not how it is written."""
    early = line(1, 1, 0, "applicant", "procedure_code")
    late = line(2, 1, 1)
    written = datetime.fromisoformat(early.event["occurred_at"]).astimezone(VIETNAM)
    early = Line(number=1, record={}, event={**early.event, "occurred_at": written.isoformat()})
    assert early.event["occurred_at"] > late.event["occurred_at"]
    assert [[one.number for one in batch] for batch in batches([late, early])] == [[1], [2]]


def test_a_request_is_never_too_long():
    """Full batches are parted between dossiers; an opening that is too long leaves its oldest lines for later."""
    many = [line(number, number, 0) for number in range(2 * BATCH + 1)]
    assert [len(batch) for batch in batches(many)] == [BATCH, BATCH, 1]
    # A dossier of three lines that belong together, behind as many single ones as nearly fill a batch.
    threes = [line(BATCH, BATCH, 0), line(BATCH + 1, BATCH, 1), line(BATCH + 2, BATCH, 2, *NEEDED_AT_FIRST)]
    assert [len(batch) for batch in batches([*many[: BATCH - 1], *threes])] == [BATCH - 1, 3]
    late = [line(number, 1, number) for number in range(BATCH + 5)]
    late.append(line(len(late), 1, 2 * BATCH, "applicant", "procedure_code"))
    first, *rest = batches(late)
    assert (len(first), first[-1].number) == (BATCH, late[-1].number)
    assert [one.number for batch in rest for one in batch] == list(range(6))


def test_a_file_says_what_is_wrong_where(tmp_path: Path):
    """Each bad line is told by its number as an editor counts them; the good ones are read."""
    path = tmp_path / "records.jsonl"
    good = json.dumps(RECORD, ensure_ascii=False).encode()
    bad = [
        b"{",
        b"\xff\xfe{}",
        b"[]",
        b'[["MaHoSo", "x"]]',
        b"7",
        b"[" * 100_000,
        b"{}",
        json.dumps({**RECORD, "TrangThaiHoSo": "77"}).encode(),
        json.dumps({**RECORD, "MaHoSo": "000.00.00-261109-0001"}).encode(),
    ]
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([good, b"", b" \t", *bad, good]))
    found = record_file.read(path)
    assert found.count == 2 + len(bad)
    assert [one.number for one in found.lines] == [1, 4 + len(bad)]
    assert found.refused == {
        4: "không phải JSON · is no JSON",
        5: "không phải UTF-8 · is not UTF-8",
        6: "không phải đối tượng JSON · is no JSON object",
        7: "không phải đối tượng JSON · is no JSON object",
        8: "không phải đối tượng JSON · is no JSON object",
        9: "không phải JSON · is no JSON",
        10: "MaHoSo: thiếu · is missing",
        11: "TrangThaiHoSo: không đúng dạng · is malformed",
        12: "MaHoSo: không có mã cơ quan · names no agency",
    }


def test_the_example_that_ships_is_sound():
    """Every line of it can be used."""
    found = record_file.read(EXAMPLE)
    assert (found.count, found.refused) == (10, {})


def mail(code: str | None, to: str = "vi.du@example.vn", key: str = "1", channel: str = "email") -> Arrival:
    """Make an arrival."""
    return Arrival(
        channel=channel, at=START, to=to, title="", dossier_code=code, notification_id=None, key=key
    )


def test_mails_are_counted_by_dossier():
    """One sent again counts once; strangers' and other channels' never; any address of the dossier will do."""
    tally = Tally()
    tally.know("A", "vi.du@example.vn")
    tally.want("A")
    tally.want("A")
    tally.want("B")
    assert (tally.wanted, tally.missing) == (2, 2)
    tally.add([mail("B"), mail(None), mail("A", "an@example.vn"), mail("A", channel="push"), mail("A")])
    tally.add([mail("A")])
    assert (tally.arrived, tally.missing) == (1, 1)
    tally.know("A", "moi@example.vn")
    tally.add([mail("A", "Moi@example.vn", key="2")])
    assert (tally.arrived, tally.missing) == (2, 0)
    tally.add([mail("A", key="3")])
    assert (tally.arrived, tally.missing) == (2, 0)


async def test_loading_is_repeatable(
    app_settings: Settings,
    unit_of_work: Callable[[], UnitOfWork],
    reading: Callable[[], Reading],
    settings: StorageSettings,
):
    """Twice gives what once gives: the same agencies, procedures, client and secret."""
    seen = []
    for _ in range(2):
        async with unit_of_work() as uow:
            await demonstration.load(uow, app_settings)
            await uow.commit()
        with psycopg.connect(libpq_url(settings.require_database_url())) as connection:
            seen.append(
                [
                    connection.execute("SELECT code, id, lineage FROM agency ORDER BY code").fetchall(),
                    connection.execute("SELECT code, agency_id FROM agency_alias ORDER BY code").fetchall(),
                    connection.execute("SELECT code, name, version FROM procedure ORDER BY code").fetchall(),
                    connection.execute("SELECT number, source FROM unit_version").fetchall(),
                    connection.execute("SELECT client_id, secret_hash FROM client_credential").fetchall(),
                ]
            )
    assert seen[0] == seen[1]
    assert all(seen[0])
    secret = demonstration.client_secret(app_settings)
    async with reading() as read:
        caller = await authenticate(read, client_id=demonstration.CLIENT_ID, secret=secret)
    assert caller.scopes == {"events", "results", "messages", "surveys", "reuse"}


async def test_the_sandboxs_staff_may_sign_in(
    app_settings: Settings, unit_of_work: Callable[[], UnitOfWork]
) -> None:
    """Each officer for whom the sandbox's provider vouches is known, once, with a role in an agency there is."""
    async with unit_of_work() as uow:
        for _ in range(2):
            await demonstration.load(uow, app_settings)
        roles = {}
        for person in staff.load().values():
            vouched = Vouched(
                issuer="staff", subject=person.sub, claims=person.claims(), signed_in_at=datetime.now(UTC)
            )
            officer = await enabled_officer(uow, await admit(uow, vouched))
            roles[officer.name] = [(role.role.value, role.agency_code) for role in officer.current]
        assert roles == {
            "Lê Thị Tiếp Nhận": [("officer", "H26.1")],
            "Phạm Văn Giám Sát": [("officer", "H26"), ("supervisor", "H26"), ("moderator", "H26")],
            "Hoàng Thị Kiểm Duyệt": [("moderator", "G09")],
            "Vũ Văn Vận Hành": [("operator", None)],
        }


async def test_the_catalogue_is_complete_and_our_own(
    app_settings: Settings, unit_of_work: Callable[[], UnitOfWork]
):
    """Everyday procedures of all kinds, each with all its parts, and each saying that it is a demonstration."""
    async with unit_of_work() as uow:
        await demonstration.load(uow, app_settings)
        loaded = [procedure async for procedure, _ in procedures.all_procedures(uow)]
        gazetteer = Gazetteer(await units.load(uow))
    assert len(loaded) >= 40
    for one in loaded:
        parts = (
            one.field,
            one.agency,
            one.levels,
            one.steps,
            one.methods,
            one.papers,
            one.results,
            one.keywords,
        )
        assert all(parts), one.code
        assert all(method.limit and method.limit.quantity for method in one.methods), one.code
        assert one.extra == {"demonstration": True}
        assert one.description
        assert one.description.startswith("Minh họa: ")
    words = {word for one in loaded for word in one.keywords}
    assert {"sinh con", "cưới", "chuyển nhà", "mở quán", "về hưu", "người mất"} <= words
    split = [(match.unit.code, match.share) for match in gazetteer.find("phường 2, minh họa")]
    assert split == [("98001", Share.PART_DEFAULT), ("98002", Share.PART)]


async def test_an_imported_catalogue_is_left_alone(
    app_settings: Settings, unit_of_work: Callable[[], UnitOfWork], reading: Callable[[], Reading]
):
    """A house that starts again does not put its own words over what an operator imported."""
    real = Procedure(code="1.001193", name="Thủ tục đăng ký khai sinh")
    async with unit_of_work() as uow:
        await demonstration.load(uow, app_settings)
        await procedures.put(uow, [real], author="an", source="danh-muc.jsonl", whole=True, shrink=True)
        await units.put(uow, Units(), author="an", source="units", shrink=True)
        await demonstration.load(uow, app_settings)
        await uow.commit()
    async with reading() as read:
        assert [procedure async for procedure, _ in procedures.all_procedures(read)] == [real]
        assert await units.load(read) == Units()


async def test_production_is_never_demonstrated_upon(
    unit_of_work: Callable[[], UnitOfWork], monkeypatch: pytest.MonkeyPatch, settings: StorageSettings
):
    """Outside development nothing is loaded."""
    monkeypatch.setenv("TINDAN_ENV", Environment.PRODUCTION)
    monkeypatch.setenv("DATABASE_URL", settings.require_database_url())
    async with unit_of_work() as uow:
        with pytest.raises(SettingsError, match="for development only"):
            await demonstration.load(uow, Settings())
        await uow.commit()
    with psycopg.connect(libpq_url(settings.require_database_url())) as connection:
        assert connection.execute("SELECT count(*) FROM agency").fetchall() == [(0,)]


async def test_another_installations_database_is_left_alone(
    app_settings: Settings, unit_of_work: Callable[[], UnitOfWork], settings: StorageSettings
):
    """Its queue would go to the stand-ins, and its agencies would get other names."""
    async with unit_of_work() as uow:
        await agencies.put(uow, [AgencyRecord(code="H26", name="Thành phố thật")])
        with pytest.raises(SettingsError, match="another installation"):
            await demonstration.load(uow, app_settings)
        await uow.commit()
    with psycopg.connect(libpq_url(settings.require_database_url())) as connection:
        assert connection.execute("SELECT name FROM agency").fetchall() == [("Thành phố thật",)]
