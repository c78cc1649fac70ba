"""A party asks, and takes back what it asked."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.cipher import PartyKey
from storage.errors import NotFoundError, StorageError
from storage.questions import publishing
from storage.questions.kinds import Publication, QuestionState
from storage.questions.models import Question
from storage.questions.sealed import QUESTION
from storage.unit_of_work import UnitOfWork

# Locked before what is published of it is looked at: whoever publishes or answers locks it as well, and what
# they wrote is there to be seen once it is ours.
_LOCK = "SELECT state FROM question WHERE id = %(id)s AND party_id = %(party_id)s FOR UPDATE"
_WITHDRAW = """
UPDATE question q SET state = 'withdrawn', closed_at = coalesce(closed_at, %(now)s),
  publication = CASE
    WHEN EXISTS (SELECT FROM published_answer p WHERE p.question_id = q.id AND p.taken_down_at IS NULL)
      THEN 'taken_down'
    WHEN publication IN ('wanted', 'pending') THEN 'private'
    ELSE publication
  END,
  changed_xid = pg_current_xact_id()
WHERE id = %(id)s
"""


class QuestionDeclined(StorageError):  # noqa: N818 - says what is the case
    """The agency has declined the question, and that is its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuestion:
    """A question to be kept; see `models.Question`.

    Attributes:
        public: the asker agrees that others read it, once a moderator has looked at it.
    """

    id: UUID
    author_ref: str
    agency_id: UUID
    procedure_code: str | None
    text: str
    public: bool
    asked_at: datetime
    due_at: datetime

    def __post_init__(self) -> None:
        if not self.text:
            raise ValueError("a question says something")
        if self.due_at <= self.asked_at:
            raise ValueError("an answer takes time")


async def ask(uow: UnitOfWork, key: PartyKey, new: NewQuestion) -> None:
    """Keep a question under the key of the party that asks."""
    uow.session.add(
        Question(
            id=new.id,
            party_id=key.party_id,
            author_ref=new.author_ref,
            agency_id=new.agency_id,
            procedure_code=new.procedure_code,
            text_sealed=key.encrypt(new.text, QUESTION),
            state=QuestionState.ASKED.value,
            publication=(Publication.WANTED if new.public else Publication.PRIVATE).value,
            asked_at=new.asked_at,
            due_at=new.due_at,
        )
    )
    await uow.session.flush()


async def withdraw(uow: UnitOfWork, party_id: UUID, question_id: UUID, *, now: datetime) -> None:
    """Take a question back; what is published of it is there no more. A second time changes nothing.

    Raises:
        NotFoundError: there is none, or it is another's.
        QuestionDeclined: it has come to another end.
    """
    driver = await uow.driver()
    given = {"id": question_id, "party_id": party_id, "now": now}
    row: Any = await (await driver.execute(_LOCK, given)).fetchone()
    if row is None:
        raise NotFoundError("question")
    if row[0] == QuestionState.DECLINED:
        raise QuestionDeclined
    if row[0] != QuestionState.WITHDRAWN:
        await driver.execute(_WITHDRAW, given)
        await publishing.take_back(uow, question_id, now=now)
