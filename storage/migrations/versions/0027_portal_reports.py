"""Keep what each portal was told; find the dossiers that changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_CHANGED = "ix_dossier_changed"
_STATES = """
CASE state WHEN 'due' THEN next_at IS NOT NULL WHEN 'waiting' THEN next_at IS NOT NULL
  WHEN 'doubted' THEN true ELSE next_at IS NULL END
"""


def upgrade() -> None:
    op.create_table(
        "portal_report",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("changes", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("refused_digest", sa.LargeBinary(), nullable=True),
        sa.Column("record_doubted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        _ids("told_events"),
        _ids("refused_events"),
        _ids("doubted_events"),
        *_tries(),
        sa.CheckConstraint(_STATES, name=op.f("ck_portal_report_state")),
        sa.PrimaryKeyConstraint("deployment", "dossier_id", name=op.f("pk_portal_report")),
        if_not_exists=True,
    )
    op.create_table(
        "portal_report_mark",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("agencies", postgresql.ARRAY(sa.String(length=35)), nullable=False),
        sa.Column("dossier_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("deployment", name=op.f("pk_portal_report_mark")),
        if_not_exists=True,
    )
    op.create_table(
        "portal_opinion_report",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("told_digest", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        *_tries(),
        sa.CheckConstraint(_STATES, name=op.f("ck_portal_opinion_report_state")),
        sa.PrimaryKeyConstraint("deployment", "kind", "key", name=op.f("pk_portal_opinion_report")),
        if_not_exists=True,
    )
    for table in ("portal_report", "portal_opinion_report"):
        op.create_index(
            f"ix_{table}_next",
            table,
            ["deployment", "next_at"],
            postgresql_where=sa.text("next_at IS NOT NULL"),
            if_not_exists=True,
        )
    op.create_index(
        "ix_portal_report_unsettled",
        "portal_report",
        ["deployment", "state"],
        postgresql_where=sa.text("state IN ('refused', 'doubted')"),
        if_not_exists=True,
    )
    # While agencies push: indexing all dossiers may not keep them waiting.
    with op.get_context().autocommit_block():
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index(_CHANGED, table_name="dossier", if_exists=True, postgresql_concurrently=True)
        op.create_index(_CHANGED, "dossier", ["updated_at", "id"], postgresql_concurrently=True)


def downgrade() -> None:
    op.drop_index(_CHANGED, "dossier")
    for table in ("portal_opinion_report", "portal_report_mark", "portal_report"):
        op.drop_table(table)


def _ids(name: str) -> sa.Column[list[object]]:
    return sa.Column(name, postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False)


def _tries() -> list[sa.Column[object]]:
    return [
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_code", sa.String(length=32), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
    ]
