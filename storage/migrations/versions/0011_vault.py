"""Keep documents in their owners' stores, their files, holds on them, and shares of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from storage.base import TransactionId

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("agency_code", sa.String(length=35), nullable=False),
        sa.Column("source_id", sa.String(length=128), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("holder_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("type_code", sa.String(length=64), nullable=False),
        sa.Column("type_name", sa.String(), nullable=False),
        sa.Column("procedure_code", sa.String(length=64), nullable=True),
        sa.Column("dossier_code", sa.String(length=80), nullable=True),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("issuer_name", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        _moment("state_at"),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("seal_id", sa.Uuid(), nullable=True),
        _moment("created_at"),
        _moment("removed_at", nullable=True),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column(
            "changed_xid", TransactionId(), server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_document_party_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["document.id"], name=op.f("fk_document_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("agency_code", "source_id", name=op.f("uq_document_agency_code_source_id")),
    )
    op.create_index("ix_document_party", "document", ["party_id", "created_at", "id"])
    op.create_index("ix_document_changed", "document", ["party_id", "changed_xid", "id"])
    op.create_index(op.f("ix_document_dossier_id"), "document", ["dossier_id"])
    for column in ("supersedes_id", "seal_id"):
        op.create_index(
            f"uq_document_{column}",
            "document",
            [column],
            unique=True,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.create_table(
        "document_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("signatures_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        _moment("created_at"),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        _moment("checked_at", nullable=True),
        sa.Column("fault", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_file_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_file")),
        sa.UniqueConstraint("document_id", "role", name=op.f("uq_document_file_document_id_role")),
        sa.UniqueConstraint("path", name=op.f("uq_document_file_path")),
    )
    op.create_index("ix_document_file_checked", "document_file", [sa.text("checked_at NULLS FIRST"), "id"])
    op.create_table(
        "document_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        _moment("until", nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_document_hold_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_hold")),
    )
    op.create_index(op.f("ix_document_hold_document_id"), "document_hold", ["document_id"])


def _shares() -> None:
    op.create_table(
        "share",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        sa.Column("uses_allowed", sa.SmallInteger(), nullable=False),
        sa.Column("uses_made", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _moment("revoked_at", nullable=True),
        sa.Column("representation_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("uses_made BETWEEN 0 AND uses_allowed", name=op.f("ck_share_uses")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_share_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_token_hash")),
    )
    op.create_index("ix_share_party", "share", ["party_id", "created_at", "id"])
    op.create_table(
        "share_document",
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_share_document_share_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_share_document_document_id")),
        sa.PrimaryKeyConstraint("share_id", "document_id", name=op.f("pk_share_document")),
    )
    op.create_index(op.f("ix_share_document_document_id"), "share_document", ["document_id"])
    op.create_table(
        "share_visit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("share_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        _moment("opened_at"),
        _moment("ends_at"),
        sa.ForeignKeyConstraint(["share_id"], ["share.id"], name=op.f("fk_share_visit_share_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_visit")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_share_visit_token_hash")),
    )
    op.create_index(op.f("ix_share_visit_share_id"), "share_visit", ["share_id"])
    op.create_table(
        "share_reading",
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        _moment("at"),
        sa.ForeignKeyConstraint(["visit_id"], ["share_visit.id"], name=op.f("fk_share_reading_visit_id")),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name=op.f("fk_share_reading_document_id")),
        sa.PrimaryKeyConstraint("visit_id", "document_id", "role", name=op.f("pk_share_reading")),
    )


def upgrade() -> None:
    _documents()
    _shares()


def downgrade() -> None:
    for table in (
        "share_reading",
        "share_visit",
        "share_document",
        "share",
        "document_hold",
        "document_file",
        "document",
    ):
        op.drop_table(table)
