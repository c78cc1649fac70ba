"""Keep what portals' lists held, of procedures, units and agencies, and what they hold no more."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

LISTS = "stream IN ('units', 'agencies')"
"""What the release before knows nothing of, and could not read."""
PROCEDURES = """
INSERT INTO portal_listed (deployment, stream, code) SELECT deployment, 'procedures', code FROM portal_procedure
"""
"""So that the first list after this is compared as well."""


def upgrade() -> None:
    op.create_table(
        "portal_listed",
        sa.Column("deployment", sa.String(length=40), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=35), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("deployment", "stream", "code", name=op.f("pk_portal_listed")),
    )
    op.execute(PROCEDURES)


def downgrade() -> None:
    op.drop_table("portal_listed")
    op.execute(f"DELETE FROM portal_stream WHERE {LISTS}")
