"""A party as it sees itself. Numbers and addresses are shown masked: the screen may be seen by others."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import Body
from notify.categories import Category
from storage.contacts.addresses import ContactKind
from storage.contacts.models import ContactSource
from storage.parties.kinds import PartyKind


class Me(BaseModel):
    """Whoever is signed in.

    Attributes:
        locale: the language in which messages are written to them.
        assurance: level of the electronic identity of this sign-in, 1 or 2 (Decree 69/2024/ND-CP).
    """

    kind: PartyKind
    number: str = Field(examples=["001********1"])
    name: str | None = Field(examples=["Nguyễn Thị An"])
    locale: str = Field(examples=["vi"])
    assurance: int = Field(examples=[2])


class MeChange(Body):
    """What may be changed."""

    locale: Literal["vi", "en"]


class ContactItem(BaseModel):
    """An address at which notices arrive.

    Attributes:
        source: `verified` by its owner, for all notices; or `agency_supplied` with a dossier, for the notices
            of that one alone, until there is a verified one.
    """

    id: UUID
    kind: ContactKind
    value: str = Field(examples=["n***@example.vn"])
    source: ContactSource
    verified: bool
    dossier_code: str | None = Field(examples=["H26.1-261121-0001"])
    created_at: datetime


class Contacts(BaseModel):
    """All addresses in use, newest first."""

    items: list[ContactItem]


class PreferenceItem(BaseModel):
    """Whether notices of a category travel on a channel. In the app they are always.

    `locked` ones are always on: a right or a deadline of the citizen hangs on them.
    """

    category: Category
    channel: str = Field(examples=["email"])
    enabled: bool
    locked: bool


class Preferences(BaseModel):
    """Every category on every channel that it may take."""

    items: list[PreferenceItem]


class PreferenceChange(Body):
    """A word on one category and channel; `locked` may come back as it was read, and is not looked at."""

    category: Category
    channel: str
    enabled: bool
    locked: bool | None = None


class PreferencesChange(Body):
    """What to turn on or off. What is not named stays: an older app does not know newer categories."""

    items: list[PreferenceChange] = Field(max_length=200)
