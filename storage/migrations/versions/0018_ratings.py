"""Keep who may rate, and ratings, apart; find the dossiers that have ended lately."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_ENDED = "ix_dossier_ended"


def upgrade() -> None:
    op.create_table(
        "rating_key",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kid", sa.String(length=43), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("private_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "month", name=op.f("pk_rating_key")),
        sa.UniqueConstraint("kid", name=op.f("uq_rating_key_kid")),
        if_not_exists=True,
    )
    op.create_table(
        "rating_invitation",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("issued", sa.LargeBinary(), nullable=True),
        sa.Column("fresh", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", name=op.f("pk_rating_invitation")),
        if_not_exists=True,
    )
    op.create_table(
        "rating",
        sa.Column("spent", sa.LargeBinary(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("text_scrubbed", sa.String(), nullable=True),
        sa.Column("editable_until", sa.Date(), nullable=False),
        sa.Column("fresh", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint(
            "level IN ('dissatisfied', 'satisfied', 'very_satisfied')", name=op.f("ck_rating_level")
        ),
        sa.PrimaryKeyConstraint("spent", name=op.f("pk_rating")),
        if_not_exists=True,
    )
    for table in ("rating_invitation", "rating"):
        group = ["agency_id", "month"]
        op.create_index(f"ix_{table}_group", table, group, if_not_exists=True)
        op.create_index(
            f"ix_{table}_fresh", table, group, postgresql_where=sa.text("fresh"), if_not_exists=True
        )
    # While agencies push: indexing all dossiers may not keep them waiting.
    with op.get_context().autocommit_block():
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index(_ENDED, table_name="dossier", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            _ENDED,
            "dossier",
            ["ended_at"],
            postgresql_where=sa.text("ended_at IS NOT NULL"),
            postgresql_concurrently=True,
        )


def downgrade() -> None:
    op.drop_index(_ENDED, "dossier")
    for table in ("rating", "rating_invitation", "rating_key"):
        op.drop_table(table)
