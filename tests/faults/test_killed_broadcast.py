"""A broadcast goes out once, whoever is killed over it."""

from collections import Counter

from tests.faults.conftest import StartWorker
from tests.faults.office import Office
from tests.faults.polling import until
from tests.faults.stand_in import StandIn
from tests.storage.broadcasts.telling import Square

WORKER = ("-m", "tests.faults.short_worker", "2", "1.5", "topic")
TOPICS = {"/topics/broadcast-all-vi", "/topics/broadcast-all-en"}


async def test_a_worker_killed_amid_a_broadcast_leaves_it_to_the_next(
    office: Office, stand_in: StandIn, start_worker: StartWorker
) -> None:
    """Published once, with the sends of that; what the killed one had under way is sent again, and says so."""
    square = Square(open_unit=office.open_unit)
    broadcast = await square.tell(agency_id=office.agency_id, published=False)
    account = {
        "TINDAN_FCM_CREDENTIALS": stand_in.credentials,
        "TINDAN_FCM_URL": f"{stand_in.process.http}/fcm",
    }
    await stand_in.script("push", {"kind": "accept_then_hang", "seconds": 60, "times": 2})
    with start_worker(*WORKER, **account) as worker:
        await stand_in.wait_for(2)
        worker.kill()
    (published,) = await square.rows("SELECT published_at FROM broadcast")

    with start_worker(*WORKER, **account), start_worker(*WORKER, **account):

        async def all_ended() -> bool:
            return len(await office.finished()) == 2

        await until(all_ended, seconds=30)

    assert await square.rows("SELECT published_at FROM broadcast") == [published]
    finished = await office.finished()
    assert [row["notification_ids"] for row in finished] == [[broadcast]] * 2
    assert {(row["outcome"], row["possible_duplicate"]) for row in finished} == {("accepted", True)}
    arrivals = await stand_in.arrivals()
    assert {item["to"] for item in arrivals} == TOPICS
    # What was taken before the kill, and its repeat by the one that came after; nobody begins a third.
    assert Counter("duplicate_of" in item for item in arrivals) == {False: 2, True: 2}
