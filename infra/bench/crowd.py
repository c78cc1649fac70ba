"""Very many sends and notices that wait, made in the database itself of those that waited at first."""

from infra.bench.place import Place
from notify.categories import Category
from storage.tables import metadata

_COLUMNS = [column.name for column in metadata.tables["delivery"].columns]
_NOT_PLANNED = """
INSERT INTO notification (id, party_id, agency_id, dossier_id, category, params, created_at, expires_at, lane,
  step, plan_at)
SELECT gen_random_uuid(), n.party_id, {agency_id}, n.dossier_id, '{category}', n.params, now(), n.expires_at,
  {lane}, 0, now()
FROM (SELECT n.* FROM waiting JOIN notification n ON n.id = waiting.notification_ids[1]) n,
  generate_series(1, {times}) AS copy
"""


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


def announce(place: Place, *, times: int, lane: str, agency_id: str = "n.agency_id") -> None:
    """Let so many notices for each wait for the planner, of a kind without merging and daily limit."""
    given = {"times": times, "lane": lane, "agency_id": agency_id, "category": Category.OVERDUE_APOLOGY.value}
    place.execute(_NOT_PLANNED.format(**given))
