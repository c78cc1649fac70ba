"""What Zalo's templates ask for, and how a notice fills them."""

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

import httpx
import structlog

from notify.channels.zalo.answers import Answer, whole
from notify.ports import Outgoing

log = structlog.get_logger(__name__)

KNOWN_FOR = timedelta(hours=1)
PROSE = frozenset({"status", "procedure", "agency"})
"""Facts that may be cut. A link, a code or a date without its end would be another one."""
ELLIPSIS = "…"


class TemplateUnknownError(Exception):
    """Zalo did not tell what the template looks like; its answer is here."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.error)
        self.answer = answer


class UnfitError(ValueError):
    """The notice does not fit the template; `code` says where."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One gap of a template; `longest` counts characters."""

    name: str
    required: bool
    longest: int | None

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Read one of Zalo's `listParams`."""
        longest = whole(given.get("maxLength"))
        return cls(
            name=str(given.get("name")),
            required=str(given.get("require")).lower() != "false",
            longest=longest if longest and longest > 0 else None,
        )


def fill(parameters: tuple[Parameter, ...], outgoing: Outgoing) -> dict[str, str]:
    """Return a value for each gap that the notice can fill.

    Raises:
        UnfitError: a gap that must be filled stays open, or what must stay whole is too long for it.
    """
    values = {**outgoing.facts, "link": outgoing.link}
    filled = {one.name: _fitted(one, values[one.name]) for one in parameters if values.get(one.name)}
    if missing := [one.name for one in parameters if one.required and one.name not in filled]:
        raise UnfitError(f"lacks-{missing[0]}")
    return filled


def _fitted(parameter: Parameter, value: str) -> str:
    # NFC first: a letter with its marks apart counts as two or three.
    text = unicodedata.normalize("NFC", value)
    if parameter.longest is None or len(text) <= parameter.longest:
        return text
    if parameter.name not in PROSE:
        raise UnfitError(f"too-long-{parameter.name}")
    return shortened(text, parameter.longest)


def shortened(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters, cut after a word where it has to be."""
    if len(text) <= longest:
        return text
    room = longest - len(ELLIPSIS)
    head = text[:room]
    if not text[room].isspace():
        head = head.rpartition(" ")[0] or head
    return f"{head.rstrip(' ,;:.-')}{ELLIPSIS}"


class TemplateBook:
    """Knows templates for an hour, and asks once for all that wait for one."""

    def __init__(self, ask: Callable[[str], Awaitable[Answer]], *, clock: Callable[[], datetime]) -> None:
        self._ask = ask
        self._clock = clock
        self._known: dict[str, tuple[datetime, tuple[Parameter, ...]]] = {}
        self._asking: dict[str, asyncio.Task[tuple[Parameter, ...]]] = {}

    async def parameters(self, template_id: str) -> tuple[Parameter, ...]:
        """Return what a template asks for; what was known an hour ago, if Zalo is away.

        Raises:
            TemplateUnknownError: Zalo refused to tell.
            httpx.HTTPError, TokenRefusedError, TokenUnavailableError: as the client does.
        """
        known_at, known = self._known.get(template_id, (None, None))
        if known_at and known is not None and self._clock() - known_at < KNOWN_FOR:
            return known
        try:
            return await asyncio.shield(self._asked(template_id))
        except (httpx.HTTPError, TemplateUnknownError) as error:
            if known is None:
                raise
            log.warning("zalo_template_not_told", template_id=template_id, error=type(error).__name__)
            return known

    async def close(self) -> None:
        """Ask no more."""
        asking = list(self._asking.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _asked(self, template_id: str) -> asyncio.Task[tuple[Parameter, ...]]:
        task = self._asking.get(template_id)
        if task is None:
            task = self._asking[template_id] = asyncio.create_task(self._look_up(template_id))
            task.add_done_callback(lambda done: self._forget(template_id, done))
        return task

    def _forget(self, template_id: str, done: asyncio.Task[tuple[Parameter, ...]]) -> None:
        del self._asking[template_id]
        if not done.cancelled():
            done.exception()  # all who waited may be gone

    async def _look_up(self, template_id: str) -> tuple[Parameter, ...]:
        answer = await self._ask(template_id)
        listed = answer.data.get("listParams")
        if not (answer.succeeded and isinstance(listed, list)):
            raise TemplateUnknownError(answer)
        parameters = tuple(Parameter.read(one) for one in listed if isinstance(one, Mapping))
        self._known[template_id] = (self._clock(), parameters)
        return parameters
