"""A broadcast as an operator drafts it, in a file or by options, and what would come of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from api.operation.entries import AgencyCode, FileError
from api.operation.house import operator
from api.text import clean
from notify.broadcasts import pushed_at
from notify.notice_params import VIETNAMESE
from notify.params import BroadcastWords
from notify.routebook import RouteBook
from storage.agencies import repository as agencies
from storage.broadcasts import audience as audiences
from storage.broadcasts.audience import Audience
from storage.broadcasts.repository import NewBroadcast
from storage.broadcasts.topics import LANGUAGES, topic_of
from storage.dossiers.working_days import VIETNAM
from storage.parties.kinds import PartyKind
from storage.unit_of_work import Reading

EVERYBODY = "all"
USUAL_LIFE = timedelta(days=30)
LONGEST_LIFE = timedelta(days=366)


def _in_utc(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=VIETNAM)).astimezone(UTC)


Time = Annotated[datetime, AfterValidator(_in_utc)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[!-~]+$", max_length=1000)]


class DraftWords(BroadcastWords):
    """Title and body in one language."""

    @field_validator("title", "body", mode="before")
    @classmethod
    def _clean(cls, given: object) -> object:
        return clean(given)


class DraftAudience(BaseModel):
    """Whom it is for: everybody (`all`) or those of an agency, and of both kinds, unless one is named.

    Nobody tells a whole country something by leaving a field out.
    """

    model_config = ConfigDict(extra="forbid")

    agency: AgencyCode | None
    kind: PartyKind | None = None

    @field_validator("agency", mode="before")
    @classmethod
    def _everybody(cls, given: object) -> object:
        return None if given == EVERYBODY else given


class Draft(BaseModel):
    """What is to be told: by whom, to whom, and when. Times without an offset are those of Vietnam."""

    model_config = ConfigDict(extra="forbid")

    agency: AgencyCode
    words: dict[str, DraftWords]
    link: Link | None = None
    audience: DraftAudience
    publish_at: Time = Field(default_factory=lambda: datetime.now(UTC))
    expires_at: Time | None = None

    @field_validator("words")
    @classmethod
    def _known_languages(cls, words: dict[str, DraftWords]) -> dict[str, DraftWords]:
        if VIETNAMESE not in words or words.keys() - set(LANGUAGES):
            raise ValueError(f"it is worded in vi, and if need be in one more of {', '.join(LANGUAGES)}")
        return words

    @model_validator(mode="after")
    def _lives(self) -> "Draft":
        if not timedelta(0) < self.ends_at - max(self.publish_at, datetime.now(UTC)) <= LONGEST_LIFE:
            raise ValueError("expires_at must come after publish_at and now, within a year")
        return self

    @property
    def ends_at(self) -> datetime:
        """Until when it counts as unread: for thirty days, unless it is said."""
        return self.expires_at or max(self.publish_at, datetime.now(UTC)) + USUAL_LIFE


class UnknownAgencyError(Exception):
    """There is no agency of this code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a draft comes to.

    Attributes:
        parties: how many are in the audience now.
        topics: to which it is pushed, one a language.
        pushed_at: when; none where it is in the app alone.
    """

    new: NewBroadcast
    audience_code: str | None
    parties: int
    topics: tuple[str, ...]
    pushed_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "audience": {
                "agency": self.audience_code,
                "kind": self.new.audience.kind,
                "parties": self.parties,
            },
            "topics": self.topics,
            "publish_at": self.new.publish_at,
            "pushed_at": self.pushed_at,
            "expires_at": self.new.expires_at,
            "words": self.new.words,
            "link": self.new.link,
        }


def read_draft(file: Path | None, options: Mapping[str, Any]) -> Draft:
    """Read a draft from a JSON file, if there is one; options that are given stand in place of its fields.

    Raises FileError that names the field.
    """
    try:
        given = json.loads(file.read_text("utf-8-sig")) if file else {}
    except ValueError as error:
        raise FileError(f"{file and file.name}: it is no JSON ({error})") from error
    if not isinstance(given, dict):
        raise FileError(f"{file and file.name}: a JSON object is expected")
    try:
        return Draft.model_validate(_laid_over(given, options))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise FileError(f"{where or 'broadcast'}: {first['msg'].removeprefix('Value error, ')}") from error


def _laid_over(given: Mapping[str, Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """Lay what is given over a draft, also within its objects."""
    merged = dict(given)
    for name, value in options.items():
        below = merged.get(name)
        if isinstance(value, Mapping):
            inner = _laid_over(below if isinstance(below, Mapping) else {}, value)
            if inner:
                merged[name] = inner
        elif value is not None:
            merged[name] = value
    return merged


async def prospect(reading: Reading, draft: Draft, book: RouteBook) -> Prospect:
    """Say what a draft comes to. Raises UnknownAgencyError."""
    codes = [code for code in (draft.agency, draft.audience.agency) if code]
    known = await agencies.resolve(reading, codes)
    if missing := [code for code in codes if code not in known]:
        raise UnknownAgencyError(missing[0])
    place = draft.audience.agency
    audience = Audience(agency_id=known[place].id if place else None, kind=draft.audience.kind)
    publish_at = max(draft.publish_at, datetime.now(UTC))
    new = NewBroadcast(
        agency_id=known[draft.agency].id,
        words={language: words.model_dump() for language, words in draft.words.items()},
        link=draft.link,
        audience=audience,
        author=operator(),
        publish_at=publish_at,
        expires_at=draft.ends_at,
    )
    routing = await book.current(reading)
    return Prospect(
        new=new,
        audience_code=place,
        parties=await audiences.size(reading, audience),
        topics=tuple(topic_of(audience, language) for language in LANGUAGES),
        pushed_at=pushed_at(publish_at, draft.ends_at, routing),
    )
