"""What an operator sees over the web."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from api.operation.channel_states import ChannelState, lane_name


class PauseItem(BaseModel):
    """Why a channel sends nothing."""

    author: str
    reason: str
    created_at: datetime


class ChannelItem(BaseModel):
    """One channel. What is paused waits, and may expire."""

    channel: str = Field(examples=["email"])
    paused: PauseItem | None = None
    waiting: dict[str, int] = Field(
        description="Sends that wait, by lane, counted up to a limit", examples=[{"high": 3, "normal": 120}]
    )
    oldest_due_seconds: float = Field(
        description="For how long the first of all could have been taken and was not"
    )

    @classmethod
    def of(cls, state: ChannelState) -> Self:
        """Show a channel's state."""
        pause = state.pause
        return cls(
            channel=state.name,
            paused=PauseItem.model_validate(pause, from_attributes=True) if pause else None,
            waiting={lane_name(lane.lane): lane.waiting for lane in state.lanes},
            oldest_due_seconds=state.oldest_due.total_seconds(),
        )


class Channels(BaseModel):
    """Every channel that a route, a setting, a pause or a waiting delivery names, by name."""

    items: list[ChannelItem]
