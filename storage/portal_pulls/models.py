"""How far each portal was read, whose turn it is, and what could not be kept.

A deployment is known by our name of it: the description of it is no business of the database.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, text
from sqlmodel import Field, SQLModel

from storage.base import moment, sealed
from storage.ids import new_id

_COUNT = {"server_default": text("0")}


class PortalStream(SQLModel, table=True):
    """How far one thing was read.

    Attributes:
        stream: a word of `kinds.Stream`.
        read_until: all that changed there before this moment was read.
        window_since: of the window under way, as is `window_until`; none between windows.
        cursor: the portal's next page of that window; none for its first.
        tried_at: when it was last asked, and `succeeded_at` when that last came to something.
        failing_since: since when it came to nothing; none while all is well.
        error: why, as a word and without any of the portal's.
        records: how many were read in all.
    """

    __tablename__ = "portal_stream"
    __table_args__ = (
        CheckConstraint("(window_since IS NULL) = (window_until IS NULL)", name="window"),
        CheckConstraint("cursor IS NULL OR window_since IS NOT NULL", name="cursor"),
        CheckConstraint("(failing_since IS NULL) = (error IS NULL)", name="failing"),
    )

    deployment: str = Field(max_length=40, primary_key=True)
    stream: str = Field(max_length=16, primary_key=True)
    read_until: datetime | None = moment(nullable=True)
    window_since: datetime | None = moment(nullable=True)
    window_until: datetime | None = moment(nullable=True)
    cursor: str | None = Field(default=None, max_length=200)
    tried_at: datetime | None = moment(nullable=True)
    succeeded_at: datetime | None = moment(nullable=True)
    failing_since: datetime | None = moment(nullable=True)
    error: str | None = Field(default=None, max_length=200)
    records: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_COUNT)


class PortalLease(SQLModel, table=True):
    """Whose turn it is to do a chore of a deployment, and until when.

    Attributes:
        holder: drawn by who does it, for once.
    """

    __tablename__ = "portal_lease"

    deployment: str = Field(max_length=40, primary_key=True)
    chore: str = Field(max_length=32, primary_key=True)
    holder: UUID
    until: datetime = moment()


class PortalBackfill(SQLModel, table=True):
    """All that changed at a portal in a long time, read slice by slice from `since` to `until`.

    Attributes:
        position: where the slice under way begins; all before it was read.
        cursor: the portal's next page of that slice.
        records: read so far, `events` kept of them, and `strays` that could not be.
        state: a word of `kinds.BackfillState`.
        error: why it stands still, where it failed.
    """

    __tablename__ = "portal_backfill"
    __table_args__ = (
        CheckConstraint("since <= position AND position <= until AND since < until", name="position"),
        CheckConstraint("(state = 'done') = (ended_at IS NOT NULL)", name="done"),
        Index("uq_portal_backfill_open", "deployment", unique=True, postgresql_where=text("state <> 'done'")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    deployment: str = Field(max_length=40)
    since: datetime = moment()
    until: datetime = moment()
    position: datetime = moment()
    cursor: str | None = Field(default=None, max_length=200)
    records: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_COUNT)
    events: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_COUNT)
    strays: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_COUNT)
    state: str = Field(max_length=16)
    error: str | None = Field(default=None, max_length=200)
    made_at: datetime = moment()
    changed_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)


class PortalStray(SQLModel, table=True):
    """A record that was read and could not be kept. It is lost only when a person says so.

    Attributes:
        digest: keyed hash of the record: the same one again is the same stray.
        code: of the dossier, where the record has a sound one.
        reason: a word: why it is not kept, and `field` where.
        record: as it was read, sealed under the installation's key: whose it is could not be told.
        times: how often it came.
        outcome: a word of `kinds.StrayOutcome`, once it is settled.
    """

    __tablename__ = "portal_stray"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (outcome IS NULL)", name="settled"),
        # For the list and the gauge: few are open, and all are kept.
        Index(
            "ix_portal_stray_open",
            "deployment",
            "first_at",
            "digest",
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("ix_portal_stray_kept", "settled_at", postgresql_where=text("outcome = 'kept'")),
    )

    deployment: str = Field(max_length=40, primary_key=True)
    digest: bytes = Field(primary_key=True)
    code: str | None = Field(default=None, max_length=64)
    reason: str = Field(max_length=64)
    field: str | None = Field(default=None, max_length=200)
    record: bytes = sealed()
    first_at: datetime = moment()
    last_at: datetime = moment()
    times: int = Field(default=1, sa_type=Integer, sa_column_kwargs={"server_default": text("1")})
    settled_at: datetime | None = moment(nullable=True)
    outcome: str | None = Field(default=None, max_length=16)


class PortalProcedure(SQLModel, table=True):
    """A procedure as a portal's list told of it when it was last read: what has not changed is not fetched.

    Attributes:
        told: SHA-256 of what the list says of it.
    """

    __tablename__ = "portal_procedure"

    deployment: str = Field(max_length=40, primary_key=True)
    code: str = Field(max_length=64, primary_key=True)
    told: bytes
    read_at: datetime = moment()


class PortalListed(SQLModel, table=True):
    """An entry of a list that a portal shares: of procedures, units or agencies.

    Attributes:
        stream: a word of `kinds.Stream`.
        gone_at: since when it is listed no more; none while it is. What it stood for stays.
    """

    __tablename__ = "portal_listed"

    deployment: str = Field(max_length=40, primary_key=True)
    stream: str = Field(max_length=16, primary_key=True)
    code: str = Field(max_length=35, primary_key=True)
    gone_at: datetime | None = moment(nullable=True)
