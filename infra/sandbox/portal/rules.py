"""What differs between deployments of the interface, and can be set by a test."""

from typing import Annotated, Literal

from pydantic import Field

from infra.sandbox.plans import Strict

LENGTHS = {"NguoiXuLy": 50, "TrichYeuHoSo": 1000, "TenTepDinhKem": 4000}
"""Characters that a field takes."""
MOST_PROGRESS = 10
"""Steps of progress that one call takes."""


class Rules(Strict):
    """How the stand-in behaves.

    Attributes:
        success: its code for success.
        lengths: whether a text that is too long is refused, or cut without a word.
        session_seconds: how long a session or token is good, counted from when it was given.
        window: whether dossiers are found by a window of time, too.
        totals: whether a page says how many there are in all.
        each: whether an answer to reports says what became of each.
        replaces: whether a question, a complaint or ratings take the place of what has their key.
        page: records on a page, at the most.
        clock_hours: how far its clock is ahead of ours.
    """

    success: Literal["00", "0"] = "00"
    lengths: Literal["refuse", "cut"] = "refuse"
    session_seconds: Annotated[float, Field(gt=0, le=86_400)] = 600
    window: bool = True
    totals: bool = True
    each: bool = True
    replaces: bool = True
    page: Annotated[int, Field(ge=1, le=1000)] = 100
    clock_hours: Annotated[float, Field(ge=-24, le=24)] = 0
