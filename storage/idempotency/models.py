"""Answers kept for a day, for whoever asks again."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from storage.base import moment, sealed


class IdempotentAnswer(SQLModel, table=True):
    """What one request was answered. Its id and content are keyed hashes: neither can be tried out."""

    __tablename__ = "idempotent_answer"

    id: bytes = Field(primary_key=True)
    content_hash: bytes
    answer_sealed: bytes = sealed()
    created_at: datetime = moment(index=True)
