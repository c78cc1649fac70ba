"""Job queues for PostgreSQL, each on a database of its own, used as is best for many small jobs."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import pgqueuer
import procrastinate
import psycopg
from pgqueuer.types import QueueExecutionMode

from api.stack import scratch_database
from storage.engine import libpq_url

QUEUE = "nothing"
CONCURRENCY = 4
"""Of 1, 4, 10 and 32 this drained fastest."""


@dataclass(frozen=True, kw_only=True)
class PgQueuer:
    """PgQueuer: jobs are dequeued, and their ends logged, a batch at a time.

    Of batches of 10, 100 and 500 those of 500 drained fastest.
    """

    name: ClassVar[str] = "pgqueuer"
    batch: ClassVar[int] = 500

    size: int
    connection: "psycopg.AsyncConnection[Any]"

    @classmethod
    @asynccontextmanager
    async def on(cls, server: str, *, size: int) -> AsyncIterator[Self]:
        """Install it."""
        with scratch_database(server, "tindan_bench_pgqueuer") as url:
            connection = await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True)
            async with connection:
                await pgqueuer.Queries.from_psycopg_connection(connection).install()
                yield cls(size=size, connection=connection)

    async def drain(self) -> float:
        """Enqueue jobs; drain them; return jobs/s."""
        queue = pgqueuer.PgQueuer.from_psycopg_connection(self.connection)
        ended = 0.0

        # Its clock stops at the last job, as it takes seconds to stop once nothing is left.
        @queue.entrypoint(QUEUE)
        async def nothing(_: pgqueuer.Job) -> None:
            nonlocal ended
            ended = time.perf_counter()

        queries = pgqueuer.Queries.from_psycopg_connection(self.connection)
        await queries.enqueue([QUEUE] * self.size, [None] * self.size, [0] * self.size)
        await self.connection.execute("VACUUM ANALYZE pgqueuer")
        started = time.perf_counter()
        await queue.qm.run(batch_size=self.batch, mode=QueueExecutionMode.drain)
        return self.size / (ended - started)


@dataclass(frozen=True, kw_only=True)
class Procrastinate:
    """Procrastinate: one job a query, several at once."""

    name: ClassVar[str] = "procrastinate"

    size: int
    app: procrastinate.App
    task: Any

    @classmethod
    @asynccontextmanager
    async def on(cls, server: str, *, size: int) -> AsyncIterator[Self]:
        """Install it."""
        with scratch_database(server, "tindan_bench_procrastinate") as url:
            connector = procrastinate.PsycopgConnector(conninfo=libpq_url(url), min_size=4, max_size=10)
            app = procrastinate.App(connector=connector)

            @app.task(queue=QUEUE)
            async def nothing() -> None:
                pass

            async with app.open_async():
                await app.schema_manager.apply_schema_async()
                yield cls(size=size, app=app, task=nothing)

    async def drain(self) -> float:
        """Defer jobs; drain them; return jobs/s."""
        await self.app.connector.execute_query_async("TRUNCATE procrastinate_jobs CASCADE")
        await self.task.batch_defer_async(*[{} for _ in range(self.size)])
        started = time.perf_counter()
        await self.app.run_worker_async(
            wait=False, concurrency=CONCURRENCY, listen_notify=False, install_signal_handlers=False
        )
        return self.size / (time.perf_counter() - started)
