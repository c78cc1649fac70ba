"""What several agencies, or one in a hurry, tell at the same moment."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx

from api.services import Services
from storage.engine import Engine
from tests.api.callers import Agency, MakeAgency
from tests.api.telling import CODE, PERSON, census, event, facts, notices, results, states, tell

AT_ONCE = 16
PATIENCE = timedelta(seconds=10)


async def until_somebody_waits_for_a_lock(engine: Engine) -> None:
    """Wait until a transaction of this database is held up by another one."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    waiting = 0
    async with asyncio.timeout(PATIENCE.total_seconds()):
        while not waiting:
            # A transaction of its own each time: activity is looked at once in each.
            async with engine.pool.connect() as connection:
                waiting = (await connection.exec_driver_sql(query)).scalar_one()


async def test_one_event_sent_many_times_at_once_is_kept_once(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Exactly one answer is the first; the others repeat it."""
    answers = await asyncio.gather(*(tell(client, agency, event("e-1")) for _ in range(AT_ONCE)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: AT_ONCE - 1}
    (first,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert all(a.json() == first | {"outcome": "repeated"} for a in answers if a.status_code == 200)
    after = await census(engine)
    assert (after["dossier"], after["dossier_event"], after["event_receipt"], after["notification"]) == (
        1,
    ) * 4
    assert (after["party"], after["party_key"]) == (1, 1)


async def test_one_id_with_two_contents_at_once_is_kept_once(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Whichever comes first is kept; the other one is told that the id is taken."""
    answers = await asyncio.gather(*(tell(client, agency, event("e-1", s, s)) for s in (1, 2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(await facts(engine)) == 1


async def test_one_fact_under_many_ids_at_once_is_one(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """A push and pulls that race make one fact and one notice, and each id gets its receipt."""
    answers = await asyncio.gather(*(tell(client, agency, event(f"e-{n}")) for n in range(AT_ONCE)))
    outcomes = Counter(answer.json()["outcome"] for answer in answers)
    assert outcomes == {"accepted": 1, "repeated": AT_ONCE - 1}
    after = await census(engine)
    assert (after["dossier_event"], after["notification"], after["event_receipt"]) == (1, 1, AT_ONCE)


async def test_events_of_one_new_dossier_at_once_are_all_kept(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Each finds the dossier made by another; none is lost, and the state is that of all of them."""
    sent = [event(f"e-{n}", 4, n / 10, step=f"bước {n}") for n in range(AT_ONCE)]
    answers = await asyncio.gather(*(tell(client, agency, item) for item in sent))
    assert {answer.status_code for answer in answers} == {201}
    assert [fact[3] for fact in await facts(engine)] == [f"bước {n}" for n in range(AT_ONCE)]
    assert len(await notices(engine)) == 1


async def test_batches_over_the_same_dossiers_in_opposite_order_all_succeed(
    client: httpx.AsyncClient, agency: Agency, engine: Engine
) -> None:
    """Locks are taken in one order, and a deadlock that comes about all the same is done again."""
    codes = [f"H26.1-261121-{n:04d}" for n in range(20)]

    def batch(number: int) -> list[dict[str, Any]]:
        ordered = codes if number % 2 else codes[::-1]
        return [
            event(
                f"{code}/{number}",
                4,
                number,
                dossier_code=code,
                step=str(number),
                applicant=PERSON | {"number": f"00119000{place % 7:04d}"},
            )
            for place, code in sorted(enumerate(codes), key=lambda pair: ordered.index(pair[1]))
        ]

    told = await asyncio.gather(*(results(client, agency, *batch(number)) for number in range(8)))
    assert {result["outcome"] for answer in told for result in answer} == {"accepted"}
    after = await census(engine)
    assert (after["dossier"], after["dossier_event"], after["party"]) == (20, 160, 7)
    assert {state["status"] for state in (await states(engine)).values()} == {4}


async def test_agencies_that_name_one_person_at_once_share_the_party(
    client: httpx.AsyncClient, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """A party first mentioned by many at the same moment is made once."""
    callers = [await make_agency(f"H{n}") for n in range(10, 10 + AT_ONCE)]
    sent = [tell(client, c, event("e", dossier_code=f"{c.code}-261121-0001")) for c in callers]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {201}
    after = await census(engine)
    assert (after["party"], after["party_key"], after["dossier"]) == (1, 1, AT_ONCE)


async def test_a_push_sees_what_it_waited_for(
    client: httpx.AsyncClient, services: Services, agency: Agency, make_agency: MakeAgency, engine: Engine
) -> None:
    """A dossier handed to another agency while a push waits for it is found with that agency."""
    commune = await make_agency("H26.1.7", parent=agency)
    await tell(client, agency, event("e-1"))
    async with services.unit_of_work() as uow:
        driver = await uow.driver()
        await driver.execute("UPDATE dossier SET agency_id = %s WHERE code = %s", (commune.id, CODE))
        bare = event("e-2", 2, 1, applicant=None, procedure_code=None)
        waiting = asyncio.create_task(tell(client, commune, bare))
        await until_somebody_waits_for_a_lock(engine)
        await uow.commit()
    answer = await waiting
    assert answer.status_code == 201, answer.text
