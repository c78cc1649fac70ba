"""What all tables share: names of constraints, times, and columns of bytes."""

from typing import Any

from sqlalchemy import DateTime, LargeBinary, MetaData, SmallInteger, text
from sqlalchemy.types import UserDefinedType
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's `xid8`: the 64-bit number of a transaction, which never wraps."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name the type in SQL."""
        return "xid8"


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A `timestamptz` column."""
    return Field(
        default=None if nullable else ...,
        sa_type=DateTime(timezone=True),
        nullable=nullable,
        index=index,
    )


def created() -> Any:
    """A `timestamptz` column filled by the database when the row is made."""
    return Field(
        default=None,
        sa_column_kwargs={"server_default": text("now()"), "nullable": False},
        sa_type=DateTime(timezone=True),
    )


def whole_number() -> Any:
    """A small number that is 0 unless set."""
    return Field(default=0, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("0")})


def sealed(*, nullable: bool = False) -> Any:
    """A column of bytes that only a party's key can read."""
    return Field(default=None if nullable else ..., sa_type=LargeBinary, nullable=nullable)
