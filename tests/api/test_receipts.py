"""Providers report by HTTP: what bears their signature is kept, once; all else leaves no trace."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
import structlog
from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from api.main import create_app
from api.receipts.router import BODY_LIMIT
from api.services import Services, require_complete
from api.settings import Settings
from notify.receipts import ReceiptDesk
from notify.registry import REPORTED
from storage.engine import Engine
from storage.errors import SettingsError
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork
from tests.storage.queue import Queue
from tests.storage.sends import SID, taken, waiting
from tests.whole import whole

PUBLIC = "https://api.tindan.example"
TOKEN, APP_ID, SECRET = "token-of-twilio", "4130", "secret-of-the-oa"
PHONE = "+84912345678"
ACCOUNTS = {
    "TINDAN_PUBLIC_URL": PUBLIC,
    "TINDAN_TWILIO_ACCOUNT_SID": "AC1",
    "TINDAN_TWILIO_AUTH_TOKEN": TOKEN,
    "TINDAN_TWILIO_SENDER": "+15005550006",
    "TINDAN_ZALO_APP_ID": APP_ID,
    "TINDAN_ZALO_SECRET_KEY": "secret-of-the-app",
    "TINDAN_ZALO_OA_SECRET": SECRET,
    "TINDAN_ZALO_TEMPLATES": '{"status_change": "301"}',
}
MakeSettings = Callable[..., Settings]


@pytest.fixture(scope="module")
def make_settings(settings: StorageSettings) -> MakeSettings:
    """Make settings of a web process with accounts at the providers; some may be changed or left out."""

    def make(**changes: str | None) -> Settings:
        with pytest.MonkeyPatch.context() as environment:
            given = {
                "TINDAN_ENV": "development",
                "TINDAN_DATA_DIR": str(settings.data_dir),
                "DATABASE_URL": settings.require_database_url(),
                **ACCOUNTS,
                **changes,
            }
            for name, value in given.items():
                if value is not None:
                    environment.setenv(name, value)
            made = Settings()
            whole(made)
            return made

    return make


@pytest.fixture(scope="module")
async def app(make_settings: MakeSettings) -> AsyncIterator[FastAPI]:
    """The application with accounts at both providers."""
    application = create_app(make_settings())
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def queue(services: Services) -> Queue:
    """A party with an address and a notice, in the application's database."""
    return await Queue.open(services.unit_of_work)


@pytest.fixture
def desk(services: Services) -> ReceiptDesk:
    """The part of a worker that applies reports."""
    return ReceiptDesk(services.unit_of_work, REPORTED)


async def twilio(
    client: httpx.AsyncClient,
    status: str = "delivered",
    *,
    query: str = "",
    token: str = TOKEN,
    url: str = f"{PUBLIC}/v1/receipts/twilio",
    **more: str,
) -> httpx.Response:
    """Post as Twilio does, with the signature that its own library computes."""
    form = {"MessageSid": SID, "MessageStatus": status, "To": PHONE, "Empty": ""} | more
    signature = RequestValidator(token).compute_signature(url + query, form)
    return await client.post(
        f"/v1/receipts/twilio{query}",
        content=urlencode(form).encode(),
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signature,
            # As a proxy would: none of it may count, anybody can write it.
            "x-forwarded-host": "evil.example",
            "host": "10.0.0.7:8080",
        },
    )


def event(**changes: Any) -> bytes:
    """Return what Zalo posts when a notice is on the phone."""
    now = f"{datetime.now(UTC).timestamp() * 1000:.0f}"
    given = {
        "app_id": APP_ID,
        "event_name": "user_received_message",
        "message": {
            "delivery_time": now,
            "msg_id": "f4a1",
            "tracking_id": "1",
            "text": "Hồ sơ đã có kết quả",
        },
        "recipient": {"id": PHONE},
        "timestamp": now,
    }
    return json.dumps(given | changes, ensure_ascii=False).encode()


async def zalo(client: httpx.AsyncClient, body: bytes, *, secret: str = SECRET) -> httpx.Response:
    """Post as Zalo does."""
    stamp = json.loads(body)["timestamp"]
    mac = sha256(APP_ID.encode() + body + stamp.encode() + secret.encode()).hexdigest()
    headers = {"content-type": "application/json", "x-zevent-signature": f"mac={mac}"}
    return await client.post("/v1/receipts/zalo", content=body, headers=headers)


def kind_of(answer: httpx.Response) -> tuple[int, str]:
    """Return status and kind of a problem (RFC 9457)."""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["type"].removeprefix("urn:tindan:problem:")


async def states(queue: Queue) -> list[Any]:
    """Return how the sends stand."""
    return [state for (state,) in await queue.rows("SELECT receipt FROM finished_delivery ORDER BY channel")]


