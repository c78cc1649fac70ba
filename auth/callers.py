"""From what a request shows to who is calling: its token, and the key that the token may be bound to."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from auth.dpop import Proof, Proofs, spend
from auth.ended import EndedSessions
from auth.errors import InvalidProof, InvalidToken
from auth.principals import AgencyCaller, Principal
from auth.tokens import Tokens
from storage.unit_of_work import UnitOfWork


class Scheme(StrEnum):
    """How a token is shown: alone, or with a proof of the key that it is bound to."""

    BEARER = "bearer"
    DPOP = "dpop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a request shows of its caller, unchecked.

    Attributes:
        method: of HTTP, in capitals.
        path: below our public address, decoded.
        proofs: every header `DPoP` (RFC 9449), of which there may be one.
    """

    method: str
    path: str
    proofs: Sequence[str]


class Callers:
    """Finds out who is calling, for one process.

    Args:
        tokens: verifies access tokens.
        now: seconds since 1970.

    Attributes:
        ended: the sessions that ended of late, to be told of further ones.
    """

    def __init__(self, tokens: Tokens, *, now: Callable[[], float] = time.time) -> None:
        self._tokens = tokens
        self._proofs = Proofs(tokens.issuer, now=now)
        self.ended = EndedSessions(tokens.longest_use)

    async def identify(
        self, open_unit: Callable[[], UnitOfWork], scheme: Scheme, token: str, shown: Shown
    ) -> Principal:
        """Return who calls with a token.

        Only a token that is bound to a key costs a transaction, which is over when this returns: nobody
        holds two connections.

        Raises:
            InvalidToken: it is no good, its session has ended, or it is bound to no key though it came so.
            InvalidProof: it is bound to a key, and came as if it were not (RFC 9449, section 7.2), or without
                a proof that the caller holds it.
        """
        principal = self._tokens.verify(token)
        if not isinstance(principal, AgencyCaller) and principal.session_id in self.ended:
            raise InvalidToken("its session has ended")
        if principal.bound_to is None:
            if scheme is not Scheme.BEARER:
                raise InvalidToken("is bound to no key")
            return principal
        proof = self.read_proof(shown, access_token=token) if scheme is Scheme.DPOP else None
        if proof is None or proof.thumbprint != principal.bound_to:
            raise InvalidProof("the proof is missing, or of another key")
        async with open_unit() as uow:
            await spend(uow, proof)
            await uow.commit()
        return principal

    def read_proof(self, shown: Shown, *, access_token: str | None = None) -> Proof | None:
        """Return the proof of a request, not yet spent; none where there is none.

        Raises:
            InvalidProof: there are several, or it is no good.
        """
        if not shown.proofs:
            return None
        if len(shown.proofs) > 1:
            raise InvalidProof("there is more than one proof")
        return self._proofs.read(
            shown.proofs[0], method=shown.method, path=shown.path, access_token=access_token
        )
