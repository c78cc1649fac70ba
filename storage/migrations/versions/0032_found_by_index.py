"""Find by an index what was reported on a day, which opinions are not settled, and differences by when found."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_portal_report_told", "portal_report", ["told_at"], "told_at IS NOT NULL"),
    (
        "ix_portal_opinion_report_unsettled",
        "portal_opinion_report",
        ["deployment", "state"],
        "state IN ('refused', 'doubted')",
    ),
    ("ix_portal_difference_found", "portal_difference", ["found_at", "id"], None),
    ("ix_portal_stray_kept", "portal_stray", ["settled_at"], "outcome = 'kept'"),
)


def upgrade() -> None:
    # While portals are told and compared: they may not wait.
    with op.get_context().autocommit_block():
        for name, table, columns, where in INDEXES:
            # A build that was cut short leaves an index that serves nobody.
            op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                table,
                columns,
                postgresql_where=None if where is None else sa.text(where),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    for name, table, *_ in INDEXES:
        op.drop_index(name, table_name=table)
