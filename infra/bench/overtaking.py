"""How long what is urgent, and what another agency tells, takes to the provider beside a crowd that waits.

The time is from the begin of a notice's transaction to the arrival of the whole mail. At first the crowd is
in the last lane, and one-time codes overtake it. Then it is one agency's, in the lane of another's notices.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from infra.bench.figures import Figure
from infra.bench.nothing import settings
from infra.bench.place import Bench
from infra.bench.road import PEOPLE, Road, citizen_of
from infra.bench.sink import MailSink
from infra.bench.waiting import Waiting
from notify.categories import Lane

LIMIT_MS = 1000.0
BULK_AGENCIES = 20
_OTHER_AGENCY = "SELECT id FROM agency WHERE id <> (SELECT agency_id FROM waiting LIMIT 1) LIMIT 1"


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure codes beside bulk, then notices beside a flood."""
    count = bench.pick(10, 40)  # fewer than a party gets of a category in a day
    bulk, flood = bench.pick(50_000, 1_000_000), bench.pick(20_000, 100_000)
    # Planned by the thousand a second: some are to be left until the end.
    notices = bench.pick(60_000, 200_000)
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        making = Waiting.on(place, settings(), channel="email", size=PEOPLE)
        waiting = opened.enter_context(bench.entered(making))
        stack = opened.enter_context(bench.installation(place))
        citizen = bench.runner.run(citizen_of(waiting))
        sink = MailSink(url=stack.sandbox_url)
        road = Road(bench=bench, waiting=waiting, stack=stack, sink=sink, citizen=citizen)

        some_agency = f"md5((copy % {BULK_AGENCIES})::text)::uuid"
        with road.crowded(bulk, notices, lane=str(int(Lane.BULK)), agency_id=some_agency):
            codes = road.times([citizen.code() for _ in range(count)])
        yield _figure(
            "otp_latency",
            codes,
            f"{len(codes)} codes beside {bulk:,} bulk sends and {notices:,} notices that wait",
        )

        ((other,),) = road.rows(_OTHER_AGENCY)
        with road.crowded(flood, notices, lane=str(int(Lane.NORMAL))):
            news = road.times([citizen.news(other) for _ in range(count)])
        yield _figure(
            "fair_latency",
            news,
            f"{len(news)} notices beside {flood:,} sends and {notices:,} notices of another agency",
        )


def _figure(name: str, times: list[float], note: str) -> Figure:
    return Figure(
        name=name,
        unit="ms",
        ours=max(times),
        limit=LIMIT_MS,
        ratio=max(times) / LIMIT_MS,
        target=1,
        peers={"the median": median(times)},
        lower_is_better=True,
        note=note,
    )
