"""What identity providers tell us behind the browser's back."""

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, ConfigDict

from api.dependencies import AllServices
from api.oauth.answers import NO_STORE, refusal
from api.oauth.schemas import OAuthRefusal
from auth import signed_out
from auth.errors import OAuthError, ProviderUnavailable, SignInRefused
from storage.unit_of_work import transact

log = structlog.get_logger(__name__)
router = APIRouter()


class LogoutForm(BaseModel):
    """OpenID Connect Back-Channel Logout 1.0, section 2.5."""

    model_config = ConfigDict(frozen=True)

    logout_token: str = ""


@router.post(
    "/oauth/backchannel-logout",
    summary="Somebody signed out at the identity provider",
    responses={400: {"model": OAuthRefusal}},
)
async def backchannel_logout(form: Annotated[LogoutForm, Form()], services: AllServices) -> Response:
    """End the sessions of somebody who signed out at the identity provider, as its logout token tells.

    Told again, it is done already. Their access tokens open nothing within seconds, in any process.
    """
    try:
        told = await signed_out.read(form.logout_token, services.identity_providers.values())
    except SignInRefused as error:
        log.warning("logout_token_refused", reason=error.reason)
        return refusal(OAuthError("invalid_request", f"the logout token was refused: {error.reason}"))
    except ProviderUnavailable as error:
        log.warning("identity_provider_unavailable", error=str(error))
        # Section 2.8 has 400 for whatever did not work.
        return refusal(
            OAuthError("temporarily_unavailable", "the keys of the identity provider are not to be had")
        )
    now = datetime.now(UTC)
    ended = await transact(services.unit_of_work, lambda uow: signed_out.end(uow, told, now=now))
    services.callers.ended.note(ended)
    log.info("signed_out_at_provider", sessions=len(ended))
    return Response(headers=NO_STORE)
