"""Helpers of a backfill as we see them: processes that answer in their order, late, or never."""

import asyncio
import sys
import time

import pytest
import uvloop

from api.connectors.pulling.crew import AHEAD, Crew, Helper, HelperError

ANSWERS = """
import json, sys
for line in sys.stdin:
    page = json.loads(line)
    print(json.dumps({"records": len(page), "events": page[0]["number"], "repeated": 0, "strays": []}), flush=True)
"""
# These sleep for longer than anybody waits: to be stuck is what they are for. They are killed in the end.
TAKES_AND_IS_SILENT = "import sys, time; sys.stdin.readline(); time.sleep(600)"
TAKES_NOTHING = "import time; time.sleep(600)"
STOPS_ITSELF = "import os, signal, sys; sys.stdin.readline(); os.kill(os.getpid(), signal.SIGSTOP)"
ENDS = "import sys; sys.stdin.readline()"
ENDS_AMID_AN_ANSWER = """
import os, signal, sys
sys.stdin.readline()
print('{"records": 1, "events": 1, "rep', end="", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
PATIENCE = 0.5
MOST_RECORDS = 1000


@pytest.fixture
async def start():
    """Start a process of a few lines as a helper; it is ended in the end."""
    started = []

    async def start(code, *, patience=30.0):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        started.append(process)
        return Helper(process, patience=patience), process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def page(number, *, records=1):
    """Return a page that can be told from others, of records as large as those of a portal."""
    return [{"number": number, "TrichYeuHoSo": "Đăng ký " * 500}] * records


async def test_the_largest_pages_are_answered_in_the_order_of_them(start):
    """Though several are given at once, each of which is many times what a pipe holds."""
    helper, _ = await start(ANSWERS)
    crew = Crew([helper] * AHEAD)
    async with asyncio.timeout(60):
        kept = await asyncio.gather(*(crew.keep(page(number, records=MOST_RECORDS)) for number in range(9)))
    assert [(one.records, one.events) for one in kept] == [(MOST_RECORDS, number) for number in range(9)]


@pytest.mark.parametrize("records", [1, MOST_RECORDS])
@pytest.mark.parametrize("code", [TAKES_AND_IS_SILENT, TAKES_NOTHING, STOPS_ITSELF])
async def test_one_that_is_stuck_is_given_up_and_killed(start, code, records):
    """Whether it took the page or not: all that wait for it hear of it in bounded time."""
    helper, process = await start(code, patience=PATIENCE)
    crew, began = Crew([helper] * AHEAD), time.monotonic()
    told = await asyncio.gather(
        *(crew.keep(page(number, records=records)) for number in range(AHEAD)), return_exceptions=True
    )
    assert {type(one) for one in told} == {HelperError}
    assert time.monotonic() - began < PATIENCE * AHEAD + 5
    async with asyncio.timeout(10):
        await process.wait()


async def test_patience_is_for_each_page_by_itself(start):
    """One that answers, however many wait for it, is not given up."""
    # Nine pages together take longer than patience lasts, and each by itself much less.
    slow = ANSWERS.replace("    page =", "    __import__('time').sleep(0.3)\n    page =")
    helper, _ = await start(slow, patience=2.0)
    crew = Crew([helper] * 9)
    kept = await asyncio.gather(*(crew.keep(page(number)) for number in range(9)))
    assert [one.events for one in kept] == [*range(9)]


async def hear_of_its_end():
    """Give pages to one that has ended; return what is said each time."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ENDS, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    helper = Helper(process)
    told = [await asyncio.gather(helper.keep(page(number)), return_exceptions=True) for number in range(3)]
    await helper.close()
    return [one for (one,) in told]


def test_one_that_ended_is_told_from_one_that_is_silent():
    """It is said at once, on the event loop of workers, also of whatever is given to it later."""
    told = uvloop.run(hear_of_its_end())
    assert [type(one) for one in told] == [HelperError] * 3
    assert str(told[0]) == "ended"


async def test_half_an_answer_is_none(start):
    """One that is killed while it answers has ended, like one that is killed before."""
    helper, _ = await start(ENDS_AMID_AN_ANSWER)
    with pytest.raises(HelperError, match="ended"):
        await helper.keep(page(1))


async def test_one_that_does_not_end_by_itself_is_killed(start, monkeypatch):
    """Closing it takes bounded time."""
    monkeypatch.setattr("api.connectors.pulling.crew.CLOSING", 0.2)
    helper, process = await start(TAKES_NOTHING)
    await helper.close()
    assert process.returncode is not None
