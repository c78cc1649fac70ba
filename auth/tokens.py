"""Access tokens: signed statements of who is calling (RFC 9068), checked without asking anybody."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from auth.errors import InvalidToken
from auth.keys import KeyRing, public_set
from auth.principals import AgencyCaller, Citizen, Officer, Principal
from auth.settings import AuthSettings

ALGORITHM = "ES256"
TYPE = "at+jwt"
LEEWAY_SECONDS = 30
LONGEST = 4096
REMEMBERED = 10_000


class Tokens:
    """Mints and verifies access tokens.

    Citizens, officers and agencies have an audience each, so that a token for one is nothing to another.
    Tokens that proved good are remembered by their SHA-256 until they expire, since checking a signature is
    most of the work of a small request; what a token says can not change, so this can not err.

    Args:
        settings: names the issuer, the keys and the life of a token.
        now: seconds since 1970.

    Attributes:
        life_seconds: for how long a token says that it is good.
        longest_use: seconds for which one may be about, as clocks differ a little.
    """

    def __init__(self, settings: AuthSettings, *, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._remembered: dict[bytes, tuple[float, Principal]] = {}
        self.issuer = settings.issuer()
        self.life_seconds = settings.access_token_seconds
        self.longest_use = self.life_seconds + LEEWAY_SECONDS
        self._keys = KeyRing(settings.signing_keys(), overlap=self.longest_use)
        self.citizen_audience = f"{self.issuer}/citizens"
        self.officer_audience = f"{self.issuer}/officers"
        self.agency_audience = f"{self.issuer}/agencies"

    def for_citizen(self, citizen: Citizen, *, client_id: str, until: datetime | None = None) -> str:
        """Return a token for a citizen in the app `client_id` that names who acts (RFC 8693, 4.1).

        It lives as long as every other, but not beyond `until`.
        """
        return self._sign(
            {
                "aud": self.citizen_audience,
                "sub": str(citizen.party_id),
                "client_id": client_id,
                "sid": str(citizen.session_id),
                "acr": str(citizen.assurance),
                "auth_time": int(citizen.signed_in_at.timestamp()),
            }
            | ({"act": {"sub": str(citizen.actor_id)}} if citizen.actor_id else {})
            | ({"representation": str(citizen.representation_id)} if citizen.representation_id else {}),
            citizen,
            until=until,
        )

    def for_officer(self, officer: Officer, *, client_id: str) -> str:
        """Return a token that speaks for an officer in the app `client_id`."""
        return self._sign(
            {
                "aud": self.officer_audience,
                "sub": str(officer.officer_id),
                "client_id": client_id,
                "sid": str(officer.session_id),
                "auth_time": int(officer.signed_in_at.timestamp()),
            },
            officer,
        )

    def for_agency(self, caller: AgencyCaller) -> str:
        """Return a token that speaks for an agency's client."""
        return self._sign(
            {
                "aud": self.agency_audience,
                "sub": caller.client_id,
                "client_id": caller.client_id,
                "agency": str(caller.agency_id),
                "scope": " ".join(sorted(caller.scopes)),
            },
            caller,
        )

    def verify(self, token: str) -> Principal:
        """Return whom a token speaks for, of whichever audience; raise InvalidToken when it is no good.

        Whether its bearer holds the key that it may be bound to is left to be asked.
        """
        if len(token) > LONGEST:
            raise InvalidToken("too long")
        digest = sha256(token.encode(errors="replace")).digest()
        known = self._remembered.get(digest)
        if known is not None and self._now() < known[0]:
            return known[1]
        claims = self._claims(token)
        principal = self._principal(claims)
        self._remember(digest, claims["exp"] + LEEWAY_SECONDS, principal)
        return principal

    def verify_citizen(self, token: str) -> Citizen:
        """Return the citizen that a token speaks for; raise InvalidToken when it speaks for none."""
        principal = self.verify(token)
        if not isinstance(principal, Citizen):
            raise InvalidToken("not a citizen's token")
        return principal

    def verify_officer(self, token: str) -> Officer:
        """Return the officer that a token speaks for; raise InvalidToken when it is no officer's."""
        principal = self.verify(token)
        if not isinstance(principal, Officer):
            raise InvalidToken("not an officer's token")
        return principal

    def verify_agency(self, token: str) -> AgencyCaller:
        """Return the caller that a token speaks for; raise InvalidToken when it is no agency's."""
        principal = self.verify(token)
        if not isinstance(principal, AgencyCaller):
            raise InvalidToken("not an agency's token")
        return principal

    def jwks(self) -> KeySetSerialization:
        """Return the public keys (RFC 7517), the next one among them long before it signs."""
        return public_set(self._keys.counting(self._now()))

    def _sign(self, claims: dict[str, Any], principal: Principal, *, until: datetime | None = None) -> str:
        if principal.bound_to:
            claims["cnf"] = {"jkt": principal.bound_to}
        now = int(self._now())
        key = self._keys.signing(now)
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
        expires_at = now + self.life_seconds
        if until is not None:
            expires_at = min(expires_at, int(until.timestamp()))
        common = {"iss": self.issuer, "iat": now, "exp": expires_at, "jti": str(uuid4())}
        return jwt.encode(header, common | claims, key, algorithms=[ALGORITHM])

    def _claims(self, token: str) -> dict[str, Any]:
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.issuer},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            keys = KeySet(list(self._keys.counting(self._now())))
            decoded = jwt.decode(token, keys, algorithms=[ALGORITHM])
            registry.validate(decoded.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidToken(type(error).__name__) from error
        if decoded.header.get("typ") != TYPE:
            raise InvalidToken("another kind of token")
        return decoded.claims

    def _principal(self, claims: dict[str, Any]) -> Principal:
        # Signed by us with this audience, so every claim below is there and well formed.
        audience = claims.get("aud")
        bound_to = claims.get("cnf", {}).get("jkt")
        if audience == self.agency_audience:
            return AgencyCaller(
                client_id=claims["sub"],
                agency_id=UUID(claims["agency"]),
                scopes=frozenset(claims["scope"].split()),
                bound_to=bound_to,
            )
        if audience not in {self.citizen_audience, self.officer_audience}:
            raise InvalidToken("for somebody else")
        session_id, signed_in_at = UUID(claims["sid"]), datetime.fromtimestamp(claims["auth_time"], UTC)
        if audience == self.officer_audience:
            return Officer(
                officer_id=UUID(claims["sub"]),
                session_id=session_id,
                signed_in_at=signed_in_at,
                bound_to=bound_to,
            )
        return Citizen(
            party_id=UUID(claims["sub"]),
            session_id=session_id,
            assurance=int(claims["acr"]),
            signed_in_at=signed_in_at,
            actor_id=UUID(claims["act"]["sub"]) if "act" in claims else None,
            representation_id=UUID(claims["representation"]) if "representation" in claims else None,
            bound_to=bound_to,
        )

    def _remember(self, digest: bytes, until: float, principal: Principal) -> None:
        if len(self._remembered) >= REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[digest] = (until, principal)
