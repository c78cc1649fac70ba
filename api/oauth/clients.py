"""The grant of agencies' clients (RFC 6749, section 4.4)."""

from api.oauth.answers import ClientProof, client_proof
from api.oauth.schemas import TokenAnswer, TokenForm
from api.services import Services
from auth import agencies, assertions
from auth.assertions import Assertions
from auth.principals import AgencyCaller
from storage.unit_of_work import transact


async def grant(services: Services, form: TokenForm, authorization: str | None) -> TokenAnswer:
    """Return a token for a client that proves itself by a secret or an assertion.

    The token lives on to its end, ten minutes at most, whatever becomes of the client meanwhile.

    Raises:
        OAuthError: `invalid_client`, `invalid_scope`, or `invalid_request`.
    """
    proof = client_proof(authorization, form)
    if proof.assertion is None:
        async with services.reading() as reading:
            caller = await agencies.authenticate(
                reading, client_id=proof.client_id, secret=proof.secret, scope=form.scope
            )
    else:
        caller = await _by_assertion(services, proof, proof.assertion, form.scope)
    return TokenAnswer(
        access_token=services.tokens.for_agency(caller),
        expires_in=services.tokens.life_seconds,
        scope=" ".join(sorted(caller.scopes)),
    )


async def _by_assertion(
    services: Services, proof: ClientProof, assertion: str, scope: str | None
) -> AgencyCaller:
    issuer = services.tokens.issuer
    async with services.reading() as reading:
        client = await agencies.find(reading, proof.client_id)
    # No connection is held here: the client's keys may have to be fetched.
    judge = Assertions({issuer, f"{issuer}/oauth/token"}, services.client_keys)
    accepted = await judge.check(client, assertion)
    caller = agencies.admitted(client if accepted else None, scope)
    if accepted and not await transact(services.unit_of_work, lambda uow: assertions.spend(uow, accepted)):
        agencies.admitted(None, scope)
    return caller
