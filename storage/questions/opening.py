"""One question, with all that was answered, as an officer or a moderator opens it.

The asker's name, number and contacts are none of their business, and not read here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from storage.cipher import Cipher, PartyKey
from storage.errors import NotFoundError
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.officers.repository import NAME
from storage.questions.kinds import DeclineReason, Publication, QuestionState
from storage.questions.queue import stale
from storage.questions.resting import RestsOn
from storage.questions.sealed import ANSWER, QUESTION
from storage.unit_of_work import Reading

_ONE = f"""
SELECT q.id, q.party_id, q.author_ref, q.agency_id, a.code AS agency_code, a.name AS agency_name,
  q.procedure_code, p.name AS procedure_name, q.text_sealed, k.wrapped, q.state, q.publication,
  q.asked_at, q.due_at, q.closed_at, q.decline_reason, live.id AS published_id
FROM question q
JOIN agency a ON a.id = q.agency_id
JOIN party_key k ON k.party_id = q.party_id
LEFT JOIN procedure p ON p.code = q.procedure_code
LEFT JOIN published_answer live ON live.question_id = q.id AND live.taken_down_at IS NULL
WHERE q.id = %(id)s AND {holds("q.agency_id")}
  AND coalesce(q.publication = ANY(%(publications)s::text[]), true)
"""
_REACHES = f"SELECT EXISTS (SELECT FROM question q WHERE q.id = %(id)s AND {holds('q.agency_id')})"
_ANSWERS = f"""
SELECT r.id, r.text_sealed, r.officer_id, o.name_sealed, r.written_at, r.procedure_code, r.procedure_version,
  {stale("r", "p")} AS stale
FROM question_answer r
JOIN officer o ON o.id = r.officer_id
LEFT JOIN procedure p ON p.code = r.procedure_code
WHERE r.question_id = %(id)s ORDER BY r.written_at, r.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedAnswer:
    """An answer; `stale` where what it rests on has changed, or is no more."""

    id: UUID
    text: str
    officer_id: UUID
    officer_name: str | None
    written_at: datetime
    rests_on: RestsOn | None
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedQuestion:
    """A question; see `models.Question`.

    Attributes:
        answers: all of them, the last one last.
        published_id: what of it everybody may read now, if they may.
    """

    id: UUID
    party_id: UUID
    author_ref: str
    agency_id: UUID
    agency_code: str
    agency_name: str
    procedure_code: str | None
    procedure_name: str | None
    text: str
    state: QuestionState
    publication: Publication
    asked_at: datetime
    due_at: datetime
    closed_at: datetime | None
    decline_reason: DeclineReason | None
    published_id: UUID | None
    answers: tuple[OpenedAnswer, ...]

    @property
    def answer(self) -> OpenedAnswer | None:
        """The answer that counts."""
        return self.answers[-1] if self.answers else None


async def opened(
    reading: Reading, desk: Desk, question_id: UUID, *, publications: Collection[Publication] | None = None
) -> OpenedQuestion:
    """Return a question to an agency that a desk reaches; with `publications`, one of these alone.

    Raises NotFoundError where there is none, or it is not the desk's.
    """
    wanted = None if publications is None else [one.value for one in publications]
    given = {**desk.given, "id": question_id, "publications": wanted}
    async with (await reading.driver()).cursor(row_factory=dict_row) as cursor:
        row = await (await cursor.execute(_ONE, given, binary=True)).fetchone()
        if row is None:
            raise NotFoundError("question")
        answers = await (await cursor.execute(_ANSWERS, {"id": question_id}, binary=True)).fetchall()
    key = reading.cipher.open_party_key(row["party_id"], row.pop("wrapped"))
    text, reason = key.decrypt(row.pop("text_sealed"), QUESTION), row["decline_reason"]
    words = {
        "state": QuestionState(row["state"]),
        "publication": Publication(row["publication"]),
        "decline_reason": None if reason is None else DeclineReason(reason),
    }
    opened_answers = tuple(_answer(reading.cipher, key, one) for one in answers)
    return OpenedQuestion(**row | words, text=text, answers=opened_answers)


async def reaches(reading: Reading, desk: Desk, question_id: UUID) -> bool:
    """Say whether a question is to an agency that a desk reaches."""
    driver = await reading.driver()
    row = await (await driver.execute(_REACHES, {**desk.given, "id": question_id})).fetchone()
    return row == (True,)


def _answer(cipher: Cipher, key: PartyKey, row: dict[str, Any]) -> OpenedAnswer:
    name, code, version = row.pop("name_sealed"), row.pop("procedure_code"), row.pop("procedure_version")
    text = key.decrypt(row.pop("text_sealed"), ANSWER)
    return OpenedAnswer(
        **row,
        text=text,
        officer_name=None if name is None else cipher.unseal(name, NAME),
        rests_on=None if code is None else RestsOn(code=code, version=version),
    )
