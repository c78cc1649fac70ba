"""Agencies fetch what was granted, as long as it is; the owner reads and hears of it."""

import asyncio
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from storage.engine import Engine
from storage.ids import new_id
from storage.vault.sealing import CHUNK
from tests.api.callers import MakeAgency
from tests.api.documents import ORIGINAL
from tests.api.reuse.reusing import Reuse, pass_by
from tests.api.verify.sealing import sealed

LARGE = bytes(range(256)) * (3 * CHUNK // 256 + 7)


async def test_what_is_told_is_what_the_national_store_tells(reuse: Reuse) -> None:
    """Id, title, number, issuer, days, how it stands and its files with their hashes."""
    document_id = await reuse.keep()
    request_id = await reuse.granted(document_id)
    answer = await reuse.get(f"{request_id}/results")
    (told,) = answer.json()["items"]
    assert (told["id"], told["title"], told["number"]) == (
        str(document_id),
        "Giấy khai sinh",
        "123/2026/TP-KS",
    )
    assert told["issuer"] == "Ủy ban nhân dân phường Hoàn Kiếm"
    assert (told["issued_on"], told["standing"]["code"]) == ("2026-11-20", "valid")
    assert [one["role"] for one in told["files"]] == ["original", "copy"]
    assert told["files"][0]["sha256"] == sha256(ORIGINAL).hexdigest()
    for one in told["files"]:
        file = await reuse.client.get(one["href"], headers=reuse.agency.headers)
        assert sha256(file.content).hexdigest() == one["sha256"]


async def test_bytes_are_untouched_and_come_in_parts(reuse: Reuse) -> None:
    """A range of a large file is those bytes, and all of them are one fetch."""
    document_id = await reuse.keep(original=LARGE)
    path = f"{await reuse.granted(document_id)}/results/{document_id}/original"
    parts = [
        await reuse.get(path, range=f"bytes={start}-{start + CHUNK - 1}")
        for start in range(0, len(LARGE), CHUNK)
    ]
    assert {one.status_code for one in parts} == {206}
    assert b"".join(one.content for one in parts) == LARGE
    assert len(await reuse.accesses()) == 1
    assert await reuse.notices() == ["asked", "opened"]


async def test_each_visit_is_noted_and_told(reuse: Reuse) -> None:
    """Within an hour files may be opened as often as one likes; five visits, and it is used up."""
    first, second = await reuse.keep("1"), await reuse.keep("2")
    request_id = await reuse.granted(first, second)
    for visit in range(1, 6):
        for document_id in (first, second, first):
            answer = await reuse.get(f"{request_id}/results/{document_id}/original")
            assert answer.status_code == 200
        assert (await reuse.get(request_id)).json()["visits_left"] == 5 - visit
        assert await reuse.notices() == ["asked"] + ["opened"] * visit
        assert await reuse.state(request_id) == "granted"
        await pass_by(reuse, "61 minutes")
    assert await reuse.state(request_id) == "used_up"
    assert (await reuse.get(f"{request_id}/results/{first}/original")).status_code == 404
    noted = await reuse.accesses()
    assert len(noted) == 10
    assert {(one["reader_kind"], one["object_kind"]) for one in noted} == {("client", "document")}
    detail = await reuse.read(f"/{request_id}")
    assert len(detail["opened"]) == 10
    assert [one["id"] for one in (await reuse.read(which="past"))["items"]] == [request_id]


async def test_many_at_once_are_one_visit(reuse: Reuse) -> None:
    """Programs fetch files at once: none is lost, and it counts once."""
    ids = [await reuse.keep(str(number)) for number in range(4)]
    request_id = await reuse.granted(*ids)
    answers = await asyncio.gather(
        *(reuse.get(f"{request_id}/results/{one}/{role}") for one in ids for role in ("original", "copy"))
    )
    assert {one.status_code for one in answers} == {200}
    assert (await reuse.get(request_id)).json()["visits_left"] == 4
    assert await reuse.notices() == ["asked", "opened"]
    assert len(await reuse.accesses()) == 8


async def test_a_grant_that_ends_while_files_are_fetched_ends(reuse: Reuse) -> None:
    """What was withdrawn between two parts of one file brings no second part."""
    document_id = await reuse.keep(original=LARGE)
    request_id = await reuse.granted(document_id)
    path = f"{request_id}/results/{document_id}/original"
    first = await reuse.get(path, range="bytes=0-99")
    assert first.status_code == 206
    assert await reuse.withdraw(request_id) == 204
    rest = await reuse.get(path, range="bytes=100-", **{"if-range": first.headers["etag"]})
    assert rest.status_code == 404
    known = await reuse.get(path, **{"if-none-match": first.headers["etag"]})
    assert known.status_code == 404, "not even that it is still the same"


async def test_it_ends_by_itself(reuse: Reuse) -> None:
    """When its time is over, in the middle of a visit as well."""
    document_id = await reuse.keep()
    request_id = await reuse.granted(document_id)
    path = f"{request_id}/results/{document_id}/original"
    await pass_by(reuse, "6 days 23 hours 30 minutes")
    assert (await reuse.get(path)).status_code == 200
    await pass_by(reuse, "31 minutes")
    assert (await reuse.get(path)).status_code == 404
    assert await reuse.state(request_id) == "expired"


async def test_nothing_but_what_was_granted_is_sent(reuse: Reuse, make_agency: MakeAgency) -> None:
    """Neither another document of the owner's nor another's grant, nor a file that is not there."""
    granted, kept = await reuse.keep("1", copy=None), await reuse.keep("2")
    request_id = await reuse.granted(granted)
    stranger = reuse.by(await make_agency("H27", scopes=frozenset({"reuse"})))
    other_request = await reuse.granted(kept)
    for by, path in (
        (reuse, f"{request_id}/results/{kept}/original"),
        (reuse, f"{request_id}/results/{granted}/copy"),
        (reuse, f"{other_request}/results/{granted}/original"),
        (stranger, f"{request_id}/results/{granted}/original"),
        (stranger, f"{request_id}/results"),
    ):
        assert (await by.get(path)).status_code == 404
    assert (await reuse.get(request_id)).json()["visits_left"] == 5
    assert await reuse.notices() == ["asked", "asked"]


async def test_what_was_removed_since_is_gone(reuse: Reuse) -> None:
    """The rest of the grant stays."""
    first, second = await reuse.keep("1"), await reuse.keep("2")
    request_id = await reuse.granted(first, second)
    await reuse.change("UPDATE document SET removed_at = now() WHERE id = %s", first)
    told = (await reuse.get(f"{request_id}/results")).json()["items"]
    assert [one["id"] for one in told] == [str(second)]
    assert (await reuse.get(f"{request_id}/results/{first}/original")).status_code == 404


async def test_a_damaged_record_is_shown_to_nobody(reuse: Reuse) -> None:
    """It is left out of the list, and its file is a problem of ours."""
    document_id = await reuse.keep()
    request_id = await reuse.granted(document_id)
    await reuse.change("UPDATE document SET type_name = 'Khác' WHERE id = %s", document_id)
    assert (await reuse.get(f"{request_id}/results")).json()["items"] == []
    assert (await reuse.get(f"{request_id}/results/{document_id}/original")).status_code == 500
    assert await reuse.notices() == ["asked"]


@pytest.mark.parametrize("state", ["revoked", "superseded"])
async def test_the_seal_says_how_it_stands(reuse: Reuse, state: str) -> None:
    """A seal that counts no more says so of its document, whatever the row beside it says."""
    seal = await sealed(reuse.services)
    successor = await sealed(reuse.services)
    document_id = await reuse.keep(seal_id=seal.id)
    request_id = await reuse.granted(document_id)
    (told,) = (await reuse.get(f"{request_id}/results")).json()["items"]
    assert (told["standing"]["code"], told["seal_code"]) == ("valid", seal.code)
    other = successor.id if state == "superseded" else None
    await reuse.change(
        "UPDATE seal SET state = %s, state_at = now(), reason = 'Sai', successor_id = %s WHERE id = %s",
        state,
        other,
        seal.id,
    )
    (told,) = (await reuse.get(f"{request_id}/results")).json()["items"]
    assert told["standing"]["code"] == state
    assert told["standing"]["since"]


async def test_what_expired_says_so(reuse: Reuse) -> None:
    """By its last day: an old licence may be what a renewal asks for."""
    yesterday = date.today() - timedelta(days=2)  # noqa: DTZ011 - two days ago, wherever
    document_id = await reuse.keep(expires_on=yesterday, issued_on=yesterday, valid_from=None)
    request_id = await reuse.granted(document_id)
    (told,) = (await reuse.get(f"{request_id}/results")).json()["items"]
    assert told["standing"]["code"] == "expired"


async def test_looks_are_limited(reuse: Reuse) -> None:
    """Each is noted for the owner, whose log no program fills."""
    request_id = await reuse.granted(await reuse.keep())
    answers = [await reuse.get(f"{request_id}/results") for _ in range(35)]
    assert 4 <= [one.status_code for one in answers].count(429) <= 5
    assert len(await reuse.accesses()) <= 31


async def test_who_may_not_look_takes_no_look_from_who_may(
    reuse: Reuse, make_agency: MakeAgency, engine: Engine
) -> None:
    """Another agency's attempts use up nothing, and leave nothing behind."""
    request_id = await reuse.granted(await reuse.keep())
    stranger = reuse.by(await make_agency("H27", scopes=frozenset({"reuse"})))
    assert {(await stranger.get(f"{request_id}/results")).status_code for _ in range(35)} == {404}
    async with engine.pool.connect() as connection:
        query = "SELECT count(*) FROM rate_bucket WHERE starts_with(name, 'caller:granted-results')"
        assert (await connection.exec_driver_sql(query)).scalar_one() == 0
    assert (await reuse.get(f"{request_id}/results")).status_code == 200


async def test_ids_that_are_none_are_missing(reuse: Reuse) -> None:
    """Whoever guesses learns nothing."""
    for path in (f"{new_id()}", f"{new_id()}/results", f"{new_id()}/results/{UUID(int=1)}/copy"):
        assert (await reuse.get(path)).status_code == 404
