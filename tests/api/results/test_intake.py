"""A paper comes into its owner's store: kept as it came, sealed, stamped and told of."""

import hashlib
import io
import time
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pypdfium2
import pytest
import zxingcpp

from api.services import Services
from storage.agencies.models import Agency as AgencyRow
from storage.parties import repository as parties
from storage.seals import verifying
from storage.seals.link import read_link
from storage.vault.documents import files_of
from storage.vault.kinds import FileRole
from storage.vault.sealing import FileKey, opened
from tests.api.callers import Citizen, MakeAgency, NewCode, PushEvent
from tests.api.results.handing import PATH, Office, letter, said
from tests.storage.papers.samples import drawing, photograph


async def bytes_of(services: Services, citizen: Citizen, document_id: str) -> dict[FileRole, bytes]:
    """Decrypt what lies in the blob store of a document."""
    async with services.reading() as reading:
        party = await parties.open_key(reading, citizen.party_id)
        rows = await files_of(reading, UUID(document_id))
    found = {}
    for row in rows:
        key = FileKey.unwrapped(party, row.wrapped_key, file_id=row.id, role=row.role)
        fetch = partial(services.blobs.get, row.path)
        pieces = [piece async for piece in opened(key, fetch, size=row.size)]
        found[FileRole(row.role)] = b"".join(pieces)
    return found


def code_on(pdf: bytes) -> str:
    """Read the code off a page as it is drawn."""
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    page = document[0].render(scale=150 / 72).to_pil()
    (found,) = zxingcpp.read_barcodes(page)
    return found.text


async def test_the_whole_way_of_a_result(
    office: Office, owner: dict[str, str], citizen: Citizen, services: Services
) -> None:
    """The original is byte for byte what came; the copy bears a seal that holds for just that file."""
    file = letter()
    answer = await office.hand_over(said(owner=owner), file)
    told = answer.json()
    assert answer.status_code == 201, told
    assert told["file"] == {
        "media_type": "application/pdf",
        "size": len(file),
        "sha256": hashlib.sha256(file).hexdigest(),
        "pages": 1,
        "signatures": [],
    }
    kept = await bytes_of(services, citizen, told["id"])
    assert kept[FileRole.ORIGINAL] == file
    assert len(kept[FileRole.COPY]) == told["copy_size"]
    assert code_on(kept[FileRole.COPY]) == told["seal"]["link"]
    token = read_link(told["seal"]["link"]).token
    verdict = verifying.verify(token, services.seal_keys.key_set, time.time())
    assert verdict.claims is not None, verdict
    assert verdict.claims.file_hash == hashlib.sha256(file).digest()[:16]
    assert verdict.claims.holder == "001********1"


PICTURES = {"image/png": drawing(), "image/jpeg": photograph()}


@pytest.mark.parametrize("kind", PICTURES)
async def test_pictures_are_papers(
    kind: str, office: Office, owner: dict[str, str], citizen: Citizen, services: Services
) -> None:
    """A picture is kept as it came; its copy is a PDF with the code."""
    file = PICTURES[kind]
    told = (await office.hand_over(said(owner=owner), file, kind=kind)).json()
    assert told["file"]["media_type"] == kind
    kept = await bytes_of(services, citizen, told["id"])
    assert kept[FileRole.ORIGINAL] == file
    assert code_on(kept[FileRole.COPY]) == told["seal"]["link"]


async def test_a_paper_of_a_dossier_is_its_applicants(
    office: Office, push_event: PushEvent, citizen: Citizen, new_code: NewCode, client: httpx.AsyncClient
) -> None:
    """Owner and procedure need not be said where the dossier says them; its owner is told in the app."""
    code = new_code()
    await push_event(code, 9, agency=office.agency)
    answer = await office.hand_over(said(dossier_code=code), letter())
    assert answer.status_code == 201, answer.json()
    inbox = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    assert "kho của bạn" in inbox[0]["body"]
    assert "khai sinh" not in inbox[0]["body"]
    assert answer.json()["id"] in inbox[0]["link"]


async def test_a_component_is_kept_without_seal_copy_and_notice(
    office: Office, push_event: PushEvent, citizen: Citizen, new_code: NewCode, client: httpx.AsyncClient
) -> None:
    """What the citizen handed in is digitised for their store; nobody is rung up for it."""
    code = new_code()
    await push_event(code, 2, agency=office.agency)
    told = (await office.hand_over(said(dossier_code=code, kind="component"), letter())).json()
    assert (told["seal"], told["copy_size"]) == (None, None)
    inbox = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    assert len(inbox) == 1, "the status alone"


