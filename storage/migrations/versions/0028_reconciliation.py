"""Keep where a portal and we differ."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_LIVE = "state IN ('open', 'left')"


def upgrade() -> None:
    # First, as what went before it would be committed with it.
    with op.get_context().autocommit_block():
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index("ix_dossier_open", table_name="dossier", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "ix_dossier_open",
            "dossier",
            ["agency_id", "status_since"],
            postgresql_where=sa.text("ended_at IS NULL"),
            postgresql_concurrently=True,
        )
    _standings()
    _differences()
    _comparisons()
    _days()


def downgrade() -> None:
    for table in (
        "portal_day_agency",
        "portal_day",
        "portal_comparison",
        "portal_difference",
        "portal_standing",
    ):
        op.drop_table(table)
    op.drop_index("ix_dossier_open", table_name="dossier")


def _standings() -> None:
    op.create_table(
        "portal_standing",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("their_digest", sa.LargeBinary(), nullable=True),
        sa.Column("ours_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("deployment", "code", name=op.f("pk_portal_standing")),
    )
    op.create_index(
        "ix_portal_standing_apart",
        "portal_standing",
        ["deployment", "code"],
        postgresql_where=sa.text("NOT agrees"),
    )


def _differences() -> None:
    op.create_table(
        "portal_difference",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("ours", sa.String(length=80), nullable=True),
        sa.Column("theirs", sa.String(length=80), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repair_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.String(length=80), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"({_LIVE}) = (closed_at IS NULL)", name=op.f("ck_portal_difference_closed")),
        sa.CheckConstraint(
            "(state = 'settled') = (settled_by IS NOT NULL)", name=op.f("ck_portal_difference_settled")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_difference")),
    )
    op.create_index(
        "uq_portal_difference_live",
        "portal_difference",
        ["deployment", "code", "kind", "field"],
        unique=True,
        postgresql_where=sa.text(_LIVE),
    )
    op.create_index(
        "ix_portal_difference_agency", "portal_difference", ["agency_id", "found_at", "id"], unique=False
    )
    op.create_index("ix_portal_difference_dossier", "portal_difference", ["deployment", "code"], unique=False)


def _comparisons() -> None:
    op.create_table(
        "portal_comparison",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("extent", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ours_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ours_id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("error", sa.String(length=80), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(stage = 'done') = (finished_at IS NOT NULL)", name=op.f("ck_portal_comparison_finished")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_comparison")),
    )
    op.create_index(
        "uq_portal_comparison_running",
        "portal_comparison",
        ["deployment"],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index(
        "ix_portal_comparison_deployment", "portal_comparison", ["deployment", "started_at"], unique=False
    )


def _days() -> None:
    op.create_table(
        "portal_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_portal_day")),
    )
    op.create_table(
        "portal_day_agency",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["day"],
            ["portal_day.day"],
            name=op.f("fk_portal_day_agency_day_portal_day"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("day", "agency_id", name=op.f("pk_portal_day_agency")),
    )
