"""Acting for another: one's own token is changed for one of the represented party (RFC 8693)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from auth.errors import AuthError, InvalidToken, OAuthError
from auth.principals import Citizen
from auth.tokens import Tokens
from storage.representations import reading as representations
from storage.representations.kinds import Power, allows
from storage.representations.reading import Live
from storage.unit_of_work import Reading

GRANT_TYPE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a kind, not a secret
LEAST_ASSURANCE: Final = 2
"""Who opened an account of level 1 was not met (Decree 69/2024/ND-CP): it speaks for itself alone."""


class OutOfScope(AuthError):  # noqa: N818 - says what is the case
    """The representative may act, but not do this."""

    def __init__(self, power: Power) -> None:
        super().__init__(power.value)
        self.power = power


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingToken:
    """An access token of the represented party, good for `expires_in` seconds; nothing renews it.

    `bound` tells that it is no good without the key of the device.
    """

    access_token: str
    expires_in: int
    bound: bool


async def exchange(
    reading: Reading,
    tokens: Tokens,
    *,
    client_id: str,
    subject_token: str,
    representation_id: UUID | None,
    now: datetime,
) -> ActingToken:
    """Return a token whose `sub` is the represented party and whose `act.sub` is whoever acts.

    It belongs to the session and the app of the token that is shown, is bound to the same key, and ends with
    the representation at the latest.

    Args:
        reading: where the right is looked up.
        tokens: checks the one and mints the other.
        client_id: the app.
        subject_token: the representative's own access token.
        representation_id: by which right; none where what was given is no id.
        now: the time, aware.

    Raises:
        OAuthError: `invalid_request` for a token that is not good for this; `invalid_target` for a right that
            does not count now: foreign, missing, not begun and ended ones are not told apart.
    """
    citizen = _own(tokens, subject_token)
    live = None
    if representation_id is not None:
        live = await representations.live(
            reading,
            representation_id,
            actor_id=citizen.party_id,
            session_id=citizen.session_id,
            now=now,
        )
    if live is None or live.client_id != client_id:
        raise OAuthError("invalid_target", "there is no such representation now, or it is not yours")
    acting = replace(
        citizen,
        party_id=live.represented_id,
        actor_id=citizen.party_id,
        representation_id=representation_id,
    )
    return ActingToken(
        access_token=tokens.for_citizen(acting, client_id=client_id, until=live.valid_until),
        expires_in=_life(tokens, live, now),
        bound=acting.bound_to is not None,
    )


def _own(tokens: Tokens, subject_token: str) -> Citizen:
    try:
        citizen = tokens.verify_citizen(subject_token)
    except InvalidToken as error:
        raise OAuthError("invalid_request", "subject_token is no access token that counts here") from error
    if citizen.actor_id is not None:
        raise OAuthError("invalid_request", "subject_token acts for another already")
    if citizen.assurance < LEAST_ASSURANCE:
        raise OAuthError("invalid_request", f"subject_token is not of level {LEAST_ASSURANCE}")
    return citizen


def _life(tokens: Tokens, live: Live, now: datetime) -> int:
    if live.valid_until is None:
        return tokens.life_seconds
    return min(tokens.life_seconds, int((live.valid_until - now).total_seconds()))


async def admit(reading: Reading, citizen: Citizen, power: Power, *, now: datetime) -> None:
    """Let whoever acts for another go on, if their right still counts and holds a power.

    Asked at each request: a right that ended, and a session that did, end at once.

    Raises:
        InvalidToken: the right or the session is over.
        OutOfScope: the right is for other things.
    """
    if citizen.actor_id is None or citizen.representation_id is None:
        raise InvalidToken("acts by no right")
    live = await representations.live(
        reading,
        citizen.representation_id,
        actor_id=citizen.actor_id,
        session_id=citizen.session_id,
        now=now,
    )
    if live is None or live.represented_id != citizen.party_id:
        raise InvalidToken("the right to act is over")
    if not allows(live.scope, power):
        raise OutOfScope(power)
