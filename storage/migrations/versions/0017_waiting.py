"""Keep since when a party waits for an answer, so that officers find who does."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INDEX = "ix_dossier_waiting"
# Who wrote last waits, and since the first message that has no answer.
_WAITING = """
UPDATE dossier d SET waiting_since = open.since FROM (
  SELECT m.dossier_id, min(m.created_at) AS since FROM message m
  LEFT JOIN (
    SELECT dossier_id, max(created_at) AS at FROM message WHERE author <> 'party' GROUP BY dossier_id
  ) answered ON answered.dossier_id = m.dossier_id
  WHERE m.author = 'party' AND coalesce(m.created_at > answered.at, true)
  GROUP BY m.dossier_id
) open
WHERE d.id = open.dossier_id AND d.waiting_since IS NULL
"""


def upgrade() -> None:
    op.add_column(
        "dossier", sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True), if_not_exists=True
    )
    # While agencies push: indexing all dossiers may not keep them waiting.
    with op.get_context().autocommit_block():
        op.execute(_WAITING)
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index(_INDEX, table_name="dossier", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            _INDEX,
            "dossier",
            ["agency_id", "waiting_since"],
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(_INDEX, "dossier")
    op.drop_column("dossier", "waiting_since")
