"""A whole installation for one run: an agency, its client, an empty database; gone afterwards."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from api.conformance.colleague import Colleague
from api.conformance.facts import AGENCY, PROCEDURE
from api.conformance.witness import Dossiers, Papers, Timelines, papers, timelines, wholes
from api.services import make_cipher
from api.stack import Ports, Stack, database, scratch_database
from auth.agencies import Scope, drawn_secret
from storage import migrations, partitions
from storage.agencies import clients
from storage.agencies import repository as agencies
from storage.agencies.clients import MOST_PER_SECOND, EventLimit
from storage.agencies.repository import AgencyRecord
from storage.engine import Engine
from storage.procedures import repository as procedures
from storage.procedures.record import Procedure
from storage.settings import StorageSettings
from storage.unit_of_work import UnitOfWork

CLIENT_ID = "conformance-agency"
COLLEAGUE_ID = "conformance-colleague"
SCOPES = frozenset({Scope.EVENTS.value, Scope.RESULTS.value})
AUTHOR = "conformance"
FAST = EventLimit(rate=MOST_PER_SECOND, burst=MOST_PER_SECOND)
"""Who is told to wait here is told by the script, and by nothing else."""
ENVIRONMENT = {"TINDAN_LOG_LEVEL": "WARNING"}
AGENCIES = (
    AgencyRecord(code=AGENCY.split(".")[0], name="Ủy ban nhân dân tỉnh Kiểm Thử"),
    AgencyRecord(code=AGENCY, parent=AGENCY.split(".")[0], name="Ủy ban nhân dân phường Kiểm Thử"),
)


@dataclass(frozen=True, kw_only=True)
class Tenant:
    """The installation as the kit uses it.

    Attributes:
        api_url: of the API itself; integrations are told the proxy's.
        colleague: another client of the same agency.
    """

    api_url: str
    client_secret: str
    colleague: Colleague
    storage: StorageSettings

    def look(self, codes: Collection[str], sources: Collection[str]) -> tuple[Timelines, Dossiers, Papers]:
        """Read what was kept of dossiers, and of papers by their agency's own ids."""
        return asyncio.run(self._look(codes, sources))

    async def _look(
        self, codes: Collection[str], sources: Collection[str]
    ) -> tuple[Timelines, Dossiers, Papers]:
        engine = Engine(self.storage)
        try:
            async with UnitOfWork(engine, make_cipher(self.storage)) as uow:
                return (
                    await timelines(uow, codes),
                    await wholes(uow, codes),
                    await papers(uow, AGENCY, sources),
                )
        finally:
            await engine.dispose()


@contextmanager
def open_tenant(server: StorageSettings, public_url: str) -> Iterator[Tenant]:
    """Yield a running installation, which believes to be reached at `public_url`. Raises StackError.

    It shares only the database server with a `tindan run` that may go on beside it.
    """
    data_dir = server.data_dir.resolve()
    with (
        database(data_dir, server.database_url) as address,
        scratch_database(address, "tindan_conformance") as url,
    ):
        storage = server.model_copy(update={"database_url": url})
        migrations.upgrade(url)
        secrets = asyncio.run(_furnish(storage))
        stack = Stack(
            data_dir=data_dir,
            database_url=url,
            ports=Ports.free(),
            environment=ENVIRONMENT | {"TINDAN_PUBLIC_URL": public_url},
            logs=data_dir / "conformance-logs",
        )
        with stack:
            colleague = Colleague(
                api_url=stack.api_url, client_id=COLLEAGUE_ID, client_secret=secrets[COLLEAGUE_ID]
            )
            yield Tenant(
                api_url=stack.api_url,
                client_secret=secrets[CLIENT_ID],
                colleague=colleague,
                storage=storage,
            )


async def _furnish(storage: StorageSettings) -> dict[str, str]:
    """Put in the agency, the procedure and the clients; return the clients' secrets, by their ids."""
    drawn = {client_id: drawn_secret() for client_id in (CLIENT_ID, COLLEAGUE_ID)}
    engine = Engine(storage)
    try:
        async with UnitOfWork(engine, make_cipher(storage)) as uow:
            await partitions.keep(uow, datetime.now(UTC).date())
            await agencies.put(uow, AGENCIES)
            known = await agencies.resolve(uow, [AGENCY])
            birth = Procedure(code=PROCEDURE, name="Đăng ký khai sinh")
            await procedures.put(uow, [birth], author=AUTHOR, source=AUTHOR, whole=False)
            for client_id, (_, credential) in drawn.items():
                await clients.add_client(
                    uow, client_id=client_id, agency_id=known[AGENCY].id, scopes=SCOPES, credential=credential
                )
                await clients.set_limit(uow, client_id, FAST)
            await uow.commit()
    finally:
        await engine.dispose()
    return {client_id: secret for client_id, (secret, _) in drawn.items()}
