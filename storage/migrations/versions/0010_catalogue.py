"""Keep versions of the catalogue, what each procedure was in them, and versions of administrative units."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

GUARDS = """
CREATE FUNCTION catalogue_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE restrict_violation USING MESSAGE = 'what the catalogue was stays';
END $$;
CREATE TRIGGER catalogue_version_stays BEFORE UPDATE OR DELETE ON catalogue_version
  FOR EACH ROW EXECUTE FUNCTION catalogue_stays();
CREATE TRIGGER procedure_revision_stays BEFORE UPDATE OR DELETE ON procedure_revision
  FOR EACH ROW EXECUTE FUNCTION catalogue_stays();
CREATE TRIGGER unit_version_stays BEFORE UPDATE OR DELETE ON unit_version
  FOR EACH ROW EXECUTE FUNCTION catalogue_stays();
"""


def upgrade() -> None:
    op.create_table(
        "catalogue_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "procedure_revision",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.ForeignKeyConstraint(
            ["version"], ["catalogue_version.number"], name=op.f("fk_procedure_revision_version")
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("pk_procedure_revision")),
    )
    op.create_table(
        "unit_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("provinces", sa.Integer(), nullable=False),
        sa.Column("communes", sa.Integer(), nullable=False),
        sa.Column("former", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_unit_version")),
    )
    # A constant default rewrites nothing; the previous release writes procedures without these columns.
    op.add_column("procedure", sa.Column("content_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "procedure", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("procedure", sa.Column("removed_in", sa.Integer(), nullable=True))
    op.execute(GUARDS)


def downgrade() -> None:
    op.drop_column("procedure", "removed_in")
    op.drop_column("procedure", "version")
    op.drop_column("procedure", "content_hash")
    op.drop_table("unit_version")
    op.drop_table("procedure_revision")
    op.drop_table("catalogue_version")
    op.execute("DROP FUNCTION catalogue_stays()")
