"""Let sessions be watched, named and bound to a key."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HOLDERS = ("authorization_code", "session")
ONE_HOLDER = "num_nonnulls(party_id, officer_id) = 1"


def upgrade() -> None:
    for table in HOLDERS:
        op.alter_column(table, "party_id", nullable=True)
        op.add_column(table, sa.Column("officer_id", sa.Uuid(), nullable=True))
        op.add_column(table, sa.Column("provider", sa.String(), nullable=True))
        op.add_column(table, sa.Column("provider_subject_index", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("provider_session_index", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("provider_token_sealed", sa.LargeBinary(), nullable=True))
        op.add_column(table, sa.Column("key_thumbprint", sa.String(), nullable=True))
        op.create_check_constraint("one_holder", table, ONE_HOLDER)
    op.add_column("session", sa.Column("device_name", sa.String(), nullable=True))
    op.add_column("session", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_session_officer", "session", ["officer_id"], postgresql_where=sa.text("officer_id IS NOT NULL")
    )
    op.create_index(
        "ix_session_subject",
        "session",
        ["provider_subject_index"],
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_index(
        "ix_session_provider",
        "session",
        ["provider_session_index"],
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def downgrade() -> None:
    for name in ("ix_session_provider", "ix_session_subject", "ix_session_officer"):
        op.drop_index(name, table_name="session")
    op.drop_column("session", "checked_at")
    op.drop_column("session", "device_name")
    op.execute("DELETE FROM refresh_token r USING session s WHERE s.id = r.session_id AND s.party_id IS NULL")
    for table in reversed(HOLDERS):
        op.drop_constraint("one_holder", table, type_="check")
        op.drop_column(table, "key_thumbprint")
        op.drop_column(table, "provider_token_sealed")
        op.drop_column(table, "provider_session_index")
        op.drop_column(table, "provider_subject_index")
        op.drop_column(table, "provider")
        op.drop_column(table, "officer_id")
        op.execute(f"DELETE FROM {table} WHERE party_id IS NULL")
        op.alter_column(table, "party_id", nullable=False)
