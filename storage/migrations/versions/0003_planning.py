"""Let the planner take turns among agencies, and sends be known by our own names for them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UNPLANNED = sa.text("plan_at IS NOT NULL")


def upgrade() -> None:
    _exchange(
        "ix_notification_plan",
        ["lane", "agency_id", sa.literal_column("plan_at DESC")],
        for_="ix_notification_due",
    )
    # Last: what comes before is committed by itself, and may have to be done again.
    op.add_column("provider_receipt", sa.Column("delivery_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    _exchange("ix_notification_due", ["lane", "plan_at"], for_="ix_notification_plan")
    op.drop_column("provider_receipt", "delivery_id")


def _exchange(name: str, columns: list[str | sa.ColumnElement[object]], *, for_: str) -> None:
    """Make one index and drop the other while notices come and go, as the table may be large."""
    with op.get_context().autocommit_block():
        # A build that was cut short leaves an index that serves nobody.
        op.drop_index(name, table_name="notification", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            name,
            "notification",
            columns,
            unique=False,
            postgresql_where=_UNPLANNED,
            postgresql_concurrently=True,
        )
        op.drop_index(for_, table_name="notification", if_exists=True, postgresql_concurrently=True)
