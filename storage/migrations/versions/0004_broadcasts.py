"""Keep what is told to many at once."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import TransactionId

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # First, as what went before it would be committed with it.
    with op.get_context().autocommit_block():
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index("ix_dossier_agencies", "dossier", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "ix_dossier_agencies", "dossier", ["party_id", "agency_id"], postgresql_concurrently=True
        )
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("audience_agency_id", sa.Uuid(), nullable=False),
        sa.Column("audience_kind", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_ids", postgresql.ARRAY(sa.UUID()), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawn_for", sa.String(), nullable=True),
        sa.Column(
            "changed_xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )
    op.create_index(
        "ix_broadcast_due",
        "broadcast",
        ["publish_at"],
        postgresql_where=sa.text("published_at IS NULL AND withdrawn_at IS NULL"),
    )
    audience = ["audience_agency_id", "audience_kind"]
    open_to_all = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "ix_broadcast_inbox", "broadcast", [*audience, "published_at", "id"], postgresql_where=open_to_all
    )
    op.create_index(
        "ix_broadcast_changed",
        "broadcast",
        [*audience, "changed_xid", "id"],
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_index(
        "ix_broadcast_current", "broadcast", [*audience, "expires_at"], postgresql_where=open_to_all
    )
    op.create_table(
        "broadcast_mark",
        sa.Column("broadcast_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_xid", TransactionId(), nullable=True),
        sa.PrimaryKeyConstraint("broadcast_id", "party_id", name=op.f("pk_broadcast_mark")),
    )
    op.create_index(
        "ix_broadcast_mark_changed",
        "broadcast_mark",
        ["party_id", "changed_xid", "broadcast_id"],
        postgresql_where=sa.text("changed_xid IS NOT NULL"),
    )


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix_dossier_agencies", "dossier", if_exists=True, postgresql_concurrently=True)
    op.drop_table("broadcast_mark")
    op.drop_table("broadcast")
