"""What becomes of a paper later: replaced, revoked; and seals that are printed before there is a file."""

import asyncio
import hashlib

import httpx
import pytest

from api.services import Services
from storage.procedures import repository as procedures
from storage.seals import repository as seals
from storage.seals.link import read_link
from storage.seals.statuses import SealState
from tests.api.callers import Citizen, MakeAgency
from tests.api.conftest import PROCEDURE
from tests.api.results.handing import PATH, Office, letter, said
from tests.api.results.test_refusals import kept

SEALS = "/v1/agency/seals"
WHY = {"reason": "Cấp sai thẩm quyền"}


async def texts(client: httpx.AsyncClient, citizen: Citizen) -> list[str]:
    """What stands in the citizen's inbox, the newest first."""
    items = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    return [item["body"] for item in items]


async def test_a_new_paper_takes_the_place_of_an_old_one(
    office: Office, owner: dict[str, str], services: Services, client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """Document and seal of the old one lead to the new one, with date and reason; its owner is told."""
    old = (await office.hand_over(said("KQ-1", owner=owner), letter())).json()
    change = {"source_id": "KQ-1", "reason": "Cải chính họ tên"}
    new = (await office.hand_over(said("KQ-2", owner=owner, supersedes=change), letter(4))).json()
    stands = (await client.get(f"{PATH}/{old['id']}", headers=office.agency.headers)).json()
    assert (stands["state"], stands["reason"]) == ("superseded", "Cải chính họ tên")
    async with services.reading() as reading:
        seal = await seals.by_code(reading, old["seal"]["code"])
    assert seal is not None
    assert (seal.state, seal.successor_code) == (SealState.SUPERSEDED, new["seal"]["code"])
    assert "thay bằng bản mới" in (await texts(client, citizen))[0]
    third = await office.hand_over(said("KQ-3", owner=owner, supersedes=change), letter(5))
    assert third.json()["errors"][0]["code"] == "not-to-be-superseded"


async def test_a_paper_is_revoked_once_and_for_good(
    office: Office, owner: dict[str, str], services: Services, client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """The first reason and time stay; the owner is told once."""
    told = (await office.hand_over(said(owner=owner), letter())).json()
    path = f"{PATH}/{told['id']}/revocation"
    first = await client.post(path, json=WHY, headers=office.agency.headers)
    again = await client.post(path, json={"reason": "Khác"}, headers=office.agency.headers)
    assert first.json()["state"] == "revoked"
    assert first.json() == again.json()
    async with services.reading() as reading:
        seal = await seals.by_code(reading, told["seal"]["code"])
    assert seal is not None
    assert (seal.state, seal.reason) == (SealState.REVOKED, WHY["reason"])
    assert sum("thu hồi" in text for text in await texts(client, citizen)) == 1


async def test_a_paper_whose_file_is_damaged_is_revoked(
    office: Office, owner: dict[str, str], services: Services, client: httpx.AsyncClient, citizen: Citizen
) -> None:
    """What is told of it can not be, but nobody goes on trusting it, and the owner hears of it."""
    told = (await office.hand_over(said(owner=owner), letter())).json()
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute("UPDATE document_file SET size = size + 1")
        await uow.commit()
    answer = await client.post(f"{PATH}/{told['id']}/revocation", json=WHY, headers=office.agency.headers)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (500, "document-damaged")
    async with services.reading() as reading:
        seal = await seals.by_code(reading, told["seal"]["code"])
    assert seal is not None
    assert seal.state is SealState.REVOKED
    assert "thu hồi" in (await texts(client, citizen))[0]


async def test_a_paper_is_revoked_by_its_agency_alone(
    office: Office, owner: dict[str, str], make_agency: MakeAgency, client: httpx.AsyncClient
) -> None:
    """A foreign paper can not be told from a missing one."""
    told = (await office.hand_over(said(owner=owner), letter())).json()
    foreign = await make_agency("H70", scopes=frozenset({"results"}))
    answer = await client.post(f"{PATH}/{told['id']}/revocation", json=WHY, headers=foreign.headers)
    assert answer.status_code == 404
    stands = await client.get(f"{PATH}/{told['id']}", headers=office.agency.headers)
    assert stands.json()["state"] == "valid"


def reserved(owner: dict[str, str]) -> dict[str, object]:
    return {"owner": owner, "procedure_code": "1.001193"}


async def test_a_seal_is_reserved_printed_and_bound_once(
    office: Office, owner: dict[str, str], services: Services, client: httpx.AsyncClient
) -> None:
    """The agency prints the code itself; the file comes later, and no second one can claim it."""
    seal = (await client.post(SEALS, json=reserved(owner), headers=office.agency.headers)).json()
    for kind, begins in (("svg", b"<svg"), ("png", b"\x89PNG")):
        picture = await client.get(f"{SEALS}/{seal['code']}/qr.{kind}", headers=office.agency.headers)
        assert picture.content.startswith(begins)
    file = letter(2)
    told = (await office.hand_over(said(owner=owner, seal_code=seal["code"]), file)).json()
    assert told["seal"] == seal
    assert told["copy_size"] is None, "the paper bears its code already"
    async with services.reading() as reading:
        bound = await seals.by_code(reading, seal["code"])
    assert bound is not None
    assert bound.file_hash == hashlib.sha256(file).digest()
    other = await office.hand_over(said("KQ-2", owner=owner, seal_code=seal["code"]), letter(3))
    assert other.json()["errors"][0]["code"] == "seal-in-use"


async def test_of_two_who_bind_at_once_one_does(
    office: Office, owner: dict[str, str], client: httpx.AsyncClient
) -> None:
    """The database decides."""
    seal = (await client.post(SEALS, json=reserved(owner), headers=office.agency.headers)).json()
    answers = await asyncio.gather(
        *(
            office.hand_over(said(f"KQ-{n}", owner=owner, seal_code=seal["code"]), letter(n + 2))
            for n in range(3)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]


async def test_a_reserved_seal_is_of_one_party(
    office: Office, owner: dict[str, str], client: httpx.AsyncClient
) -> None:
    """It names whom it was reserved for, and goes on no other's paper."""
    seal = (await client.post(SEALS, json=reserved(owner), headers=office.agency.headers)).json()
    stranger = {"number": "001190000077", "name": "Người Khác"}
    answer = await office.hand_over(said(owner=stranger, seal_code=seal["code"]), letter())
    assert answer.json()["errors"][0]["code"] == "seal-in-use"


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ({}, {"expires_on": "2099-01-01"}),
        ({"expires_on": "2099-01-01"}, {}),
        ({"expires_on": "2099-01-01"}, {"expires_on": "2099-01-02"}),
        ({}, {"procedure_code": "2.002222"}),
        ({"dossier_code": "H26.1-261121-0001"}, {"dossier_code": "H26.1-261121-0002"}),
    ],
)
async def test_a_printed_seal_and_its_paper_say_the_same(
    printed: dict[str, str], told: dict[str, str], office: Office, owner: dict[str, str], services: Services
) -> None:
    """Else a paper would be good for whoever scans it, and over for its owner; and what fits is taken."""
    async with services.unit_of_work() as uow:
        other = PROCEDURE.model_copy(update={"code": "2.002222"})
        await procedures.put(uow, [PROCEDURE, other], author="test", source="test", whole=False)
        await uow.commit()
    answer = await office.client.post(SEALS, json=reserved(owner) | printed, headers=office.agency.headers)
    code = answer.json()["code"]
    field = next(iter(printed | told))
    for language in ("vi", "en"):
        refused = await office.hand_over(
            said(owner=owner, seal_code=code, **told), letter(), **{"accept-language": language}
        )
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == (f"/metadata/{field}", "seal-says-otherwise")
    fits = {"procedure_code": "1.001193"} | printed
    for status in (201, 200):
        assert (
            await office.hand_over(said(owner=owner, seal_code=code, **fits), letter())
        ).status_code == status


@pytest.mark.parametrize("code", ["7GQ2M4WX9KTB", "x", "7GQ2M4WX9KTBB"])
async def test_a_code_that_is_nobodys_shows_nothing(
    code: str, office: Office, client: httpx.AsyncClient
) -> None:
    """Malformed and unknown are one."""
    answer = await client.get(f"{SEALS}/{code}/qr.svg", headers=office.agency.headers)
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:tindan:problem:not-found")


async def test_the_picture_of_a_foreign_seal_is_not_shown(
    office: Office, owner: dict[str, str], make_agency: MakeAgency, client: httpx.AsyncClient
) -> None:
    """A seal is printed by the agency that it was made for."""
    seal = (await client.post(SEALS, json=reserved(owner), headers=office.agency.headers)).json()
    assert read_link(seal["link"]).token
    foreign = await make_agency("H80", scopes=frozenset({"results"}))
    answer = await client.get(f"{SEALS}/{seal['code']}/qr.svg", headers=foreign.headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "changes", [{"procedure_code": "9.999999"}, {"expires_on": "2020-01-01"}, {"expires_on": "9999-12-31"}]
)
async def test_a_seal_is_refused_by_the_field(
    changes: dict[str, str], office: Office, owner: dict[str, str], client: httpx.AsyncClient
) -> None:
    """Pointers of a body that is JSON begin at its root."""
    answer = await client.post(SEALS, json=reserved(owner) | changes, headers=office.agency.headers)
    assert [one["pointer"] for one in answer.json()["errors"]] == [f"/{name}" for name in changes]


async def test_of_the_same_paper_twice_at_once_one_is_kept(
    office: Office, owner: dict[str, str], services: Services
) -> None:
    """Requests that race with one id all get the one answer, and leave the files of one."""
    before = await kept(services)
    answers = await asyncio.gather(*(office.hand_over(said(owner=owner), letter()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await kept(services)) == len(before) + len(("original", "copy"))
