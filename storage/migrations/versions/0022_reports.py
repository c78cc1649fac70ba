"""Keep what was reported to other systems, and what they said."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=35), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("corrects", sa.String(length=200), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("answered", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (next_at IS NOT NULL)", name=op.f("ck_report_waiting")),
        sa.CheckConstraint("(state = 'sent') = (receipt IS NOT NULL)", name=op.f("ck_report_sent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint(
            "system", "scope", "month", "number", name=op.f("uq_report_system_scope_month_number")
        ),
    )


def downgrade() -> None:
    op.drop_table("report")