async def test_what_providers_sign_is_kept_and_applied(
    client: httpx.AsyncClient, queue: Queue, desk: ReceiptDesk
) -> None:
    """Both are answered with an empty 200, and their messages then are known to have arrived."""
    await taken(queue)
    await taken(queue, "f4a1", channel="zalo")
    for answer in (await twilio(client), await zalo(client, event())):
        assert (answer.status_code, answer.content) == (200, b"")
    assert await waiting(queue) == [f"{SID}:delivered", "user_received_message:f4a1"]
    assert await desk.run_once() == 2
    assert await states(queue) == ["delivered", "delivered"]


async def test_the_signature_is_for_the_public_address_with_its_query(
    client: httpx.AsyncClient, queue: Queue
) -> None:
    """The proxy in front calls another one; of the query every letter counts."""
    query = "?tenant=H%E1%BB%93&a=b+c&a="
    assert (await twilio(client, query=query)).status_code == 200
    inner = await twilio(client, "read", url="http://10.0.0.7:8080/v1/receipts/twilio")
    assert kind_of(inner) == (403, "forged-receipt")
    assert await waiting(queue) == [f"{SID}:delivered"]


async def test_a_repeat_is_answered_alike_and_kept_once(
    client: httpx.AsyncClient, queue: Queue, desk: ReceiptDesk
) -> None:
    """Before and after it was applied; whoever replays a report gains nothing."""
    body = event()
    await taken(queue)
    for _ in range(2):
        assert (await twilio(client)).status_code == (await zalo(client, body)).status_code == 200
    assert len(await waiting(queue)) == 2
    assert await desk.run_once() == 1
    assert (await twilio(client)).status_code == 200
    assert await waiting(queue) == ["user_received_message:f4a1"]
    assert await desk.run_once() == 0


async def test_the_order_of_reports_makes_no_difference(
    client: httpx.AsyncClient, queue: Queue, desk: ReceiptDesk
) -> None:
    """Delivered, then sent, then queued: it stays delivered, also where the send is recorded last."""
    await twilio(client)
    await twilio(client, "sent")
    assert await desk.run_once() == 0
    await taken(queue)
    assert await desk.run_once() == 2
    await twilio(client, "queued")
    assert await desk.run_once() == 1
    assert await states(queue) == ["delivered"]


@pytest.mark.parametrize(("code", "dead"), [("30003", False), ("30006", True)])
async def test_a_failure_moves_the_notice_on(
    client: httpx.AsyncClient, queue: Queue, desk: ReceiptDesk, code: str, dead: bool
) -> None:
    """The next channel is tried now; a landline gets no text message any more, a phone that is off does."""
    await taken(queue)
    await queue.run("UPDATE notification SET plan_at = now() + interval '1 hour'")
    assert (await twilio(client, "undelivered", ErrorCode=code)).status_code == 200
    assert await desk.run_once() == 1
    assert await states(queue) == ["failed"]
    assert await queue.rows("SELECT plan_at <= now() FROM notification") == [(True,)]
    shut = await queue.rows("SELECT channel, reason, code FROM suppression")
    assert shut == ([("sms", "unreachable", code)] if dead else [])


async def test_what_is_forged_is_refused(client: httpx.AsyncClient, queue: Queue) -> None:
    """Another secret, no signature, a changed body, an old one, no text: 403, and nothing is kept."""
    day = timedelta(days=1)
    old = f"{(datetime.now(UTC) - day).timestamp() * 1000:.0f}"
    answers = [
        await twilio(client, token="a guess"),
        await zalo(client, event(), secret="a guess"),
        await zalo(client, event(timestamp=old)),
        await client.post("/v1/receipts/twilio", content=event()),
        await client.post("/v1/receipts/zalo", content=event()),
    ]
    for body in (b"", b"\xff\xfe\x00", b"MessageStatus=%ff", b"&" * BODY_LIMIT, b"[" * BODY_LIMIT):
        headers = {"x-twilio-signature": "ÿ".encode("latin-1") * 28}
        answers.append(await client.post("/v1/receipts/twilio", content=body, headers=headers))
        headers = {"x-zevent-signature": "mac=ÿ".encode("latin-1")}
        answers.append(await client.post("/v1/receipts/zalo", content=body, headers=headers))
    assert [kind_of(answer) for answer in answers] == [(403, "forged-receipt")] * len(answers)
    assert await waiting(queue) == []


