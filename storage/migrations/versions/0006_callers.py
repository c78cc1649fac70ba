"""Let agencies' clients have keys, and officers roles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The release before this one reads a client's secret beside the client, and registers clients there.
COPY_SECRETS = """
INSERT INTO client_credential (id, client_id, secret_hash, valid_from, created_at)
SELECT gen_random_uuid(), id, secret_hash, created_at, created_at FROM agency_client
"""


def upgrade() -> None:
    op.alter_column("agency_client", "secret_hash", nullable=True)
    op.add_column("agency_client", sa.Column("event_rate", sa.Float(), nullable=True))
    op.add_column("agency_client", sa.Column("event_burst", sa.Integer(), nullable=True))
    op.create_table(
        "client_credential",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=True),
        sa.Column("keys", postgresql.JSONB(), nullable=True),
        sa.Column("keys_url", sa.String(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(secret_hash, keys, keys_url) = 1", name=op.f("ck_client_credential_one_proof")
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["agency_client.id"], name=op.f("fk_client_credential_client_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client_credential")),
    )
    op.create_index(op.f("ix_client_credential_client_id"), "client_credential", ["client_id"])
    op.execute(COPY_SECRETS)
    op.create_table(
        "spent_assertion",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spent_assertion")),
    )
    op.create_index(op.f("ix_spent_assertion_expires_at"), "spent_assertion", ["expires_at"])
    _add_officers()


def _add_officers() -> None:
    op.create_table(
        "officer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_index", sa.LargeBinary(), nullable=True),
        sa.Column("email_index", sa.LargeBinary(), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(subject_index, email_index) > 0", name=op.f("ck_officer_findable")),
        sa.CheckConstraint(
            "(email_index IS NULL) = (email_sealed IS NULL)", name=op.f("ck_officer_whole_email")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("subject_index", name=op.f("uq_officer_subject_index")),
        sa.UniqueConstraint("email_index", name=op.f("uq_officer_email_index")),
    )
    op.create_table(
        "officer_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "CASE role WHEN 'operator' THEN agency_id IS NULL "
            "ELSE agency_id IS NOT NULL AND role IN ('viewer', 'officer', 'supervisor', 'moderator') END",
            name=op.f("ck_officer_role_known"),
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_officer_role_officer_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_officer_role_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer_role")),
    )
    op.create_index(op.f("ix_officer_role_officer_id"), "officer_role", ["officer_id"])
    op.create_index(op.f("ix_officer_role_agency_id"), "officer_role", ["agency_id"])


def downgrade() -> None:
    op.drop_table("officer_role")
    op.drop_table("officer")
    op.drop_table("spent_assertion")
    op.drop_table("client_credential")
    op.drop_column("agency_client", "event_burst")
    op.drop_column("agency_client", "event_rate")
    # Who has no secret beside its id is unknown to the release before.
    op.execute("DELETE FROM agency_client WHERE secret_hash IS NULL")
    op.alter_column("agency_client", "secret_hash", nullable=False)
