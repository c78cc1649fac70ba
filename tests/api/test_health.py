"""Whether the process lives, can serve, and what happens while its database is away."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from api.main import create_app
from api.settings import Settings
from auth.principals import AgencyCaller
from storage import migrations
from storage.ids import new_id
from storage.settings import StorageSettings
from tests.api.callers import Agency
from tests.api.telling import event, tell
from tests.whole import whole


@dataclass(frozen=True, kw_only=True)
class Place:
    """A web process with a database of its own, which can go away."""

    url: str
    server_url: str
    client: httpx.AsyncClient
    agency: Agency

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Refuse new connections and break all that are open, until the block ends."""
        self._allow(connections=False)
        self._do("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self._name,))
        try:
            yield
        finally:
            self._allow(connections=True)

    def count(self, table: str) -> int:
        """Count the rows of a table."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            ).fetchone()
            assert row is not None
            return int(row[0])

    @property
    def _name(self) -> str:
        return str(make_url(self.url).database)

    def _allow(self, *, connections: bool) -> None:
        query = sql.SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
        self._do(query.format(sql.Identifier(self._name), sql.Literal(connections)))

    def _do(self, query: sql.Composable | str, params: tuple[str, ...] = ()) -> None:
        with psycopg.connect(self.server_url, autocommit=True) as connection:
            connection.execute(query, params or None)  # type: ignore[arg-type]


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """A database without any table."""
    name = f"tindan_health_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def place(empty_database: str, server_url: str, settings: StorageSettings) -> AsyncIterator[Place]:
    """A web process on that database."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TINDAN_ENV", "development")
        environment.setenv("TINDAN_DATA_DIR", str(settings.data_dir))
        environment.setenv("DATABASE_URL", empty_database)
        environment.setenv("TINDAN_APP_LINK_BASE", "https://app.tindan.example")
        given = Settings()
        whole(given)
    app = create_app(given)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://tindan.test") as client,
    ):
        caller = AgencyCaller(client_id="client", agency_id=new_id(), scopes=frozenset({"events"}))
        headers = {"authorization": f"Bearer {app.state.services.tokens.for_agency(caller)}"}
        agency = Agency(id=caller.agency_id, code="H26", name="H26", client_id="client", headers=headers)
        yield Place(url=empty_database, server_url=server_url, client=client, agency=agency)


async def ready(place: Place) -> tuple[int, str]:
    """Ask whether it can serve, and hold a refusal to what a load balancer needs."""
    answer = await place.client.get("/health/ready")
    if answer.status_code != 200:
        assert answer.json()["type"] == "urn:tindan:problem:unavailable"
        assert int(answer.headers["retry-after"]) > 0
        return answer.status_code, "unavailable"
    return answer.status_code, answer.json()["status"]


async def test_readiness_follows_the_schema(place: Place) -> None:
    """Without our tables, or taken back to none, a process lives but can not serve; a newer schema is fine."""
    assert (await place.client.get("/health/live")).json() == {"status": "ok"}
    assert await ready(place) == (503, "unavailable")
    migrations.upgrade(place.url)
    assert await ready(place) == (200, "ok")
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        assert await ready(place) == (200, "ok")
        connection.execute("DELETE FROM alembic_version")
        assert await ready(place) == (503, "unavailable")
    assert (await place.client.get("/health/live")).status_code == 200


async def test_while_the_database_is_away_nothing_is_promised_and_nothing_lost(place: Place) -> None:
    """A push is answered 503 and when to come again, and the same push is kept once the database is back."""
    migrations.upgrade(place.url)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO agency (id, code, name, lineage) VALUES (%s, 'H26', 'H26', %s)",
            (place.agency.id, [place.agency.id]),
        )
        connection.execute("INSERT INTO procedure (code, name) VALUES ('1.001193', 'Khai sinh')")
    assert (await tell(place.client, place.agency, event("e-1"))).status_code == 201
    second = event("e-2", 2, 1)
    with place.database_away():
        for _ in range(2):
            answer = await tell(place.client, place.agency, second)
            assert answer.status_code == 503
            assert answer.json()["type"] == "urn:tindan:problem:unavailable"
            assert int(answer.headers["retry-after"]) > 0
        assert await ready(place) == (503, "unavailable")
        assert (await place.client.get("/health/live")).status_code == 200
    assert (await tell(place.client, place.agency, second)).status_code == 201
    assert (await tell(place.client, place.agency, event("e-1"))).json()["outcome"] == "repeated"
    assert (place.count("dossier_event"), place.count("notification"), place.count("event_receipt")) == (
        2,
        2,
        2,
    )


async def test_the_version_is_told(client: httpx.AsyncClient) -> None:
    """Who operates it, and which apps it serves, can be read without signing in."""
    told = (await client.get("/version")).json()
    assert told["name"] == "tindan"
    assert told["schema_revision"]
    assert told["minimum_app_version"] == "1.0.0"
