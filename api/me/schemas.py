"""A party as it sees itself. Numbers and addresses are shown masked: the screen may be seen by others."""

import functools
import zoneinfo
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.bodies import Body
from api.text import Clean
from notify.categories import Category
from storage.contacts.addresses import ContactKind
from storage.contacts.models import ContactSource
from storage.parties.kinds import PartyKind

LONGEST_ADDRESS = 320


@functools.cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())  # reads the disk


def _known_zone(name: str) -> str:
    if name not in _time_zones():
        raise PydanticCustomError("unknown-time-zone", "There is no such time zone")
    return name


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]


class Me(BaseModel):
    """Whoever is signed in.

    Attributes:
        locale: the language in which messages are written to them.
        time_zone: by which clock they sleep: no message that can wait comes then.
        assurance: level of the electronic identity of this sign-in, 1 or 2 (Decree 69/2024/ND-CP).
    """

    kind: PartyKind
    number: str = Field(examples=["001********1"])
    name: str | None = Field(examples=["Nguyễn Thị An"])
    locale: str = Field(examples=["vi"])
    time_zone: str = Field(examples=["Asia/Ho_Chi_Minh"])
    assurance: int = Field(examples=[2])


class MeChange(Body):
    """What may be changed: one of them, or both. `time_zone` is a name of IANA's."""

    time_zone: TimeZone | None = Field(default=None, examples=["Asia/Ho_Chi_Minh"])
    locale: Literal["vi", "en"] | None = Field(default=None, validate_default=True)

    @field_validator("locale")
    @classmethod
    def _something(cls, locale: str | None, info: ValidationInfo) -> str | None:
        # A time zone that is not there was refused, and is reported by itself.
        if locale is None and info.data.get("time_zone", "") is None:
            raise PydanticCustomError("missing", "Field required")
        return locale


class ContactItem(BaseModel):
    """An address at which notices arrive, or will.

    Attributes:
        source: `verified` by its owner, for all notices; or `agency_supplied` with a dossier, for the notices
            of that one alone, until there is a verified one; or `pending`, waiting for the code that proves
            it, for none.
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


class NewContact(Body):
    """An address of one's own, in any usual spelling."""

    kind: ContactKind
    value: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ADDRESS), Clean] = Field(
        examples=["0912 345 678"]
    )


class ProofAsked(BaseModel):
    """An address that waits for its proof, or is `verified` already: then no code is sent.

    Attributes:
        value: masked.
        expires_at: how long the code is good.
        resend_after: when another one can be asked for.
    """

    id: UUID
    kind: ContactKind
    value: str = Field(examples=["+84******678"])
    verified: bool
    expires_at: datetime | None = None
    resend_after: datetime | None = None


class Proof(Body):
    """The code that was sent to the address."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$"), Clean] = Field(examples=["123456"])


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
