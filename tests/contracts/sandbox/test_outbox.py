"""Reading the outbox over HTTP."""

import asyncio
import datetime as dt

import pytest


@pytest.fixture
def post(mailer):
    async def post(*recipients):
        async with mailer() as client:
            for recipient in recipients:
                await client.sendmail("a@example.vn", [recipient], b"Subject: x\r\n\r\ny\r\n")

    return post


async def test_pages_leave_no_gap(post, sandbox, http):
    """Asking after `last` again and again yields everything once, in order."""
    await post(*(f"{number}@example.vn" for number in range(7)))
    seen, after = [], 0
    while True:
        page = (await http.get("/sandbox/outbox", params={"after": after, "limit": 3})).json()
        if not page["items"]:
            break
        seen += [item["to"] for item in page["items"]]
        after = page["last"]
    assert seen == [f"{number}@example.vn" for number in range(7)]


async def test_the_time_of_arrival_is_utc(post, outbox):
    """An item says when it arrived, as an RFC 3339 time in UTC."""
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    await post("a@example.vn")
    (item,) = await outbox()
    assert item["at"].endswith("Z")
    assert before <= dt.datetime.fromisoformat(item["at"]) <= dt.datetime.now(dt.UTC)


async def test_a_reader_can_wait_for_news(post, outbox):
    """A waiting reader is answered by the arrival that it waits for, not by another one."""
    waiting = asyncio.create_task(outbox(to="b@example.vn", wait=10))
    await post("a@example.vn")
    assert not waiting.done()
    await post("b@example.vn")
    async with asyncio.timeout(2):
        (item,) = await waiting
    assert item["to"] == "b@example.vn"


async def test_waiting_in_vain_ends(outbox):
    """A reader for whom nothing comes gets an empty page when its time is over."""
    async with asyncio.timeout(2):
        assert await outbox(wait=0.1) == []


async def test_clearing_keeps_the_sequence(post, outbox, http):
    """What arrives after a clearing is newer than anything before it."""
    await post("a@example.vn")
    (old,) = await outbox()
    await http.delete("/sandbox/outbox")
    assert await outbox() == []
    await post("b@example.vn")
    (new,) = await outbox(after=old["sequence"])
    assert new["to"] == "b@example.vn"
    counts = (await http.get("/sandbox/outbox/counts")).json()
    assert (counts["email"], counts["kept"]) == (1, 1)


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"after": "x"}, {"channel": "fax"}, {"wait": 1e9}, {"who": "me"}]
)
async def test_a_bad_question_is_told_so(sandbox, http, query):
    """A parameter that cannot be is named in a 422."""
    response = await http.get("/sandbox/outbox", params=query)
    assert response.status_code == 422
    assert response.json()["detail"][0].startswith(next(iter(query)))


async def test_memory_is_bounded():
    """The oldest arrivals go first, by number and by size; what is left is still found by sequence."""
    from infra.sandbox.outbox import Outbox

    box = Outbox(kept_arrivals=3, kept_bytes=100)

    def add(size, identity=None):
        return box.add(channel="email", to=("a",), source="", raw=b"x" * size, identity=identity)

    first = add(1, identity="same")
    for _ in range(3):
        add(1)
    page = box.read(channel=None, to=None, after=0, limit=10)
    assert [one.sequence for one in page.arrivals] == [2, 3, 4]
    assert [one.sequence for one in box.read(channel=None, to=None, after=3, limit=10).arrivals] == [4]
    again = add(98, identity="same")
    assert again.duplicate_of is None, f"{first.sequence} is forgotten, so nobody could look at it"
    assert box.counts()["kept"] == 3
    add(99)
    assert box.counts()["kept"] == 1
