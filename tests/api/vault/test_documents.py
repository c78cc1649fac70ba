"""Owners see their store over HTTP: lists, searches, deltas, one document, its versions and its seal."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.paging import SyncMark
from api.services import Services
from storage.ids import new_id
from storage.seals import repository as seals
from storage.seals.repository import UnkeptSeal
from storage.vault import states
from storage.vault.documents import Supersession
from storage.vault.kinds import DocumentKind
from tests.api.acting import Pair, sign_in
from tests.api.callers import Agency, Citizen, MakeAgency, MakeCitizen
from tests.api.documents import keep_document
from tests.storage.vault.keeping import AGENCY

STORE = "/v1/vault/documents"


@pytest.fixture
async def owner(services: Services, make_citizen: MakeCitizen) -> Citizen:
    """A person who is signed in at level 2."""
    return await sign_in(services, await make_citizen("001190000011"))


async def listed(client: httpx.AsyncClient, owner: Citizen, **query: Any) -> dict[str, Any]:
    """Return a page."""
    answer = await client.get(STORE, params=query, headers=owner.headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def found(client: httpx.AsyncClient, owner: Citizen, **query: Any) -> list[str]:
    """Return the ids of all documents that are found, page by page."""
    page = await listed(client, owner, **query)
    ids = [item["id"] for item in page["items"]]
    while page["next_cursor"]:
        page = await listed(client, owner, **query, cursor=page["next_cursor"])
        ids += [item["id"] for item in page["items"]]
    return ids


async def test_a_document_is_shown_as_the_law_has_it(
    client: httpx.AsyncClient, services: Services, owner: Citizen, agency: Agency
) -> None:
    """Name, number, issuer, days, dossier, procedure, holder, files, standing and verdicts on signatures."""
    document_id = await keep_document(services, owner)
    (item,) = (await listed(client, owner))["items"]
    files = item.pop("files")
    since = item.pop("received_at")
    assert datetime.fromisoformat(since) - datetime.now(UTC) < timedelta(minutes=1)
    assert item == {
        "id": str(document_id),
        "kind": "result",
        "title": "Giấy khai sinh",
        "number": "123/2026/TP-KS",
        "type": {"code": "KQ.KS", "name": "Bản chính giấy khai sinh"},
        "issuer": "Ủy ban nhân dân phường Hoàn Kiếm",
        "agency": {"code": AGENCY, "name": agency.name},
        "procedure": {"code": "1.001193", "name": "Thủ tục đăng ký khai sinh"},
        "dossier_code": "H26.1-261121-0001",
        "holder": "Nguyễn Thị An",
        "issued_on": "2026-11-20",
        "valid_from": None,
        "expires_on": None,
        "standing": {"code": "valid", "name": "Còn hiệu lực", "since": None},
        "reason": None,
    }
    by_role = {file["role"]: file for file in files}
    assert by_role["copy"]["signatures"] is None
    assert [one["verdict"] for one in by_role["original"]["signatures"]] == ["valid", "broken"]
    assert by_role["original"]["href"] == f"{STORE}/{document_id}/original"


async def test_words_are_those_of_the_reader(
    client: httpx.AsyncClient, services: Services, owner: Citizen
) -> None:
    """In English where that is preferred."""
    await keep_document(services, owner)
    headers = owner.headers | {"accept-language": "en"}
    (item,) = (await client.get(STORE, headers=headers)).json()["items"]
    assert item["standing"]["name"] == "Valid"
    assert item["files"][0]["signatures"][1]["name"] == "Broken signature"


async def test_pages_searches_and_filters(
    client: httpx.AsyncClient, services: Services, owner: Citizen
) -> None:
    """Each finds its own, the one that came in last first, however it is cut."""
    birth = str(await keep_document(services, owner, "1"))
    licence = str(
        await keep_document(
            services,
            owner,
            "2",
            title="Giấy phép xây dựng",
            type_name="Giấy phép",
            kind=DocumentKind.COMPONENT,
            issued_on=datetime(2020, 5, 1, tzinfo=UTC).date(),
            expires_on=datetime(2021, 5, 1, tzinfo=UTC).date(),
        )
    )
    assert await found(client, owner, limit=1) == [licence, birth]
    for query in (
        {"q": "khai sinh"},
        {"standing": "valid"},
        {"issued_from": "2026-01-01"},
        {"kind": "result"},
    ):
        assert await found(client, owner, limit=1, **query) == [birth], query
    for query in ({"q": "giay phep"}, {"standing": "expired"}, {"issued_until": "2020-05-01"}):
        assert await found(client, owner, **query) == [licence], query
    assert await found(client, owner, q="giay phep", standing="expired") == [licence]
    assert await found(client, owner, standing="revoked") == []
    assert await found(client, owner, agency=AGENCY, procedure="1.001193", type="KQ.KS") == [licence, birth]
    assert await found(client, owner, dossier="H26.1-261121-0001", q="GIẤY") == [licence, birth]
    (item,) = (await listed(client, owner, standing="expired"))["items"]
    assert item["standing"] == {"code": "expired", "name": "Hết hạn", "since": None}


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"q": "x" * 201}, "/query/q"),
        ({"q": "a\x00b"}, "/query/q"),
        ({"standing": "good"}, "/query/standing"),
        ({"kind": "x"}, "/query/kind"),
        ({"issued_from": "yesterday"}, "/query/issued_from"),
        ({"agency": "?"}, "/query/agency"),
        ({"cursor": "x"}, "/query/cursor"),
        ({"since": "x"}, "/query/since"),
        ({"since": "x", "q": "y"}, "/query"),
        ({"limit": 0}, "/query/limit"),
        ({"limit": 101}, "/query/limit"),
    ],
)
async def test_bad_questions_are_told_what_is_wrong(
    client: httpx.AsyncClient, owner: Citizen, query: dict[str, Any], pointer: str
) -> None:
    """By the name of the parameter, in words."""
    answer = await client.get(STORE, params=query, headers=owner.headers)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == pointer
    assert error["detail"]


async def test_an_app_keeps_a_copy(client: httpx.AsyncClient, services: Services, owner: Citizen) -> None:
    """A token of the list leads to what is new, changed or gone since, in pages; nothing else."""
    first, second, third = [await keep_document(services, owner, str(n)) for n in range(3)]
    token = (await listed(client, owner, limit=1))["sync_token"]
    quiet = await listed(client, owner, since=token)
    assert (quiet["items"], quiet["removed"], quiet["reset"]) == ([], [], False)
    async with services.unit_of_work() as uow:
        await states.revoke(uow, [AGENCY], first, reason="Cấp sai", now=datetime.now(UTC))
        await uow.commit()
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "UPDATE document SET removed_at = now(), changed_xid = pg_current_xact_id() WHERE id = %s",
            (second,),
        )
        await uow.commit()
    new = await keep_document(services, owner, "new")
    page = await listed(client, owner, since=token, limit=1)
    changed, removed = [item["id"] for item in page["items"]], page["removed"]
    while page["next_cursor"]:
        page = await listed(client, owner, cursor=page["next_cursor"], limit=1)
        changed += [item["id"] for item in page["items"]]
        removed += page["removed"]
    assert (changed, removed) == ([str(first), str(new)], [str(second)])
    revoked = (await listed(client, owner, since=token))["items"][0]
    assert (revoked["standing"]["code"], revoked["reason"]) == ("revoked", "Cấp sai")
    assert await found(client, owner) == [str(new), str(third), str(first)]
    assert (await listed(client, owner, since=page["sync_token"]))["items"] == []


async def test_a_token_of_another_server_begins_anew(
    client: httpx.AsyncClient, services: Services, owner: Citizen
) -> None:
    """And says so, with the whole store."""
    document_id = await keep_document(services, owner)
    page = await listed(client, owner, since=SyncMark(era="elsewhere", xid=1).encode())
    assert (page["reset"], [item["id"] for item in page["items"]]) == (True, [str(document_id)])


async def test_versions_and_seal_are_shown(
    client: httpx.AsyncClient, services: Services, owner: Citizen
) -> None:
    """Of the new one the seal and its link; from either the way to the other, and why."""
    old = await keep_document(services, owner, "old")
    given = Supersession(agency_code=AGENCY, document_id=old, reason="Đính chính ngày sinh")
    seal_id = new_id()
    new = await keep_document(services, owner, "new", supersedes=given, seal_id=seal_id)
    await keep_seal(services, owner, seal_id, new)
    shown = {one: (await client.get(f"{STORE}/{one}", headers=owner.headers)).json() for one in (old, new)}
    assert shown[new]["seal"]["code"] == "7K3M0QXV92TE"
    assert "/V/7K3M0QXV92TE#" in shown[new]["seal"]["link"]
    assert shown[old]["seal"] is None
    assert (shown[old]["superseded_by"], shown[old]["supersedes"]) == (str(new), None)
    assert (shown[new]["superseded_by"], shown[new]["supersedes"]) == (None, str(old))
    assert [one["id"] for one in shown[old]["versions"]] == [str(new)]
    assert (shown[old]["standing"]["code"], shown[old]["reason"]) == ("superseded", "Đính chính ngày sinh")
    assert shown[old]["standing"]["since"] is not None


async def keep_seal(services: Services, owner: Citizen, seal_id: UUID, document_id: UUID) -> None:
    """Keep a seal of a document's."""
    async with services.unit_of_work() as uow:
        seal = UnkeptSeal(
            id=seal_id,
            code="7K3M0QXV92TE",
            document_id=document_id,
            party_id=owner.party_id,
            agency_code=AGENCY,
            token=b"signed",
            key_id="key",
            status_index=await seals.next_status_index(uow),
            issued_at=datetime.now(UTC),
            expires_at=None,
            file_hash=b"h" * 32,
        )
        await seals.keep(uow, seal)
        await uow.commit()


