"""How Alembic reaches the database: on the connection that the caller lends it."""

from typing import Any

from alembic import context
from sqlalchemy.dialects.postgresql.base import ischema_names

from storage.base import TransactionId
from storage.partitions import PARTITIONED
from storage.tables import metadata

ischema_names["xid8"] = TransactionId


def _is_ours(thing: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001 - Alembic's signature
    """Leave partitions out of comparisons: they come and go with the months."""
    return not (kind == "table" and reflected and name not in metadata.tables and _is_partition(thing))


def _is_partition(table: Any) -> bool:
    parents = tuple(f"{name}_p" for name in PARTITIONED)
    return bool(table.name.startswith(parents))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_object=_is_ours,
    compare_server_default=False,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
