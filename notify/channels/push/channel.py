"""Push to phones, by Firebase Cloud Messaging. Firebase reports no delivery: the app confirms it itself."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from notify.ports import AddressKind, Form, Outcome, OutcomeKind, Outgoing
from notify.settings import FcmAccount, NotifySettings

if TYPE_CHECKING:
    from notify.channels.push.client import FcmClient

TIMEOUT = timedelta(seconds=20)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class PushChannel:
    """Sends messages side by side over one HTTP/2 connection."""

    name = "push"
    address = AddressKind.DEVICE
    form = Form.SHORT
    batch_size = abreast = 100
    """As many as Firebase takes at once on a connection: others would wait with their clocks running."""

    def __init__(
        self,
        account: FcmAccount,
        *,
        timeout: timedelta = TIMEOUT,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.timeout = timeout
        self._wait_limit = timeout.total_seconds() / 2
        self._account = account
        self._clock = clock
        self._client: asyncio.Task[FcmClient] | None = None

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to Firebase; one outcome for each, in order."""
        deadline = asyncio.get_running_loop().time() + self.timeout.total_seconds()
        try:
            async with asyncio.timeout_at(deadline):
                client = await self._open()
                obstacle = await client.authorize()
        except TimeoutError:
            obstacle = Outcome(kind=OutcomeKind.RETRYABLE, code="timeout")
        if obstacle:
            return [obstacle] * len(batch)
        return await asyncio.gather(*(self._send_one(client, outgoing, deadline) for outgoing in batch))

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client:
            await (await client).close()

    async def _open(self) -> "FcmClient":
        if self._client is None:
            # In a thread, as the import and the certificates of the system take their time; once, even
            # if the call that began it does not live to see it done.
            self._client = asyncio.create_task(asyncio.to_thread(self._new_client))
        return await asyncio.shield(self._client)

    def _new_client(self) -> "FcmClient":
        from notify.channels.push.client import FcmClient

        return FcmClient(self._account, timeout=self._wait_limit, to=self.address)

    async def _send_one(self, client: "FcmClient", outgoing: Outgoing, deadline: float) -> Outcome:
        if not outgoing.target:
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="address")
        try:
            async with asyncio.timeout_at(deadline):
                return await client.send(outgoing, now=self._clock())
        except TimeoutError:
            return Outcome(kind=OutcomeKind.UNKNOWN, code="timeout")


def build(settings: NotifySettings) -> PushChannel | None:
    """Return the channel, or None when no Firebase account is set; raises SettingsError for half a one."""
    account = settings.fcm_account()
    return None if account is None else PushChannel(account)
