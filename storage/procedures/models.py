"""The catalogue of administrative procedures, its versions, and what each procedure was in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from storage.base import created


class Procedure(SQLModel, table=True):
    """One procedure under its short national code, as it stands; one that was removed stays, for dossiers.

    Attributes:
        details: `storage.procedures.record.Procedure` without what is default.
        content_hash: of `details`; none for what was written before there were versions.
        version: the version of the catalogue in which it last came or changed.
        removed_in: the version that has it no more.
    """

    __tablename__ = "procedure"

    code: str = Field(primary_key=True, max_length=64)
    name: str
    field: str | None = None
    executing_agency: str | None = None
    details: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default="{}"))
    updated_at: datetime = created()
    content_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    version: int = Field(default=0, sa_column_kwargs={"server_default": sql("0")})
    removed_in: int | None = None


class CatalogueVersion(SQLModel, table=True):
    """An import that changed something: who brought what from where. Never changed.

    Attributes:
        digest: of all codes and content hashes; the same for the same catalogue, however it came about.
    """

    __tablename__ = "catalogue_version"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    imported_at: datetime = created()
    author: str
    source: str
    added: int
    changed: int
    removed: int
    total: int
    digest: bytes = Field(sa_type=LargeBinary)


class ProcedureRevision(SQLModel, table=True):
    """What a procedure became in a version; without a record where that removed it. Never changed."""

    __tablename__ = "procedure_revision"

    code: str = Field(primary_key=True, max_length=64)
    version: int = Field(
        primary_key=True, foreign_key="catalogue_version.number", sa_column_kwargs={"autoincrement": False}
    )
    content_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    record: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
