"""Puts the sandbox together."""

import dataclasses

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from infra.sandbox import people, staff
from infra.sandbox.accounts import Accounts
from infra.sandbox.app.api import Api
from infra.sandbox.app.screens import Screens
from infra.sandbox.control import Control
from infra.sandbox.emc.provider import Emc
from infra.sandbox.faults import Faults
from infra.sandbox.fcm.google import Google
from infra.sandbox.fcm.messaging import Messaging
from infra.sandbox.idp import provider
from infra.sandbox.journal import Journal
from infra.sandbox.keys import rsa_key
from infra.sandbox.outbox import Outbox
from infra.sandbox.pause import Pause
from infra.sandbox.phone.phones import Phones
from infra.sandbox.phone.screen import Screen
from infra.sandbox.portal.provider import Portal
from infra.sandbox.receipts.receipts import Receipts
from infra.sandbox.settings import Settings
from infra.sandbox.smtp import Sink
from infra.sandbox.twilio.messages import Messages
from infra.sandbox.vnform import provider as vnform
from infra.sandbox.zalo import provider as zalo
from infra.sandbox.zalo import templates as zalo_templates
from infra.sandbox.zalo.tokens import Tokens


@dataclasses.dataclass(frozen=True, kw_only=True)
class Sandbox:
    """The parts that the listeners need."""

    web: Starlette
    sink: Sink
    pause: Pause
    outbox: Outbox
    api: Api
    receipts: Receipts
    journal: Journal | None

    def stop_waiting(self) -> None:
        """Let every handler that sleeps come to its end."""
        self.pause.end()
        self.outbox.close()

    async def aclose(self) -> None:
        """Close the connections to others, and what was kept."""
        await self.receipts.aclose()
        await self.api.aclose()
        if self.journal:
            self.journal.close()


def assemble(settings: Settings, *, public_url: str) -> Sandbox:
    """Create every part.

    Args:
        settings: What the sandbox was told.
        public_url: How the HTTP listener is reached, now that its port is known.
    """
    pause = Pause()
    outbox, faults, receipts = Outbox(), Faults(pause), Receipts()
    journal = Journal(settings.journal) if settings.journal else None
    if journal:
        outbox.restore(journal.read(), journal.append)
    api = Api(api_url=settings.api_url, redirect_uri=f"{public_url}/app/callback")
    tokens, templates = Tokens(), zalo_templates.load()
    accounts = people.load()
    google = Google(key=rsa_key(settings.state_dir, "google"), public_url=public_url)
    messaging = Messaging(google=google, outbox=outbox, faults=faults)
    phones = Phones(accounts=accounts, subscribers=messaging.subscribers, followed=messaging.followed)
    routes = [
        *messaging.routes(),
        *google.routes(),
        *Messages(outbox=outbox, faults=faults, receipts=receipts).routes(),
        *zalo.routes(
            tokens=tokens,
            templates=templates,
            api_url=settings.api_url,
            outbox=outbox,
            faults=faults,
            receipts=receipts,
        ),
        *provider.routes(
            accounts=accounts,
            officers=staff.load(),
            keys={name: rsa_key(settings.state_dir, name) for name in ("idp", "staff")},
            public_url=public_url,
            api_url=settings.api_url,
            client_secret=settings.idp_client_secret,
            faults=faults,
        ),
        *Emc(faults=faults).routes(),
        *Portal(faults=faults).routes(),
        *vnform.routes(faults=faults, public_url=public_url),
        *Screens(api=api, accounts=accounts, phones=phones, follow=messaging.follow).routes(),
        *Screen(accounts=accounts, outbox=outbox, phones=phones).routes(),
        *phones.routes(),
        *Accounts(public_url=public_url, tokens=tokens, templates=templates).routes(),
        *Control(outbox=outbox, faults=faults, receipts=receipts).routes(),
        Route("/health", _health),
    ]
    return Sandbox(
        web=Starlette(routes=routes),
        sink=Sink(outbox=outbox, faults=faults),
        pause=pause,
        outbox=outbox,
        api=api,
        receipts=receipts,
        journal=journal,
    )


async def _health(_request: Request) -> Response:
    return PlainTextResponse("ok")
