"""Officers as they see themselves and those whom they supervise."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from storage.officers.roles import Role


class HeldRole(BaseModel):
    """A role that counts now; an operator's has no agency. Agency roles reach all below the agency."""

    role: Role
    agency_code: str | None = Field(default=None, examples=["H26.1"])
    agency_name: str | None = Field(default=None, examples=["Ủy ban nhân dân phường Thử Nghiệm"])
    valid_from: datetime
    valid_until: datetime | None = None


class OfficerMe(BaseModel):
    """Whoever is signed in."""

    id: UUID
    name: str | None = None
    email: str | None = None
    roles: list[HeldRole]


class Colleague(HeldRole):
    """One role of one officer."""

    officer_id: UUID
    name: str | None = None
    email: str | None = None


class Colleagues(BaseModel):
    """A page of the roles held in an agency and below it, in the order in which they were given."""

    items: list[Colleague]
    next_cursor: str | None = None