async def test_answers_need_not_travel_twice(
    client: httpx.AsyncClient, services: Services, owner: Citizen
) -> None:
    """Lists and documents are 304 under their tag."""
    document_id = await keep_document(services, owner)
    for path in (STORE, f"{STORE}/{document_id}"):
        first = await client.get(path, headers=owner.headers)
        again = await client.get(path, headers=owner.headers | {"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_store_opens_at_level_2(
    client: httpx.AsyncClient, services: Services, make_citizen: MakeCitizen
) -> None:
    """As it is set by default; the app is told how to sign in."""
    owner = await sign_in(services, await make_citizen(), assurance=1)
    document_id = await keep_document(services, owner)
    for path in (STORE, f"{STORE}/{document_id}", f"{STORE}/{document_id}/copy"):
        answer = await client.get(path, headers=owner.headers)
        assert answer.status_code == 401
        assert 'acr_values="2"' in answer.headers["www-authenticate"]


async def test_a_foreign_document_is_a_missing_one(
    client: httpx.AsyncClient, services: Services, owner: Citizen, make_citizen: MakeCitizen
) -> None:
    """To the last byte of the answer; lists and searches of others never hold it."""
    stranger = await sign_in(services, await make_citizen())
    document_id = await keep_document(services, owner)
    assert await found(client, stranger) == await found(client, stranger, q="giay") == []
    for below in ("", "/original", "/copy"):
        answers = [
            await client.get(f"{STORE}/{one}{below}", headers=stranger.headers)
            for one in (document_id, uuid4())
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


async def test_representatives_need_the_power_and_are_noted(
    client: httpx.AsyncClient, services: Services, make_agency: MakeAgency, make_citizen: MakeCitizen
) -> None:
    """Dossiers do not open the store; each reading is told to the owner, with the document's id."""
    pair = Pair(
        client=client,
        registry=await make_agency("G01", scopes=frozenset({"representations"})),
        owner=await sign_in(services, await make_citizen("001190000011")),
        helper=await sign_in(services, await make_citizen("001190000022")),
    )
    document_id = await keep_document(services, pair.owner)
    without = await pair.acting(scope=["act_on_dossiers"])
    acting = await pair.acting(scope=["vault"])
    for below in ("", f"/{document_id}", f"/{document_id}/copy"):
        assert (await client.get(STORE + below, headers=without.headers)).status_code == 403
        assert (await client.get(STORE + below, headers=acting.headers)).status_code == 200
    log = (await client.get("/v1/me/access-log", headers=pair.owner.headers)).json()["items"]
    assert [(one["object_kind"], one["document_id"]) for one in reversed(log)] == [
        ("documents", None),
        ("document", str(document_id)),
        ("document", str(document_id)),
    ]
    assert {one["purpose"] for one in log} == {"representation"}
    assert all(one["representation_id"] and not one["share_id"] for one in log)


async def test_damage_is_named_and_not_shown(
    client: httpx.AsyncClient, services: Services, owner: Citizen
) -> None:
    """One changed day in the database: the document is not shown as good, and the rest of the store is."""
    hurt, well = [await keep_document(services, owner, str(n)) for n in range(2)]
    async with services.unit_of_work() as uow:
        await (await uow.driver()).execute(
            "UPDATE document SET expires_on = '2099-01-01' WHERE id = %s", (hurt,)
        )
        await uow.commit()
    page = await listed(client, owner)
    assert (page["damaged"], [item["id"] for item in page["items"]]) == ([str(hurt)], [str(well)])
    for below in ("", "/original", "/copy"):
        answer = await client.get(f"{STORE}/{hurt}{below}", headers=owner.headers)
        assert answer.status_code == 500
        assert answer.json()["type"] == "urn:tindan:problem:document-damaged"
