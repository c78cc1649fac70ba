"""Keep surveys in their versions, who is asked, and what was answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "survey",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audience", postgresql.JSONB(), nullable=False),
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("external_version", sa.Integer(), nullable=True),
        sa.Column("external_cursor", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_survey_state")),
        sa.CheckConstraint("platform IN ('own', 'vnform')", name=op.f("ck_survey_platform")),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_survey_lasts")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_survey_agency_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("code", name=op.f("uq_survey_code")),
    )
    op.create_index("ix_survey_agency_id", "survey", ["agency_id", "code"])
    op.create_index("ix_survey_open", "survey", ["code"], postgresql_where=sa.text("state = 'open'"))
    op.create_table(
        "survey_version",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", postgresql.JSONB(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_version_survey_id")),
        sa.PrimaryKeyConstraint("survey_id", "version", name=op.f("pk_survey_version")),
    )
    op.create_table(
        "survey_invitation",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.LargeBinary(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("invited_on", sa.Date(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("fk_survey_invitation_survey_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_survey_invitation_party_id")),
        sa.PrimaryKeyConstraint("survey_id", "party_id", name=op.f("pk_survey_invitation")),
        sa.UniqueConstraint("ref", name=op.f("uq_survey_invitation_ref")),
    )
    op.create_index("ix_survey_invitation_party_id", "survey_invitation", ["party_id", "invited_on"])
    op.create_table(
        "survey_answer",
        sa.Column("survey_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(), nullable=False),
        sa.Column("context", postgresql.JSONB(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.CheckConstraint("source IN ('app', 'page', 'vnform')", name=op.f("ck_survey_answer_source")),
        sa.ForeignKeyConstraint(
            ["survey_id", "version"],
            ["survey_version.survey_id", "survey_version.version"],
            name=op.f("fk_survey_answer_survey_id"),
        ),
        sa.PrimaryKeyConstraint("survey_id", "id", name=op.f("pk_survey_answer")),
    )
    op.create_index(
        "ix_survey_answer_external_id",
        "survey_answer",
        ["survey_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )


def downgrade() -> None:
    for table in ("survey_answer", "survey_invitation", "survey_version", "survey"):
        op.drop_table(table)