async def test_nobody_is_told_where_the_agency_says_so(
    office: Office, owner: dict[str, str], citizen: Citizen, client: httpx.AsyncClient
) -> None:
    """Papers from before are filled in without a bell."""
    await office.hand_over(said(owner=owner, notify=False), letter())
    inbox = (await client.get("/v1/notifications", headers=citizen.headers)).json()["items"]
    assert inbox == []


async def test_the_same_again_gets_the_same_answer(office: Office, owner: dict[str, str]) -> None:
    """A repeat keeps nothing new; another content under the id is a conflict that names it."""
    first = await office.hand_over(said(owner=owner), letter())
    again = await office.hand_over(said(owner=owner), letter())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    for metadata, file in ((said(owner=owner), letter(3)), (said(owner=owner, number="13"), letter())):
        other = await office.hand_over(metadata, file)
        assert (other.status_code, other.json()["type"]) == (409, "urn:tindan:problem:source-id-reused")
        assert other.json()["existing_id"] == "KQ-1"


async def test_a_repeat_is_told_by_what_was_said(
    office: Office, owner: dict[str, str], services: Services, push_event: PushEvent, new_code: NewCode
) -> None:
    """An answer that was lost is got again, whatever we have learnt of agency and dossier since."""
    metadata = said(dossier_code=new_code(), owner=owner)
    first = await office.hand_over(metadata, letter())
    await push_event(metadata["dossier_code"], 9, agency=office.agency)
    async with services.unit_of_work() as uow:
        row = await uow.session.get_one(AgencyRow, office.agency.id)
        row.name = "Ủy ban nhân dân phường mới"
        await uow.commit()
    again = await office.hand_over(metadata | {"title": "Giấy khai sinh", "notify": False}, letter())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Khác"},
        {"valid_from": "2026-11-21"},
        {"expires_on": "2036-11-21"},
        {"procedure_code": "1.001193"},
        {"kind": "component"},
        {"owner": {"number": "001190000001", "name": "Khác"}},
        {"owner": {"number": "001190000077", "name": "Nguyễn Thị An"}},
        {"seal_code": None},
    ],
)
async def test_another_paper_under_the_same_id_is_none(
    change: dict[str, Any], office: Office, owner: dict[str, str], client: httpx.AsyncClient
) -> None:
    """Whatever is said otherwise makes it another one: also that it bears a seal already."""
    if "seal_code" in change:
        asked = {"owner": owner, "procedure_code": "1.001193"}
        seal = await client.post("/v1/agency/seals", json=asked, headers=office.agency.headers)
        change = {"seal_code": seal.json()["code"]}
    assert (await office.hand_over(said(owner=owner), letter())).status_code == 201
    other = await office.hand_over(said(owner=owner) | change, letter())
    assert (other.status_code, other.json()["type"]) == (409, "urn:tindan:problem:source-id-reused")
    assert other.json()["existing_id"] == "KQ-1"


async def test_an_id_is_an_agencys_own(
    office: Office, owner: dict[str, str], make_agency: MakeAgency, client: httpx.AsyncClient
) -> None:
    """Two agencies may call two papers alike."""
    elsewhere = Office(client=client, agency=await make_agency("H30", scopes=frozenset({"results"})))
    first = await office.hand_over(said(owner=owner), letter())
    second = await elsewhere.hand_over(said(owner=owner), letter())
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_a_paper_is_read_by_its_agency_alone(
    office: Office, owner: dict[str, str], make_agency: MakeAgency, client: httpx.AsyncClient
) -> None:
    """By our id also by who is above; a foreign one and a missing one answer alike."""
    told = (await office.hand_over(said(owner=owner), letter())).json()
    own = await client.get(f"{PATH}/{told['id']}", headers=office.agency.headers)
    assert own.json() == told
    by_source = await client.get(PATH, params={"source_id": "KQ-1"}, headers=office.agency.headers)
    assert by_source.json() == told
    foreign = await make_agency("H31", scopes=frozenset({"results"}))
    missing = f"{PATH}/0192f3c4-0000-7000-8000-000000000000"
    answers = [await client.get(path, headers=foreign.headers) for path in (f"{PATH}/{told['id']}", missing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
