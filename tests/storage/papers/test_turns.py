"""Whose turn it is."""

import asyncio

import pytest

from storage.papers.turns import FullError, Turns


async def taken(turns: Turns[str]) -> list[str]:
    return [await turns.next() for _ in range(len(turns))]


async def test_lines_take_turns():
    """Who brings much waits for it; who brings little does not wait for others' much."""
    turns: Turns[str] = Turns(10)
    for item in ("a1", "a2", "a3", "b1", "c1", "c2"):
        turns.add(item, whose=item[0])
    assert await taken(turns) == ["a1", "b1", "c1", "a2", "c2", "a3"]


async def test_there_is_an_end_to_waiting():
    """What is taken out makes room."""
    turns: Turns[str] = Turns(2)
    turns.add("a1", whose="a")
    turns.add("b1", whose="b")
    with pytest.raises(FullError):
        turns.add("a2", whose="a")
    await turns.next()
    turns.add("a2", whose="a")
    assert await taken(turns) == ["b1", "a2"]


async def test_what_is_not_wanted_any_more_is_taken_out():
    """Once, and only while it waits."""
    turns: Turns[str] = Turns(3)
    turns.add("a1", whose="a")
    turns.add("a2", whose="a")
    assert turns.remove("a1", whose="a")
    assert not turns.remove("a1", whose="a")
    assert not turns.remove("b1", whose="b")
    assert await taken(turns) == ["a2"]
    assert not turns.remove("a2", whose="a")


async def test_whoever_takes_waits_for_something():
    """Two wait, one thing comes, and the other goes on waiting."""
    turns: Turns[str] = Turns(3)
    waiting = [asyncio.create_task(turns.next()) for _ in range(2)]
    await asyncio.sleep(0)
    turns.add("a1", whose="a")
    done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    assert [task.result() for task in done] == ["a1"]
    turns.add("a2", whose="a")
    assert await asyncio.wait_for(*pending, 5) == "a2"


async def test_what_is_spare_takes_what_is_too_much_for_the_others():
    """As long as one of the others waits for each thing, it gets none."""
    turns: Turns[str] = Turns(3)
    spare = asyncio.create_task(turns.next(spare=True))
    await asyncio.sleep(0)
    ready = asyncio.create_task(turns.next())
    await asyncio.sleep(0)
    turns.add("a1", whose="a")
    assert await asyncio.wait_for(ready, 5) == "a1"
    assert not spare.done()
    turns.add("a2", whose="a")
    assert await asyncio.wait_for(spare, 5) == "a2"


async def test_what_is_spare_takes_the_second_of_two():
    """Brought at once, with one of the others there."""
    turns: Turns[str] = Turns(3)
    spare, ready = (asyncio.create_task(turns.next(spare=spare)) for spare in (True, False))
    await asyncio.sleep(0)
    turns.add("a1", whose="a")
    turns.add("a2", whose="a")
    assert sorted(await asyncio.wait_for(asyncio.gather(spare, ready), 5)) == ["a1", "a2"]
