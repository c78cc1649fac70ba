"""Let a party act for another."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

GUARDS = """
CREATE FUNCTION representation_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE later CONSTANT text[] := '{actor_id,confirmed_at,ended_at,ended_by,ended_reason}';
BEGIN
  IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
    OR (OLD.confirmed_at IS NOT NULL
      AND (NEW.actor_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.actor_id, OLD.confirmed_at))
    OR to_jsonb(NEW) - later IS DISTINCT FROM to_jsonb(OLD) - later
  THEN RAISE restrict_violation USING MESSAGE = 'a representation is confirmed and ended, once, and stays';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER representation_goes_on BEFORE UPDATE OR DELETE ON representation
  FOR EACH ROW EXECUTE FUNCTION representation_goes_on();
CREATE FUNCTION access_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE restrict_violation USING MESSAGE = 'what was noted stays';
END $$;
CREATE TRIGGER access_log_stays BEFORE UPDATE OR DELETE ON access_log
  FOR EACH ROW EXECUTE FUNCTION access_log_stays();
"""


def upgrade() -> None:
    op.create_table(
        "representation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("actor_index", sa.LargeBinary(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("represented_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scope", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence_kind", sa.String(), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("established_by", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR actor_id IS NOT NULL",
            name=op.f("ck_representation_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(client_id, external_id, content_hash) IN (0, 3)",
            name=op.f("ck_representation_external"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(ended_at, ended_by, ended_reason) IN (0, 3)", name=op.f("ck_representation_ended")
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["party.id"], name=op.f("fk_representation_actor_id")),
        sa.ForeignKeyConstraint(
            ["represented_id"], ["party.id"], name=op.f("fk_representation_represented_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representation")),
    )
    op.create_index("ix_representation_actor", "representation", ["actor_index"])
    op.create_index("ix_representation_represented", "representation", ["represented_id", "created_at"])
    op.create_index(
        "uq_representation_external",
        "representation",
        ["client_id", "external_id"],
        unique=True,
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("reader_kind", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=True),
        sa.Column("basis_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", "at", name=op.f("pk_access_log")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_index("ix_access_log_party", "access_log", ["party_id", "at", "id"])
    op.execute("CREATE TABLE access_log_p_default PARTITION OF access_log DEFAULT")
    op.execute(GUARDS)


def downgrade() -> None:
    op.drop_table("access_log")
    op.drop_table("representation")
    op.execute("DROP FUNCTION access_log_stays(), representation_goes_on()")
