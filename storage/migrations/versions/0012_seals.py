"""Keep the seals of documents."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A list says "valid" of a place that it knows nothing of: so no row may go, and no state go back.
GUARDS = """
CREATE FUNCTION seal_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE restrict_violation USING MESSAGE = 'a seal is not deleted';
  END IF;
  IF (NEW.id, NEW.code, NEW.agency_code, NEW.token, NEW.key_id, NEW.status_index, NEW.issued_at, NEW.created_at)
      IS DISTINCT FROM
      (OLD.id, OLD.code, OLD.agency_code, OLD.token, OLD.key_id, OLD.status_index, OLD.issued_at, OLD.created_at)
      OR NEW.expires_at IS DISTINCT FROM OLD.expires_at THEN
    RAISE restrict_violation USING MESSAGE = 'what a seal says stays';
  END IF;
  IF OLD.file_hash IS NOT NULL
      AND (NEW.file_hash IS DISTINCT FROM OLD.file_hash OR NEW.bound_at IS DISTINCT FROM OLD.bound_at) THEN
    RAISE restrict_violation USING MESSAGE = 'a seal is bound once';
  END IF;
  IF (OLD.state = 'revoked' AND NEW.state <> 'revoked') OR (OLD.state = 'superseded' AND NEW.state = 'valid')
      OR (OLD.successor_id IS NOT NULL AND NEW.successor_id IS DISTINCT FROM OLD.successor_id) THEN
    RAISE restrict_violation USING MESSAGE = 'the state of a seal goes one way';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER seal_stays BEFORE UPDATE OR DELETE ON seal FOR EACH ROW EXECUTE FUNCTION seal_stays();
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE seal_status_index MINVALUE 0 START 0")
    op.create_table(
        "seal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("status_index", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_hash", sa.LargeBinary(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(), server_default=sa.text("'valid'"), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("octet_length(file_hash) = 32", name=op.f("ck_seal_file_hash")),
        sa.CheckConstraint("bound_at IS NULL OR file_hash IS NOT NULL", name=op.f("ck_seal_bound")),
        sa.CheckConstraint("state IN ('valid', 'superseded', 'revoked')", name=op.f("ck_seal_state")),
        sa.CheckConstraint("(state = 'valid') = (state_at IS NULL)", name=op.f("ck_seal_changed")),
        sa.CheckConstraint("(state = 'valid') = (reason IS NULL)", name=op.f("ck_seal_explained")),
        sa.CheckConstraint(
            "state <> 'superseded' OR successor_id IS NOT NULL", name=op.f("ck_seal_superseded")
        ),
        sa.CheckConstraint("state <> 'valid' OR successor_id IS NULL", name=op.f("ck_seal_stands")),
        sa.CheckConstraint("successor_id <> id", name=op.f("ck_seal_successor")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_seal_document_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_seal_party_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["seal.id"], name=op.f("fk_seal_successor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal")),
        sa.UniqueConstraint("code", name=op.f("uq_seal_code")),
        sa.UniqueConstraint("status_index", name=op.f("uq_seal_status_index")),
    )
    op.create_index(
        "uq_seal_document_id",
        "seal",
        ["document_id"],
        unique=True,
        postgresql_where=sa.text("document_id IS NOT NULL"),
    )
    op.create_index(
        "ix_seal_changed", "seal", ["status_index", "state"], postgresql_where=sa.text("state <> 'valid'")
    )
    op.execute(GUARDS)


def downgrade() -> None:
    op.drop_table("seal")
    op.execute("DROP FUNCTION seal_stays()")
    op.execute("DROP SEQUENCE seal_status_index")
