"""Keep consents; tell readings without one to nobody; note what was found of files that came with messages."""

import sqlalchemy as sa
from alembic import op

from storage.base import TransactionId

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE restrict_violation USING MESSAGE = 'a consent is withdrawn by another row, and stays';
END $$;
CREATE TRIGGER consent_stays BEFORE UPDATE OR DELETE ON consent
  FOR EACH ROW EXECUTE FUNCTION consent_stays();
"""
CHECKED, FAULTY = "ix_message_attachment_checked", "ix_message_attachment_faulty"
SEEN = "ix_message_dossier_seen"


def upgrade() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("representation_id", sa.Uuid(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_consent_party_id")),
        sa.ForeignKeyConstraint(["actor_id"], ["party.id"], name=op.f("fk_consent_actor_id")),
        sa.ForeignKeyConstraint(
            ["representation_id"], ["representation.id"], name=op.f("fk_consent_representation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("party_id", "purpose", "number", name=op.f("uq_consent_party_id_purpose_number")),
        if_not_exists=True,
    )
    op.create_index("ix_consent_party_id", "consent", ["party_id", "at", "id"], if_not_exists=True)
    op.execute("DROP TRIGGER IF EXISTS consent_stays ON consent; DROP FUNCTION IF EXISTS consent_stays()")
    op.execute(GUARD)
    op.add_column("message", sa.Column("read_xid", TransactionId(), nullable=True), if_not_exists=True)
    for name, kind in (("checked_at", sa.DateTime(timezone=True)), ("fault", sa.String())):
        op.add_column("message_attachment", sa.Column(name, kind, nullable=True), if_not_exists=True)
    # While people write: indexing all that was written may keep nobody waiting.
    with op.get_context().autocommit_block():
        _index(SEEN, "message", ["dossier_id", sa.text("GREATEST(changed_xid, read_xid)"), "id"])
        _index(
            CHECKED, "message_attachment", [sa.text("checked_at NULLS FIRST"), "id"], where="path IS NOT NULL"
        )
        _index(FAULTY, "message_attachment", ["id"], where="fault IS NOT NULL")
        op.drop_index("ix_message_dossier_changed", if_exists=True, postgresql_concurrently=True)


def _index(name: str, table: str, columns: list[str | sa.TextClause], *, where: str | None = None) -> None:
    """Make an index; a build that was cut short leaves one that serves nobody."""
    op.drop_index(name, table_name=table, if_exists=True, postgresql_concurrently=True)
    op.create_index(
        name,
        table,
        columns,
        postgresql_where=sa.text(where) if where else None,
        postgresql_concurrently=True,
    )


def downgrade() -> None:
    op.create_index("ix_message_dossier_changed", "message", ["dossier_id", "changed_xid", "id"])
    op.drop_index(SEEN, "message")
    for name in (CHECKED, FAULTY):
        op.drop_index(name, "message_attachment")
    for name in ("checked_at", "fault"):
        op.drop_column("message_attachment", name)
    op.drop_column("message", "read_xid")
    op.drop_table("consent")
    op.execute("DROP FUNCTION consent_stays()")
