"""Puts the stand-in for Zalo together."""

from collections.abc import Mapping

from starlette.routing import Route

from infra.sandbox.faults import Faults
from infra.sandbox.outbox import Outbox
from infra.sandbox.receipts.receipts import Receipts
from infra.sandbox.zalo.ledger import Ledger
from infra.sandbox.zalo.messages import Messages
from infra.sandbox.zalo.oauth import OAuth
from infra.sandbox.zalo.queries import Queries
from infra.sandbox.zalo.templates import Template
from infra.sandbox.zalo.tokens import Tokens


def routes(
    *,
    tokens: Tokens,
    templates: Mapping[str, Template],
    api_url: str,
    outbox: Outbox,
    faults: Faults,
    receipts: Receipts,
) -> list[Route]:
    """Return the routes, with full paths; the busiest first."""
    ledger = Ledger()
    messages = Messages(
        tokens=tokens,
        templates=templates,
        ledger=ledger,
        webhook=f"{api_url}/v1/receipts/zalo",
        outbox=outbox,
        faults=faults,
        receipts=receipts,
    )
    queries = Queries(tokens=tokens, templates=templates, ledger=ledger, faults=faults)
    return [*messages.routes(), *OAuth(tokens=tokens, faults=faults).routes(), *queries.routes()]
