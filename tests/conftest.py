"""What all tests share: one real PostgreSQL per run, a database of its own, emptied before each use."""

import os
import secrets
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import certifi
import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.scheduler.protocol import Scheduling

from api.demonstration.theatre import open_theatre
from api.settings import Settings
from api.stack import Stack, drop_database
from storage import migrations
from storage.cipher import Cipher
from storage.embedded import EmbeddedPostgres
from storage.engine import Engine, libpq_url
from storage.settings import Environment, StorageSettings
from storage.unit_of_work import Reading, UnitOfWork
from tests.broom import Broom
from tests.whole import whole

ROOT = Path(__file__).parent
FAULTS = ROOT / "faults"
SLOW = {FAULTS, ROOT / "e2e"}


def pytest_configure(config: pytest.Config) -> None:
    """Take Ctrl-C even in the background of a shell, where it is ignored: what tests start would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if not hasattr(config, "workerinput"):
        _trust_one(config)


def _trust_one(config: pytest.Config) -> None:
    """Let every client of HTTP, in what tests start as well, know one authority: to read all takes it 20 ms.

    No test speaks TLS with anybody but those of whom it is told a certificate of its own.
    """
    folder = TemporaryDirectory(prefix="tindan-authority-")
    config.add_cleanup(folder.cleanup)
    first, end, _ = Path(certifi.where()).read_text("utf-8").partition("-----END CERTIFICATE-----\n")
    path = Path(folder.name, "one.pem")
    path.write_text(first + end, "utf-8")
    os.environ["SSL_CERT_FILE"] = str(path)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--verify`."""
    parser.addoption("--verify", action="store_true", help="run what needs more than Python, too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what `make verify` is for, and say so; there, what is missing fails.

    Where several processes share the work, what takes long goes first: none is left with it alone in the end.
    """
    verify = config.getoption("--verify")
    if hasattr(config, "workerinput"):
        # What `-m verify` leaves out is still among them here.
        counts = Counter(item.path for item in items if not verify or item.get_closest_marker("verify"))
        items.sort(key=lambda item: (SLOW.isdisjoint(item.path.parents), -counts[item.path]))
    skip = pytest.mark.skip(reason="needs more than Python, or takes long: run by `make verify`")
    for item in items:
        if not verify and item.get_closest_marker("verify"):
            item.add_marker(skip)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    """Have faults go side by side with the rest, but never with each other: they measure times.

    The groups of xdist 3.8 would do, but pytest 9.2 no longer lets it write them into the names of tests, and each
    test goes alone without a word.
    """
    return FaultsInTurn(config, log) if config.getoption("--verify") else None


class FaultsInTurn(LoadFileScheduling):
    """Gives each process a file at a time, and all faults to one."""

    def _split_scope(self, nodeid: str) -> str:
        return "faults" if nodeid.startswith("tests/faults/") else super()._split_scope(nodeid)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder for the run."""
    return tmp_path_factory.mktemp("tindan")


@pytest.fixture(scope="session")
def server_url(data_dir: Path) -> Iterator[str]:
    """The PostgreSQL of the run: the one that DATABASE_URL names, else an embedded one."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield libpq_url(given)
        return
    server = EmbeddedPostgres(data_dir, lasting=False)
    try:
        yield libpq_url(server.start())
    finally:
        server.destroy()


@pytest.fixture(scope="session")
def database_url(server_url: str) -> Iterator[str]:
    """A migrated database that only this run uses."""
    with new_database(server_url) as address:
        yield address


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """Make a migrated database, and drop it in the end."""
    name = f"tindan_test_{secrets.token_hex(4)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    migrations.upgrade(address)
    yield address
    drop_database(server_url, name)


@pytest.fixture(scope="session")
def settings(data_dir: Path, database_url: str) -> StorageSettings:
    """Settings of a development installation."""
    return StorageSettings(env=Environment.DEVELOPMENT, data_dir=data_dir, DATABASE_URL=database_url)


@pytest.fixture(scope="session")
def cipher(settings: StorageSettings) -> Cipher:
    """The cipher of the run."""
    return Cipher(master_key=settings.root_key("master_key"), index_key=settings.root_key("index_key"))


@pytest.fixture(scope="session")
async def shared_engine(settings: StorageSettings) -> AsyncIterator[Engine]:
    """One pool for the run."""
    engine = Engine(settings)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def broom(settings: StorageSettings) -> AsyncIterator[Broom]:
    """What empties the database of the run."""
    broom = Broom(libpq_url(settings.require_database_url()))
    yield broom
    await broom.close()


@pytest.fixture
async def engine(shared_engine: Engine, broom: Broom) -> Engine:
    """The pool, with every table empty."""
    await broom.sweep()
    return shared_engine


@pytest.fixture
async def new_files(broom: Broom) -> None:
    """Every table as if it had just been made, for those who look at plans, at pages, or at the order of rows."""
    await broom.renew()


@pytest.fixture
def unit_of_work(engine: Engine, cipher: Cipher) -> Callable[[], UnitOfWork]:
    """Open a unit of work: `async with unit_of_work() as uow: …; await uow.commit()`."""
    return lambda: UnitOfWork(engine, cipher)


@pytest.fixture
def reading(engine: Engine, cipher: Cipher) -> Callable[[], Reading]:
    """Open a read-only transaction."""
    return lambda: Reading(engine, cipher)


@pytest.fixture(scope="module")
def theatre(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, str]]:
    """API, worker and sandbox as processes, with the demonstration in them, and its client's secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINDAN_ENV", "development")
        patch.setenv("TINDAN_DATA_DIR", str(tmp_path_factory.mktemp("theatre")))
        patch.setenv("DATABASE_URL", server_url)
        settings = Settings()
        whole(settings)
    with open_theatre(settings) as opened:
        yield opened
