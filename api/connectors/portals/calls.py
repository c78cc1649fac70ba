"""Calls of one portal: let in, worded, sent, understood; and readings tried again where that can help."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from random import Random, SystemRandom

import structlog

from api.connectors.portals.admission import Admission
from api.connectors.portals.deployment import AnyDeployment
from api.connectors.portals.gate import Gate, Pause
from api.connectors.portals.outcomes import Meaning, Understood, understand
from api.connectors.portals.port import NotLetInError, PortalError, RefusedError, UnavailableError
from api.connectors.portals.style import Call, Credential, Style
from api.connectors.portals.wire import SilenceError
from notify.retry import RetryPolicy

log = structlog.get_logger(__name__)

LONGEST_WAIT = timedelta(seconds=30)
"""A reading that would have to wait for longer is given up: whoever asked can come back."""
_POLICY = RetryPolicy(base=timedelta(seconds=1), cap=LONGEST_WAIT)


class Calls:
    """All that is asked of a portal.

    Args:
        deployment: which one.
        style: how it is spoken to.
        gate: how fast, and whether at all.
        pause: waits; another one in tests.
        rng: the source of chance.
    """

    def __init__(
        self,
        deployment: AnyDeployment,
        style: Style,
        gate: Gate,
        *,
        pause: Pause = asyncio.sleep,
        rng: Random | None = None,
    ) -> None:
        self._deployment, self._style, self._gate = deployment, style, gate
        self._pause, self._rng = pause, rng or SystemRandom()
        self._admission = Admission(self._sign_in)

    async def read(self, call: Call, check: Callable[[Understood], None] | None = None) -> Understood:
        """Ask for something, several times if need be; return a success, or MISSING.

        Args:
            call: what is asked.
            check: raises UnavailableError for an answer that can not be used.

        Raises:
            PortalError: of the last try.
        """
        for attempt in range(1, self._deployment.tries + 1):
            try:
                understood = await self._read(call)
                if check is not None:
                    check(understood)
            except UnavailableError as error:
                rest = error.retry_after or timedelta(0)
                if attempt == self._deployment.tries or rest > LONGEST_WAIT:
                    raise
            else:
                return understood
            wait = rest + _POLICY.longest_wait(attempt) * self._rng.random()
            await self._pause(wait.total_seconds())
        raise AssertionError("the last try returns or raises")

    async def send(self, call: Call) -> Understood:
        """Send a report once, and a second time only if it was not looked at, as the session was over.

        Raises:
            SilenceError: there was no answer, or it was not even sent.
            NotLetInError: an operator has something to mend.
            UnavailableError: nothing was sent, since we were not let in.
        """
        secret = await self._admission.current()
        understood = await self._exchange(call, secret)
        if understood.meaning is Meaning.EXPIRED:
            understood = await self._exchange(call, await self._admission.after(secret))
        if understood.meaning in {Meaning.EXPIRED, Meaning.NOT_LET_IN}:
            raise NotLetInError(understood.why, understood.answer)
        return understood

    async def close(self) -> None:
        """Let go of connections."""
        await self._gate.close()

    async def _read(self, call: Call) -> Understood:
        try:
            understood = await self.send(call)
        except SilenceError as error:
            raise UnavailableError(str(error), retry_after=error.retry_after) from error
        if understood.meaning in {Meaning.DONE, Meaning.MISSING}:
            return understood
        raise _unread(understood)

    async def _exchange(self, call: Call, secret: str) -> Understood:
        said = await self._gate.ask(self._style.word(call, secret))
        understood = understand(said, self._deployment.answer, self._deployment.answers)
        if understood.meaning is Meaning.UNCLEAR and understood.answer is not None:
            # For the operator, who can add the code to a table; the words could name somebody.
            log.warning(
                "portal_unexplained",
                portal=self._deployment.name,
                service=call.service,
                code=understood.answer.code,
            )
        return understood

    async def _sign_in(self) -> Credential:
        try:
            return self._style.read_credential(await self._gate.ask(self._style.sign_in()))
        except SilenceError as error:
            raise UnavailableError(f"signing in: {error}", retry_after=error.retry_after) from error


def _unread(understood: Understood) -> PortalError:
    if understood.meaning is Meaning.REFUSED:
        return RefusedError(understood.why, understood.answer)
    return UnavailableError(understood.why, understood.answer, retry_after=understood.retry_after)
