"""Bad files over HTTP: each is taken in, or refused in words; whatever it is, nothing else comes out."""

import asyncio

import pytest

from tests.api.results.handing import Office, said
from tests.storage.papers.hostile.corpus import COUNT, Hostile, sample

AT_ONCE = 4


async def outcome(office: Office, owner: dict[str, str], number: int, hostile: Hostile) -> str:
    """Hand a file over; return what is odd about the answer, or nothing."""
    kind = hostile.declared or "application/octet-stream"
    answer = await office.hand_over(said(f"KQ-{number}", owner=owner), hostile.content, kind=kind)
    told = answer.json()
    if answer.status_code == 201:
        right = not hostile.reasons and told["file"]["size"] == len(hostile.content)
        return "" if right else f"{hostile.name}: taken in"
    errors = told.get("errors", [])
    named = [(one["pointer"], one["code"].startswith(("paper-", "empty-"))) for one in errors]
    if answer.status_code == 422 and named == [("/file", True)] and errors[0]["detail"]:
        return ""
    return f"{hostile.name}: {answer.status_code} {answer.text[:200]}"


@pytest.mark.parametrize(
    "count", [60, pytest.param(COUNT, marks=[pytest.mark.verify, pytest.mark.timeout(600)])]
)
async def test_every_bad_file_ends_in_a_clear_answer(
    office: Office, owner: dict[str, str], count: int
) -> None:
    """Kept byte for byte where chance left it good, else refused by the file's own pointer, with a reason."""
    files = await asyncio.to_thread(lambda: list(sample(count)))
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, hostile: Hostile) -> str:
        async with turns:
            return await outcome(office, owner, number, hostile)

    odd = await asyncio.gather(*(one(number, hostile) for number, hostile in enumerate(files)))
    assert len(files) >= count
    assert [line for line in odd if line] == []
