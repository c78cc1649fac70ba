"""Sign-in by a provider that speaks OpenID Connect as deployments of VNeID do (see ADR 18)."""

from collections.abc import Mapping
from typing import Any

from auth.errors import SignInRefused
from auth.identity import Return
from auth.oidc import OpenIdProvider, text


class VneidProvider(OpenIdProvider):
    """An identity provider that tells who signed in at its userinfo endpoint, for an access token.

    There may be no ID token, or one without nonce; where there is one it is verified, speaks of the same
    account, and says when the person was seen. Where nothing says so, it counts when the provider answered:
    it asks everybody anew. The answers come over TLS from the provider itself, for a code that is bound by
    PKCE to our question, and our question is bound to the browser: a nonce would add nothing here.
    """

    async def _claims(
        self, tokens: Mapping[str, Any], access_token: str, returned: Return
    ) -> Mapping[str, Any]:
        id_token, told = text(tokens.get("id_token")), await self._told(access_token)
        if id_token is None:
            return told
        signed = await self._id_claims(id_token, access_token, returned.nonce, nonce_required=False)
        if told.get("sub", signed["sub"]) != signed["sub"]:
            raise SignInRefused("userinfo_subject")
        return {**told, **signed}
