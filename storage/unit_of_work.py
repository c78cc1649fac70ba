"""The only place that commits.

An entry point opens a unit of work, hands it down, and commits it before it answers. Services and
repositories never commit. What only reads takes a `Reading`, which the database holds to that.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import LiteralString, Self, TypeVar

from psycopg import AsyncConnection as DriverConnection
from psycopg import AsyncCursor
from psycopg.errors import DeadlockDetected, ForeignKeyViolation, SerializationFailure, UniqueViolation
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.cipher import Cipher
from storage.engine import DEMOTED, UNAVAILABLE, Engine
from storage.errors import StorageError


class ContentionError(StorageError):
    """Another transaction was first: nothing was kept, and the work may be done again at once."""


T = TypeVar("T")
ATTEMPTS = 5
CONTENTION = (ContentionError, DeadlockDetected, SerializationFailure, UniqueViolation)


class Reading:
    """One read-only transaction.

    Attributes:
        cipher: opens what is kept encrypted.
    """

    _options: dict[str, object] = {"postgresql_readonly": True}  # noqa: RUF012 - never changed

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._engine = engine
        self.cipher = cipher
        self._connection: AsyncConnection | None = None
        self._session: AsyncSession | None = None

    async def __aenter__(self) -> Self:
        """Take a connection and begin."""
        connection = await self._engine.pool.connect()
        if self._options:
            await connection.execution_options(**self._options)
        await connection.begin()
        self._connection = connection
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the connection back; whatever was not committed is undone."""
        if isinstance(error, DEMOTED):
            self._engine.mark_broken()
        connection, session = self._connection, self._session
        self._session = self._connection = None
        try:
            if session is not None:
                await session.close()
            if connection is not None and error is None:
                await self._end(connection)
        finally:
            if connection is not None:
                await self._give_back(connection)

    @property
    def session(self) -> AsyncSession:
        """The SQLModel session, for code that works on single rows."""
        if self._session is None:
            self._session = AsyncSession(self._open, expire_on_commit=False, autoflush=True)
        return self._session

    async def driver(self) -> DriverConnection[tuple[object, ...]]:
        """The psycopg connection of the same transaction, for set-based SQL and pipelines."""
        if self._session is not None:
            await self._session.flush()
        raw = await self._open.get_raw_connection()
        return raw.driver_connection  # type: ignore[return-value] # psycopg's, as the engine is made for it

    async def _end(self, connection: AsyncConnection) -> None:
        """End what only read, and not by a rollback, which nothing needs.

        At a rollback psycopg forgets all that the connection has prepared: each statement after it would be
        planned anew, which takes PostgreSQL several times as long as to run it.
        """
        # What was read was read, also where the connection broke since: it is looked at next.
        with suppress(*UNAVAILABLE):
            await connection.commit()

    async def _give_back(self, connection: AsyncConnection) -> None:
        if connection.invalidated:
            # It broke under SQLAlchemy's own hands, as at a commit: no raw connection is left to be asked.
            self._engine.mark_broken()
        else:
            raw = await connection.get_raw_connection()
            if raw.driver_connection.closed:  # type: ignore[union-attr] # psycopg's, always there
                self._engine.mark_broken()
                await connection.invalidate()
        await connection.close()

    @property
    def _open(self) -> AsyncConnection:
        if self._connection is None:
            raise RuntimeError("the unit of work is not open")
        return self._connection


class UnitOfWork(Reading):
    """One read-write transaction, committed once, at the edge."""

    _options: dict[str, object] = {}  # noqa: RUF012 - never changed
    _hint = False

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        super().__init__(engine, cipher)
        self._together = False
        self._expected: list[tuple[AsyncCursor[tuple[object, ...]], int]] = []

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Send the statements of a block without waiting for the answer to each.

        So the database works on one while the next is drawn up. Nothing may be fetched within the block.

        Raises ContentionError at its end: see `write_all`.
        """
        driver = await self.driver()
        self._together = True
        try:
            async with driver.pipeline():
                yield
        except ForeignKeyViolation as error:
            # It was sent before anybody knew that the row which it refers to had not been written.
            raise ContentionError("another transaction was first") from error
        finally:
            self._together = False
        self._require_expected()

    async def write_all(self, statement: LiteralString, given: Sequence[object], *, rows: int) -> None:
        """Run a statement that writes so many rows, unless another transaction was first with one of them.

        Raises ContentionError when it was: within `together`, at the end of that.
        """
        driver = await self.driver()
        self._expected.append((await driver.execute(statement, given), rows))
        if not self._together:
            self._require_expected()

    def _require_expected(self) -> None:
        expected, self._expected = self._expected, []
        if any(cursor.rowcount != rows for cursor, rows in expected):
            raise ContentionError("another transaction was first with one of these rows")

    def hint_after_commit(self) -> None:
        """Wake whoever waits for work, once the work is there to be seen."""
        self._hint = True

    async def _end(self, connection: AsyncConnection) -> None:
        """Leave it to be undone unless it was committed."""

    async def commit(self) -> None:
        """Make everything durable. After it the unit is spent: a second commit is an error."""
        if self._session is not None:
            await self._session.flush()
        transaction = self._open.get_transaction()
        if transaction is None or not transaction.is_active:
            raise RuntimeError("the unit of work was committed already")
        await transaction.commit()
        if self._hint:
            self._engine.hints.send()


async def transact(open_unit: Callable[[], UnitOfWork], work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do work in a unit of its own and commit it; when another transaction was first, do it again.

    Raises ContentionError when that was so every time.
    """
    return await _until_first(open_unit, work, commit=True)


async def rehearse(open_unit: Callable[[], UnitOfWork], work: Callable[[UnitOfWork], Awaitable[T]]) -> T:
    """Do work as `transact` does, undo it, and return what it would have come to."""
    return await _until_first(open_unit, work, commit=False)


async def _until_first(
    open_unit: Callable[[], UnitOfWork], work: Callable[[UnitOfWork], Awaitable[T]], *, commit: bool
) -> T:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with open_unit() as uow:
                result = await work(uow)
                if commit:
                    await uow.commit()
                return result
        except CONTENTION as error:
            if attempt == ATTEMPTS:
                raise ContentionError(f"another transaction was first {ATTEMPTS} times") from error
    raise AssertionError("unreachable")
