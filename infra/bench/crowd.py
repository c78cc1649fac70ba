"""Very many sends that wait, made in the database itself of those that waited in the beginning."""

from infra.bench.place import Place
from storage.tables import metadata

_COLUMNS = [column.name for column in metadata.tables["delivery"].columns]


def insert(place: Place, *, times: int = 1, **changes: str) -> None:
    """Queue so many copies of each, as if they had been planned just now.

    `changes` gives the SQL of columns that are to differ; `copy` counts the copies from 1.
    """
    values = {"id": "gen_random_uuid()", "created_at": "now()", "due_at": "now()"} | changes
    chosen = ", ".join(values.get(name, f"waiting.{name}") for name in _COLUMNS)
    place.execute(
        f"INSERT INTO delivery ({', '.join(_COLUMNS)}) "
        f"SELECT {chosen} FROM waiting, generate_series(1, {times}) AS copy"
    )
