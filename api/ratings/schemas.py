"""Ratings as they are asked for, signed for, and given. Bytes are base64url without padding (RFC 4648, 5)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.bodies import Body
from api.named import Named
from api.text import Clean
from storage.ratings.kinds import LONGEST_TEXT, Reason, Satisfaction

_EXAMPLE_32 = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"
_EXAMPLE_256 = "Lp7" * 114
Bytes16 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""16 bytes."""
Bytes32 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""32 bytes."""
Bytes256 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{342}$")]
"""256 bytes, as long as the modulus of a key."""


def _month(given: object) -> object:
    """Read a month as the ISO writes it. Raises PydanticCustomError."""
    try:
        return datetime.strptime(str(given), "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError as error:
        raise PydanticCustomError("month", "A month is written as 2026-11") from error


Month = Annotated[date, BeforeValidator(_month)]


def as_bytes(text: str) -> bytes:
    """Return what base64url of a known length stands for."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_text(content: bytes) -> str:
    """Return bytes in base64url."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


class RatingState(StrEnum):
    """Whether a dossier may be rated."""

    NOT_YET = "not_yet"
    OPEN = "open"
    CLOSED = "closed"


class RatingKey(BaseModel):
    """A public key (RFC 7517): all who rate dossiers of one agency, closed in one month, get the same.

    Attributes:
        kid: its thumbprint (RFC 7638), which `/v1/agencies/{code}/ratings` names to everybody.
        scheme: how it signs (RFC 9474), which JOSE has no name for.
    """

    kty: Literal["RSA"]
    n: str
    e: str = Field(examples=["AQAB"])
    kid: Bytes32 = Field(examples=[_EXAMPLE_32])
    scheme: Literal["RSABSSA-SHA384-PSS-Randomized"] = "RSABSSA-SHA384-PSS-Randomized"


class Choice(BaseModel):
    """Something that may be chosen: a word to be sent, and the name to be shown."""

    code: str = Field(examples=["on_time"])
    name: str = Field(examples=["Trả kết quả đúng hoặc sớm hẹn"])


class LevelChoice(Choice):
    """A level, and the reasons that go with it."""

    code: Satisfaction
    name: str = Field(examples=["Hài lòng"])
    reasons: list[Choice]


class RatingInvitation(BaseModel):
    """Whether the caller's dossier may be rated, and how.

    Attributes:
        closes_on: the last day, in Vietnam; none before the party was asked.
        issued: a token was signed for it. The app that had it signed can rate with it, and no other.
        key: signs the token; none before the party was asked.
        choices: what may be said.
    """

    state: RatingState
    closes_on: date | None
    issued: bool
    key: RatingKey | None
    choices: list[LevelChoice]


class RatingLink(Body):
    """What a link of a notice holds by which a dossier is rated without a sign-in.

    Attributes:
        code: of the dossier.
        proof: that the notice arrived.
    """

    code: Annotated[str, StringConstraints(max_length=200), Clean] = Field(examples=["H26.1-261121-0001"])
    proof: Bytes16 = Field(examples=["q83vEjRWeJCrze8SNFZ4kA"])


class LinkedInvitation(RatingInvitation):
    """Whether the dossier of a link may be rated, how, and among which others.

    Attributes:
        agency: whose it was; none before the party was asked, as `month`.
        month: in which it was closed.
    """

    agency: Named | None
    month: str | None = Field(examples=["2026-11"])


class LinkedTokenRequest(RatingLink):
    """A token for the dossier of a link: see `TokenRequest`."""

    blinded: Bytes256 = Field(examples=[_EXAMPLE_256])


class TokenRequest(Body):
    """A token that was drawn, prepared and blinded by the app (RFC 9474, 4.1 and 4.2)."""

    blinded: Bytes256 = Field(examples=[_EXAMPLE_256])


class SignedToken(BaseModel):
    """What the app unblinds, and verifies (RFC 9474, 4.4)."""

    kid: Bytes32 = Field(examples=[_EXAMPLE_32])
    signed: Bytes256 = Field(examples=[_EXAMPLE_256])


class NewRating(Body):
    """What is said of a dossier, with the token that proves it.

    Attributes:
        kid: the name of the key that signed the token.
        prefix: the random 32 bytes with which the token was prepared (RFC 9474, 4.1).
        message: the token: 32 random bytes.
        signature: what was unblinded.
        reasons: those that go with the level.
        text: whatever else; what is personal in it is taken out before it is kept.
    """

    kid: Bytes32 = Field(examples=[_EXAMPLE_32])
    prefix: Bytes32 = Field(examples=[_EXAMPLE_32])
    message: Bytes32 = Field(examples=[_EXAMPLE_32])
    signature: Bytes256 = Field(examples=[_EXAMPLE_256])
    level: Satisfaction = Field(examples=["satisfied"])
    reasons: list[Reason] = Field(default=[], max_length=len(Reason), examples=[["on_time"]])
    text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT), Clean] | None = Field(
        default=None, examples=["Cán bộ hướng dẫn tận tình."]
    )


class KeptRating(BaseModel):
    """A rating that was kept.

    Attributes:
        editable_until: the last day, in Vietnam, on which the same token may change it.
    """

    editable_until: date


class GroupQuery(BaseModel):
    """Which month is asked for."""

    month: Month = Field(
        description="In which the dossiers were closed",
        json_schema_extra={"format": None, "examples": ["2026-11"]},
    )


class ReasonCount(Choice):
    """How many gave a reason."""

    count: int = Field(examples=[12])


class LevelCount(Choice):
    """How many chose a level, and which reasons they gave."""

    code: Satisfaction
    name: str = Field(examples=["Hài lòng"])
    count: int = Field(examples=[34])
    reasons: list[ReasonCount]


class RatingAnswer(BaseModel):
    """What the agency answers.

    Attributes:
        to: those who chose a level; none where it is to all who rated.
        written_on: the day, in Vietnam.
    """

    to: Choice | None
    text: str = Field(examples=["Chúng tôi đã thêm một quầy tiếp nhận."])
    written_on: date


class AgencyRatings(BaseModel):
    """What was said of an agency's dossiers that were closed in a month.

    Attributes:
        kid: the name of the one key that signs for all of them: an app that was shown another one for a
            dossier of the group should not rate by it. None where nobody was asked yet.
        suppressed: fewer than five have rated, so that nothing else is told.
        total: how many have rated.
        answers: what the agency says to it; to a level only where five chose that one.
    """

    agency: Named
    month: str = Field(examples=["2026-11"])
    kid: str | None = Field(examples=[_EXAMPLE_32])
    suppressed: bool
    total: int | None = Field(examples=[57])
    levels: list[LevelCount] | None
    answers: list[RatingAnswer]
