"""`tindan portals refresh`: the catalogue and the lists that a portal shares, read by hand."""

import asyncio
import json

import pytest
import typer

from api.operation.portals_house import our_turn, with_portal
from storage.agencies import reading as seen
from storage.agencies.repository import AgencyRecord, put
from storage.ids import new_id
from storage.portal_pulls import leases


@pytest.fixture
async def tindan(portal_described, on_portals, unit_of_work):
    """Run a command; return its exit code, what it printed, and what it said beside."""
    described = portal_described | {
        "answers": {"success": ["00"], "expired": ["01"], "refused": ["07"]},
        "offers": ["procedures", "procedure", "units", "agencies"],
        "pull": {"lists_hours": 24},
    }
    few = described | {"agencies": ["H30"], "offers": ["dossier"]}
    tell = on_portals({"quoc-gia": described, "khac": few})
    async with unit_of_work() as uow:
        await put(uow, [AgencyRecord(code="H26", name="Thành phố Hà Nội")])
        await uow.commit()

    async def run(*arguments):
        result = await tell(*arguments)
        return result.exit_code, result.stdout, " ".join(result.stderr.split())

    return run


def have(portal, name, entries):
    """Let the portal list these."""
    assert portal.put(f"/sandbox/portal/lists/{name}", json=entries).status_code == 204


def offices(*numbers):
    """Return agencies as the portal lists them."""
    return [
        {"MaCoQuan": f"H26.{number}", "TenCoQuan": f"Sở {number}", "MaCoQuanCapTren": "H26"}
        for number in numbers
    ]


async def test_all_that_is_offered_is_read_and_shown(tindan):
    """With counts for each; afterwards `list` and `show` say how far each was read."""
    code, told, beside = await tindan("refresh", "quoc-gia", "--json")
    assert code == 0, beside
    found = json.loads(told)
    assert {name: (one["listed"], one["changed"], one["gone"]) for name, one in found.items()} == {
        "procedures": (4, 4, []),
        "units": (3, 3, []),
        "agencies": (2, 2, []),
    }
    assert json.loads((await tindan("refresh", "quoc-gia", "--agencies", "--json"))[1]).keys() == {"agencies"}
    streams = {"procedures", "units", "agencies"}
    for one in (
        json.loads((await tindan("list", "--json"))[1])[0],
        json.loads((await tindan("show", "quoc-gia", "--json"))[1]),
    ):
        assert {stream["stream"] for stream in one["streams"] if stream["read_until"]} == streams
    assert "agencies" in (await tindan("show", "quoc-gia"))[1]


async def test_what_is_not_taken_is_named(tindan, portal):
    """Twenty of them, and how many more."""
    have(
        portal, "agencies", [*offices(1), *({"MaCoQuan": f"H30.{n}", "TenCoQuan": "X"} for n in range(1, 26))]
    )
    code, told, _ = await tindan("refresh", "quoc-gia", "--agencies")
    assert code == 0
    lines = told.splitlines()
    assert lines[0] == "cơ quan · agencies: 1 trong danh sách · listed, 1 đã đổi · changed"
    assert lines[1] == "H30.1: không thuộc cổng này · not for this portal to bring"
    assert lines[-1].startswith("… +5: ")
    assert len(lines) == 22


async def test_a_list_that_shrank_is_taken_where_it_is_meant(tindan, portal, reading):
    """And not else."""
    have(portal, "agencies", offices(*range(1, 11)))
    assert (await tindan("refresh", "quoc-gia", "--agencies"))[0] == 0
    have(portal, "agencies", offices(1))
    code, _, beside = await tindan("refresh", "quoc-gia", "--agencies")
    assert (code, "9 of 10 entries are listed no more, which is more than 30%" in beside) == (2, True)
    code, told, _ = await tindan("refresh", "quoc-gia", "--agencies", "--shrink")
    assert (code, "H26.10: không còn trong danh sách · listed no more" in told) == (0, True)
    async with reading() as read:
        assert len(await seen.agencies(read)) == 11


@pytest.mark.parametrize(
    ("what", "entries", "words"),
    [
        ("units", [{"MaDonViHanhChinh": "1"}], "item 1, MaDonViHanhChinh: it is not of the form"),
        ("agencies", [*offices(1), {"MaCoQuan": "H26"}], "item 2, TenCoQuan: it is missing"),
        (
            "agencies",
            [offices(1)[0] | {"NgayHetHieuLuc": "20250630", "MaCoQuanKeThua": "H99"}],
            "successor: H99 is not for the portal to bring",
        ),
    ],
)
async def test_a_bad_list_is_refused_by_its_places(tindan, portal, what, entries, words):
    """With exit code 2, as an import is."""
    have(portal, what, entries)
    code, told, beside = await tindan("refresh", "quoc-gia", f"--{what}")
    assert (code, told) == (2, "")
    assert words in beside


async def test_what_can_not_be_read_now_is_said(tindan, portal, unit_of_work):
    """A portal that does not answer, one that does not offer it, none that offers anything, and another at work."""
    portal.put(
        "/sandbox/faults/portal",
        json={"script": [{"kind": "status", "code": 500}], "match": {"to": "LayDanhSachCoQuan"}},
    )
    code, _, beside = await tindan("refresh", "quoc-gia", "--agencies")
    assert (code, "quoc-gia: UnavailableError" in beside) == (1, True)
    code, _, beside = await tindan("refresh", "khac", "--units")
    assert (code, "units is not among what it offers" in beside) == (2, True)
    code, _, beside = await tindan("refresh", "khac")
    assert (code, "it shares no list" in beside) == (2, True)
    async with unit_of_work() as uow:
        await leases.hold(uow, "quoc-gia", "units", new_id())
        await uow.commit()
    code, _, beside = await tindan("refresh", "quoc-gia", "--units")
    assert (code, "another process does this now" in beside) == (2, True)


async def test_whoever_lost_the_turn_says_so(tindan):
    """In one line, with exit code 1: a worker took over while the portal kept us waiting."""

    async def work(link):
        async with our_turn(link, "units") as turn:
            async with link.open_unit() as uow:
                await leases.release(uow, link.name, "units", turn.holder)
                await uow.commit()
            await turn.hold(link.open_unit)

    with pytest.raises(typer.Exit) as ended:
        await asyncio.to_thread(with_portal, "quoc-gia", work)
    assert ended.value.exit_code == 1
