"""Token buckets, in a table that needs not survive a crash."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.base import moment


class RateBucket(SQLModel, table=True):
    """What may still be sent at once, as of a moment; it fills with time."""

    __tablename__ = "rate_bucket"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    name: str = Field(primary_key=True)
    tokens: float
    refilled_at: datetime = moment()
