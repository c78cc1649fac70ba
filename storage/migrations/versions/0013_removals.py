"""Keep what was removed from stores of documents, and why; find faulty files."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_removal",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("files", sa.SmallInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_removal_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_removal")),
    )
    op.create_index(
        "ix_document_removal_uncleared",
        "document_removal",
        ["document_id"],
        postgresql_where=sa.text("cleared_at IS NULL"),
    )

    op.create_index(
        "ix_document_file_faulty", "document_file", ["id"], postgresql_where=sa.text("fault IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_document_file_faulty", "document_file")
    op.drop_table("document_removal")
