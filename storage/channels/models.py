"""Pauses of channels."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.base import created


class ChannelPause(SQLModel, table=True):
    """A channel that sends nothing until its row is gone; its sends wait."""

    __tablename__ = "channel_pause"

    channel: str = Field(primary_key=True)
    author: str
    reason: str
    created_at: datetime = created()
