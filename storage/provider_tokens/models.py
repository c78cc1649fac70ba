"""A provider's tokens."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.base import moment, sealed


class ProviderToken(SQLModel, table=True):
    """The access token in force, and the single-use token that gets the next one, under the master key."""

    __tablename__ = "provider_token"

    provider: str = Field(primary_key=True)
    access_sealed: bytes = sealed()
    refresh_sealed: bytes = sealed()
    expires_at: datetime = moment()
    renewed_at: datetime = moment()
