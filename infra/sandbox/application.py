"""Puts the sandbox together."""

import dataclasses

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from .control import Control
from .faults import Faults
from .fcm.google import Google
from .fcm.messaging import Messaging
from .keys import rsa_key
from .outbox import Outbox
from .pause import Pause
from .settings import Settings
from .smtp import Sink


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The parts that the listeners need."""

    web: Starlette
    sink: Sink
    pause: Pause
    outbox: Outbox

    def stop_waiting(self) -> None:
        """Let every handler that sleeps come to its end."""
        self.pause.end()
        self.outbox.close()


def assemble(settings: Settings, *, public_url: str) -> Sandbox:
    """Create every part.

    Args:
        settings: What the sandbox was told.
        public_url: How the HTTP listener is reached, now that its port is known.
    """
    pause = Pause()
    outbox, faults = Outbox(), Faults(pause)
    google = Google(key=rsa_key(settings.state_dir, "google"), public_url=public_url)
    routes = [
        *Messaging(google=google, outbox=outbox, faults=faults).routes(),
        *google.routes(),
        *Control(outbox=outbox, faults=faults).routes(),
        Route("/health", _health),
    ]
    return Sandbox(
        web=Starlette(routes=routes), sink=Sink(outbox=outbox, faults=faults), pause=pause, outbox=outbox
    )


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok")
