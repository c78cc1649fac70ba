"""Who waited for an answer before it was kept is found when the column is made."""

import psycopg
import pytest

from storage import migrations
from tests.conftest import new_database

_FILL = """
INSERT INTO party (id, kind, number_index, number_sealed, locale)
VALUES ('00000000-0000-7000-8000-000000000001', 'person', 'x', '', 'vi');
INSERT INTO dossier (id, code, party_id, agency_id, procedure_code, status, status_since, first_at,
  contradictions, updated_at, heard_at)
SELECT gen_random_uuid(), code, p.id, gen_random_uuid(), '', 4, now(), now(), 0, now(), now()
FROM party p, unnest(ARRAY['silent', 'waits', 'answered', 'again', 'told']) code;
INSERT INTO message (id, dossier_id, party_id, author, author_ref, kind, created_at)
SELECT gen_random_uuid(), d.id, d.party_id, m.author, '', 'text',
  make_timestamptz(2026, 11, m.day, 0, 0, 0, 'UTC')
FROM dossier d JOIN (VALUES
  ('waits', 'party', 1), ('waits', 'party', 2),
  ('answered', 'party', 1), ('answered', 'agency', 2),
  ('again', 'party', 1), ('again', 'officer', 2), ('again', 'party', 3), ('again', 'party', 4),
  ('told', 'agency', 1)
) m(code, author, day) ON m.code = d.code;
"""


@pytest.fixture
def before(server_url: str):
    """A database of the release before."""
    with new_database(server_url) as address:
        migrations.downgrade(address, "0016")
        yield address


def test_whoever_has_no_answer_waits_since_the_first_message_without_one(before: str):
    """By the messages that are there; an answer, or silence, leaves nobody waiting."""
    with psycopg.connect(before) as connection:
        connection.execute(_FILL)
    migrations.upgrade(before)
    with psycopg.connect(before) as connection:
        found = connection.execute(
            "SELECT code, extract(day FROM waiting_since AT TIME ZONE 'UTC')::int FROM dossier"
            " WHERE waiting_since IS NOT NULL ORDER BY code"
        ).fetchall()
    assert found == [("again", 3), ("waits", 1)]
