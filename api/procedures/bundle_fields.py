"""The fields of the offline bundle: those of the catalogue's records, under short keys.

Phones keep thousands of records, and parse them at each start. What is absent is what it is by default: none,
nothing, 0 or false. A field without a key fails at import, so that none is forgotten.
"""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from storage.procedures.record import (
    Fee,
    LegalBasis,
    Method,
    Paper,
    Procedure,
    Result,
    Steps,
    TimeLimit,
)

Content = Literal["search", "full"]


def _keys(**names: str) -> ConfigDict:
    return ConfigDict(alias_generator=names.__getitem__, validate_by_name=True, serialize_by_alias=True)


class PackedFee(Fee):
    """A fee; an empty one is told in words alone, which `search` leaves out."""

    model_config = _keys(amount="a", note="n")


class PackedLimit(TimeLimit):
    """A time limit."""

    model_config = _keys(quantity="q", unit="u", text="t")


class PackedMethod(Method):
    """A way to hand in."""

    model_config = _keys(channel="c", limit="l", fees="f", note="n")

    limit: PackedLimit | None = None
    fees: tuple[PackedFee, ...] = ()


class PackedPaper(Paper):
    """A paper."""

    model_config = _keys(
        name="n",
        case="c",
        originals="o",
        copies="k",
        is_note="x",
        code="i",
        form_name="f",
        form_url="u",
    )


class PackedSteps(Steps):
    """The steps of one case."""

    model_config = _keys(text="t", case="c")


class PackedResult(Result):
    """What comes of it."""

    model_config = _keys(name="n", code="i")


class PackedBasis(LegalBasis):
    """A legal document."""

    model_config = _keys(name="n", number="i")


class PackedProcedure(Procedure):
    """A procedure."""

    model_config = _keys(
        code="c",
        name="n",
        field="f",
        field_code="fc",
        agency="a",
        competent_agency="ac",
        coordinating_agency="ao",
        promulgating_agency="ap",
        promulgating_agency_code="ai",
        levels="l",
        province="v",
        applicants="w",
        online_level="o",
        scope="y",
        decision="d",
        description="t",
        steps="s",
        methods="m",
        papers="p",
        sets="ps",
        results="r",
        conditions="q",
        legal_basis="b",
        receiving_address="ra",
        portal_url="u",
        keywords="k",
        extra="x",
    )

    steps: tuple[PackedSteps, ...] = ()
    methods: tuple[PackedMethod, ...] = ()
    papers: tuple[PackedPaper, ...] = ()
    results: tuple[PackedResult, ...] = ()
    legal_basis: tuple[PackedBasis, ...] = ()


class Head(BaseModel):
    """What a bundle says of itself.

    Attributes:
        version: of the catalogue; 0 before the first import.
        next: what to send as `since` the next time.
        content: `search` holds what finds and tells apart, `full` all that is known.
        since: the version that this goes on from; null where it is the whole.
        total: how many procedures are held once this is applied.
    """

    version: int = Field(examples=[7])
    imported_at: datetime | None
    next: str = Field(examples=["7-6d1f0c2ab9e4"])
    content: Content
    since: int | None
    total: int


class Bundle(Head):
    """The catalogue for offline use.

    To apply a delta, replace by code what is in `procedures`, and drop what is in `removed`: that is what the
    whole is by then. Procedures stand in order of their codes.
    """

    procedures: list[PackedProcedure]
    removed: list[str] = Field(examples=[["1.000105"]])


_SEARCH: dict[str, Any] = {
    **dict.fromkeys(("code", "name", "field", "agency", "promulgating_agency", "levels", "province"), True),
    **dict.fromkeys(("applicants", "online_level", "keywords"), True),
    "methods": {
        "__all__": {"channel": True, "limit": True, "fees": {"__all__": {"amount": True}}},
    },
}


def pack(record: str, content: Content) -> str:
    """Return a record, a JSON text, under short keys; what only a newer release knows is left out."""
    found = PackedProcedure.model_validate_json(record, extra="ignore")
    return found.model_dump_json(exclude_defaults=True, include=_SEARCH if content == "search" else None)
