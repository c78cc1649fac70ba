"""Let sessions be watched, named and bound to a key."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

HOLDERS = ("authorization_code", "session")
ONE_HOLDER = "num_nonnulls(party_id, officer_id) = 1"
HOLDER_COLUMNS: Mapping[str, Callable[[], TypeEngine[Any]]] = {
    "officer_id": sa.Uuid,
    "provider": sa.String,
    "provider_subject_index": sa.LargeBinary,
    "provider_session_index": sa.LargeBinary,
    "provider_token_sealed": sa.LargeBinary,
    "key_thumbprint": sa.String,
}
SESSION_COLUMNS: Mapping[str, Callable[[], TypeEngine[Any]]] = {
    "code_digest": sa.LargeBinary,
    "device_name_sealed": sa.LargeBinary,
    "checked_at": partial(sa.DateTime, timezone=True),
    "checking_until": partial(sa.DateTime, timezone=True),
}
SIGN_IN_COLUMNS: Mapping[str, Callable[[], TypeEngine[Any]]] = {
    "key_thumbprint": sa.String,
    "browser_hash": sa.LargeBinary,
    "least_assurance": sa.Integer,
    "seen_after": partial(sa.DateTime, timezone=True),
}
SESSION_INDEXES = {
    "ix_session_officer": ("officer_id", "officer_id IS NOT NULL"),
    "ix_session_subject": ("provider_subject_index", "revoked_at IS NULL"),
    "ix_session_provider": ("provider_session_index", "revoked_at IS NULL"),
    "ix_session_code": ("code_digest", "code_digest IS NOT NULL"),
    "ix_session_revoked": ("revoked_at", "revoked_at IS NOT NULL"),
}


def upgrade() -> None:
    _add("sign_in", SIGN_IN_COLUMNS)
    for table in HOLDERS:
        op.alter_column(table, "party_id", nullable=True)
        _add(table, HOLDER_COLUMNS)
        op.drop_constraint("one_holder", table, type_="check", if_exists=True)
        op.create_check_constraint("one_holder", table, ONE_HOLDER, postgresql_not_valid=True)
    _add("session", SESSION_COLUMNS)
    op.create_table(
        "key_proof",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        prefixes=["UNLOGGED"],
        if_not_exists=True,
    )
    op.create_index("ix_key_proof_expires_at", "key_proof", ["expires_at"], if_not_exists=True)
    # While people sign in: neither reading all sessions once nor indexing them may keep them waiting.
    with op.get_context().autocommit_block():
        for table in HOLDERS:
            op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_one_holder")
        for name, (column, condition) in SESSION_INDEXES.items():
            # A build that was cut short leaves an index that serves nobody.
            op.drop_index(name, table_name="session", if_exists=True, postgresql_concurrently=True)
            op.create_index(
                name,
                "session",
                [column],
                postgresql_where=sa.text(condition),
                postgresql_concurrently=True,
            )


def downgrade() -> None:
    op.drop_table("key_proof")
    for name in SESSION_INDEXES:
        op.drop_index(name, table_name="session")
    _drop("session", SESSION_COLUMNS)
    op.execute("DELETE FROM refresh_token r USING session s WHERE s.id = r.session_id AND s.party_id IS NULL")
    for table in reversed(HOLDERS):
        op.drop_constraint("one_holder", table, type_="check")
        _drop(table, HOLDER_COLUMNS)
        op.execute(f"DELETE FROM {table} WHERE party_id IS NULL")
        op.alter_column(table, "party_id", nullable=False)
    _drop("sign_in", SIGN_IN_COLUMNS)


def _add(table: str, columns: Mapping[str, Callable[[], TypeEngine[Any]]]) -> None:
    """Add columns; one that an upgrade which was cut short has left is there already."""
    for name, kind in columns.items():
        op.add_column(table, sa.Column(name, kind(), nullable=True), if_not_exists=True)


def _drop(table: str, columns: Iterable[str]) -> None:
    for name in columns:
        op.drop_column(table, name)
