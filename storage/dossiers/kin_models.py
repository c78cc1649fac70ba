"""Which dossier another is part of: procedures handled together ("liên thông")."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from storage.base import created


class DossierParent(SQLModel, table=True):
    """The dossier that one is part of, by its code: it may be of any agency, and may be yet to come."""

    __tablename__ = "dossier_parent"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossier.id")
    parent_code: str = Field(index=True, max_length=80)
    told_at: datetime = created()