async def test_what_is_signed_and_unreadable_is_refused_too(client: httpx.AsyncClient, queue: Queue) -> None:
    """What a provider does not document, or what can be no name: 400, so that the provider shows an error."""
    received = {"delivery_time": "1", "msg_id": "\x00"}
    answers = [
        await twilio(client, "teleported"),
        await twilio(client, MessageSid=""),
        await twilio(client, MessageSid="SM\x00"),
        await twilio(client, MessageSid="S" * 5000),
        await zalo(client, event(message={"delivery_time": "soon", "msg_id": "1"})),
        await zalo(client, event(message=received)),
        await zalo(client, event(message=received | {"msg_id": "mã"})),
    ]
    assert [kind_of(answer) for answer in answers] == [(400, "unreadable-receipt")] * len(answers)
    assert await waiting(queue) == []


async def test_what_is_no_report_is_taken_and_forgotten(client: httpx.AsyncClient, queue: Queue) -> None:
    """Somebody followed the account, or wrote to it: the provider need not come again."""
    assert (await zalo(client, event(event_name="follow"))).status_code == 200
    assert await waiting(queue) == []


@pytest.mark.parametrize("length", [str(100 * BODY_LIMIT), "1", None])
async def test_a_huge_body_is_not_read(client: httpx.AsyncClient, queue: Queue, length: str | None) -> None:
    """Anybody may post: what is longer than any report is cut off, whatever it says of its length."""
    given = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(100):
            given += BODY_LIMIT // 8
            yield b"x" * (BODY_LIMIT // 8)

    headers = {"content-length": length} if length else {}
    answer = await client.post("/v1/receipts/twilio", content=stream(), headers=headers)
    assert kind_of(answer) == (413, "body-too-large")
    assert answer.headers["connection"] == "close"
    assert given <= BODY_LIMIT * 10 // 8
    assert await waiting(queue) == []


async def test_whoever_posts_slowly_holds_no_connection(
    client: httpx.AsyncClient, services: Services, queue: Queue
) -> None:
    """Else a few of them, without any signature, would keep everybody from the database."""
    held: list[Any] = []

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(3):
            held.append(services.engine.pool.sync_engine.pool.checkedout())
            yield b"x"

    await client.post("/v1/receipts/twilio", content=stream())
    assert held == [0, 0, 0]


@pytest.mark.parametrize("name", ["esms", "Twilio", "twilio%00", "..%2Ftwilio"])
async def test_a_provider_that_nobody_set_up_is_not_found(client: httpx.AsyncClient, name: str) -> None:
    """Whatever is posted there."""
    assert kind_of(await client.post(f"/v1/receipts/{name}", content=b"x")) == (404, "not-found")


async def test_nothing_is_read_from_providers_without_an_account(
    make_settings: MakeSettings, engine: Engine
) -> None:
    """An installation with Zalo alone knows no Twilio."""
    without: Mapping[str, None] = {name: None for name in ACCOUNTS if "TWILIO" in name}
    application = create_app(make_settings(**without))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://tindan.test") as caller:
            assert kind_of(await twilio(caller)) == (404, "not-found")
            assert (await zalo(caller, event())).status_code == 200


async def test_the_log_names_nobody(client: httpx.AsyncClient, queue: Queue) -> None:
    """Neither phone, nor message, nor text, nor secret: whatever becomes of a report."""
    with structlog.testing.capture_logs() as lines:
        await twilio(client, query=f"?to={PHONE}")
        await twilio(client, token="a guess")
        await twilio(client, "teleported")
        await zalo(client, event())
        await zalo(client, event(), secret="a guess")
    refused = [(line["provider"], line["reason"]) for line in lines if line["event"] == "receipt_refused"]
    assert refused == [
        ("twilio", "forged-receipt"),
        ("twilio", "unreadable-receipt"),
        ("zalo", "forged-receipt"),
    ]
    for word in (PHONE.removeprefix("+"), SID, "f4a1", "kết quả", TOKEN, SECRET, "guess"):
        assert word not in str(lines)


async def test_a_report_is_kept_or_not_answered(
    client: httpx.AsyncClient, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a commit there is no 200, or the provider would not come again."""

    async def broken(_uow: UnitOfWork) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(UnitOfWork, "commit", broken)
        assert kind_of(await twilio(client)) == (503, "unavailable")
    assert await waiting(queue) == []
    assert (await twilio(client)).status_code == 200
    assert len(await waiting(queue)) == 1


def test_half_an_account_keeps_the_process_from_starting(make_settings: MakeSettings) -> None:
    """So does a public address that is none, as no signature could be checked."""
    require_complete(make_settings())
    with pytest.raises(SettingsError, match="TINDAN_TWILIO_AUTH_TOKEN"):
        require_complete(make_settings(TINDAN_TWILIO_AUTH_TOKEN=None))
    without: Mapping[str, None] = {name: None for name in ACCOUNTS if "TWILIO" in name}
    with pytest.raises(SettingsError, match="TINDAN_PUBLIC_URL"):
        require_complete(make_settings(TINDAN_PUBLIC_URL="ftp://x", **without))
