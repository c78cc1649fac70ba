"""Sends through a channel that does nothing, from the claim to the record.

The limit is one connection that claims rows of the same table and moves them to the history, with nothing
joined, decrypted, worded, leased or fenced. The peers are job queues for PostgreSQL draining jobs that do
nothing; a job of theirs carries what it needs, whereas a send looks up whom it goes to.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from infra.bench.figures import Figure, Rounds, alternate
from infra.bench.nothing import BATCH, NothingChannel, settings
from infra.bench.peers import PgQueuer, Procrastinate
from infra.bench.place import Bench, per_second
from infra.bench.waiting import Waiting

_CLAIM = """
UPDATE delivery SET attempt = attempt + 1, lease_until = now() + '30 s', due_at = now() + '30 s'
WHERE id = ANY(ARRAY(
  SELECT id FROM delivery WHERE channel = 'push' AND lane = 2 AND agency_id = %s AND due_at <= now()
  ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING id
"""
_COMPLETE = """
WITH gone AS (
  DELETE FROM delivery WHERE id = ANY(%s)
  RETURNING id, notification_ids, party_id, agency_id, channel, lane, target_id, created_at, attempt
)
INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id,
  created_at, finished_at, attempt, possible_duplicate, outcome)
SELECT id, notification_ids, party_id, agency_id, channel, lane, target_id, created_at, now(), attempt, false,
  'accepted'
FROM gone
"""


def bare(waiting: Waiting) -> None:
    """Claim and complete until nothing waits."""
    with waiting.place.connect() as connection:
        (agency_id,) = connection.execute("SELECT agency_id FROM delivery LIMIT 1").fetchone() or (None,)
        while rows := connection.execute(_CLAIM, (agency_id, BATCH), binary=True).fetchall():
            connection.commit()
            connection.execute(_COMPLETE, ([row[0] for row in rows],))
            connection.commit()


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure ours, the limit and the peers in turns."""
    size = bench.pick(4000, 20_000)
    with ExitStack() as opened:
        place = opened.enter_context(bench.place())
        waiting = opened.enter_context(
            bench.entered(Waiting.on(place, settings(), channel="push", size=size))
        )
        peers: list[PgQueuer | Procrastinate] = [
            opened.enter_context(bench.entered(PgQueuer.on(bench.server, size=bench.pick(4000, 10_000)))),
            opened.enter_context(bench.entered(Procrastinate.on(bench.server, size=bench.pick(300, 1000)))),
        ]

        def ours() -> float:
            waiting.put_back()
            rate = per_second(size, lambda: bench.runner.run(waiting.drain(NothingChannel())))
            waiting.require_finished()
            return rate

        def limit() -> float:
            waiting.put_back()
            rate = per_second(size, lambda: bare(waiting))
            waiting.require_finished()
            return rate

        found = alternate({"ours": ours, "limit": limit}, rounds=bench.pick(4, 9))
        drains = {peer.name: lambda peer=peer: bench.runner.run(peer.drain()) for peer in peers}
        # Fewer rounds, as they are slow, and far enough from ours.
        beside = alternate({"ours": ours} | drains, rounds=bench.pick(1, 5), warm_up=False)
        yield _figure(
            found, against="limit", target=0.6, peers={name: beside.median(name) for name in drains}
        )
        yield _figure(beside, against=PgQueuer.name, target=2)
        yield _figure(beside, against=Procrastinate.name, target=20)


def _figure(
    rounds: Rounds, *, against: str, target: float, peers: Mapping[str, float] | None = None
) -> Figure:
    return Figure(
        name="noop_delivery" if against == "limit" else f"noop_delivery_vs_{against}",
        unit="deliveries/s",
        ours=rounds.median("ours"),
        limit=rounds.median(against),
        ratio=rounds.ratio("ours", against),
        target=target,
        peers=peers or {},
    )
