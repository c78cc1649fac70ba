"""A whole installation for one performance: a database of its own, free ports, gone afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.demonstration import load as demonstration
from api.demonstration.prepare import prepare
from api.settings import Settings
from api.stack import Ports, Stack, database, scratch_database

ENVIRONMENT = {
    "TINDAN_LOG_LEVEL": "WARNING",
    # Records of any age shall be told, not only filed.
    "TINDAN_STALE_DAYS": "36500",
}


@contextmanager
def open_theatre(settings: Settings) -> Iterator[tuple[Stack, str]]:
    """Yield a running installation and the secret of the demonstration client.

    It shares only the database server with a `tindan run` that may go on beside it.
    """
    data_dir = settings.storage.data_dir.resolve()
    with (
        database(data_dir, settings.storage.database_url) as server,
        scratch_database(server, "tindan_demo") as url,
    ):
        prepare(settings, url)
        stack = Stack(
            data_dir=data_dir,
            database_url=url,
            ports=Ports.free(),
            environment=ENVIRONMENT,
            logs=data_dir / "demo-logs",
        )
        with stack:
            yield stack, demonstration.client_secret(settings)
