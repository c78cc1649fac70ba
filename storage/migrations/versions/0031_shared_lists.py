"""Keep what portals' lists of units and of agencies told, and what they tell no more."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

LISTS = "stream IN ('units', 'agencies')"
"""What the release before knows nothing of, and could not read."""


def upgrade() -> None:
    op.create_table(
        "portal_listed",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("deployment", "stream", "code", name=op.f("pk_portal_listed")),
    )


def downgrade() -> None:
    op.drop_table("portal_listed")
    op.execute(f"DELETE FROM portal_stream WHERE {LISTS}")
