"""What comes with messages: files from the phone, and documents of the store."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pikepdf
import pytest

from api.services import Services
from storage.engine import Engine
from storage.vault.sweeping import sweep
from tests.api.callers import MakeAgency, MakeCitizen
from tests.api.conversations.writing import Desk, Talk
from tests.api.documents import ORIGINAL, keep_document
from tests.api.results.handing import letter
from tests.api.telling import pointed
from tests.storage.papers.samples import bomb, changed, drawing, flate, photograph


async def put(services: Services) -> set[str]:
    """Return what lies in the blob store."""
    return {blob.path async for page in services.blobs.list("") for blob in page}


async def test_a_file_goes_to_the_other_side_as_it_came(talk: Talk, desk: Desk):
    """Byte for byte, whole and in part, to the agency and back to the party, named as its sender called it."""
    answer = await talk.attach(letter(), text="Đây ạ")
    assert answer.status_code == 201, answer.text
    (file,) = answer.json()["attachments"]
    assert (file["name"], file["media_type"], file["size"]) == (
        "Giấy chứng sinh",
        "application/pdf",
        len(letter()),
    )
    assert file["document_id"] is None
    (pulled,) = (await desk.pull())["items"]
    for href, headers in (
        (file["href"], talk.citizen.headers),
        (pulled["attachments"][0]["href"], desk.agency.headers),
    ):
        whole = await talk.client.get(href, headers=headers)
        assert (whole.status_code, whole.content) == (200, letter())
        assert whole.headers["content-disposition"].startswith("attachment")
        assert "Gi%E1%BA%A5y%20ch%E1%BB%A9ng%20sinh.pdf" in whole.headers["content-disposition"]
        part = await talk.client.get(href, headers=headers | {"range": "bytes=10-29"})
        assert (part.status_code, part.content) == (206, letter()[10:30])


async def test_an_agencys_file_reaches_the_party_and_is_sent_once(talk: Talk, desk: Desk, services: Services):
    """Sent again under its id it is the same message, and no second file stays; other bytes are a mistake."""
    first = await desk.attach(talk.code, letter(), source_id="S1")
    assert first.status_code == 201, first.text
    (message,) = (await talk.page())["items"]
    answer = await talk.client.get(message["attachments"][0]["href"], headers=talk.citizen.headers)
    assert answer.content == letter()
    before = await put(services)
    again = await desk.attach(talk.code, letter(), source_id="S1")
    assert (again.status_code, again.json()["id"]) == (200, first.json()["id"])
    other = await desk.attach(talk.code, letter(lines=3), source_id="S1")
    assert other.status_code == 409
    assert await put(services) == before


async def test_a_file_sent_again_with_its_key_is_one(talk: Talk, services: Services):
    """A phone that got no answer sends it once more: one message and one file; another file is refused."""
    key = {"idempotency-key": "k"}
    first = await talk.attach(letter(), headers=key)
    before = await put(services)
    again = await talk.attach(letter(), headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    other = await talk.attach(letter(lines=3), headers=key)
    assert other.status_code == 422
    assert await put(services) == before
    assert len((await talk.page())["items"]) == 1


def _blow_up(document: pikepdf.Pdf) -> None:
    document.Root.Odd = flate(document, bomb(400 << 20))


@pytest.mark.parametrize(
    ("file", "kind", "code"),
    [
        (drawing(), "application/pdf", "paper-lying-type"),
        (b"<html><script>alert(1)</script>", "text/html", "paper-unknown-type"),
        (b"PK\x03\x04 a zip", "application/zip", "paper-unknown-type"),
        (photograph(640, 480)[:2000], "image/jpeg", "paper-damaged"),
        (changed(_blow_up), "application/pdf", "paper-too-much-data"),
        (b"", "application/pdf", "empty-file"),
    ],
    ids=["lying", "html", "zip", "cut", "bomb", "empty"],
)
async def test_a_bad_file_is_refused_and_nothing_of_it_stays(
    file: bytes, kind: str, code: str, talk: Talk, services: Services
):
    """By its bytes, whatever it is called; neither message nor blob is kept."""
    before = await put(services)
    answer = await talk.attach(file, kind)
    assert answer.status_code == 422, answer.text
    assert pointed(answer.json()) == [("/file", code)]
    assert await put(services) == before
    assert (await talk.page())["items"] == []


@pytest.mark.parametrize("told", [True, False])
async def test_two_hundred_megabytes_are_not_read_on(talk: Talk, told: bool):
    """Announced by its length it is not read at all, and else no further than it may be; nothing is kept."""
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\ncontent-disposition: form-data; name="message"\r\n\r\n{"file_name": "x"}\r\n'
        yield b'--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\n'
        while sent < 200 << 20:
            sent += 1 << 20
            yield bytes(1 << 20)

    headers = talk.citizen.headers | {"content-type": "multipart/form-data; boundary=b"}
    length = {"content-length": str(200 << 20)} if told else {}
    answer = await talk.client.post(f"{talk.path}/files", content=body(), headers=headers | length)
    assert answer.status_code == 413
    assert sent == 0 if told else 50 << 20 <= sent < 60 << 20
    assert (await talk.page())["items"] == []


@pytest.mark.parametrize(
    ("said", "where"),
    [
        ({"file_name": ""}, ("/message/file_name", "string_too_short")),
        ({"file_name": "a", "knd": "x"}, ("/message/knd", "extra_forbidden")),
        ({"file_name": "a", "items": [1]}, ("/message", "items-of-a-request")),
    ],
)
async def test_what_is_said_of_a_file_is_checked(
    said: dict[str, Any], where: tuple[str, str], talk: Talk, services: Services
):
    """Before the file is put."""
    before = await put(services)
    answer = await talk.attach(letter(), **said)
    assert answer.status_code == 422
    assert pointed(answer.json()) == [where]
    assert await put(services) == before


async def test_an_answer_that_fits_nothing_leaves_no_file(talk: Talk, services: Services):
    """What is refused only when it is written takes its file away."""
    before = await put(services)
    unknown = "019aa0c5-8f6e-7c63-b5a8-2f6f0f6d7a11"
    answer = await talk.attach(letter(), reply_to=unknown, items=[1])
    assert pointed(answer.json()) == [("/message/reply_to", "no-such-request")]
    assert await put(services) == before


async def test_a_file_answers_what_was_asked(talk: Talk, desk: Desk):
    """The file alone is an answer, and with it the item is answered."""
    asked = await desk.ask(talk.code, "Giấy chứng sinh")
    answer = await talk.attach(letter(), reply_to=asked["id"], items=[1])
    assert answer.status_code == 201, answer.text
    (request,) = [one for one in (await talk.page())["items"] if one["request"]]
    assert [one["answered"] for one in request["request"]["items"]] == [True]
    assert (await talk.dossier())["status"]["code"] == 5


async def test_a_document_of_the_store_is_read_by_the_agency_and_noted(
    talk: Talk, desk: Desk, services: Services
):
    """Its original, by reference; the party sees in its access log which one was read."""
    document = str(await keep_document(services, talk.citizen))
    told = await talk.say(document_ids=[document])
    assert told["attachments"][0]["document_id"] == document
    (pulled,) = (await desk.pull())["items"]
    answer = await talk.client.get(pulled["attachments"][0]["href"], headers=desk.agency.headers)
    assert (answer.status_code, answer.content) == (200, ORIGINAL)
    log = await talk.client.get("/v1/me/access-log", headers=talk.citizen.headers)
    entry = log.json()["items"][0]
    assert (entry["purpose"], entry["object_kind"], entry["document_id"]) == ("dossier", "document", document)


async def test_what_comes_with_a_message_is_nobody_elses(
    talk: Talk, desk: Desk, make_agency: MakeAgency, make_citizen: MakeCitizen
):
    """Not another party's, not another agency's, and not to be had by way of another message or dossier."""
    told = (await talk.attach(letter())).json()
    other = await talk.say()
    href = told["attachments"][0]["href"]
    stranger, neighbour = await make_citizen(), await make_agency("H55", scopes=frozenset({"messages"}))
    agencys = href.replace("/v1/", "/v1/agency/")
    for path, headers in (
        (href, stranger.headers),
        (agencys, neighbour.headers),
        (href.replace(told["id"], other["id"]), talk.citizen.headers),
        (agencys.replace(told["id"], other["id"]), desk.agency.headers),
    ):
        assert (await talk.client.get(path, headers=headers)).status_code == 404
    assert (await talk.client.get(agencys, headers=desk.agency.headers)).status_code == 200


async def test_the_sweeper_knows_what_came_with_messages(talk: Talk, services: Services, engine: Engine):
    """Long after its grace a file that a message names is there, and one that none names is gone."""
    told = (await talk.attach(letter())).json()
    (path,) = await _paths(engine)
    later = datetime.now(UTC) + timedelta(days=9)
    grace = timedelta(days=1)
    await sweep(services.unit_of_work, services.blobs, now=later, grace=grace, force=True)
    assert await put(services) == {path}
    answer = await talk.client.get(told["attachments"][0]["href"], headers=talk.citizen.headers)
    assert answer.content == letter()
    async with engine.pool.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM message_attachment")
    await sweep(services.unit_of_work, services.blobs, now=later, grace=grace, force=True)
    assert await put(services) == set()


async def _paths(engine: Engine) -> list[str]:
    async with engine.pool.connect() as connection:
        found = await connection.exec_driver_sql("SELECT path FROM message_attachment WHERE path IS NOT NULL")
        return list(found.scalars())


async def test_files_of_one_person_are_slowed(talk: Talk):
    """Before the body is read: nobody fills the disk, and the limit says when again."""
    answers: list[httpx.Response] = []
    while not answers or answers[-1].status_code != 429:
        assert len(answers) < 40
        answers.append(await talk.attach(b""))
    assert len(answers) == 31
    assert int(answers[-1].headers["retry-after"]) > 60
