"""One reading of a party's data by somebody else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, PrimaryKeyConstraint
from sqlmodel import Field, SQLModel

from storage.base import moment
from storage.ids import new_id


class Access(SQLModel, table=True):
    """One reading, of ids only, partitioned by month; rows are added and never changed.

    Attributes:
        party_id: whose data it is.
        reader_kind: party, officer, client or anonymous.
        reader: the id of the party or officer, or the name of the client; none of whoever is not known.
        object_kind: what was read: a dossier, a list of them, the inbox, …
        object_id: which one, where it was one.
        basis_id: by which right: the representation, or the link, where it was one.
    """

    __tablename__ = "access_log"
    __table_args__ = (
        PrimaryKeyConstraint("id", "at"),
        Index("ix_access_log_party", "party_id", "at", "id"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: UUID = Field(default_factory=new_id)
    at: datetime = moment()
    party_id: UUID
    reader_kind: str
    reader: str | None = None
    purpose: str
    object_kind: str
    object_id: UUID | None = None
    basis_id: UUID | None = None
