"""Keep what agencies answer to groups of ratings."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("level", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_down_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "level IN ('dissatisfied', 'satisfied', 'very_satisfied')", name=op.f("ck_rating_answer_level")
        ),
        sa.CheckConstraint("extract(day FROM month) = 1", name=op.f("ck_rating_answer_month")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_rating_answer_agency_id_agency")),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_rating_answer_officer_id_officer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_answer")),
        if_not_exists=True,
    )
    op.create_index(
        "uq_rating_answer_standing",
        "rating_answer",
        ["agency_id", "month", sa.text("coalesce(level, '')")],
        unique=True,
        postgresql_where=sa.text("taken_down_at IS NULL"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_table("rating_answer")
