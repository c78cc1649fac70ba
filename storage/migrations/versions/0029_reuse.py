"""Keep who was let to use which results again; let a consent be to one thing alone."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

GUARD = """
CREATE FUNCTION reuse_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  -- What an owner says, and how often was fetched since, may change; what was asked may not.
  said text[] := ARRAY['answer', 'answered_at', 'answered_by', 'representation_id', 'visits', 'visit_ends_at'];
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'reuse_request' THEN
    IF to_jsonb(OLD) - said = to_jsonb(NEW) - said THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE restrict_violation USING MESSAGE = 'what was asked, granted and fetched stays as it was';
END $$;
"""
TABLES = ("reuse_request", "reuse_document", "reuse_reading")
TRIGGER = """
CREATE TRIGGER reuse_stays BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION reuse_stays()
"""


def upgrade() -> None:
    op.add_column("consent", sa.Column("subject_id", sa.Uuid(), nullable=True))
    _make_requests()
    _make_documents()
    op.execute(GUARD)
    for table in TABLES:
        op.execute(TRIGGER.format(table))


def _make_requests() -> None:
    op.create_table(
        "reuse_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("source_id", sa.String(length=128), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("procedure_code", sa.String(length=64), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.SmallInteger(), nullable=True),
        sa.Column("type_codes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("representation_id", sa.Uuid(), nullable=True),
        sa.Column("visits", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("visit_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_reuse_request_answered")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_by IS NULL)", name=op.f("ck_reuse_request_answered_by")
        ),
        sa.CheckConstraint(
            "cardinality(type_codes) > 0 OR number_sealed IS NOT NULL", name=op.f("ck_reuse_request_asks")
        ),
        sa.CheckConstraint(
            "asked_at < expires_at AND expires_at <= asked_at + interval '30 days'",
            name=op.f("ck_reuse_request_life"),
        ),
        sa.CheckConstraint("(visits = 0) = (visit_ends_at IS NULL)", name=op.f("ck_reuse_request_visited")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_reuse_request_agency_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_reuse_request_party_id")),
        sa.ForeignKeyConstraint(["dossier_id"], ["dossier.id"], name=op.f("fk_reuse_request_dossier_id")),
        sa.ForeignKeyConstraint(["answered_by"], ["party.id"], name=op.f("fk_reuse_request_answered_by")),
        sa.ForeignKeyConstraint(
            ["representation_id"], ["representation.id"], name=op.f("fk_reuse_request_representation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse_request")),
        sa.UniqueConstraint("agency_id", "source_id", name=op.f("uq_reuse_request_agency_id_source_id")),
    )
    op.create_index("ix_reuse_request_party_id", "reuse_request", ["party_id", "asked_at", "id"])
    op.create_index("ix_reuse_request_asked", "reuse_request", ["party_id", "agency_id", "procedure_code"])
    op.create_index(
        "ix_reuse_request_dossier_id",
        "reuse_request",
        ["dossier_id"],
        postgresql_where=sa.text("dossier_id IS NOT NULL"),
    )


def _make_documents() -> None:
    op.create_table(
        "reuse_document",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        *_belonging("reuse_document"),
        sa.PrimaryKeyConstraint("request_id", "document_id", name=op.f("pk_reuse_document")),
    )
    op.create_table(
        "reuse_reading",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("visit", sa.SmallInteger(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        *_belonging("reuse_reading"),
        sa.PrimaryKeyConstraint("request_id", "visit", "document_id", "role", name=op.f("pk_reuse_reading")),
    )
    for table in ("reuse_document", "reuse_reading"):
        op.create_index(op.f(f"ix_{table}_document_id"), table, ["document_id"])


def _belonging(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        sa.ForeignKeyConstraint(["request_id"], ["reuse_request.id"], name=op.f(f"fk_{table}_request_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f(f"fk_{table}_document_id")),
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION reuse_stays()")
    op.drop_column("consent", "subject_id")
