"""What lists held, what they hold no more, and when they seem to have been cut."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.portal_pulls import shared
from storage.portal_pulls.kinds import Stream
from storage.portal_pulls.shared import ListShrunkError, require_no_shrinkage

FIRST, LATER = (datetime(2026, 11, day, tzinfo=UTC) for day in (21, 22))
GONE = "SELECT code, gone_at FROM portal_listed WHERE gone_at IS NOT NULL ORDER BY code"
CODES = st.frozensets(st.text(alphabet="0123456789", min_size=2, max_size=2))


async def keep(unit_of_work, codes, now=FIRST, *, name="quoc-gia", stream=Stream.UNITS):
    """Keep what a list holds; return what it held once."""
    async with unit_of_work() as uow:
        gone = await shared.keep(uow, name, stream, codes, now)
        await uow.commit()
    return gone


async def test_what_is_listed_no_more_is_remembered_with_since_when(unit_of_work):
    """However often the list is read after that, until it is listed again."""
    assert await keep(unit_of_work, ["01", "02", "03"]) == []
    assert await keep(unit_of_work, ["01"]) == ["02", "03"]
    assert await keep(unit_of_work, ["01", "02"], LATER) == ["03"]
    async with unit_of_work() as uow:
        rows = await (await (await uow.driver()).execute(GONE.encode())).fetchall()
        assert await shared.listed(uow, "quoc-gia", Stream.UNITS) == {"01", "02"}
    assert rows == [("03", FIRST)]


async def test_lists_are_apart(unit_of_work):
    """Of each portal, and of each stream."""
    await keep(unit_of_work, ["01"])
    await keep(unit_of_work, ["02"], name="khac")
    await keep(unit_of_work, ["03"], stream=Stream.AGENCIES)
    assert await keep(unit_of_work, ["01"]) == []
    async with unit_of_work() as uow:
        assert await shared.listed(uow, "khac", Stream.UNITS) == {"02"}
        assert await shared.listed(uow, "quoc-gia", Stream.AGENCIES) == {"03"}


def test_a_list_may_lose_three_tenths():
    """Which is as much as an import may."""
    before = [f"{number:02}" for number in range(10)]
    require_no_shrinkage(before, before[3:])
    with pytest.raises(ListShrunkError) as shrunk:
        require_no_shrinkage(before, before[4:])
    assert (shrunk.value.gone, shrunk.value.total) == (4, 10)


@given(before=CODES, told=CODES, more=CODES)
def test_more_is_never_less(before, told, more):
    """What is taken goes on being taken with more entries, and a list like the one before always is."""
    require_no_shrinkage(before, before | more)
    try:
        require_no_shrinkage(before, told, lambda code: code[0])
    except ListShrunkError:
        return
    require_no_shrinkage(before, told | more, lambda code: code[0])
