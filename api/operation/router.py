"""`/v1/operation`: what operators see."""

from fastapi import APIRouter

from api.dependencies import AllServices, Operator, Read
from api.operation.channel_states import channel_states
from api.operation.schemas import ChannelItem, Channels

router = APIRouter(prefix="/v1/operation", tags=["operation"])


@router.get("/channels", summary="What waits on each channel, and which of them pause")
async def list_channels(_: Operator, reading: Read, services: AllServices) -> Channels:
    """Return the state of the channels, as `tindan channels list` shows it."""
    states = await channel_states(reading, services.routes, services.settings.notify)
    return Channels(items=[ChannelItem.of(state) for state in states])
