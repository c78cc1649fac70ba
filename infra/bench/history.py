"""Years of finished sends, made up in the database itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Any

import psycopg

from infra.bench.place import Place
from storage.engine import libpq_url

MONTHS = 12
_INDEXES = """
SELECT indexrelid::regclass::text, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index WHERE indrelid = 'finished_delivery'::regclass AND NOT indisprimary
"""
_NUMBER = """
CREATE TEMP TABLE numbered AS SELECT *, (row_number() OVER ())::int - 1 AS place FROM waiting
"""
# Times are in order, as are the ids that come of them. Parties are spread among those of the sends that wait:
# so those are added to the index here and there, and not all behind its end.
_FILL = """
INSERT INTO finished_delivery (id, notification_ids, party_id, agency_id, channel, lane, target_id,
  created_at, finished_at, attempt, possible_duplicate, outcome, provider_id)
SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '-7' || tail)::uuid,
  ARRAY[chance], (left(w.party_id::text, 15) || tail)::uuid, w.agency_id, w.channel, w.lane, chance,
  at - '1 s'::interval, at, 1, false, 'accepted', 'projects/tindan/messages/' || chance
FROM (
  SELECT %(start)s::timestamptz + g * (%(end)s::timestamptz - %(start)s::timestamptz) / %(count)s::int AS at,
    gen_random_uuid() AS chance, g %% %(parties)s AS place
  FROM generate_series(0, %(count)s::int - 1) g
) h
CROSS JOIN LATERAL (SELECT substr(chance::text, 16) AS tail) t
JOIN numbered w USING (place)
"""


def fill(place: Place, count: int, tell: Callable[[str], None]) -> None:
    """Make up finished sends of the last twelve months: half of this one, in whose partition we write.

    What waits must be there already.
    """
    months = _months(datetime.now(UTC))
    shares = [count // 2 // (MONTHS - 1)] * (MONTHS - 1)
    shares.append(count - sum(shares))
    with psycopg.connect(libpq_url(place.url), autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute(_NUMBER)
        (parties,) = connection.execute("SELECT count(*) FROM numbered").fetchone() or (0,)
        with _indexed_afterwards(connection):
            for (start, end), share, made in zip(months, shares, accumulate(shares), strict=True):
                given = {"start": start, "end": end, "count": share, "parties": parties}
                connection.execute(_FILL, given)
                tell(f"history: {made:,} of {count:,} rows made up")
            tell("history: indexing")
        connection.execute("VACUUM ANALYZE finished_delivery")


@contextmanager
def _indexed_afterwards(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Do without indexes meanwhile: to make them of what is there takes a fraction of the time."""
    indexes = connection.execute(_INDEXES).fetchall()
    connection.execute("ALTER TABLE finished_delivery DROP CONSTRAINT pk_finished_delivery")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    yield
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute(
        "ALTER TABLE finished_delivery ADD CONSTRAINT pk_finished_delivery PRIMARY KEY (id, finished_at)"
    )
    for _, definition in indexes:
        connection.execute(definition)


def _months(now: datetime) -> list[tuple[datetime, datetime]]:
    """Return begin and end of the last twelve months, the last one up to now."""
    starts = [datetime(now.year, now.month, 1, tzinfo=UTC)]
    while len(starts) < MONTHS:
        starts.insert(0, (starts[0] - timedelta(days=1)).replace(day=1))
    return list(zip(starts, [*starts[1:], now], strict=True))


def first_days() -> list[date]:
    """Return a day of each month that has history."""
    return [start.date() for start, _ in _months(datetime.now(UTC))]
