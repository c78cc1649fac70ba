"""A request for a token, and the key that goes with it."""

from dataclasses import dataclass

from api.oauth.schemas import TokenForm
from api.services import Services
from auth import dpop
from auth.callers import Shown
from auth.errors import InvalidProof, OAuthError
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """A request for a token.

    Attributes:
        authorization: its header of that name, if it has one.
        shown: what it shows of a key (RFC 9449).
        bound_to: thumbprint of the key that the caller has proved to hold, if it did.
    """

    form: TokenForm
    authorization: str | None
    shown: Shown
    bound_to: str | None = None


async def proved_key(uow: UnitOfWork, services: Services, shown: Shown) -> str | None:
    """Return the thumbprint of the key of which a request holds a proof, spent with it; None without one.

    Raises:
        OAuthError: the proof is no good, or was used before.
    """
    try:
        proof = services.callers.read_proof(shown)
        if proof is not None:
            await dpop.spend(uow, proof)
    except InvalidProof as error:
        raise OAuthError("invalid_dpop_proof", str(error)) from error
    return None if proof is None else proof.thumbprint
