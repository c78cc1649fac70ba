"""Keep what ended dossiers count for; find those that changed, and results that came, since they were measured."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_DOSSIERS = "ix_dossier_measurable"
_DOCUMENTS = "ix_document_results"


def upgrade() -> None:
    op.create_table(
        "dossier_measure",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_time", sa.Boolean(), nullable=True),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("digitised", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_dossier_measure")),
        if_not_exists=True,
    )
    op.create_index(
        "ix_dossier_measure_month",
        "dossier_measure",
        ["month", "agency_id"],
        postgresql_include=["on_time", "online", "digitised"],
        if_not_exists=True,
    )
    op.create_table(
        "score_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_score_month")),
        if_not_exists=True,
    )
    op.create_table(
        "score_mark",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("dossier_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("document_era", sa.String(), nullable=False),
        sa.Column("document_xid", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_mark")),
        if_not_exists=True,
    )
    # While agencies push: indexing what is large may not keep them waiting.
    with op.get_context().autocommit_block():
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index(_DOSSIERS, table_name="dossier", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            _DOSSIERS,
            "dossier",
            ["updated_at", "id"],
            postgresql_where=sa.text("ended_at IS NOT NULL OR contradictions > 0"),
            postgresql_concurrently=True,
        )
        op.drop_index(_DOCUMENTS, table_name="document", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            _DOCUMENTS,
            "document",
            ["changed_xid", "id"],
            postgresql_where=sa.text("kind = 'result' AND dossier_id IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(_DOCUMENTS, "document")
    op.drop_index(_DOSSIERS, "dossier")
    for table in ("score_mark", "score_month", "dossier_measure"):
        op.drop_table(table)
