"""Keep how far each portal was read, and what could not be kept."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_streams()
    _make_leases()
    _make_backfills()
    _make_strays()
    op.create_table(
        "portal_procedure",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        _moment("read_at"),
        sa.PrimaryKeyConstraint("deployment", "code", name=op.f("pk_portal_procedure")),
    )


def downgrade() -> None:
    tables = ("portal_procedure", "portal_stray", "portal_backfill", "portal_lease", "portal_stream")
    for table in tables:
        op.drop_table(table)


def _moment(name: str, *, nullable: bool = False) -> "sa.Column[Any]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _count(name: str) -> "sa.Column[Any]":
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def _make_streams() -> None:
    op.create_table(
        "portal_stream",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        _moment("read_until", nullable=True),
        _moment("window_since", nullable=True),
        _moment("window_until", nullable=True),
        sa.Column("cursor", sa.String(length=200), nullable=True),
        _moment("tried_at", nullable=True),
        _moment("succeeded_at", nullable=True),
        _moment("failing_since", nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        _count("records"),
        sa.CheckConstraint(
            "(window_since IS NULL) = (window_until IS NULL)", name=op.f("ck_portal_stream_window")
        ),
        sa.CheckConstraint(
            "cursor IS NULL OR window_since IS NOT NULL", name=op.f("ck_portal_stream_cursor")
        ),
        sa.CheckConstraint(
            "(failing_since IS NULL) = (error IS NULL)", name=op.f("ck_portal_stream_failing")
        ),
        sa.PrimaryKeyConstraint("deployment", "stream", name=op.f("pk_portal_stream")),
    )


def _make_leases() -> None:
    op.create_table(
        "portal_lease",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("chore", sa.String(length=32), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        _moment("until"),
        sa.PrimaryKeyConstraint("deployment", "chore", name=op.f("pk_portal_lease")),
    )


def _make_backfills() -> None:
    op.create_table(
        "portal_backfill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment", sa.String(length=40), nullable=False),
        _moment("since"),
        _moment("until"),
        _moment("position"),
        sa.Column("cursor", sa.String(length=200), nullable=True),
        _count("records"),
        _count("events"),
        _count("strays"),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=True),
        _moment("made_at"),
        _moment("changed_at"),
        _moment("ended_at", nullable=True),
        sa.CheckConstraint(
            "since <= position AND position <= until AND since < until",
            name=op.f("ck_portal_backfill_position"),
        ),
        sa.CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name=op.f("ck_portal_backfill_done")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_backfill")),
    )
    op.create_index(
        "uq_portal_backfill_open",
        "portal_backfill",
        ["deployment"],
        unique=True,
        postgresql_where=sa.text("state <> 'done'"),
    )


def _make_strays() -> None:
    op.create_table(
        "portal_stray",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=200), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        _moment("first_at"),
        _moment("last_at"),
        sa.Column("times", sa.Integer(), server_default=sa.text("1"), nullable=False),
        _moment("settled_at", nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_portal_stray_settled")),
        sa.PrimaryKeyConstraint("deployment", "digest", name=op.f("pk_portal_stray")),
    )
    op.create_index(
        "ix_portal_stray_open",
        "portal_stray",
        ["deployment", "first_at", "digest"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
