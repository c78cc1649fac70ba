"""The owner answers: which documents fit, and the word that is kept in the ledger of consents.

The row of a request is held while it is answered, so that of two answers at once one is first.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey, UndecipherableError
from storage.consents import repository as consents
from storage.consents.kinds import ConsentPurpose
from storage.consents.repository import Word
from storage.errors import NotFoundError
from storage.parties import repository as parties
from storage.reuse import requests
from storage.reuse.errors import AnsweredAlready, NotAskedFor
from storage.reuse.kinds import MOST_GRANTED, Answer, ReuseState, may_follow
from storage.reuse.requests import Request
from storage.unit_of_work import Reading, UnitOfWork
from storage.vault.entries import NUMBER
from storage.vault.rows import SHOWN, OwnDocument, open_rows

MOST_OFFERED = 100
MOST_SCANNED = 1000
"""Documents whose numbers are looked at: they are encrypted, and so opened one after the other."""

_HOLD = "SELECT FROM reuse_request WHERE id = %s AND party_id = %s FOR NO KEY UPDATE"
_ANSWER = """
UPDATE reuse_request SET answer = %(answer)s, answered_at = %(now)s, answered_by = %(actor_id)s,
  representation_id = %(representation_id)s
WHERE id = %(id)s
"""
_GRANT = """
INSERT INTO reuse_document (request_id, document_id, place)
SELECT %(request_id)s, g.id, g.place FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS g(id, place)
"""
_FITTING = f"""
SELECT d.id, d.number_sealed FROM document d
WHERE {SHOWN} AND d.kind = 'result'
  AND (cardinality(%(type_codes)s::text[]) = 0 OR d.type_code = ANY(%(type_codes)s::text[]))
  AND (%(ids)s::uuid[] IS NULL OR d.id = ANY(%(ids)s::uuid[]))
ORDER BY d.created_at DESC, d.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Who answers, by which right and through which session."""

    party_id: UUID
    actor_id: UUID
    representation_id: UUID | None
    session_id: UUID


async def fitting(reading: Reading, request: Request) -> Sequence[OwnDocument]:
    """Return the results in the owner's store that a request asks for, the last one in first.

    Those that are damaged are left out.
    """
    key = await parties.open_key(reading, request.party_id)
    ids = (await _fitting(reading, key, request))[:MOST_OFFERED]
    opened = (await open_rows(reading, key, ids)).own
    return [opened[one] for one in ids if one in opened]


async def grant(
    uow: UnitOfWork,
    speaker: Speaker,
    request_id: UUID,
    document_ids: Sequence[UUID],
    *,
    version: int,
    now: datetime,
) -> Request:
    """Let the agency have these documents, by a consent to the present words.

    The same again changes nothing. Raises:
        NotFoundError: there is no such request to the party.
        AnsweredAlready: it was answered otherwise, or its time is over.
        NotAskedFor: a document is not the party's, is gone, or is none of those asked for.
        ValueError: no documents, too many, one twice, or words that are not the present ones.
    """
    if not 0 < len(document_ids) <= MOST_GRANTED or len(set(document_ids)) < len(document_ids):
        raise ValueError("some documents are granted, each once")
    request = await _held(uow, speaker, request_id)
    if request.answer is Answer.GRANTED and tuple(document_ids) == request.document_ids:
        return request
    _require(request, Answer.GRANTED, now)
    key = await parties.open_key(uow, speaker.party_id)
    there = set(await _fitting(uow, key, request, among=document_ids))
    for place, document_id in enumerate(document_ids):
        if document_id not in there:
            raise NotAskedFor(place)
    await consents.say(uow, _word(speaker, request_id, version=version), now=now)
    driver = await uow.driver()
    await driver.execute(_GRANT, {"request_id": request_id, "ids": list(document_ids)})
    return await _answer(uow, speaker, request_id, Answer.GRANTED, now)


async def decline(uow: UnitOfWork, speaker: Speaker, request_id: UUID, *, now: datetime) -> Request:
    """Refuse. A second time changes nothing. Raises NotFoundError and AnsweredAlready."""
    request = await _held(uow, speaker, request_id)
    if request.answer is Answer.DECLINED:
        return request
    _require(request, Answer.DECLINED, now)
    return await _answer(uow, speaker, request_id, Answer.DECLINED, now)


async def withdraw(uow: UnitOfWork, speaker: Speaker, request_id: UUID, *, now: datetime) -> Request:
    """End a grant at once, also one whose time is over: the ledger then says so.

    A second time changes nothing. Raises NotFoundError, and AnsweredAlready where nothing was granted.
    """
    request = await _held(uow, speaker, request_id)
    if request.answer is Answer.WITHDRAWN:
        return request
    if request.answer is None or not may_follow(request.answer, Answer.WITHDRAWN):
        raise AnsweredAlready(request.state(now))
    await consents.say(uow, _word(speaker, request_id, version=None), now=now)
    return await _answer(uow, speaker, request_id, Answer.WITHDRAWN, now)


async def _held(uow: UnitOfWork, speaker: Speaker, request_id: UUID) -> Request:
    cursor = await (await uow.driver()).execute(_HOLD, (request_id, speaker.party_id))
    if await cursor.fetchone() is None:
        raise NotFoundError("result-request")
    return await requests.own(uow, speaker.party_id, request_id)


def _require(request: Request, answer: Answer, now: datetime) -> None:
    state = request.state(now)
    if state is not ReuseState.ASKED or not may_follow(request.answer, answer):
        raise AnsweredAlready(state)


async def _answer(
    uow: UnitOfWork, speaker: Speaker, request_id: UUID, answer: Answer, now: datetime
) -> Request:
    given = {
        "id": request_id,
        "answer": answer.value,
        "now": now,
        "actor_id": speaker.actor_id,
        "representation_id": speaker.representation_id,
    }
    await (await uow.driver()).execute(_ANSWER, given)
    return await requests.own(uow, speaker.party_id, request_id)


def _word(speaker: Speaker, request_id: UUID, *, version: int | None) -> Word:
    return Word(
        party_id=speaker.party_id,
        purpose=ConsentPurpose.REUSE,
        subject_id=request_id,
        given=version is not None,
        version=version,
        actor_id=speaker.actor_id,
        representation_id=speaker.representation_id,
        session_id=speaker.session_id,
    )


async def _fitting(
    reading: Reading, key: PartyKey, request: Request, *, among: Sequence[UUID] | None = None
) -> list[UUID]:
    given = {
        "party_id": key.party_id,
        "type_codes": list(request.type_codes),
        "ids": None if among is None else list(among),
        "limit": MOST_SCANNED,
    }
    rows: list[Any] = await (await (await reading.driver()).execute(_FITTING, given, binary=True)).fetchall()
    if request.number is None:
        return [row[0] for row in rows]
    wanted = _plain(request.number)
    return [row[0] for row in rows if _number(key, row[1]) == wanted]


def _number(key: PartyKey, sealed: Any) -> str | None:
    try:
        number = key.decrypt_optional(sealed, NUMBER)
    except UndecipherableError:
        return None  # damaged, and so shown to nobody
    return number and _plain(number)


def _plain(number: str) -> str:
    """Return number and sign as they are compared: however they are spaced, and in whatever case."""
    return "".join(unicodedata.normalize("NFC", number).casefold().split())
