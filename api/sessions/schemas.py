"""Signed-in devices. Times are RFC 3339."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from api.bodies import Body
from api.paging import Mark
from api.text import Clean

DeviceName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=r"^[^\n\t]*$"),
    Clean,
    Field(examples=["iPhone 15"]),
]


class SessionMark(Mark):
    """The session with which a page ended."""

    id: UUID


class SessionItem(BaseModel):
    """One device on which an app is signed in.

    Attributes:
        app: the id under which the app is registered.
        signed_in_at: when the identity provider saw the person.
        last_used_at: when its tokens were renewed last, which an app in use does every ten minutes.
        current: whether it is the one that asks.
    """

    id: UUID
    app: str = Field(examples=["tindan-app"])
    device_name: str | None
    signed_in_at: datetime
    last_used_at: datetime
    current: bool


class SessionPage(BaseModel):
    """A page of sessions, the latest sign-in first."""

    items: list[SessionItem]
    next_cursor: str | None


class Naming(Body):
    """What to call this device."""

    device_name: DeviceName


class Ended(BaseModel):
    """How many sessions were ended."""

    ended: int
