"""Notices in Zalo, to whoever uses it under a phone number."""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from notify.accounts.zalo import ZaloAccount
from notify.channels.zalo.client import CONNECTIONS, Departure, ZaloClient
from notify.channels.zalo.oauth import TokenExchange
from notify.channels.zalo.outcomes import of_answer, of_silence
from notify.channels.zalo.templates import TemplateBook, TemplateUnknownError, UnfitError, fill
from notify.ports import AddressKind, Form, Outcome, OutcomeKind, Outgoing
from notify.provider_tokens import StoredTokens, TokenKeeper, TokenRefusedError, TokenUnavailableError
from notify.settings import NotifySettings
from storage.unit_of_work import UnitOfWork

PROVIDER = "zalo"
TIMEOUT = timedelta(seconds=20)
_OBSTACLES: Mapping[type[Exception], OutcomeKind] = {
    UnfitError: OutcomeKind.REJECTED,
    TokenRefusedError: OutcomeKind.MISCONFIGURED,
    TokenUnavailableError: OutcomeKind.RETRYABLE,
}
_MOBILE = re.compile(r"\+(84\d{9})", re.ASCII)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ZaloChannel:
    """Sends messages side by side over a few connections."""

    name = "zalo"
    address = AddressKind.PHONE
    form = Form.SHORT
    abreast = CONNECTIONS
    batch_size = 50
    """With 4,000 requests a minute for all workers, more than half a second's worth each."""

    def __init__(
        self,
        account: ZaloAccount,
        tokens: TokenKeeper,
        *,
        timeout: timedelta = TIMEOUT,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self.timeout = timeout
        self._account = account
        self._tokens = tokens
        self._clock = clock
        self._client = ZaloClient(account, tokens, timeout=timeout.total_seconds() / 2)
        self._templates = TemplateBook(self._client.template, clock=clock)

    async def send(self, batch: Sequence[Outgoing]) -> list[Outcome]:
        """Hand the messages to Zalo; one outcome for each, in order."""
        deadline = asyncio.get_running_loop().time() + self.timeout.total_seconds()
        return await asyncio.gather(*(self._send_one(outgoing, deadline) for outgoing in batch))

    async def close(self) -> None:
        """Let go of connections, once no renewal of the tokens is under way."""
        await self._templates.close()
        await self._tokens.close()
        await self._client.close()

    async def _send_one(self, outgoing: Outgoing, deadline: float) -> Outcome:
        template_id = self._account.templates.get(outgoing.category)
        if template_id is None:
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="no-template")
        phone = _MOBILE.fullmatch(outgoing.target)
        if phone is None:
            return Outcome(kind=OutcomeKind.UNREACHABLE, code="address")
        return await self._try(outgoing, phone[1], template_id, deadline)

    async def _try(self, outgoing: Outgoing, phone: str, template_id: str, deadline: float) -> Outcome:
        departure = Departure()
        try:
            async with asyncio.timeout_at(deadline):
                return await self._hand_over(outgoing, phone, template_id, departure)
        except (UnfitError, TokenRefusedError, TokenUnavailableError) as obstacle:
            return Outcome(kind=_OBSTACLES[type(obstacle)], code=obstacle.code)
        except TemplateUnknownError as error:
            return _unsent(of_answer(error.answer, now=self._clock()))
        except (httpx.HTTPError, TimeoutError) as error:
            return of_silence(error, left=departure.left)

    async def _hand_over(
        self, outgoing: Outgoing, phone: str, template_id: str, departure: Departure
    ) -> Outcome:
        parameters = await self._templates.parameters(template_id)
        message: Mapping[str, Any] = {
            "phone": phone,
            "template_id": template_id,
            "template_data": fill(parameters, outgoing),
            "tracking_id": str(outgoing.delivery_id),
            "sending_mode": self._account.sending_mode,
        }
        answer = await self._client.send(message, departure)
        return of_answer(answer, now=self._clock())


def _unsent(outcome: Outcome) -> Outcome:
    """Return what befell the question before the message: nothing about it is unknown, or accepted."""
    unclear = outcome.kind in {OutcomeKind.UNKNOWN, OutcomeKind.ACCEPTED}
    return replace(outcome, kind=OutcomeKind.RETRYABLE, code="template") if unclear else outcome


def build(settings: NotifySettings, open_unit: Callable[[], UnitOfWork]) -> ZaloChannel | None:
    """Return the channel, its tokens kept in the database, or None when no account is set.

    Raises SettingsError for half a one.
    """
    account = settings.zalo_account()
    if account is None:
        return None
    exchange = TokenExchange(account).exchange
    return ZaloChannel(account, StoredTokens(PROVIDER, exchange, open_unit, first=account.refresh_token))
