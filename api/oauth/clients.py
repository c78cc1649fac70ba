"""The grant of agencies' clients (RFC 6749, section 4.4)."""

from dataclasses import replace

from api.oauth.answers import ClientProof, client_proof, token_type
from api.oauth.asking import TokenRequest, proved_key
from api.oauth.schemas import TokenAnswer
from api.services import Services
from auth import agencies, assertions
from auth.assertions import Accepted, Assertions
from auth.principals import AgencyCaller
from storage.agencies.clients import KnownClient
from storage.unit_of_work import UnitOfWork


async def grant(services: Services, request: TokenRequest) -> TokenAnswer:
    """Return a token for a client that proves itself by a secret or an assertion.

    The token lives on to its end, ten minutes unless set otherwise, whatever becomes of the client meanwhile.

    Raises:
        OAuthError: `invalid_client`, `invalid_scope`, or `invalid_request`.
    """
    proof = client_proof(request.authorization, request.form)
    # Keys may have to be fetched for this, so the unit is opened after it.
    asserted = await _asserted(services, proof.assertion) if proof.assertion is not None else None
    async with services.unit_of_work() as uow:
        bound_to = await proved_key(uow, services, request.shown)
        caller = await _caller(uow, proof, asserted, request.form.scope)
        await uow.commit()
    return TokenAnswer(
        access_token=services.tokens.for_agency(replace(caller, bound_to=bound_to)),
        token_type=token_type(bound=bound_to is not None),
        expires_in=services.tokens.life_seconds,
        scope=" ".join(sorted(caller.scopes)),
    )


async def _asserted(services: Services, assertion: str) -> tuple[KnownClient | None, Accepted | None]:
    """Return who is said to call, and what proves it."""
    issuer = services.tokens.issuer
    async with services.reading() as reading:
        client = await agencies.find(reading, assertions.claimed_client(assertion))
    judge = Assertions({issuer, f"{issuer}/oauth/token"}, services.client_keys)
    return client, await judge.check(client, assertion)


async def _caller(
    uow: UnitOfWork,
    proof: ClientProof,
    asserted: tuple[KnownClient | None, Accepted | None] | None,
    scope: str | None,
) -> AgencyCaller:
    if asserted is None:
        return await agencies.authenticate(uow, client_id=proof.client_id, secret=proof.secret, scope=scope)
    client, accepted = asserted
    proven = accepted is not None and await assertions.spend(uow, accepted)
    return agencies.admitted(client if proven else None, scope)
