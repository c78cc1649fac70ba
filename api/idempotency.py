"""Requests that may be sent twice and act once: `Idempotency-Key`.

After the IETF draft "The Idempotency-Key HTTP Header Field" (draft-ietf-httpapi-idempotency-key-header): an
app that got no answer sends the same request with the same key again, and gets the answer of the first one.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel

from api.edge import add_headers
from api.problems import Problem
from auth.principals import Citizen
from storage.cipher import Cipher
from storage.idempotency import repository
from storage.unit_of_work import UnitOfWork

NAME = "idempotency-key"
REPLAYED = {"idempotency-replayed": "true"}
_KEY = re.compile(
    r'"(?P<quoted>[\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|(?P<bare>[\x21\x23-\x5b\x5d-\x7e]{1,255})'
)
"""A string of RFC 9651 without escapes, or the same without its quotes, as many libraries send it."""

Answer = TypeVar("Answer", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request that is to act once, if its sender gave it a key.

    Attributes:
        key: what the sender named it; none lets it act as often as it comes.
        route: method and path of what it calls, as the router knows it.
        content: SHA-256 of all that it says.
    """

    request: Request
    key: str | None
    route: str
    content: str

    async def answer(
        self,
        uow: UnitOfWork,
        citizen: Citizen,
        model: type[Answer],
        work: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """Do the work, or return what it answered when it was done.

        The answer is kept for 24 hours, sealed, in the transaction of the work itself: either both are there
        or neither. What fails is not kept, and may be tried again with the same key.

        Raises:
            Problem: the key was used for another content (422), or its first request is under way (409).
        """
        if self.key is None:
            return await work()
        now, request_id = datetime.now(UTC), self._id(uow.cipher, citizen)
        if not await repository.alone(uow, request_id):
            raise Problem("request-under-way", 409, headers={"retry-after": "1"})
        content_hash = uow.cipher.blind_index("idempotency.content", self.content)
        kept = await repository.find(uow, request_id, now=now)
        if kept is None:
            answer = await work()
            text = answer.model_dump_json()
            await repository.keep(uow, request_id, content_hash=content_hash, answer=text, now=now)
            return answer
        if kept.content_hash != content_hash:
            raise Problem("idempotency-key-reused", 422)
        add_headers(self.request.scope, REPLAYED)
        return model.model_validate_json(kept.answer)

    def _id(self, cipher: Cipher, citizen: Citizen) -> bytes:
        """One and the same key of two callers, or for two routes, names two requests."""
        parts = (citizen.signed_in_as, citizen.party_id, self.route, self.key)
        return cipher.blind_index("idempotency.request", "\n".join(map(str, parts)))


HEADER = Header(
    alias="Idempotency-Key",
    description="Up to 255 characters, such as a UUID, new for each new request. Whoever got no answer"
    " repeats the request with the same key: it acts once, and within 24 hours is answered the same.",
)


async def get_once(request: Request, _: Annotated[str | None, HEADER] = None) -> Once:
    """Read the key. Raises Problem (400) for a malformed one, or several."""
    return once_of(request, sha256(_called(request) + await request.body()).hexdigest())


def once_of(request: Request, content: str) -> Once:
    """Return how often a request may act, whose content was read and hashed already. Raises Problem (400)."""
    return Once(
        request=request,
        key=_key_of(request.headers.getlist(NAME)),
        route=f"{request.method} {request.scope['route'].path}",
        content=content,
    )


def content_of_parts(request: Request, *parts: bytes) -> str:
    """Hash the address that was called, and the hashes of what came in several parts."""
    return sha256(_called(request) + b"".join(sha256(part).digest() for part in parts)).hexdigest()


def _key_of(given: list[str]) -> str | None:
    if not given:
        return None
    match = _KEY.fullmatch(given[0]) if len(given) == 1 else None
    if match is None:
        raise Problem("malformed-idempotency-key", 400)
    return match["quoted"] or match["bare"]


def _called(request: Request) -> bytes:
    """Return the address that was called, whose parts may say what is to be done."""
    return f"{request.url.path}?{request.url.query}\n".encode()


ActsOnce = Annotated[Once, Depends(get_once)]
