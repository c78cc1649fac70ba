"""The catalogue that a portal lists is read: what changed of it, and nothing of a list that is cut."""

import pytest

from api.connectors.portals.port import PortalError
from api.connectors.pulling.catalogue import look, refresh
from storage.portal_pulls import streams
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.shared import ListShrunkError
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from tests.contracts.portals.pulling import Pulling

OWN = Procedure(code="3.000001", name="Thủ tục của riêng địa phương", agency="Ủy ban nhân dân cấp xã")
NAMES = "SELECT code, name FROM procedure WHERE removed_in IS NULL ORDER BY code"


def listed(*versions, first=1):
    """Return procedures with versions, as the portal has them."""
    return [
        {"MaTTHC": f"1.{number:06}", "TenTTHC": f"Thủ tục {number} bản {version}", "PhienBan": version}
        for number, version in enumerate(versions, start=first)
    ]


@pytest.fixture
async def pulling(stage, unit_of_work):
    """A portal, and a catalogue of ours with a procedure that it does not list."""
    one = Pulling(
        stage=stage,
        open_unit=unit_of_work,
        told={"pull": {"catalogue_hours": 1, "version_field": "PhienBan"}},
    )
    async with unit_of_work() as uow:
        await procedures.put(uow, [OWN], author="test", source="test", whole=True)
        await uow.commit()
    return one


async def have(pulling, entries):
    """Let the portal have these procedures."""
    assert (await pulling.stage.http.put("/sandbox/portal/procedures", json=entries)).status_code == 204


async def stream(pulling):
    """Return how far the list was read."""
    async with pulling.open_unit() as uow:
        return await streams.read(uow, "quoc-gia", Stream.PROCEDURES)


async def test_what_changed_is_fetched_and_kept(pulling):
    """And only that, where the list tells versions; what the portal does not list stays."""
    link = pulling.link()
    await have(pulling, listed(1, 1, 1))
    async with pulling.turn(link, "catalogue") as turn:
        first = await refresh(link, turn)
        again = await refresh(link, turn)
        await have(pulling, listed(1, 2, 1))
        second = await refresh(link, turn)
    assert [(one.listed, one.fetched, one.changed) for one in (first, again, second)] == [
        (3, 3, 3),
        (3, 0, 0),
        (3, 1, 1),
    ]
    names = dict(await pulling.rows(NAMES))
    assert names["1.000002"] == "Thủ tục 2 bản 2"
    assert names["1.000001"] == "Thủ tục 1 bản 1"
    assert names[OWN.code] == OWN.name
    authors = await pulling.rows("SELECT author FROM catalogue_version ORDER BY number DESC LIMIT 1")
    assert authors == [("portal:quoc-gia",)]


async def test_without_versions_each_is_fetched_and_compared(pulling):
    """What is as it was makes no version of the catalogue."""
    link = pulling.link(pull={"catalogue_hours": 1})
    await have(pulling, listed(1, 1))
    async with pulling.turn(link, "catalogue") as turn:
        await refresh(link, turn)
        before = await pulling.rows("SELECT max(number) FROM catalogue_version")
        again = await refresh(link, turn)
    assert (again.fetched, again.changed) == (2, 0)
    assert await pulling.rows("SELECT max(number) FROM catalogue_version") == before


async def test_a_list_that_is_cut_changes_nothing_unless_told(pulling):
    """What it lists no more is named, and ours stays."""
    link = pulling.link()
    await have(pulling, listed(*[1] * 10))
    async with pulling.turn(link, "catalogue") as turn:
        await refresh(link, turn)
        await have(pulling, listed(2, 2))
        with pytest.raises(ListShrunkError):
            await refresh(link, turn)
        assert (await stream(pulling)).error.startswith("ListShrunkError")
        assert dict(await pulling.rows(NAMES))["1.000001"] == "Thủ tục 1 bản 1"
        done = await refresh(link, turn, shrink=True)
    assert done.gone == [f"1.{number:06}" for number in range(3, 11)]
    assert len(await pulling.rows(NAMES)) == 11
    assert (await stream(pulling)).error is None


async def test_what_was_gone_once_counts_no_more(pulling):
    """Lists lose a few in each year: all that ever went would stop them some day, for good."""
    link = pulling.link()
    async with pulling.turn(link, "catalogue") as turn:
        for left in (10, 8, 6, 5):
            await have(pulling, listed(*[1] * left))
            done = await refresh(link, turn)
        assert done.gone == [f"1.{number:06}" for number in range(6, 11)]
        await have(pulling, listed(1))
        await refresh(link, turn, shrink=True)
        assert (await refresh(link, turn)).listed == 1
        await have(pulling, listed(*[1] * 10))
        assert (await refresh(link, turn)).gone == []


@pytest.mark.parametrize(
    "fault", [{"kind": "truncate"}, {"kind": "cut"}, {"kind": "status", "code": 500}], ids=str
)
async def test_half_a_list_is_none(pulling, fault):
    """The stream says since when and why."""
    link = pulling.link()
    await have(pulling, listed(1, 1, 1))
    await pulling.stage.script(fault, to="LayDanhSachTTHC")
    async with pulling.turn(link, "catalogue") as turn:
        with pytest.raises(PortalError):
            await refresh(link, turn)
        assert (await stream(pulling)).failing_since is not None
        assert await pulling.rows(NAMES) == [(OWN.code, OWN.name)]
        await refresh(link, turn)
    assert len(await pulling.rows(NAMES)) == 4


async def test_one_that_can_not_be_read_holds_up_no_other(pulling):
    """It is named, and asked for again the next time."""
    link = pulling.link()
    await have(
        pulling, [*listed(1, 1), {"MaTTHC": "1.000009", "TenTTHC": "", "PhienBan": 1}, {"MaTTHC": "?"}]
    )
    async with pulling.turn(link, "catalogue") as turn:
        done = await refresh(link, turn)
        assert (done.listed, done.changed, done.unusable) == (3, 2, ["1.000009"])
        assert (await refresh(link, turn)).fetched == 1


async def test_it_is_read_when_it_is_time_to(pulling):
    """Once in an hour here, whoever asks."""
    link = pulling.link()
    await have(pulling, listed(1))
    async with pulling.turn(link, "catalogue") as turn:
        await look(link, turn)
        await have(pulling, listed(2))
        assert 3000 < await look(link, turn) <= 3600
    assert dict(await pulling.rows(NAMES))["1.000001"] == "Thủ tục 1 bản 1"
