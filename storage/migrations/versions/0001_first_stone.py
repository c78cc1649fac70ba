"""The first stone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import TransactionId

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTITIONED = ("dossier_event", "finished_delivery")


def upgrade() -> None:
    op.create_table(
        "agency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("lineage", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["agency.id"], name=op.f("fk_agency_parent_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["agency.id"], name=op.f("fk_agency_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency")),
        sa.UniqueConstraint("code", name=op.f("uq_agency_code")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("possible_duplicate", sa.Boolean(), nullable=False),
        sa.Column("last_code", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        postgresql_with={
            "fillfactor": 70,
            "autovacuum_vacuum_scale_factor": 0.02,
            "autovacuum_vacuum_cost_delay": 0,
        },
    )
    op.create_index("ix_delivery_due", "delivery", ["channel", "lane", "agency_id", "due_at"], unique=False)
    op.create_table(
        "event_receipt",
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=128), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "event_id", name=op.f("pk_event_receipt")),
    )
    op.create_table(
        "finished_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notification_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("possible_duplicate", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", "finished_at", name=op.f("pk_finished_delivery")),
        postgresql_partition_by="RANGE (finished_at)",
    )
    op.create_index(
        "ix_finished_delivery_party", "finished_delivery", ["party_id", "finished_at"], unique=False
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("plan_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "changed_xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification")),
    )
    op.create_index(
        "ix_notification_changed", "notification", ["party_id", "changed_xid", "id"], unique=False
    )
    op.create_index("ix_notification_inbox", "notification", ["party_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_notification_plan",
        "notification",
        ["plan_at"],
        unique=False,
        postgresql_where=sa.text("plan_at IS NOT NULL"),
    )
    op.create_index(
        "ix_notification_unread",
        "notification",
        ["party_id"],
        unique=False,
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("number_index", name=op.f("uq_party_number_index")),
    )
    op.create_table(
        "procedure",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("executing_agency", sa.String(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_procedure")),
    )
    op.create_table(
        "sign_in",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("provider_verifier", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("app_state", sa.String(), nullable=True),
        sa.Column("app_challenge", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in")),
    )
    op.create_index(op.f("ix_sign_in_expires_at"), "sign_in", ["expires_at"], unique=False)
    op.create_table(
        "agency_alias",
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_alias_agency_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_agency_alias")),
    )
    op.create_index(op.f("ix_agency_alias_agency_id"), "agency_alias", ["agency_id"], unique=False)
    op.create_table(
        "agency_client",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_agency_client_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agency_client")),
    )
    op.create_index(op.f("ix_agency_client_agency_id"), "agency_client", ["agency_id"], unique=False)
    op.create_table(
        "authorization_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("challenge", sa.String(), nullable=False),
        sa.Column("assurance", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_authorization_code_party_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_authorization_code")),
    )
    op.create_index(
        op.f("ix_authorization_code_expires_at"), "authorization_code", ["expires_at"], unique=False
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("token_index", sa.LargeBinary(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirms_receipt", sa.Boolean(), nullable=False),
        sa.Column("app_version", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_device_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("token_index", name=op.f("uq_device_token_index")),
    )
    op.create_index(op.f("ix_device_party_id"), "device", ["party_id"], unique=False)
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_code", sa.String(), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=True),
        sa.Column("summary_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waits", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("contradictions", sa.SmallInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_dossier_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
        sa.UniqueConstraint("code", name=op.f("uq_dossier_code")),
    )
    op.create_index(op.f("ix_dossier_agency_id"), "dossier", ["agency_id"], unique=False)
    op.create_index("ix_dossier_party", "dossier", ["party_id", "updated_at", "id"], unique=False)
    op.create_index(op.f("ix_dossier_procedure_code"), "dossier", ["procedure_code"], unique=False)
    op.create_table(
        "party_key",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_key_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_party_key")),
    )
    op.create_table(
        "preference",
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_preference_party_id")),
        sa.PrimaryKeyConstraint("party_id", "category", "channel", name=op.f("pk_preference")),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("assurance", sa.Integer(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "last_used_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_session_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
    )
    op.create_index(op.f("ix_session_expires_at"), "session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_session_party_id"), "session", ["party_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_contact_dossier_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_contact_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_dossier", "contact", ["dossier_id"], unique=False)
    op.create_index(
        "uq_contact_address",
        "contact",
        ["party_id", "kind", "value_index", "dossier_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "dossier_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_event_dossier_id")),
        sa.PrimaryKeyConstraint("id", "occurred_at", name=op.f("pk_dossier_event")),
        postgresql_partition_by="RANGE (occurred_at)",
    )
    op.create_index("ix_dossier_event_dossier", "dossier_event", ["dossier_id", "occurred_at"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name=op.f("fk_refresh_token_session_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_token")),
    )
    op.create_index(op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"], unique=False)
    op.create_index(op.f("ix_refresh_token_used_at"), "refresh_token", ["used_at"], unique=False)
    for table in PARTITIONED:
        # Catches rows of months that have no partition of their own, so that no insert ever fails.
        op.execute(f"CREATE TABLE {table}_p_default PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_token_used_at"), table_name="refresh_token")
    op.drop_index(op.f("ix_refresh_token_session_id"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index("ix_dossier_event_dossier", table_name="dossier_event")
    op.drop_table("dossier_event")
    op.drop_index("uq_contact_address", table_name="contact", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_contact_dossier", table_name="contact")
    op.drop_table("contact")
    op.drop_index(op.f("ix_session_party_id"), table_name="session")
    op.drop_index(op.f("ix_session_expires_at"), table_name="session")
    op.drop_table("session")
    op.drop_table("preference")
    op.drop_table("party_key")
    op.drop_index(op.f("ix_dossier_procedure_code"), table_name="dossier")
    op.drop_index("ix_dossier_party", table_name="dossier")
    op.drop_index(op.f("ix_dossier_agency_id"), table_name="dossier")
    op.drop_table("dossier")
    op.drop_index(op.f("ix_device_party_id"), table_name="device")
    op.drop_table("device")
    op.drop_index(op.f("ix_authorization_code_expires_at"), table_name="authorization_code")
    op.drop_table("authorization_code")
    op.drop_index(op.f("ix_agency_client_agency_id"), table_name="agency_client")
    op.drop_table("agency_client")
    op.drop_index(op.f("ix_agency_alias_agency_id"), table_name="agency_alias")
    op.drop_table("agency_alias")
    op.drop_index(op.f("ix_sign_in_expires_at"), table_name="sign_in")
    op.drop_table("sign_in")
    op.drop_table("procedure")
    op.drop_table("party")
    op.drop_index(
        "ix_notification_unread", table_name="notification", postgresql_where=sa.text("read_at IS NULL")
    )
    op.drop_index(
        "ix_notification_plan", table_name="notification", postgresql_where=sa.text("plan_at IS NOT NULL")
    )
    op.drop_index("ix_notification_inbox", table_name="notification")
    op.drop_index("ix_notification_changed", table_name="notification")
    op.drop_table("notification")
    op.drop_index("ix_finished_delivery_party", table_name="finished_delivery")
    op.drop_table("finished_delivery")
    op.drop_table("event_receipt")
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("agency")
