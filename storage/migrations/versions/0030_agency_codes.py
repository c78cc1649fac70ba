"""Keep whose a dossier was at first, and the codes of agencies with the days on which they are theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ALIAS_DAYS = ("valid_from", "valid_to")
TOLD_AT = ("agency_named_at", "channel_told_at", "summary_told_at")


def upgrade() -> None:
    for name in ALIAS_DAYS:
        op.add_column("agency_alias", sa.Column(name, sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_agency_alias_days_in_order"), "agency_alias", "valid_from <= valid_to"
    )
    op.drop_constraint(op.f("pk_agency_alias"), "agency_alias", type_="primary")
    op.create_primary_key(op.f("pk_agency_alias"), "agency_alias", ["code", "agency_id"])
    op.add_column("dossier", sa.Column("first_agency_id", sa.Uuid(), nullable=True))
    for name in TOLD_AT:
        op.add_column("dossier", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in (*TOLD_AT, "first_agency_id"):
        op.drop_column("dossier", name)
    # A code keeps the agency whose it was last: the release before knows one for each.
    op.execute("""
        DELETE FROM agency_alias a USING agency_alias b WHERE a.code = b.code AND (
          coalesce(a.valid_from, '-infinity'), a.agency_id) < (coalesce(b.valid_from, '-infinity'), b.agency_id)
    """)
    op.drop_constraint(op.f("pk_agency_alias"), "agency_alias", type_="primary")
    op.create_primary_key(op.f("pk_agency_alias"), "agency_alias", ["code"])
    op.drop_constraint(op.f("ck_agency_alias_days_in_order"), "agency_alias", type_="check")
    for name in ALIAS_DAYS:
        op.drop_column("agency_alias", name)
