"""Let the engine route, merge, limit and hear back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_pause",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_pause")),
    )
    op.create_table(
        "provider_receipt",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raw_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", "event_id", name=op.f("pk_provider_receipt")),
    )
    op.create_index(
        "ix_provider_receipt_received",
        "provider_receipt",
        ["received_at"],
        unique=False,
        postgresql_using="brin",
    )
    op.create_index(
        "ix_provider_receipt_waiting",
        "provider_receipt",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "provider_token",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("access_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_token")),
    )
    op.create_table(
        "rate_bucket",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_rate_bucket")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "routing_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_routing_version")),
    )
    op.create_table(
        "suppression",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("value_index", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("channel", "value_index", name=op.f("pk_suppression")),
    )
    op.create_table(
        "verification",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_verification_contact_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_verification_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification")),
    )
    op.create_index(op.f("ix_verification_contact_id"), "verification", ["contact_id"], unique=False)
    op.create_index(op.f("ix_verification_party_id"), "verification", ["party_id"], unique=False)
    op.add_column(
        "notification", sa.Column("lane", sa.SmallInteger(), server_default=sa.text("2"), nullable=False)
    )
    op.create_index(
        "ix_notification_due",
        "notification",
        ["lane", "plan_at"],
        unique=False,
        postgresql_where=sa.text("plan_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_notification_plan", table_name="notification", postgresql_where=sa.text("plan_at IS NOT NULL")
    )
    op.create_index(
        "ix_delivery_next",
        "delivery",
        ["channel", "lane", "agency_id", sa.literal_column("due_at DESC")],
        unique=False,
    )
    op.drop_index("ix_delivery_due", table_name="delivery")
    op.create_index("ix_suppression_value", "suppression", ["value_index"], unique=False)
    op.create_index("ix_contact_value", "contact", ["kind", "value_index"], unique=False)
    # Statistics of a moment without leases would say that the column is never set.
    op.execute("ALTER TABLE delivery ALTER lease_until SET STATISTICS 0")
    op.add_column(
        "delivery", sa.Column("step", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("delivery", sa.Column("replay_of", sa.Uuid(), nullable=True))
    op.add_column(
        "finished_delivery", sa.Column("step", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("finished_delivery", sa.Column("replay_of", sa.Uuid(), nullable=True))
    op.add_column(
        "finished_delivery",
        sa.Column("segments", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column("finished_delivery", sa.Column("cost", sa.Integer(), server_default="0", nullable=False))
    op.add_column("finished_delivery", sa.Column("receipt", sa.String(), nullable=True))
    op.add_column("finished_delivery", sa.Column("receipt_code", sa.String(), nullable=True))
    op.add_column("finished_delivery", sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_finished_delivery_provider",
        "finished_delivery",
        ["provider_id"],
        unique=False,
        postgresql_where=sa.text("provider_id IS NOT NULL AND channel NOT IN ('push', 'email')"),
    )
    op.add_column("notification", sa.Column("target_id", sa.Uuid(), nullable=True))
    op.add_column("notification", sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notification", sa.Column("delivery_ids", postgresql.ARRAY(sa.UUID()), nullable=True))
    op.add_column(
        "party", sa.Column("time_zone", sa.String(), server_default="Asia/Ho_Chi_Minh", nullable=False)
    )


def downgrade() -> None:
    op.execute("ALTER TABLE delivery ALTER lease_until SET STATISTICS -1")
    op.create_index("ix_delivery_due", "delivery", ["channel", "lane", "agency_id", "due_at"], unique=False)
    op.drop_index("ix_delivery_next", table_name="delivery")
    op.drop_index("ix_suppression_value", table_name="suppression")
    op.create_index(
        "ix_notification_plan",
        "notification",
        ["plan_at"],
        unique=False,
        postgresql_where=sa.text("plan_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_notification_due", table_name="notification", postgresql_where=sa.text("plan_at IS NOT NULL")
    )
    op.drop_column("notification", "lane")
    op.drop_index("ix_contact_value", table_name="contact")
    op.drop_column("party", "time_zone")
    op.drop_column("notification", "delivery_ids")
    op.drop_column("notification", "planned_at")
    op.drop_column("notification", "target_id")
    op.drop_index(
        "ix_finished_delivery_provider",
        table_name="finished_delivery",
        postgresql_where=sa.text("provider_id IS NOT NULL AND channel NOT IN ('push', 'email')"),
    )
    op.drop_column("finished_delivery", "receipt_at")
    op.drop_column("finished_delivery", "receipt_code")
    op.drop_column("finished_delivery", "receipt")
    op.drop_column("finished_delivery", "cost")
    op.drop_column("finished_delivery", "segments")
    op.drop_column("finished_delivery", "replay_of")
    op.drop_column("finished_delivery", "step")
    op.drop_column("delivery", "replay_of")
    op.drop_column("delivery", "step")
    op.drop_index(op.f("ix_verification_party_id"), table_name="verification")
    op.drop_index(op.f("ix_verification_contact_id"), table_name="verification")
    op.drop_table("verification")
    op.drop_table("suppression")
    op.drop_table("routing_version")
    op.drop_table("rate_bucket")
    op.drop_table("provider_token")
    op.drop_index(
        "ix_provider_receipt_waiting",
        table_name="provider_receipt",
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.drop_index("ix_provider_receipt_received", table_name="provider_receipt", postgresql_using="brin")
    op.drop_table("provider_receipt")
    op.drop_table("channel_pause")
