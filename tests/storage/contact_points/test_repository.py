"""How agencies are reached: kept, handed down, and after their end."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from storage.agencies.repository import AgencyRecord, Term, put, resolve, set_terms
from storage.contact_points import repository
from storage.contact_points.repository import AgencyName, Reached
from storage.dossiers.working_days import VIETNAM
from storage.unit_of_work import Reading, UnitOfWork
from tests.storage.contact_points.examples import record

Keep = Callable[..., Awaitable[int]]
OVER = datetime.now(VIETNAM).date() - timedelta(days=1)


@pytest.fixture
async def ids(unit_of_work: Callable[[], UnitOfWork]) -> dict[str, UUID]:
    """A province with a ward and its desk, another province, and what both took over."""
    tree = [
        ("H26", None),
        ("H26.1", "H26"),
        ("H26.1.1", "H26.1"),
        ("H27", None),
        ("H28", None),
        ("H29", None),
    ]
    async with unit_of_work() as uow:
        await put(
            uow, [AgencyRecord(code=code, name=f"Cơ quan {code}", parent=above) for code, above in tree]
        )
        await set_terms(
            uow,
            [
                Term(code="H29", valid_to=OVER, successor="H28"),
                Term(code="H28", valid_to=OVER, successor="H26.1"),
            ],
        )
        found = await resolve(uow, [code for code, _ in tree])
        await uow.commit()
    return {code: ref.id for code, ref in found.items()}


@pytest.fixture
def keep(unit_of_work: Callable[[], UnitOfWork], ids: dict[str, UUID]) -> Keep:
    """Keep a record for agencies, whose label tells which; return how many changed."""

    async def run(*codes: str, label: str = "") -> int:
        given = [
            (ids[code], record(addresses=[{"label": code, "text": label or code}], exceptions=[]))
            for code in codes
        ]
        async with unit_of_work() as uow:
            changed = await repository.put(uow, given, author="lan")
            await uow.commit()
        return changed

    return run


@pytest.fixture
def of(reading: Callable[[], Reading], ids: dict[str, UUID]) -> Callable[[str], Awaitable[Reached]]:
    """Ask how an agency is reached."""

    async def run(code: str) -> Reached:
        async with reading() as read:
            return await repository.of(read, ids[code])

    return run


def label(found: Reached) -> str | None:
    return found.kept.record.addresses[0].label if found.kept else None


async def test_own_and_handed_down(keep: Keep, of):
    """The nearest above counts, and is named; one's own counts above all."""
    assert (await of("H26.1.1")).kept is None
    await keep("H26")
    found = await of("H26.1.1")
    assert (label(found), found.agency, found.successor, found.inherited_from) == (
        *("H26", AgencyName(code="H26.1.1", name="Cơ quan H26.1.1")),
        *(None, AgencyName(code="H26", name="Cơ quan H26")),
    )
    await keep("H26.1")
    assert label(await of("H26.1.1")) == "H26.1"
    await keep("H26.1.1")
    found = await of("H26.1.1")
    assert (label(found), found.inherited_from) == ("H26.1.1", None)
    assert (await of("H27")).kept is None


async def test_what_has_ended_leads_to_its_successor(keep: Keep, of):
    """However often it was taken over; what it said of itself counts no more, and neither for those below."""
    await keep("H28", "H29", "H26")
    found = await of("H29")
    assert (label(found), found.agency.code) == ("H26", "H29")
    assert (found.successor and found.successor.code, found.inherited_from and found.inherited_from.code) == (
        *("H26.1", "H26"),
    )


async def test_what_has_ended_without_a_successor(keep: Keep, of, unit_of_work):
    """Nobody answers for it."""
    await keep("H27", "H26")
    async with unit_of_work() as uow:
        await set_terms(uow, [Term(code="H27", valid_to=OVER), Term(code="H26", valid_to=OVER)])
        await uow.commit()
    found = await of("H27")
    assert (found.kept, found.successor, found.inherited_from) == (None, None, None)
    assert (await of("H26.1")).kept is None


async def test_successors_that_lead_round(of, unit_of_work):
    """A circle of successors, which an import refuses, ends the search."""
    async with unit_of_work() as uow:
        await set_terms(uow, [Term(code="H28", valid_to=OVER, successor="H29")])
        await set_terms(uow, [Term(code="H29", valid_to=OVER, successor="H28")])
        await uow.commit()
    assert (await of("H29")).kept is None


async def test_put_again_and_remove(keep: Keep, of, unit_of_work, ids: dict[str, UUID]):
    """What is the same again changes nothing, not even its time; what is removed is gone, once."""
    assert await keep("H26", "H26.1") == 2
    before = (await of("H26")).kept
    assert await keep("H26") == 0
    assert (await of("H26")).kept == before
    assert await keep("H26", label="số mới") == 1
    assert (await of("H26")).kept != before
    async with unit_of_work() as uow:
        assert await repository.with_own(uow, ids.values()) == {ids["H26"], ids["H26.1"]}
        assert await repository.remove(uow, ids["H26.1"])
        assert not await repository.remove(uow, ids["H26.1"])
        await uow.commit()
    assert label(await of("H26.1")) == "H26"
