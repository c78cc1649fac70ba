"""Keep questions, answers, what of them is published, words for answers, and how agencies are reached."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import TransactionId

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _changed() -> sa.Column[int]:
    return sa.Column(
        "changed_xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False
    )


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("author_ref", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_code", sa.String(length=64), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("publication", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.String(), nullable=True),
        _changed(),
        sa.CheckConstraint("(state = 'asked') = (closed_at IS NULL)", name=op.f("ck_question_closed")),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_reason IS NOT NULL)", name=op.f("ck_question_declined")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_question_party_id")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_question_agency_id")),
        sa.ForeignKeyConstraint(
            ["procedure_code"], ["procedure.code"], name=op.f("fk_question_procedure_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index("ix_question_party_id", "question", ["party_id", "asked_at", "id"])
    op.create_index("ix_question_party_id_changed", "question", ["party_id", "changed_xid", "id"])
    op.create_index(
        "ix_question_waiting",
        "question",
        ["agency_id", "due_at", "id"],
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index(
        "ix_question_pending",
        "question",
        ["agency_id", "id"],
        postgresql_where=sa.text("publication = 'pending'"),
    )
    op.create_index("ix_question_agency_id", "question", ["agency_id", "asked_at", "id"])

    op.create_table(
        "question_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("procedure_code", sa.String(length=64), nullable=True),
        sa.Column("procedure_version", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(procedure_code IS NULL) = (procedure_version IS NULL)", name=op.f("ck_question_answer_rests_on")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_question_answer_question_id")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("fk_question_answer_officer_id")),
        sa.ForeignKeyConstraint(
            ["procedure_code"], ["procedure.code"], name=op.f("fk_question_answer_procedure_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
    )
    op.create_index("ix_question_answer_question_id", "question_answer", ["question_id"])

    op.create_table(
        "published_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=True),
        sa.Column("procedure_code", sa.String(length=64), nullable=True),
        sa.Column("procedure_version", sa.Integer(), nullable=True),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        _changed(),
        sa.CheckConstraint(
            "(procedure_code IS NULL) = (procedure_version IS NULL)",
            name=op.f("ck_published_answer_rests_on"),
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_published_answer_question_id")
        ),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_published_answer_agency_id")),
        sa.ForeignKeyConstraint(
            ["procedure_code"], ["procedure.code"], name=op.f("fk_published_answer_procedure_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_answer")),
        sa.UniqueConstraint("question_id", name=op.f("uq_published_answer_question_id")),
    )
    op.create_index(
        "ix_published_answer_procedure_code",
        "published_answer",
        ["procedure_code"],
        postgresql_where=sa.text("taken_down_at IS NULL"),
    )
    op.create_index("ix_published_answer_agency_id", "published_answer", ["agency_id", "id"])
    op.create_index("ix_published_answer_changed", "published_answer", ["changed_xid", "id"])

    op.create_table(
        "answer_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_answer_template_agency_id")),
        sa.ForeignKeyConstraint(["written_by"], ["officer.id"], name=op.f("fk_answer_template_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    op.create_index("ix_answer_template_agency_id", "answer_template", ["agency_id"])

    op.create_table(
        "contact_point",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_contact_point_agency_id")),
        sa.PrimaryKeyConstraint("agency_id", name=op.f("pk_contact_point")),
    )


def downgrade() -> None:
    for table in ("contact_point", "answer_template", "published_answer", "question_answer", "question"):
        op.drop_table(table)
