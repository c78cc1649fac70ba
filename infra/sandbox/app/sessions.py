"""Who is signed in to the app, in which browser; kept in memory as a phone would keep it."""

import dataclasses
import secrets
import time
import uuid
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from infra.sandbox.app.ratings import Rating

COOKIE = "tindan_app"
KEPT = 10_000

_MARGIN = 30  # seconds before its end at which an access token is renewed


@dataclasses.dataclass(frozen=True, kw_only=True)
class Tokens:
    """What the API's token endpoint gave; the end is in seconds since the epoch."""

    access: str
    refresh: str | None
    expires_at: float

    @classmethod
    def from_answer(cls, answer: dict[str, Any]) -> Self:
        """Read a token answer (RFC 6749, 5.1)."""
        return cls(
            access=answer["access_token"],
            refresh=answer.get("refresh_token"),
            expires_at=time.time() + float(answer.get("expires_in", 300)),
        )

    @property
    def stale(self) -> bool:
        """Whether it is time for new ones."""
        return time.time() > self.expires_at - _MARGIN


@dataclasses.dataclass(kw_only=True)
class Session:
    """One browser.

    Attributes:
        wanted: Path of the screen that the browser asked for.
        key: Value of the cookie.
        installation_id: Names this installation of the app to the API.
        state: Ties the answer of a sign-in to this browser.
        verifier: PKCE code verifier of that sign-in.
        tokens: There once somebody is signed in.
        ratings: Those that were begun here, by the code of the dossier.
    """

    wanted: str
    key: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(32))
    installation_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))
    state: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(24))
    verifier: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(48))
    tokens: Tokens | None = None
    ratings: "dict[str, Rating]" = dataclasses.field(default_factory=dict)

    @property
    def push_token(self) -> str:
        """What the push service knows this installation by."""
        return f"app-{self.installation_id}"


class Sessions:
    """All browsers, the oldest forgotten first."""

    def __init__(self) -> None:
        self._kept: dict[str, Session] = {}

    def start(self, *, wanted: str) -> Session:
        """Return a new session that is not signed in."""
        session = Session(wanted=wanted)
        self._kept[session.key] = session
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return session

    def find(self, key: str | None) -> Session | None:
        """Return the session of a cookie."""
        return None if key is None else self._kept.get(key)

    def end(self, session: Session) -> None:
        """Forget a session."""
        self._kept.pop(session.key, None)
