"""What agencies answer, for everybody to read, to what many have said of them.

An answer is to a group and knows of no rating. It is written, and shown, only where the group may be: an
answer to few would be one to somebody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from storage.errors import NotFoundError, StorageError
from storage.officers.authority import holds
from storage.officers.desk import Desk
from storage.questions import cleaning
from storage.ratings.counting import FEWEST
from storage.ratings.keys import Group
from storage.ratings.kinds import Satisfaction
from storage.ratings.mixing import counted
from storage.unit_of_work import Reading, UnitOfWork

LONGEST_ANSWER = 4_000
"""Characters of an answer."""

_CROWD = f"""
SELECT count(*) >= %(fewest)s FROM rating
WHERE agency_id = %(agency_id)s AND month = %(month)s AND {counted("rating")}
  AND coalesce(level = %(level)s::text, true)
"""
_HOLDS = f"SELECT {holds('%(agency_id)s::uuid')}"
_STANDING = """
SELECT id, level, text, written_at FROM rating_answer
WHERE agency_id = %(agency_id)s AND month = %(month)s AND taken_down_at IS NULL
ORDER BY coalesce(level, ''), id
"""
_REPLACE = """
UPDATE rating_answer SET taken_down_at = %(now)s
WHERE agency_id = %(agency_id)s AND month = %(month)s AND level IS NOT DISTINCT FROM %(level)s::text
  AND taken_down_at IS NULL AND id = ANY(%(seen)s::uuid[])
"""
# Of two who answer the same at once, the second finds the first one's.
_WRITE = """
INSERT INTO rating_answer (id, agency_id, month, level, text, officer_id, written_at)
VALUES (%(id)s, %(agency_id)s, %(month)s, %(level)s, %(text)s, %(officer)s, %(now)s)
ON CONFLICT DO NOTHING
"""
_SENT = """
SELECT EXISTS (SELECT FROM rating_answer WHERE id = %(id)s AND officer_id = %(officer)s
  AND (agency_id, month, text) = (%(agency_id)s, %(month)s, %(text)s)
  AND level IS NOT DISTINCT FROM %(level)s::text)
"""
_TAKE_DOWN = f"""
UPDATE rating_answer s SET taken_down_at = coalesce(s.taken_down_at, %(now)s)
WHERE s.id = %(id)s AND {holds("s.agency_id")}
"""


class TooFew(StorageError):  # noqa: N818 - says what is the case
    """Of those whom it is to, too few have said anything."""


class AnsweredMeanwhile(StorageError):  # noqa: N818 - likewise
    """Somebody else's answer stands, which was not looked at."""


class PersonalFound(StorageError):  # noqa: N818 - likewise
    """It says something personal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer that stands; to those who chose a level, or to all."""

    id: UUID
    level: Satisfaction | None
    text: str
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAnswer:
    """What is answered.

    Attributes:
        id: of the form that it was sent by: sent twice, it is sent once.
        level: to those who chose it; none for all.
        seen: the answers that stood when it was written: it takes the place of one of them.
    """

    id: UUID
    group: Group
    level: Satisfaction | None
    text: str
    seen: Collection[UUID] = ()

    def __post_init__(self) -> None:
        if not 0 < len(self.text) <= LONGEST_ANSWER:
            raise ValueError("an answer says something, and not too much")


async def standing(reading: Reading, group: Group) -> Sequence[Answer]:
    """Return the answers that stand, the one to all first. Show them only where the group may be shown."""
    given = {"agency_id": group.agency_id, "month": group.month}
    rows: list[Any] = await (await (await reading.driver()).execute(_STANDING, given)).fetchall()
    return [
        Answer(id=answer_id, level=Satisfaction(level) if level else None, text=text, written_at=written_at)
        for answer_id, level, text, written_at in rows
    ]


async def may_answer(reading: Reading, desk: Desk, agency_id: UUID) -> bool:
    """Say whether a desk may answer for an agency."""
    return await _says(reading, _HOLDS, {**desk.given, "agency_id": agency_id})


async def write(uow: UnitOfWork, desk: Desk, new: NewAnswer, *, now: datetime) -> None:
    """Let everybody read an answer.

    Raises:
        NotFoundError: the desk may not answer for the agency.
        TooFew: fewer than `counting.FEWEST` have said what it is to.
        PersonalFound: scrubbing finds something in it.
        AnsweredMeanwhile: another one stands that was not looked at.
    """
    given = {
        **desk.given,
        "id": new.id,
        "agency_id": new.group.agency_id,
        "month": new.group.month,
        "level": new.level.value if new.level else None,
        "text": new.text,
        "seen": list(new.seen),
        "fewest": FEWEST,
        "now": now,
    }
    if not await _says(uow, _HOLDS, given):
        raise NotFoundError("agency")
    if await _says(uow, _SENT, given):
        return
    if not await _says(uow, _CROWD, given):
        raise TooFew
    if (await cleaning.of_entry(uow, new.group.agency_id)).scrub(new.text).text != new.text:
        raise PersonalFound
    driver = await uow.driver()
    await driver.execute(_REPLACE, given)
    written = (await driver.execute(_WRITE, given)).rowcount
    # A button pressed twice sends the form twice at once, too.
    if not written and not await _says(uow, _SENT, given):
        raise AnsweredMeanwhile


async def take_down(uow: UnitOfWork, desk: Desk, answer_id: UUID, *, now: datetime) -> None:
    """Let an answer be read no more; done again, it is done.

    Raises NotFoundError, also where the desk may not answer for its agency.
    """
    given = {**desk.given, "id": answer_id, "now": now}
    if not (await (await uow.driver()).execute(_TAKE_DOWN, given)).rowcount:
        raise NotFoundError("rating answer")


async def _says(reading: Reading, query: str, given: dict[str, object]) -> bool:
    row: Any = await (await (await reading.driver()).execute(query.encode(), given)).fetchone()
    return bool(row[0])
