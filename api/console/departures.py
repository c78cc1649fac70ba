"""The sign-ins that a browser has under way: kept by the browser itself, sealed, for ten minutes.

An answer of which this browser keeps no departure was asked for in another one: it signs nobody in (login
CSRF; RFC 6749, 10.12). Several may be under way, as somebody may begin in two tabs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import time

from fastapi import Request
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from api.console import cookies
from api.services import Services
from auth import opaque
from auth.sign_in import SIGN_IN_LIFE

MOST = 4
"""Further ones push out the oldest, as do long ones what no longer fits into a cookie."""


class Departure(BaseModel):
    """A sign-in that was begun.

    Attributes:
        verifier: of PKCE (RFC 7636).
        back: the path to show in the end.
        until: seconds since 1970.
    """

    model_config = ConfigDict(frozen=True)

    state: str
    verifier: str
    back: str
    until: float


_ALL = TypeAdapter(tuple[Departure, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Departures:
    """Those of one browser; `now` tells seconds since 1970."""

    request: Request
    services: Services
    now: Callable[[], float] = time

    def begin(self, back: str) -> Departure:
        """Keep a new one that leads to a path."""
        until = self.now() + SIGN_IN_LIFE.total_seconds()
        begun = Departure(state=opaque.draw(), verifier=opaque.draw(), back=back, until=until)
        self._keep((*self._kept(), begun)[-MOST:])
        return begun

    def end(self, state: str | None) -> Departure | None:
        """Return the one with this state, and forget it; none where there is none."""
        kept = self._kept()
        found = next((one for one in kept if one.state == state), None)
        if found is not None:
            self._keep(tuple(one for one in kept if one is not found))
        return found

    def _kept(self) -> tuple[Departure, ...]:
        text = cookies.opened(self.request, self.services, cookies.DEPARTURES)
        try:
            kept = () if text is None else _ALL.validate_json(text)
        except ValidationError:
            return ()
        return tuple(one for one in kept if one.until > self.now())

    def _keep(self, departures: tuple[Departure, ...]) -> None:
        if not departures:
            cookies.forget(self.request, self.services, cookies.DEPARTURES)
            return
        text = _ALL.dump_json(departures).decode()
        value = cookies.sealed(self.services, cookies.DEPARTURES, text)
        if len(value) > cookies.LONGEST:
            self._keep(departures[1:])
            return
        cookies.keep(self.request, self.services, cookies.DEPARTURES, value)
