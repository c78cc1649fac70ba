"""Text messages, by Twilio."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from notify.accounts.twilio import TwilioAccount
from notify.ports import AddressKind, Form, Outcome, OutcomeKind, Outgoing
from notify.settings import NotifySettings

if TYPE_CHECKING:
    from notify.channels.sms.client import TwilioClient

TIMEOUT = timedelta(seconds=20)
_CONNECTIONS = 25  # a quarter of the requests that Twilio answers an account at a time


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SmsChannel:
    """Sends messages side by side: Twilio takes one with each request."""

    name = "sms"
    address = AddressKind.PHONE
    form = Form.LINE
    abreast = _CONNECTIONS
    batch_size = 2 * abreast
    """So few that none waits long for a connection with its clock running."""

    def __init__(
        self,
        account: TwilioAccount,
        *,
        timeout: timedelta = TIMEOUT,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.timeout = timeout
        self._wait_limit = timeout.total_seconds() / 2
        self._account = account
        self._clock = clock
        self._client: asyncio.Task[TwilioClient] | None = None

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to Twilio; one outcome for each, in order."""
        deadline = asyncio.get_running_loop().time() + self.timeout.total_seconds()
        try:
            async with asyncio.timeout_at(deadline):
                client = await self._open()
        except TimeoutError:
            return [Outcome(kind=OutcomeKind.RETRYABLE, code="timeout")] * len(batch)
        return await asyncio.gather(*(self._send_one(client, outgoing, deadline) for outgoing in batch))

    async def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client:
            await (await client).close()

    async def _open(self) -> "TwilioClient":
        if self._client is None:
            # In a thread, as the import and the certificates of the system take their time; once, even
            # if the call that began it does not live to see it done.
            self._client = asyncio.create_task(asyncio.to_thread(self._new_client))
        return await asyncio.shield(self._client)

    def _new_client(self) -> "TwilioClient":
        from notify.channels.sms.client import TwilioClient

        return TwilioClient(self._account, timeout=self._wait_limit, connections=_CONNECTIONS)

    async def _send_one(self, client: "TwilioClient", outgoing: Outgoing, deadline: float) -> Outcome:
        if not outgoing.target:
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="address")
        try:
            async with asyncio.timeout_at(deadline):
                return await client.send(outgoing, now=self._clock())
        except TimeoutError:
            return Outcome(kind=OutcomeKind.UNKNOWN, code="timeout")


def build(settings: NotifySettings) -> SmsChannel | None:
    """Return the channel, or None when no account at Twilio is set; raises SettingsError for half a one."""
    account = settings.twilio_account()
    return None if account is None else SmsChannel(account)
