"""Keep complaints and suggestions, what became of them, and what of them is published."""

import sqlalchemy as sa
from alembic import op

from storage.base import TransactionId

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("author_ref", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accept_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ask_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("process_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publish_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("awaited_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resumes", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        sa.Column(
            "changed_xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.CheckConstraint(
            "(publication = 'pending') = (publish_by IS NOT NULL)", name=op.f("ck_complaint_pending")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_reason IS NOT NULL)", name=op.f("ck_complaint_declined")
        ),
        sa.CheckConstraint(
            "(state = 'more_asked') = (awaited_since IS NOT NULL) AND (awaited_since IS NULL) = (resumes IS NULL)",
            name=op.f("ck_complaint_awaited"),
        ),
        sa.CheckConstraint(
            "(state IN ('answered', 'declined', 'withdrawn')) = (closed_at IS NOT NULL)",
            name=op.f("ck_complaint_closed"),
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_complaint_agency_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_complaint_dossier_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_complaint_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("code", name=op.f("uq_complaint_code")),
    )
    op.create_index("ix_complaint_agency_id", "complaint", ["agency_id", "received_at", "id"])
    op.create_index(
        "ix_complaint_dossier_id",
        "complaint",
        ["dossier_id"],
        postgresql_where=sa.text("dossier_id IS NOT NULL"),
    )
    op.create_index(
        "ix_complaint_due", "complaint", ["next_due_at"], postgresql_where=sa.text("next_due_at IS NOT NULL")
    )
    op.create_index("ix_complaint_party_id", "complaint", ["party_id", "received_at", "id"])
    op.create_index("ix_complaint_party_id_changed", "complaint", ["party_id", "changed_xid", "id"])
    op.create_index(
        "ix_complaint_pending",
        "complaint",
        ["agency_id", "publish_by", "id"],
        postgresql_where=sa.text("publication = 'pending'"),
    )
    op.create_index(
        "ix_complaint_waiting",
        "complaint",
        ["agency_id", "next_due_at", "id"],
        postgresql_where=sa.text("state IN ('received', 'accepted')"),
    )

    op.create_table(
        "complaint_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("from_agency_id", sa.Uuid(), nullable=False),
        sa.Column("to_agency_id", sa.Uuid(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_entry_complaint_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_agency_id"], ["agency.id"], name=op.f("fk_complaint_entry_from_agency_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_complaint_entry_officer_id")),
        sa.ForeignKeyConstraint(
            ["to_agency_id"], ["agency.id"], name=op.f("fk_complaint_entry_to_agency_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_entry")),
    )
    op.create_index("ix_complaint_entry_complaint_id", "complaint_entry", ["complaint_id", "at", "id"])

    op.create_table(
        "complaint_alarm",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_alarm_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", "stage", "due_at", name=op.f("pk_complaint_alarm")),
    )

    op.create_table(
        "published_complaint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_published_complaint_agency_id")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_published_complaint_complaint_id")
        ),
        sa.ForeignKeyConstraint(
            ["published_by"], ["officer.id"], name=op.f("fk_published_complaint_published_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_complaint")),
        sa.UniqueConstraint("complaint_id", name=op.f("uq_published_complaint_complaint_id")),
    )
    op.create_index(
        "ix_published_complaint_agency_id", "published_complaint", ["agency_id", "published_at", "id"]
    )
    op.create_index(
        "ix_published_complaint_published_at",
        "published_complaint",
        ["published_at", "id"],
        postgresql_where=sa.text("taken_down_at IS NULL"),
    )


def downgrade() -> None:
    for table in ("published_complaint", "complaint_alarm", "complaint_entry", "complaint"):
        op.drop_table(table)
